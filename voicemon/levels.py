"""Levels of a channel that need its frames in a row: S time weighting, and the distribution over the call.

Worked off a second at a time: the cost of a block is not theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voicemon.dsp.percentiles import LevelPercentiles
from voicemon.dsp.slow import SlowLevel
from voicemon.energy import to_db
from voicemon.types import Float64

WEIGHTED: Final = 0
FAST: Final = 1
SLOW: Final = 2
"""Rows of what is kept of each frame: A-weighted mean square, and F- and S-weighted at its end."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """The call's levels in dBFS(A); ``None`` where there was no sound."""

    lasmax_db: float | None
    l10_db: float | None
    l50_db: float | None
    l90_db: float | None
    """Exceeded in 10, 50 and 90 % of the time by the F-weighted level."""


class CallLevels:
    """One channel of one call; frames by their absolute numbers, of which the last ``kept`` can be looked back on."""

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._frames = np.zeros((3, kept))
        self._weighting = SlowLevel()
        self._next = -1
        """The frame that would follow what the time weighting has seen."""
        self._call = _Part()
        self._trailing = _Part()
        """The part behind the second after the last one in which anyone spoke."""

    def go_on(self, after: CallLevels) -> None:
        """The time weighting goes on where that of the call before, which is over, ended."""
        self._weighting, self._next = after._weighting, after._next

    def load(self, first: int, weighted_ms: Float64, fast_ms: Float64) -> None:
        """Frames from ``first`` on, shape (n,) each."""
        count = len(weighted_ms)
        at = first % self._kept
        if at + count <= self._kept:
            self._frames[WEIGHTED, at : at + count] = weighted_ms
            self._frames[FAST, at : at + count] = fast_ms
        elif count:
            self._frames[: FAST + 1, self._places(first, first + count)] = weighted_ms, fast_ms

    def second(self, start: int, there: Sequence[float]) -> float:
        """Largest S-weighted mean square of the frames from ``start`` on that are ``there`` (1, else 0)."""
        largest = 0.0
        for first, last in _runs(start, there):
            if first != self._next:
                self._weighting.reset()
            self._next = last
            places = self._places(first, last)
            slow = self._weighting.process(self._frames[WEIGHTED, places])
            self._frames[SLOW, places] = slow
            largest = max(largest, float(slow.max()))
            self._trailing.fast.process(self._frames[FAST, places])
        self._trailing.slow_ms = max(self._trailing.slow_ms, largest)
        return largest

    def settle(self) -> None:
        """Somebody spoke: all sound so far is the call's."""
        self._call.add(self._trailing)
        self._trailing = _Part()

    def forget_trailing(self) -> None:
        """The silence at the end is not the call's."""
        self._trailing = _Part()

    def forget_before(self, start: int, there: Sequence[float]) -> None:
        """The call began at ``start``: its sound is that of the frames from there on that are ``there``."""
        self._call, self._trailing = _Part(), _Part()
        for first, last in _runs(start, there):
            places = self._places(first, last)
            self._call.fast.process(self._frames[FAST, places])
            self._call.slow_ms = max(self._call.slow_ms, float(self._frames[SLOW, places].max()))

    def distribution(self) -> Distribution:
        """Of the call so far."""
        whole = _Part()
        whole.add(self._call)
        whole.add(self._trailing)
        l10_db, l50_db, l90_db = (whole.fast.level_db(percent) for percent in (10, 50, 90))
        return Distribution(to_db(whole.slow_ms), l10_db, l50_db, l90_db)

    def _places(self, first: int, last: int) -> slice | NDArray[np.int64]:
        at = first % self._kept
        if at + last - first <= self._kept:
            return slice(at, at + last - first)
        return np.arange(first, last) % self._kept


class _Part:
    """A stretch of the call."""

    def __init__(self) -> None:
        self.fast = LevelPercentiles()
        self.slow_ms = 0.0

    def add(self, other: _Part) -> None:
        self.fast.add(other.fast)
        self.slow_ms = max(self.slow_ms, other.slow_ms)


def _runs(start: int, there: Sequence[float]) -> Iterator[tuple[int, int]]:
    """Stretches of frames, the first of them ``start``, that are there, as first frame and the one after the last."""
    if 0.0 not in there:
        if there:
            yield start, start + len(there)
        return
    edges = np.flatnonzero(np.diff(np.array([0.0, *there, 0.0])))
    for begin, end in edges.reshape(-1, 2).tolist():
        yield start + begin, start + end
