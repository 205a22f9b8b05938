"""Short blocks gathered to the next line of a grid on the source's clock.

Working off a block has a fixed cost that is many times that of 20 ms of sound.  Nothing is decided otherwise for it,
only later; and at most that much later, since a block that reaches a line goes on at once and whole.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from voicemon.types import FRAMES_PER_S, Block, Gap, PairedBlock

GATHER_FRAMES: Final = 4
"""40 ms: blocks of 20 ms go on in pairs, and none of their frames is decided more than 20 ms later than without."""


class Gatherer:
    """Blocks in, each following the one before; out they come together, or one longer than the grid alone."""

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._held: list[Block] = []
        self._due = 0
        """The first line behind the start of what is held."""

    def take(self, block: Block) -> Block | None:
        """All sound held and ``block``, if it reaches the next line; else it is held too."""
        if not self._held:
            line = block.start * FRAMES_PER_S // (self._rate * GATHER_FRAMES) + 1
            self._due = -(-line * GATHER_FRAMES * self._rate // FRAMES_PER_S)
        self._held.append(block)
        return None if block.start + block.samples.shape[1] < self._due else self.rest()

    def rest(self) -> Block | None:
        """What is held, if anything."""
        held, self._held = self._held, []
        return _joined(held) if held else None


def _joined(blocks: list[Block]) -> Block:
    if len(blocks) == 1:
        return blocks[0]
    samples = np.concatenate([block.samples for block in blocks], axis=1)
    absent = tuple(gap for block in blocks for gap in absent_of(block))
    return PairedBlock(blocks[0].start, samples, absent) if absent else Block(blocks[0].start, samples)


def absent_of(block: Block) -> tuple[Gap, ...]:
    """Where in ``block`` the customer's row stands for no sound."""
    return block.absent if isinstance(block, PairedBlock) else ()
