"""Time weighting on the 10 ms grid, for S (IEC 61672-1:2013, 5.8), whose time constant is a hundred frames.

A frame's energy is taken as spread evenly over it.  At 1 s that hides at most 10 ms of decay, 0.04 dB, and costs one
step a frame; F needs the finer steps of :class:`voicemon.dsp.level.FrameMeter`.
"""

from __future__ import annotations

from math import exp

import numpy as np

from voicemon.dsp.iir import sosfilt
from voicemon.dsp.level import SLOW_S
from voicemon.types import FRAME_S, Float64


class SlowLevel:
    """Exponentially time-weighted mean square of frames, from rest; any block size gives the same answer to the bit."""

    def __init__(self, time_constant_s: float = SLOW_S) -> None:
        decay = exp(-FRAME_S / time_constant_s)
        self._sections = np.array([[1 - decay, 0.0, 0.0, 1.0, -decay, 0.0]])
        self.reset()
        self.restart()

    def reset(self) -> None:
        """Go on behind a gap: from rest again, the level rises to its value within some time constants."""
        self._state = np.zeros((1, 2))

    def restart(self) -> None:
        """Start a new maximum; the time weighting goes on."""
        self.max_ms = 0.0
        """Largest value so far: LASmax."""

    def process(self, weighted_ms: Float64) -> Float64:
        """The value at the end of each frame, shape (m,)."""
        if not len(weighted_ms):
            return np.empty(0)
        slow, self._state = sosfilt(self._sections, weighted_ms, self._state)
        self.max_ms = max(self.max_ms, float(slow.max()))
        return slow
