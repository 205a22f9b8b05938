"""Samples that are not numbers must not reach a filter: one NaN in its state and every level after it is NaN."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import numpy as np

from voicemon.types import FRAMES_PER_S, Block, Bool, Gap

FULL_SCALE_LIMIT: Final = np.float32(16.0)
"""24 dB above full scale: no converter delivers more; it is what random bytes look like when read as floats."""

CAUSE: Final = "invalid samples"


def without_invalid(items: Iterator[Block | Gap], sample_rate: int) -> Iterator[Block | Gap]:
    """``items`` with every stretch of infinite, absurd or not-a-number samples replaced by a :class:`Gap`.

    A stretch is widened to whole analysis frames of the source's clock, so that garbled sound comes as a few gaps
    rather than thousands; a frame that lies across a block's edge is judged by what this block has of it.
    """
    frame = max(1, sample_rate // FRAMES_PER_S)
    for item in items:
        if isinstance(item, Gap):
            yield item
            continue
        if item.samples.min() >= -FULL_SCALE_LIMIT and item.samples.max() <= FULL_SCALE_LIMIT:
            yield item
        else:
            yield from _split(item, np.all(np.abs(item.samples) <= FULL_SCALE_LIMIT, axis=0), frame)


def _split(block: Block, valid: Bool, frame: int) -> Iterator[Block | Gap]:
    size = valid.size
    borders = np.arange(frame - block.start % frame, size, frame)
    edges = np.concatenate(([0], borders)) if borders.size == 0 or borders[0] > 0 else borders
    good = np.logical_and.reduceat(valid, edges)
    turns = np.concatenate(([0], np.flatnonzero(np.diff(good)) + 1, [edges.size]))
    ends = np.append(edges, size)
    for first, last in pairwise(turns):
        low, high = int(ends[first]), int(ends[last])
        if good[first]:
            yield Block(block.start + low, block.samples[:, low:high])
        else:
            yield Gap(block.start + low, block.start + high, CAUSE)
