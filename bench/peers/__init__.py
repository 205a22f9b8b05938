"""Our live policy beside what others would do with the same Whisper model, in one run: ``python -m bench.peers``."""
