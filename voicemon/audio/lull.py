"""Quiet blocks joined to longer ones while nothing happens: every wake-up of the analysis costs a fixed sum.

Whatever the size of the blocks, the same sound gives the same answer, so joining them changes nothing but when it is
known.  A block that is louder than the quiet before it ends the lull, and is passed on at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import numpy as np

from voicemon.types import Block, Float32, Gap, PairedBlock

LONGEST_S: Final = 0.5
"""A quiet meter may be this old; the figures change once a second."""

DEEP_AFTER_S: Final = 10.0
"""After so long a lull nobody watches the needle: from then on it may be as old as the figures."""
DEEP_LONGEST_S: Final = 1.0

LOUDER: Final = 2.0
"""Mean square of a block over the running mean of quiet ones that ends a lull: 3 dB, well under the speech gate."""

MEMORY_BLOCKS: Final = 20
"""Blocks over which the mean of the quiet is taken."""


def joined(items: Iterable[Block | Gap], sample_rate: int, idle: Callable[[], bool]) -> Iterator[Block | Gap]:
    """``items``, with successive quiet blocks joined as long as ``idle`` says nobody waits.

    Up to :data:`LONGEST_S`, and in a long lull up to :data:`DEEP_LONGEST_S`.

    Gaps, blocks without samples and those without the customer are passed on as they are, after what was held back.
    """
    most, deep = round(LONGEST_S * sample_rate), round(DEEP_LONGEST_S * sample_rate)
    deep_after = round(DEEP_AFTER_S * sample_rate)
    held: list[Float32] = []
    start = length = lasted = 0
    usual: float | None = None
    for item in items:
        if isinstance(item, Gap) or not item.samples.shape[1] or (isinstance(item, PairedBlock) and item.absent):
            if held:
                yield Block(start, np.concatenate(held, axis=1))
                held, length = [], 0
            lasted = 0
            yield item
            continue
        power = _power(item.samples)
        quiet = usual is not None and power <= LOUDER * usual and idle()
        # Down at once, up slowly: a voice must not become the quiet that the next one is held against.
        usual = power if usual is None or power < usual else usual + (power - usual) / MEMORY_BLOCKS
        if not held:
            start = item.start
        held.append(item.samples)
        length += item.samples.shape[1]
        lasted = lasted + item.samples.shape[1] if quiet else 0
        if not quiet or length >= (deep if lasted >= deep_after else most):
            yield item if len(held) == 1 else Block(start, np.concatenate(held, axis=1))
            held, length = [], 0
    if held:
        yield Block(start, np.concatenate(held, axis=1))


def _power(samples: Float32) -> float:
    """Mean square of the loudest channel."""
    size: int = samples.shape[1]
    return max(float(np.dot(row, row)) for row in samples) / size
