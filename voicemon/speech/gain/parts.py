"""A channel's frames into what gain is judged by: slots of pauses, whole pauses, and seconds of speech."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from statistics import median
from typing import Final

import numpy as np

from voicemon.types import FRAMES_PER_S

SLOT_FRAMES: Final = FRAMES_PER_S // 10
"""The noise in a pause is taken as medians over 100 ms: clicks and single frames' scatter drop out."""

AFTER_SLOTS: Final = 2
BEFORE_SLOTS: Final = 2
"""So much behind speech and before it is no pause yet: words die away, and voice activity is found late."""

SILENT_DB: Final = -95.0
"""Below this a frame holds no room: the rounding of 16-bit samples alone makes -101 dBFS."""

TALK_FRAMES: Final = FRAMES_PER_S
"""Speech frames to one measure of the voice: some four syllables."""

TALK_BREAK_FRAMES: Final = FRAMES_PER_S // 2
"""A longer pause parts two utterances."""

AWAY_FRAMES: Final = 30 * FRAMES_PER_S
"""Who speaks again after so long may be somebody else, in another call."""

WORD_BREAK_FRAMES: Final = 15
"""What is said without a break longer than this is one word or more."""

EDGE_FRAMES: Final = 80
TAIL_FRAMES: Final = 40
"""Frames kept around the end of speech: a gate closes within 0.8 s after it, or voice activity ends 0.4 s late."""

MOST_SLOTS: Final = 300
"""A pause is judged by its first 30 s."""


@dataclass(frozen=True, slots=True)
class Slot:
    """The noise during 100 ms of a pause; levels in dBFS."""

    frame: int
    level_db: float
    bands_db: tuple[float, ...]

    @property
    def audible(self) -> bool:
        return self.level_db > SILENT_DB


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause that has ended: its slots from 0.2 s after speech on to 0.2 s before the next, and its beginning."""

    start: int
    end: int
    slots: tuple[Slot, ...]
    edge_db: tuple[float, ...]
    """Frame levels from 0.4 s before the end of speech to 0.8 s after it (less, where it is shorter)."""
    edge_from: int
    """Which of them is the first behind speech."""
    after_frames: int
    """Frames of speech since the last longer pause …"""
    word_frames: int
    """… and since the last break: a click taken for speech has but a few."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A second of speech frames, energy means in dBFS; ``utterance`` counts them."""

    start: int
    end: int
    utterance: int
    level_db: float
    bands_db: tuple[float, ...]


def may_be_another(before: Talk, after: Talk) -> bool:
    """Whether so long has passed between the two that another person may have put the headset on."""
    return after.start - before.end > AWAY_FRAMES


@dataclass(frozen=True, slots=True)
class Parts:
    """What one frame completed."""

    slot: Slot | None = None
    pause: Pause | None = None
    talk: Talk | None = None


NOTHING: Final = Parts()


@dataclass(slots=True)
class _Second:
    """Speech frames from ``start`` on, until they are a second's: their levels in dBFS, and those of their bands."""

    start: int
    rows: list[list[float]] = field(default_factory=list)

    def add(self, level_db: float, bands_db: list[float]) -> None:
        self.rows.append([level_db, *bands_db])

    def talk(self, end: int, utterance: int) -> Talk:
        level, *bands = (10 * np.log10(np.mean(10 ** (np.array(self.rows) / 10), axis=0))).tolist()
        return Talk(self.start, end, utterance, level, tuple(bands))


class PartTracker:
    """Feed each frame once, in order; gives each part when it is complete.  Latency of slots: 0.2 s."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """The sound was broken off: what is unfinished is dropped."""
        self._quiet = 0
        self._run = 0
        self._word = 0
        self._spoken = False
        self._utterance = 0
        self._second: _Second | None = None
        self._tail: deque[float] = deque(maxlen=TAIL_FRAMES)
        self._forget_pause()

    def step(self, frame: int, speech: bool, level_db: float, bands_db: list[float]) -> Parts:
        """One more frame; levels in dBFS, ``bands_db`` those of its bands."""
        if not speech:
            return self._silence(frame, level_db, bands_db)
        pause = self._end_pause(frame) if self._quiet else None
        self._spoken = True
        self._run += 1
        self._word += 1
        self._tail.append(level_db)
        if self._second is None:
            self._second = _Second(frame)
        self._second.add(level_db, bands_db)
        talk = None
        if len(self._second.rows) == TALK_FRAMES:
            talk, self._second = self._second.talk(frame + 1, self._utterance), None
        return NOTHING if pause is None and talk is None else Parts(pause=pause, talk=talk)

    def _silence(self, frame: int, level_db: float, bands_db: list[float]) -> Parts:
        self._quiet += 1
        if self._quiet == TALK_BREAK_FRAMES:
            self._utterance += 1
        if len(self._edge) < EDGE_FRAMES:
            self._edge.append(level_db)
        self._levels.append(level_db)
        self._bands.append(bands_db)
        if len(self._levels) < SLOT_FRAMES:
            return NOTHING
        bands = tuple(median(column) for column in zip(*self._bands, strict=True))
        self._waiting.append(Slot(frame + 1 - SLOT_FRAMES, median(self._levels), bands))
        self._levels.clear()
        self._bands.clear()
        self._seen += 1
        if self._seen <= AFTER_SLOTS + BEFORE_SLOTS:
            if self._seen <= AFTER_SLOTS:
                self._waiting.clear()
            return NOTHING
        slot = self._waiting.popleft()
        if len(self._slots) < MOST_SLOTS:
            self._slots.append(slot)
        return Parts(slot=slot)

    def _end_pause(self, frame: int) -> Pause | None:
        """``None`` for the silence before the first word, which has no beginning."""
        pause = None
        if self._spoken and self._slots:
            edge = (*self._tail, *self._edge)
            start = frame - self._quiet
            pause = Pause(start, frame, tuple(self._slots), edge, len(self._tail), self._run, self._word)
        if self._quiet > WORD_BREAK_FRAMES:
            self._word = 0
        if self._quiet > TAIL_FRAMES:
            self._tail.clear()
            self._run = 0
        else:
            self._tail.extend(self._edge)
        self._forget_pause()
        return pause

    def _forget_pause(self) -> None:
        self._quiet = 0
        self._seen = 0
        self._edge: list[float] = []
        self._levels: list[float] = []
        self._bands: list[list[float]] = []
        self._waiting: deque[Slot] = deque()
        self._slots: list[Slot] = []
