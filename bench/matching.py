"""Utterances of two runs over the same sound side by side, whatever constant lies between their clocks."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

Record = dict[str, Any]

BIN_S: Final = 0.1
NEAR_S: Final = 0.3
"""Starts this far apart after the offset are the same utterance's; the shortest utterance and its pause are longer."""


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
