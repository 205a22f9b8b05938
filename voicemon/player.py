"""Playing back a session on screen: a timeline of snapshots that the analysis fills, and a position that moves over it.

The analysis runs ahead as fast as it can, so any place it has reached can be shown at once, backwards too.
"""

from __future__ import annotations

import bisect
import threading
from collections.abc import Callable
from typing import Final

from voicemon.types import AlertLine, Snapshot

MOST_SNAPSHOTS: Final = 8000
"""17 minutes at 8 a second; longer recordings keep every second, then every fourth one …"""

PACES: Final = (0.5, 1.0, 2.0, 4.0, 8.0)
SKIP_S: Final = 5.0


class Timeline:
    """Snapshots by time, appended by the analysis and read by the screen; bounded."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._times: list[float] = []
        self._snapshots: list[Snapshot] = []
        self._stride = 1
        self._seen = 0
        self._last: Snapshot | None = None

    def append(self, snapshot: Snapshot) -> None:
        with self._lock:
            self._last = snapshot
            self._seen += 1
            if self._seen % self._stride:
                return
            self._times.append(snapshot.t)
            self._snapshots.append(snapshot)
            if len(self._times) > MOST_SNAPSHOTS:
                del self._times[::2], self._snapshots[::2]
                self._stride *= 2

    @property
    def last(self) -> Snapshot | None:
        """The newest snapshot."""
        with self._lock:
            return self._last

    def at(self, t: float) -> Snapshot | None:
        """The newest snapshot that is not after ``t``; the first one before that."""
        with self._lock:
            if not self._snapshots or (self._last is not None and t >= self._last.t):
                return self._last
            index = bisect.bisect_right(self._times, t) - 1
            return self._snapshots[max(0, index)]


class Player:
    """A position on a timeline, moved by time and keys."""

    def __init__(self, timeline: Timeline, pace: float, clock: Callable[[], float]) -> None:
        self._timeline = timeline
        self._clock = clock
        self._then = clock()
        self.pace = pace
        self.paused = False
        self.position_s = 0.0
        self.marks: list[float] = []

    def advance(self) -> Snapshot | None:
        """Move on by the time that has passed; gives what is to be shown."""
        now = self._clock()
        passed, self._then = now - self._then, now
        last = self._timeline.last
        if last is None:
            return None
        if not self.paused:
            self.position_s += passed * self.pace
        self.position_s = min(self.position_s, last.t)
        return self._timeline.at(self.position_s)

    def key(self, key: str) -> None:
        """Act on a key; unknown ones do nothing."""
        if key == "space":
            self.paused = not self.paused
        elif key in ("left", "right"):
            self.position_s = max(0.0, self.position_s + (SKIP_S if key == "right" else -SKIP_S))
        elif key in ("+", "-", "="):
            self.pace = _next_pace(self.pace, up=key != "-")
        elif key == "m":
            self.marks.append(self.position_s)
        elif key in ("n", "p"):
            self._to_alert(forward=key == "n")

    def _to_alert(self, *, forward: bool) -> None:
        last = self._timeline.last
        places = sorted({lead_in(line) for line in last.alerts}) if last is not None else []
        if forward:
            later = [place for place in places if place > self.position_s + _REACH_S]
            target = later[0] if later else None
        else:
            earlier = [place for place in places if place < self.position_s - _REACH_S]
            target = earlier[-1] if earlier else None
        if target is not None:
            self.position_s = target


_REACH_S: Final = 0.5
"""A place this near is where one already is: the next key press goes on to another."""

BEFORE_SHOWN_S: Final = 5.0
"""An alert is looked at from a little before it shows: one of a long stretch is raised well after its start."""

BEFORE_START_S: Final = 2.0
"""Enough to hear how it came; an alert that was raised late is not waited for from further back."""


def lead_in(alert: AlertLine) -> float:
    """Where to jump to for ``alert``, seconds."""
    return max(0.0, alert.t - BEFORE_SHOWN_S, alert.start - BEFORE_START_S)


def _next_pace(pace: float, *, up: bool) -> float:
    others = [p for p in PACES if (p > pace if up else p < pace)]
    return pace if not others else others[0] if up else others[-1]
