"""Where on the program's clock each call of a soak was heard, whatever stood still or was lost on the way."""

from __future__ import annotations

import statistics
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from bench.matching import NEAR_S, Record, aligned, percentile
from bench.playlist import Played, Playlist

LEAST_OFFSET_S: Final = -1.0
MOST_OFFSET_S: Final = 60.0
"""The player is started at most so long after the program."""
MOST_DELAY_S: Final = 60.0
"""All outages of a run together: a machine that stood still for longer has no result worth reading."""
EARLY_S: Final = 5.0
"""The player's own word on when it began is as good as this."""
EDGE_S: Final = 0.05
"""The goal: edges of utterances against a replay of the same sound."""


@dataclass(frozen=True)
class Anchor:
    """An utterance that was played at ``at_s`` and heard; ``stretch`` counts the clock's jumps before it."""

    at_s: float
    offset_s: float
    stretch: int
    heard: Record
    true: Record


@dataclass(frozen=True)
class Course:
    """The source's clock against the playback's over a whole run, utterance by utterance.

    ``fallback_s`` is the offset where no utterance at all was paired: the player's own word, or nothing.
    """

    anchors: tuple[Anchor, ...]
    fallback_s: float = 0.0

    def around(self, at_s: float) -> tuple[float, float]:
        """The least and the greatest offset that may hold at ``at_s`` of the playback.

        They differ only between the last utterance before a jump of the clock and the first one behind it.
        """
        if not self.anchors:
            return self.fallback_s, self.fallback_s
        right = bisect_right(self.anchors, at_s, key=lambda a: a.at_s)
        near = [self.smooth(i) for i in (right - 1, right) if 0 <= i < len(self.anchors)]
        return min(near), max(near)

    def smooth(self, index: int) -> float:
        """The offset at one anchor: the median of it and its neighbours between the same jumps."""
        stretch = self.anchors[index].stretch
        near = self.anchors[max(0, index - 2) : index + 3]
        return statistics.median(a.offset_s for a in near if a.stretch == stretch)

    def heard(self, record: Record) -> Record:
        """``record`` of the playback on the source's clock; as wide as is not known on which side of a jump it lies."""
        low, high = self.around(record["start"])[0], self.around(record["end"])[1]
        return record | {"start": record["start"] + low, "end": record["end"] + high}

    def jumps(self) -> list[dict[str, float]]:
        """Where in the playback the clocks jumped against each other, and by how much."""
        steps = [i for i, (a, b) in enumerate(pairwise(self.anchors)) if a.stretch != b.stretch]
        return [
            {
                "after_s": round(self.anchors[i].at_s, 1),
                "before_s": round(self.anchors[i + 1].at_s, 1),
                "by_s": round(self.smooth(i + 1) - self.smooth(i), 3),
            }
            for i in steps
        ]


@dataclass(frozen=True)
class Placed:
    """One call as it was heard: the source's clock lies ``offset_s`` behind the playback's, edge by edge."""

    call: Played
    offset_s: float
    expected: int
    anchors: tuple[Anchor, ...] = ()
    """The call's own utterances that were heard; without any, the offset is carried from the calls around."""
    off_s: tuple[float, ...] = ()
    """How far each anchor's start and each anchor's end lie from the run's course."""

    @property
    def matched(self) -> int:
        return len(self.anchors)


@dataclass(frozen=True)
class Placement:
    """All calls of a run, every one that was played."""

    course: Course
    calls: tuple[Placed, ...]
    strangers: tuple[Record, ...] = field(default=(), repr=False)
    """Utterances that were heard and that the reference does not have."""


def place(
    playlist: Playlist, records: Sequence[Record], known: dict[str, list[Record]], began_s: float | None = None
) -> Placement:
    """Where on the source's clock each call was heard.

    ``known``: each call's utterances; ``began_s``: the source's clock as the player began.  Times in ``records`` are on
    one clock for the whole run, whatever number of sessions is told of in them.
    """
    heard = [r for r in records if r["type"] == "utterance" and r.get("channel", "agent") == "agent"]
    whole = {c.number: [_moved(u, c) for u in known[c.id]] for c in playlist.calls}
    true = [u for call in playlist.calls for u in whole[call.number]]
    low_s, high_s = LEAST_OFFSET_S, MOST_OFFSET_S
    if began_s is not None:
        low_s, high_s = began_s - EARLY_S, began_s
    pairs = aligned(heard, true, low_s, high_s + MOST_DELAY_S)
    course = Course(tuple(_anchors(pairs)), began_s or 0.0)
    taken = {id(h) for h, _ in pairs}
    calls = tuple(_placed(call, course, len(whole[call.number])) for call in playlist.calls)
    return Placement(course, calls, tuple(h for h in heard if id(h) not in taken))


def _moved(record: Record, call: Played) -> Record:
    moved = {"start": record["start"] + call.start, "end": record["end"] + call.start, "call": call.number}
    return record | moved


def _anchors(pairs: Sequence[tuple[Record, Record]]) -> Iterator[Anchor]:
    stretch, last_s = 0, None
    for heard, true in pairs:
        offset_s = heard["start"] - true["start"]
        stretch += last_s is not None and abs(offset_s - last_s) > NEAR_S
        last_s = offset_s
        yield Anchor(true["start"], offset_s, stretch, heard, true)


def _placed(call: Played, course: Course, expected: int) -> Placed:
    own = [(i, a) for i, a in enumerate(course.anchors) if a.true["call"] == call.number]
    if not own:
        return Placed(call, course.around(call.start)[0], expected)
    ends_s = [a.heard["end"] - a.true["end"] - course.smooth(i) for i, a in own]
    starts_s = [a.offset_s - course.smooth(i) for i, a in own]
    offset_s = statistics.median(a.offset_s for _, a in own)
    return Placed(call, offset_s, expected, tuple(a for _, a in own), (*starts_s, *ends_s))


def clock(placement: Placement) -> dict[str, Any]:
    """The sample clock against the playback's: jumps apart, how the offset moved from the first call to the last."""
    calls, course = placement.calls, placement.course
    carried = [f"{p.call.id}#{p.call.number}" for p in calls if not p.anchors]
    found: dict[str, Any] = {
        "calls": len(calls) - len(carried),
        "calls_not_heard": carried,
        "utterances_matched": sum(p.matched for p in calls),
        "utterances_expected": sum(p.expected for p in calls),
        "utterances_not_expected": len(placement.strangers),
    }
    if not course.anchors:
        return {"offset_s": None} | found
    # Each call by the median of what of it lies between the same two jumps.
    stretches: dict[int, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    names = {p.call.number: p.call.id for p in calls}
    for anchor in course.anchors:
        stretches[anchor.stretch][anchor.true["call"]].append(anchor.offset_s)
    middles = [{number: statistics.median(o) for number, o in by_call.items()} for by_call in stretches.values()]
    repeated = [change for middle in middles for change in _repeated(middle, names)]
    drift_s = sum(list(m.values())[-1] - next(iter(m.values())) for m in middles)
    return {
        "offset_s": round(statistics.median(a.offset_s for a in course.anchors), 3),
        "jumps": course.jumps(),
        "drift_ms": round(1000 * drift_s, 1),
        "drift_ms_same_calls": round(1000 * statistics.median(repeated), 1) if repeated else None,
        "offset_range_ms": round(1000 * max(max(m.values()) - min(m.values()) for m in middles), 1),
        "start_spread_ms": round(1000 * max(abs(o) for p in calls for o in p.off_s[: p.matched]), 1),
        **found,
    }


def _repeated(middle: dict[int, float], names: dict[int, str]) -> list[float]:
    """How far the offset of each call that was played again moved from its first time to its last."""
    rounds: dict[str, list[float]] = defaultdict(list)
    for number, offset_s in middle.items():
        rounds[names[number]].append(offset_s)
    return [many[-1] - many[0] for many in rounds.values() if len(many) > 1]


def against_replay(placement: Placement) -> dict[str, Any]:
    """Edges and levels of the utterances of all calls against a replay of each call's file.

    One that was cut elsewhere counts with its whole difference, and by number: its level is of other sound too.
    """
    edges = [edge for p in placement.calls for edge in _edges_ms(p)]
    levels = [level for p in placement.calls for level in _levels_db(p)]
    lengths = [
        (a.heard["end"] - a.heard["start"]) - (a.true["end"] - a.true["start"]) for a in placement.course.anchors
    ]
    return {
        "edges": len(edges),
        "edge_p50_ms": _rounded(percentile(edges, 50), 1),
        "edge_p95_ms": _rounded(percentile(edges, 95), 1),
        "edge_max_ms": _rounded(max(edges, default=None), 1),
        "edges_beyond_goal": sum(e > 1000 * EDGE_S for e in edges),
        "cut_elsewhere": sum(abs(length) > NEAR_S for length in lengths),
        "laeq_p50_db": _rounded(percentile(levels, 50), 2),
        "laeq_p95_db": _rounded(percentile(levels, 95), 2),
        "laeq_max_db": _rounded(max(levels, default=None), 2),
    }


def by_call(placement: Placement) -> list[dict[str, Any]]:
    """Each call by itself; one with nothing ``matched`` stands where the calls around it say."""
    return [
        {
            "call": f"{p.call.id}#{p.call.number}",
            "start_s": round(p.call.start, 3),
            "offset_s": round(p.offset_s, 3),
            "expected": p.expected,
            "matched": p.matched,
            "edge_p50_ms": _rounded(percentile(_edges_ms(p), 50), 1),
            "edge_max_ms": _rounded(max(_edges_ms(p), default=None), 1),
            "laeq_max_db": _rounded(max(_levels_db(p), default=None), 2),
        }
        for p in placement.calls
    ]


def _edges_ms(placed: Placed) -> list[float]:
    return [1000 * abs(off) for off in placed.off_s]


def _levels_db(placed: Placed) -> list[float]:
    both = [(a.heard.get("laeq_db"), a.true.get("laeq_db")) for a in placed.anchors]
    return [abs(heard - true) for heard, true in both if heard is not None and true is not None]


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
