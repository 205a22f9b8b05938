"""A gain that was moved: the noise in the pauses and the speech between them rise or fall by the same amount.

The noise dates the change and gives its size, since it scatters by a decibel where speech scatters by three; that all
its bands move alike tells a gain from another noise; that speech follows tells it from a noise of the same colour.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

from voicemon.speech.gain.findings import GainFinding, GainKind
from voicemon.speech.gain.parts import SLOT_FRAMES, Pause, Slot, Talk, may_be_another
from voicemon.speech.gain.shape import uniform

POINT_SLOTS: Final = 5
FEWEST_SLOTS: Final = 3
"""Half a second of a pause makes one point of the noise track, its last 0.3 s too.  No point lies in two pauses: the
gain may have changed between them."""

RECENT_POINTS: Final = 2
"""The noise must have stayed where it is for a second of pauses."""

FEWEST_POINTS: Final = 2
MOST_POINTS: Final = 40
MOST_TALK: Final = 30

STEP_DB: Final = 3.5
SCATTER: Final = 4.0
UNREST: Final = 1.2
"""The step must exceed the noise track's own scatter by these factors: the median distance from the median, and the
distance that a tenth exceeds, for a sea's waves are steps now and then."""

SETTLED_DB: Final = 2.5
AGREE_DB: Final = 4.0
"""How far the change of the speech level may be from that of the noise: turns scatter by 3 dB."""

FOLLOWS: Final = 0.35
"""Least share of the noise's change that speech must show: the rest would be a noise that came up or went."""

FEWEST_TALK: Final = 3
JUDGED_TALK: Final = 8
"""Seconds of speech before and after a change: from 3 it may be told, after 8 it is decided."""

VOICE_DB: Final = 3.0
"""The same voice after a long silence: its bands changed alike, as those of the noise; another one differs by more."""


@dataclass(frozen=True, slots=True)
class _Point:
    start: int
    end: int
    level_db: float
    bands_db: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """The noise changed between frames ``since`` and ``frame``."""

    since: int
    frame: int
    step_db: float
    scatter_db: float
    before: tuple[Talk, ...]
    """Seconds of speech before ``since``."""


class StepDetector:
    """Feed slots and seconds of speech in order; tells of each step once."""

    def __init__(self) -> None:
        self._slots: list[Slot] = []
        self._points: deque[_Point] = deque(maxlen=MOST_POINTS)
        self._talk: deque[Talk] = deque(maxlen=MOST_TALK)
        self._candidate: _Candidate | None = None

    @property
    def pending(self) -> bool:
        """The noise has changed as by a gain; whether speech follows is not known yet."""
        return self._candidate is not None

    def reset(self) -> None:
        """Unfinished points are dropped; what was learned is kept."""
        self._slots.clear()

    def forget(self) -> None:
        """The gain is known to wander by itself: nothing of what was learned holds."""
        self._points.clear()
        self._candidate = None

    def slot(self, slot: Slot) -> None:
        """100 ms more of a pause."""
        if self._slots and slot.frame != self._slots[-1].frame + SLOT_FRAMES:
            self._finish()
        if slot.audible:
            self._slots.append(slot)
            if len(self._slots) == POINT_SLOTS:
                self._finish()

    def _finish(self) -> None:
        slots, self._slots = self._slots, []
        if len(slots) < FEWEST_SLOTS:
            return
        bands = tuple(median(column) for column in zip(*(s.bands_db for s in slots), strict=True))
        self._points.append(_Point(slots[0].frame, slots[-1].frame, median(s.level_db for s in slots), bands))
        if self._candidate is None:
            self._candidate = self._changed()
        elif not self._holds(self._candidate):
            self._candidate = None

    def talk(self, talk: Talk) -> GainFinding | None:
        self._talk.append(talk)
        candidate = self._candidate
        return None if candidate is None else self._confirm(candidate, talk.end)

    def pause(self, pause: Pause) -> GainFinding | None:
        """Speech said since the change may already be enough when the change is seen."""
        self._finish()
        return None if self._candidate is None else self._confirm(self._candidate, pause.end)

    def _changed(self) -> _Candidate | None:
        points = list(self._points)
        recent, before = points[-RECENT_POINTS:], points[:-RECENT_POINTS]
        if len(before) < FEWEST_POINTS:
            return None
        level = median(point.level_db for point in before)
        apart = sorted(abs(point.level_db - level) for point in before)
        scatter, unrest = median(apart), apart[len(apart) * 9 // 10]
        steps = [point.level_db - level for point in recent]
        step = sum(steps) / len(steps)
        if abs(step) < max(STEP_DB, SCATTER * scatter, UNREST * unrest) or max(steps) - min(steps) > SETTLED_DB:
            return None
        if not all(uniform(_bands(before), point.bands_db) for point in recent):
            return None
        said = _last_stretch([talk for talk in self._talk if talk.end <= before[-1].end])
        return _Candidate(before[-1].end, recent[0].start, step, scatter, said)

    def _holds(self, candidate: _Candidate) -> bool:
        after = [point.level_db for point in self._points if point.start >= candidate.frame]
        before = [point.level_db for point in self._points if point.end <= candidate.since]
        return not before or abs(median(after) - median(before) - candidate.step_db) <= SETTLED_DB

    def _confirm(self, candidate: _Candidate, now: int) -> GainFinding | None:
        before, after = candidate.before, [talk for talk in self._talk if talk.start >= candidate.frame]
        if len(after) < FEWEST_TALK or len(before) < FEWEST_TALK:
            return None
        if may_be_another(before[-1], after[0]) and not _same_voice(before, after):
            if len(after) >= JUDGED_TALK:
                self._rebase(candidate)
            return None
        change = median(talk.level_db for talk in after) - median(talk.level_db for talk in before)
        step = candidate.step_db
        agrees = abs(change - step) <= AGREE_DB and change * step >= FOLLOWS * step * step
        if not agrees and len(after) < JUDGED_TALK:
            return None
        self._rebase(candidate)
        if not agrees:
            return None
        margin = 1 - abs(change - step) / (2 * AGREE_DB)
        confidence = min(1.0, margin * abs(step) / (STEP_DB + candidate.scatter_db))
        evidence = {"floor_change_db": step, "speech_change_db": change, "floor_scatter_db": candidate.scatter_db}
        return GainFinding(GainKind.STEP, now, candidate.since, step, confidence, evidence)

    def _rebase(self, candidate: _Candidate) -> None:
        """What came before the change is no longer compared with."""
        while self._points and self._points[0].start < candidate.frame:
            self._points.popleft()
        self._candidate = None


def _last_stretch(talks: list[Talk]) -> tuple[Talk, ...]:
    """What was surely said by one person."""
    breaks = [at for at, (a, b) in enumerate(pairwise(talks), 1) if may_be_another(a, b)]
    return tuple(talks[breaks[-1] if breaks else 0 :])


def _same_voice(before: Sequence[Talk], after: Sequence[Talk]) -> bool:
    """Whether it is shown by enough speech that the voice, but for its level, is the same."""
    if min(len(before), len(after)) < JUDGED_TALK:
        return False
    means = [[median(column) for column in zip(*(t.bands_db for t in part), strict=True)] for part in (before, after)]
    return uniform(means[0], means[1], VOICE_DB)


def _bands(points: list[_Point]) -> tuple[float, ...]:
    return tuple(median(column) for column in zip(*(point.bands_db for point in points), strict=True))
