"""Equivalent and exposure levels (IEC 61672-1:2013, 3.9 and 3.12): LAeq,T and LAE of a measurement, LAeq,T moving.

They take the mean squares of 10 ms frames as :class:`voicemon.dsp.level.FrameMeter` gives them.  Sums run in the order
of the frames, one after the other, so that any cut into blocks gives the same answer to the bit.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from voicemon.dsp.level import to_db
from voicemon.types import FRAME_S, FRAMES_PER_S, Float64

REFERENCE_S: Final = 1.0
"""Duration to which a sound exposure level refers."""


class Leq:
    """LAeq and LAE since the last :meth:`restart`: of an utterance, or of a call with its gaps left out."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Start a new measurement."""
        self._sum = 0.0
        self._frames = 0

    def process(self, weighted_ms: Float64) -> None:
        """Add frames, shape (m,)."""
        self._sum = float(np.cumsum(np.concatenate(([self._sum], weighted_ms)))[-1])
        self._frames += len(weighted_ms)

    @property
    def seconds(self) -> float:
        """Averaging time T."""
        return self._frames * FRAME_S

    def level_db(self) -> float | None:
        """LAeq,T = 10 lg of the mean square, dBFS; ``None`` without frames or in digital silence."""
        return float(to_db(self._sum / self._frames)) if self._sum > 0 else None

    def exposure_db(self) -> float | None:
        """LAE = LAeq,T + 10 lg(T / 1 s): one second of this level holds all the energy; ``None`` as for the level."""
        return float(to_db(self._sum * FRAME_S / REFERENCE_S)) if self._sum > 0 else None


class MovingLeq:
    """LAeq,T over the last ``window_s`` of sound, after every frame.  Memory is bounded by the window."""

    def __init__(self, window_s: float) -> None:
        self._size = round(window_s * FRAMES_PER_S)
        if self._size < 1:
            raise ValueError(f"a window of {window_s} s holds no frame")
        self.reset()

    def reset(self) -> None:
        """Forget the window, as after a gap: what lies before it is no part of the present."""
        self._last: Float64 = np.empty(0)

    def process(self, weighted_ms: Float64) -> Float64:
        """Mean square of the window that ends with each of the frames, shape (m,); early ones hold what there is."""
        frames = np.concatenate((self._last, weighted_ms))
        self._last = frames[max(0, len(frames) - self._size + 1) :].copy()
        missing = self._size - 1 - (len(frames) - len(weighted_ms))
        padded = np.concatenate((np.zeros(missing), frames))
        if not len(weighted_ms):
            return np.empty(0)
        # Each window is summed anew: a running sum would keep the rounding of a shout in the whisper after it.
        sums = np.lib.stride_tricks.sliding_window_view(padded, self._size).sum(axis=1)
        first = self._size - missing
        return np.asarray(sums / np.minimum(np.arange(first, first + len(sums)), self._size))
