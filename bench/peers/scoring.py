"""One scorer for all: what was found, what was not said, and how late the alarms were."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from voicemon.phrases.model import Lexicon

SLACK_S: Final = 0.5
"""Times of words are no better than that."""


@dataclass(frozen=True)
class Said:
    """A forbidden phrase that was said, seconds into the recording; ``text``: its words, where they are of use."""

    id: str
    start: float
    end: float
    text: str = ""


@dataclass(frozen=True)
class Alarm:
    """A phrase that a system claims to have heard, raised at ``at``; ``withdrawn`` later or not."""

    id: str
    start: float
    end: float
    at: float
    withdrawn: bool = False
    heard: str = ""


@dataclass(frozen=True)
class Tally:
    """One recording's, or by :func:`total` many recordings', figures."""

    said: int = 0
    found: int = 0
    false: int = 0
    false_withdrawn: int = 0
    """Of ``false``, those that were taken back."""
    misnamed: int = 0
    """Alarms on a forbidden phrase that named another one: neither found nor false."""
    latency_s: tuple[float, ...] = ()
    missed: tuple[str, ...] = ()
    invented: tuple[str, ...] = ()


Alike = Callable[[str, str], bool]


def alike(lexicon: Lexicon) -> Alike:
    """Whether two ids mean the same words: one phrase's core stands in the other (two scenes of a manual share one)."""
    phrases = {p.id: p for p in lexicon.forbidden}

    def same(a: str, b: str) -> bool:
        return a == b or phrases[a].core in phrases[b].normalised or phrases[b].core in phrases[a].normalised

    return same


def answers(phrase: Said, alarms: Sequence[Alarm], same: Alike) -> list[Alarm]:
    """The alarms on ``phrase`` that name it, also those that were withdrawn."""
    return [a for a in alarms if touch(a, phrase) and same(a.id, phrase.id)]


def lateness(phrase: Said, answering: Sequence[Alarm]) -> float | None:
    """The first alarm's time minus the phrase's end or, where it came on a part of it, that part's end.

    Seconds; ``None`` where no alarm stands: the phrase was missed.
    """
    return min((a.at - min(phrase.end, a.end) for a in answering if not a.withdrawn), default=None)


def unfounded(said: Sequence[Said], alarms: Sequence[Alarm]) -> list[Alarm]:
    """The alarms where no forbidden phrase was said, also those that were withdrawn."""
    return [a for a in alarms if not any(touch(a, p) for p in said)]


def tally(said: Sequence[Said], alarms: Sequence[Alarm], same: Alike) -> Tally:
    """What was found, missed and invented; for ``latency_s`` see :func:`lateness`."""
    late = [(p.id, lateness(p, answers(p, alarms, same))) for p in said]
    latency_s = tuple(s for _, s in late if s is not None)
    false = unfounded(said, alarms)
    return Tally(
        len(said),
        len(latency_s),
        len(false),
        sum(a.withdrawn for a in false),
        sum(not any(touch(a, p) and same(a.id, p.id) for p in said) for a in alarms) - len(false),
        latency_s,
        tuple(name for name, s in late if s is None),
        tuple(f"{a.id}@{a.start:.1f}" for a in false),
    )


def total(tallies: Iterable[Tally]) -> Tally:
    """All of them together."""
    whole = Tally()
    for t in tallies:
        whole = Tally(*(getattr(whole, name) + getattr(t, name) for name in Tally.__dataclass_fields__))
    return whole


def occurrences(records: Iterable[dict[str, Any]], same: Alike) -> list[Alarm]:
    """Our own records ``phrase`` as alarms: the first record raises one, the last says whether it stands."""
    raised: list[Alarm] = []
    for r in records:
        known = next((i for i, a in enumerate(raised) if same(a.id, r["id"]) and _near(a, r["start"], r["end"])), None)
        withdrawn = r["status"] == "withdrawn"
        if known is None:
            raised.append(Alarm(r["id"], r["start"], r["end"], r["at"], withdrawn, r.get("heard", "")))
        else:
            raised[known] = replace(raised[known], withdrawn=withdrawn)
    return raised


def percentile(values: Sequence[float], percent: float) -> float | None:
    return float(np.percentile(values, percent)) if values else None


def touch(alarm: Alarm, phrase: Said) -> bool:
    """Whether the alarm lies on the phrase, as well as times of words are known."""
    return _near(alarm, phrase.start, phrase.end)


def _near(alarm: Alarm, start: float, end: float) -> bool:
    return alarm.start < end + SLACK_S and start < alarm.end + SLACK_S
