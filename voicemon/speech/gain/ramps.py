"""Automatic gain heard in the pauses: it lifts the noise while nobody speaks and lets it down when speech sets in.

One rising pause means nothing, a lorry may pass.  Several that all rise, none that falls, each starting low again, and
the noise keeping its spectrum: that is a gain that waits for speech.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Final

from voicemon.speech.gain.findings import GainFinding, GainKind
from voicemon.speech.gain.parts import Pause, Slot
from voicemon.speech.gain.shape import uniform
from voicemon.types import FRAMES_PER_S

FEWEST_SLOTS: Final = 6
"""Pauses of less than a second (with the 0.4 s at their ends) show no rise."""

EARLY_SLOTS: Final = 3
LATE_SLOTS: Final = 6
MIDDLE_SLOTS: Final = 6
"""What falls later than 0.5 s behind speech is no word dying away."""

CLEAR_DB: Final = 1.0
SCATTER: Final = 3.0
"""A change is clear beyond this, and beyond so many times what successive slots differ by (median)."""

UNIFORM_DB: Final = 3.5
BACK: Final = 0.5
SPEECH_FRAMES: Final = FRAMES_PER_S
"""So much of a rise must be gone when the next pause begins: a second of speech and more brings
an automatic gain down again."""

MOST_PAUSES: Final = 8
MOST_SCORE: Final = 2.0
SCORE_NEEDED: Final = 5.0
"""Rises in units of what is clear, at most two a pause, summed over the last pauses; noise sums to zero ± 1.7."""

RISES_NEEDED: Final = 3

FAST_SLOTS: Final = 10
FAST_SHARE: Final = 0.7
"""A compressor has most of its rise behind it 1.2 s after speech (300 to 500 ms to release)."""


@dataclass(frozen=True, slots=True)
class _Ramp:
    frame: int
    begin_db: float
    end_db: float
    score: float
    """Rise over what is clear; negative: it falls."""
    fast_share: float

    @property
    def rise_db(self) -> float:
        return self.end_db - self.begin_db


class RampDetector:
    """Feed every pause; tells of automatic gain once."""

    def __init__(self) -> None:
        self._ramps: deque[_Ramp] = deque(maxlen=MOST_PAUSES)
        self._told = False

    def pause(self, pause: Pause) -> GainFinding | None:
        slots = pause.slots
        if self._told or len(slots) < FEWEST_SLOTS or not all(slot.audible for slot in slots):
            return None
        ramp = _ramp(pause)
        if self._ramps and pause.after_frames >= SPEECH_FRAMES and _stayed(self._ramps[-1], ramp):
            self._ramps[-1] = replace(self._ramps[-1], score=0.0)
        self._ramps.append(ramp)
        rises = [r for r in self._ramps if r.score >= 1]
        score = sum(min(r.score, MOST_SCORE) for r in self._ramps)
        if len(rises) < RISES_NEEDED or score < SCORE_NEEDED or any(r.score <= -1 for r in self._ramps):
            return None
        self._told = True
        fast_share = median(r.fast_share for r in rises)
        kind = GainKind.FAST_AGC if fast_share >= FAST_SHARE else GainKind.SLOW_AGC
        evidence = {"rises": float(len(rises)), "pauses": float(len(self._ramps)), "fast_share": fast_share}
        size = median(r.rise_db for r in rises)
        return GainFinding(kind, pause.end, rises[0].frame, size, min(1.0, score / (2 * SCORE_NEEDED)), evidence)


def _ramp(pause: Pause) -> _Ramp:
    """By the quietest slots: what is heard above the room now and then does not count."""
    slots = pause.slots
    levels = [slot.level_db for slot in slots]
    late = slots[-min(LATE_SLOTS, len(slots) // 2) :]
    end = sorted(slot.level_db for slot in late)[1]
    early, middle = slots[:EARLY_SLOTS], slots[EARLY_SLOTS:MIDDLE_SLOTS]
    begin = min(levels[:EARLY_SLOTS])
    clear = max(CLEAR_DB, SCATTER * median(abs(b - a) for a, b in pairwise(levels)))
    score = 0.0
    if end > begin and uniform(_quietest(early), _quietest(late), UNIFORM_DB):
        score = (end - begin) / clear
    elif (
        middle
        and end < min(levels[EARLY_SLOTS:MIDDLE_SLOTS])
        and uniform(_quietest(middle), _quietest(late), UNIFORM_DB)
    ):
        score = (end - min(levels[EARLY_SLOTS:MIDDLE_SLOTS])) / clear
    at_fast = median(levels[FAST_SLOTS - 2 : FAST_SLOTS + 1] or levels[-1:])
    fast_share = (at_fast - begin) / (end - begin) if end > begin and len(slots) >= 2 * FAST_SLOTS else 0.0
    return _Ramp(pause.start, begin, end, score, fast_share)


def _stayed(before: _Ramp, after: _Ramp) -> bool:
    """The next pause begins as high as the last one ended: the noise rose, not the gain."""
    return before.score >= 1 and after.begin_db > before.end_db - BACK * before.rise_db


def _quietest(slots: tuple[Slot, ...]) -> tuple[float, ...]:
    """Band levels of the quieter half."""
    quiet = sorted(slots, key=lambda slot: slot.level_db)[: (len(slots) + 1) // 2]
    return tuple(median(column) for column in zip(*(slot.bands_db for slot in quiet), strict=True))
