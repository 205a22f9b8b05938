"""Overload (IEC 61672-1:2013, 5.11): runs of samples at full scale, and an offset of the converter."""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np

from voicemon.dsp.level import CODEC_FULL_SCALE, at_full_scale
from voicemon.types import FRAMES_PER_S, Bool, Float32, Float64

OFFSET_LIMIT: Final = 0.01
"""An offset of 1 % of full scale (-40 dBFS) comes from a fault, not from a converter: sound ones stay under 0.1 %."""
OFFSET_SECONDS: Final = 10


class Clipping:
    """Runs of two and more successive samples at full scale; any block size gives the same counts.

    A latching indication, as the standard asks for: the counts stay until :meth:`restart`.
    """

    def __init__(self) -> None:
        self.restart()
        self.reset()

    def reset(self) -> None:
        """Go on behind a gap: a run does not reach across it."""
        self._previous = np.float32(0)
        self._run = 0

    def restart(self) -> None:
        """Start a new measurement."""
        self.runs = 0
        self.samples = 0
        """Samples in runs, the first of each included."""
        self.longest = 0
        """Samples in the longest run: a single overs is harmless, 1 ms of flat top is heard."""

    def process(self, raw: Float32) -> int:
        """Take the next samples, shape (n,), ±1 full scale; gives the number of runs that begin among them."""
        if not len(raw):
            return 0
        before = self.runs
        if max(raw.max(), -raw.min()) < CODEC_FULL_SCALE:
            self._run = 0
        else:
            self._count(at_full_scale(self._previous, raw))
        self._previous = raw[-1]
        return self.runs - before

    def _count(self, further: Bool) -> None:
        """``further``: the sample is the second or a later one of a run."""
        edges = np.flatnonzero(np.diff(np.concatenate(([False], further, [False]))))
        for begin, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            goes_on = begin == 0 and self._run > 0
            self.runs += not goes_on
            self.samples += end - begin + (not goes_on)
            self._run = end - begin + (self._run if goes_on else 1)
            self.longest = max(self.longest, self._run)
        if not further[-1]:
            self._run = 0


class DcOffset:
    """The offset of a channel: the median of the means of its last whole seconds, which no puff of breath moves."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=OFFSET_SECONDS)
        self.reset()

    def reset(self) -> None:
        """Go on behind a gap: the unfinished second is left out."""
        self._frames: Float64 = np.empty(0)

    def process(self, means: Float64) -> None:
        """Take the means of the next frames' raw samples, shape (m,)."""
        frames = np.concatenate((self._frames, means))
        whole = len(frames) // FRAMES_PER_S * FRAMES_PER_S
        self._frames = frames[whole:].copy()
        self._seconds.extend(frames[:whole].reshape(-1, FRAMES_PER_S).mean(axis=1).tolist())

    @property
    def offset(self) -> float | None:
        """The offset, ±1 full scale; ``None`` before the first whole second."""
        return float(np.median(self._seconds)) if self._seconds else None

    @property
    def faulty(self) -> bool:
        """The offset passes the limit: it eats headroom, and points to a broken cable or interface."""
        return abs(self.offset or 0.0) >= OFFSET_LIMIT
