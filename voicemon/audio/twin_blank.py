"""Takes the customer's row out of the blocks while it is a copy of the agent's."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from voicemon.audio.twin import TwinDetector
from voicemon.types import Gap, PairedBlock

SAME_SOUND: Final = "same sound as the agent's"
"""Cause of absence."""


class TwinBlanker:
    """Takes the customer's sound out of the blocks while it is the agent's."""

    def __init__(self, rate: int) -> None:
        self._detector = TwinDetector(rate)
        self.found = False
        """It has been the same sound at some time."""
        self.blanked_samples = 0
        """Beside what was absent anyway."""

    @property
    def same(self) -> bool:
        return self._detector.same

    def process(self, block: PairedBlock, pulled: float = 0.0) -> PairedBlock:
        """``block`` with zeros and an absence where the verdict stands; the block itself where it does not."""
        blanks: list[Gap] = []
        for first, last in self._pieces(block):
            if self._detector.same:
                blanks.append(Gap(first, last, SAME_SOUND))
            self._detector.process(first, block.samples[:, first - block.start : last - block.start], pulled)
        self.found = self.found or self._detector.same
        if not blanks:
            return block
        samples, absent = block.samples.copy(), list(block.absent)
        for blank in blanks:
            samples[1, blank.start - block.start : blank.end - block.start] = 0
            absent = [part for gap in absent for part in outside(gap, blank)] + [blank]
        absent.sort(key=lambda gap: gap.start)
        self.blanked_samples += length_of(absent) - length_of(block.absent)
        return PairedBlock(block.start, samples, tuple(absent))

    def _pieces(self, block: PairedBlock) -> Iterator[tuple[int, int]]:
        """The block cut where the verdict may change."""
        end, window = block.start + block.samples.shape[1], self._detector.window
        cuts = [block.start, *range((block.start // window + 1) * window, end, window), end]
        return pairwise(cuts)


def outside(gap: Gap, blank: Gap) -> Iterator[Gap]:
    """The parts of ``gap`` before and after ``blank``."""
    if gap.start < min(gap.end, blank.start):
        yield Gap(gap.start, min(gap.end, blank.start), gap.cause)
    if max(gap.start, blank.end) < gap.end:
        yield Gap(max(gap.start, blank.end), gap.end, gap.cause)


def length_of(gaps: list[Gap] | tuple[Gap, ...]) -> int:
    return sum(gap.end - gap.start for gap in gaps)
