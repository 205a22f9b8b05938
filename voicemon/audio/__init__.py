"""Where sound comes from: recordings and microphones as iterators of blocks and gaps."""
