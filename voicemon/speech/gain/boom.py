"""A microphone that was moved: speech is fainter and thinner, or louder and fuller, and the room is as loud as before.

Near the mouth a directional microphone lifts low tones (proximity effect), and with the distance both level and lift
go.  A voice that is raised does the opposite: louder, it has relatively less of the low tones.  Where level and low
tones go the same way it was therefore the distance; level alone may be effort, and is not told of.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, median, pstdev
from typing import Final

from voicemon.speech.gain.findings import GainFinding, GainKind
from voicemon.speech.gain.frames import LOW, MID
from voicemon.speech.gain.parts import SILENT_DB, Slot, Talk, may_be_another

RECENT_TALK: Final = (8, 14)
"""Seconds of speech the new place must have lasted: a clear change shows in the first, a lesser one in more …"""

RECENT_UTTERANCES: Final = 2
"""… over more than one utterance: a head turned for one sentence is no moved microphone."""

BEFORE_TALK: Final = 8
MOST_BEFORE: Final = 24

LEVEL_DB: Final = 4.0
LEVEL_SIGMAS: Final = 4.2
"""Least change of the speech level, and how often it must exceed its standard error."""

BALANCE_DB: Final = 1.6
BALANCE_SIGMAS: Final = 2.0
"""The same of the low tones over the next band, which vary from word to word; together they are what counts. They do
not change by more than the level: that is another source, as a child that cries."""

SIZE_TALK: Final = 4
"""The last seconds, which surely lie behind the move, give its size."""

HOLD_TALK: Final = 2
"""Looks, a second of speech apart, that must agree."""

FLOOR_DB: Final = 2.5
"""The room's noise is as it was."""

FLOOR_SLOTS: Final = 50
FEWEST_FLOOR_SLOTS: Final = 20

UNREST_DB: Final = 5.0
"""Nine tenths of the noise less its median: where dogs bark and machines come and go, what is taken for speech is in
part the room, and of distances nothing is said."""


@dataclass(frozen=True, slots=True)
class _Change:
    db: float
    sigmas: float


class MoveDetector:
    """Feed slots and seconds of speech in order; tells of each move once."""

    def __init__(self) -> None:
        self._talk: deque[tuple[Talk, float | None]] = deque(maxlen=RECENT_TALK[-1] + MOST_BEFORE)
        self._floor: deque[float] = deque(maxlen=FLOOR_SLOTS)
        self._agreed = 0

    def forget(self) -> None:
        """The gain changed: levels before it are not compared with."""
        self._talk.clear()
        self._floor.clear()
        self._agreed = 0

    def slot(self, slot: Slot) -> None:
        if slot.level_db > SILENT_DB:
            self._floor.append(slot.level_db)

    def talk(self, talk: Talk) -> GainFinding | None:
        if self._talk and may_be_another(self._talk[-1][0], talk):
            self._talk.clear()
            self._agreed = 0
        floor = median(self._floor) if self._floor else None
        self._talk.append((talk, floor))
        parts = list(self._talk)
        lengths = () if self._restless() else RECENT_TALK
        looks = [(parts[:-n], parts[-n:]) for n in lengths if len(parts) >= n + BEFORE_TALK]
        found = next(((b, r, c) for b, r in looks if (c := _moved(b, r, floor)) is not None), None)
        self._agreed = self._agreed + 1 if found is not None else 0
        if found is None or self._agreed < HOLD_TALK:
            return None
        before, recent, (level, balance) = found
        self.forget()
        since = recent[0][0].start
        size = fmean(t.level_db for t, _ in recent[-SIZE_TALK:]) - fmean(t.level_db for t, _ in before)
        confidence = min(1.0, (level.sigmas / LEVEL_SIGMAS + balance.sigmas / BALANCE_SIGMAS) / 4)
        evidence = {"balance_change_db": balance.db, "level_sigmas": level.sigmas, "balance_sigmas": balance.sigmas}
        return GainFinding(GainKind.MOVED, talk.end, since, size, confidence, evidence)

    def _restless(self) -> bool:
        levels = sorted(self._floor)
        if len(levels) < FEWEST_FLOOR_SLOTS:
            return False
        return levels[len(levels) * 9 // 10] - levels[len(levels) // 2] > UNREST_DB


_Parts = list[tuple[Talk, float | None]]


def _moved(before: _Parts, recent: _Parts, floor_db: float | None) -> tuple[_Change, _Change] | None:
    """Changes of level and balance, where they are those of a moved microphone."""
    if len({part.utterance for part, _ in recent}) < RECENT_UTTERANCES:
        return None
    level = _change([t.level_db for t, _ in before], [t.level_db for t, _ in recent])
    balance = _change([_balance(t) for t, _ in before], [_balance(t) for t, _ in recent])
    if level.db * balance.db <= 0 or abs(level.db) < LEVEL_DB or abs(balance.db) < BALANCE_DB:
        return None
    if abs(balance.db) > abs(level.db):
        return None
    if level.sigmas < LEVEL_SIGMAS or balance.sigmas < BALANCE_SIGMAS or not _same_room(before, floor_db):
        return None
    return level, balance


def _balance(talk: Talk) -> float:
    return talk.bands_db[LOW] - talk.bands_db[MID]


def _same_room(before: _Parts, floor_db: float | None) -> bool:
    floors = [floor for _, floor in before if floor is not None]
    return floor_db is None or not floors or abs(floor_db - median(floors)) <= FLOOR_DB


def _change(before: list[float], after: list[float]) -> _Change:
    difference = fmean(after) - fmean(before)
    error = sqrt(pstdev(before) ** 2 / len(before) + pstdev(after) ** 2 / len(after))
    return _Change(difference, abs(difference) / max(error, 1e-6))
