"""The last seconds of a device's sound, for a reader on another clock."""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np

from voicemon.types import Block, Float32, Gap

KEPT_S: Final = 12.0
"""Customer sound kept for a reader that has fallen behind: longer than the agent's microphone keeps its own."""

MOST_HOLES: Final = 64

OVERFLOW: Final = "queue overflow"
"""Cause of what is missing without the device having said so: it was dropped before us."""


class CustomerTrack:
    """The customer's sound of the last seconds, addressed by its own sample index; lost stretches are marked."""

    def __init__(self, sample_rate: int) -> None:
        self._most = round(KEPT_S * sample_rate)
        self._samples = np.zeros(0, np.float32)
        self.start = self.end = 0
        self.heard = 0
        """The end of the last sound: :attr:`end` less what was lost since."""
        self.holes: deque[Gap] = deque(maxlen=MOST_HOLES)

    def append(self, block: Block) -> None:
        if block.start > self.end:
            self.skip(Gap(self.end, block.start, OVERFLOW))
        self._extend(block.samples[0])
        self.heard = self.end

    def skip(self, gap: Gap) -> None:
        """Mark what is lost; the samples' places are kept as far as they are within reach."""
        missing = gap.end - self.end
        if missing > self._most:
            self.start = self.end = gap.end
            self._samples = np.zeros(0, np.float32)
        else:
            self._extend(np.zeros(max(0, missing), np.float32))
        self.holes.append(gap)

    def forget(self, before: int) -> None:
        """Drop the samples before ``before``."""
        count = min(max(0, before - self.start), len(self._samples))
        self._samples = self._samples[count:]
        self.start += count
        while self.holes and self.holes[0].end < self.start:
            self.holes.popleft()

    @property
    def samples(self) -> Float32:
        """From :attr:`start` to :attr:`end`."""
        return self._samples

    def _extend(self, samples: Float32) -> None:
        self._samples = np.concatenate((self._samples, samples))
        self.end += len(samples)
        self.forget(self.end - self._most)
