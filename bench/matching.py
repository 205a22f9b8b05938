"""Utterances of two runs over the same sound side by side, whatever lies between their clocks."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

Record = dict[str, Any]

BIN_S: Final = 0.1
NEAR_S: Final = 0.3
"""Starts this far apart after the offset are the same utterance's; the shortest utterance and its pause are longer."""

JUMP_COST: Final = 2.5
"""A pair is worth 1, and up to 2 where the lengths agree: two good ones pay for a jump of the clock, one does not."""
SLIDE_COST: Final = 0.5
"""Of a change by :data:`NEAR_S`, the largest that is no jump: of two ways to pair, the steadier one is taken."""


def offset_between(heard: Sequence[float], true: Sequence[float], low_s: float, high_s: float) -> float | None:
    """The constant by which times in ``heard`` lie behind those in ``true``, between ``low_s`` and ``high_s``.

    Every pair votes for its difference; the true offset is the one that most agree on.  ``None`` without any vote.
    """
    votes: Counter[int] = Counter()
    differences = [h - t for h in heard for t in true if low_s <= h - t <= high_s]
    for difference in differences:
        votes[round(difference / BIN_S)] += 1
    if not votes:
        return None
    # The offset may lie on the border of two bins: neighbours count together.
    best = max(votes, key=lambda b: votes[b - 1] + 2 * votes[b] + votes[b + 1]) * BIN_S
    return statistics.median(d for d in differences if abs(d - best) <= 1.5 * BIN_S)


def pairs_of(
    heard: Sequence[Record], true: Sequence[Record], offset_s: float, near_s: float = NEAR_S
) -> list[tuple[Record, Record]]:
    """Each record of ``true`` with the one of ``heard`` that starts nearest to it, if one starts near."""
    found = []
    free = list(heard)
    for record in true:
        where = record["start"] + offset_s
        best = min(free, key=lambda h: abs(h["start"] - where), default=None)
        if best is not None and abs(best["start"] - where) <= near_s:
            found.append((best, record))
            free.remove(best)
    return found


def aligned(
    heard: Sequence[Record], true: Sequence[Record], low_s: float, high_s: float
) -> list[tuple[Record, Record]]:
    """Pairs (heard, true) in the order of both, over clocks that may jump against each other.

    A player that stands still, or sound that is lost, moves all that comes after it: one offset for a whole run would
    lose one of the two sides.  Of all the ways to pair the records in order, with each pair's offset between ``low_s``
    and ``high_s``, the one of most worth is taken: pairs count, more if their lengths agree, and jumps of the offset
    cost (dynamic programming over the possible pairs; every earlier pair may be the one before, so that an outage of
    any length is bridged).  Records without a partner are left out.
    """
    heard, true = (sorted(records, key=lambda r: r["start"]) for records in (heard, true))
    h_start, t_start = (np.array([r["start"] for r in records], float) for records in (heard, true))
    h_length, t_length = (np.array([r["end"] - r["start"] for r in records], float) for records in (heard, true))
    offsets_s = h_start[None, :] - t_start[:, None]
    of_true, of_heard = np.nonzero((low_s <= offsets_s) & (offsets_s <= high_s))
    if not of_true.size:
        return []
    offset_s = offsets_s[of_true, of_heard]
    difference_s = np.abs(h_length[of_heard] - t_length[of_true])
    worth = 2.0 - np.minimum(difference_s / NEAR_S, 1.0)
    before = np.full(of_true.size, -1)
    for here in range(1, of_true.size):
        # Sorted by true and then by heard: what may come before stands before.
        earlier = np.nonzero((of_true[:here] < of_true[here]) & (of_heard[:here] < of_heard[here]))[0]
        if not earlier.size:
            continue
        change_s = np.abs(offset_s[earlier] - offset_s[here])
        gain = worth[earlier] - np.where(change_s > NEAR_S, JUMP_COST, SLIDE_COST * change_s / NEAR_S)
        best = int(gain.argmax())
        if gain[best] > 0:
            before[here] = earlier[best]
            worth[here] += gain[best]
    chain = [int(worth.argmax())]
    while before[chain[-1]] >= 0:
        chain.append(int(before[chain[-1]]))
    return [(heard[of_heard[i]], true[of_true[i]]) for i in reversed(chain)]


def percentile(values: Sequence[float], percent: float) -> float | None:
    """Linear between the nearest ranks; ``None`` of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    at = (len(ordered) - 1) * percent / 100
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def slope_an_hour(moments_s: Sequence[float], values: Sequence[float]) -> float | None:
    """Least-squares slope of ``values`` an hour; ``None`` of fewer than three."""
    if len(values) < 3:
        return None
    return statistics.linear_regression(moments_s, values).slope * 3600
