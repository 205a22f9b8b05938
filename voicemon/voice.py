"""One speaker, frame by frame: spans, utterances and the level of what was said."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

from voicemon.channel import Features, Syllables
from voicemon.settings import AsrSettings
from voicemon.speech.segmenter import Piece, Segmenter
from voicemon.speech.spans import SpanChange, SpanTracker
from voicemon.types import FRAMES_PER_S

PAUSE_MOST_FRAMES: Final = FRAMES_PER_S
"""A longer silence ends a turn and is no pause in it."""

RING_FRAMES: Final = 64 * FRAMES_PER_S
"""Frames kept for looking back: the longest utterance, its end-point, and text that comes late."""

MOVING_LEVEL_S: Final = 2.0
"""Time constant of the level that is held against the band: a phrase, not a syllable."""


SMALLEST_MS: Final = 1e-15
"""Below this mean square there is no sound, only a filter's dying tail."""


def to_db(mean_square: float) -> float | None:
    """10 lg of a mean square; ``None`` where there is no sound."""
    return 10 * math.log10(mean_square) if mean_square > SMALLEST_MS else None


@dataclass(slots=True)
class Energy:
    """A sum of mean squares over frames; its mean is an equivalent level."""

    total: float = 0.0
    frames: int = 0

    def add(self, mean_squares: list[float]) -> None:
        self.total += math.fsum(mean_squares)
        self.frames += len(mean_squares)

    @property
    def db(self) -> float | None:
        """10 lg of the mean square, dBFS; ``None`` without frames or sound."""
        return to_db(self.total / self.frames) if self.frames else None

    @property
    def seconds(self) -> float:
        return self.frames / FRAMES_PER_S


@dataclass(frozen=True, slots=True)
class Spoken:
    """An utterance that has ended, measured: levels in dBFS(A)."""

    piece: Piece
    laeq_db: float | None
    active_db: float | None
    active_s: float
    pauses: int
    """Pauses of 200 ms and more within it."""


@dataclass(slots=True)
class Totals:
    """One speaker's call so far."""

    active: Energy = field(default_factory=Energy)
    sound: Energy = field(default_factory=Energy)
    pauses: int = 0
    in_band_s: float = 0.0
    judged_s: float = 0.0
    f0_range_st_s: float = 0.0
    """Semitones times seconds of speech they were measured over."""
    f0_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Second:
    """A stretch of at most a second, measured: levels in dBFS(A)."""

    laeq_db: float | None
    lafmax_db: float | None
    speech_s: float
    clipped_frames: int


class Ring:
    """Values of the last frames by absolute frame number; plain floats, since they are read one by one."""

    def __init__(self, size: int) -> None:
        self._values = [0.0] * size
        self._size = size

    def put(self, first: int, values: list[float]) -> None:
        at = first % self._size
        head = min(len(values), self._size - at)
        self._values[at : at + head] = values[:head]
        self._values[: len(values) - head] = values[head:]

    def get(self, start: int, end: int) -> list[float]:
        """Values of frames ``start`` to ``end``: the newest, when more are asked for than are kept."""
        start = max(start, end - self._size)
        at, stop = start % self._size, end % self._size
        if end <= start:
            return []
        return self._values[at:stop] if at < stop else self._values[at:] + self._values[:stop]


class Voice:
    """Decisions about one channel.  Feed each frame once, in order, through :meth:`step`."""

    def __init__(self, asr: AsrSettings) -> None:
        self.tracker = SpanTracker()
        self.segmenter = Segmenter(asr.end_silence_s, asr.max_utterance_s, asr.provisional and asr.enabled)
        self.totals = Totals()
        self.utterance = Energy()
        """Active speech of the running utterance, or of the last one."""
        self.moving_ms: float | None = None
        """Mean square of recent active speech (exponential mean over :data:`MOVING_LEVEL_S` of speech)."""
        self._decay = math.exp(-1 / (MOVING_LEVEL_S * FRAMES_PER_S))
        self._weighted = Ring(RING_FRAMES)
        self._fast_max = Ring(RING_FRAMES)
        self._clipped = Ring(RING_FRAMES)
        self._active = Ring(RING_FRAMES)
        self._syllables = Ring(RING_FRAMES)
        self._floor_db = -math.inf
        self._spoke_until = -2 * PAUSE_MOST_FRAMES

    @property
    def speaking(self) -> bool:
        return self.tracker.start is not None

    def load(self, features: Features, syllables: Syllables) -> None:
        """Take in frames that :meth:`step` will come to, and nuclei of frames before them."""
        self._weighted.put(features.first, features.weighted_ms.tolist())
        self._fast_max.put(features.first, features.fast_max_ms.tolist())
        self._clipped.put(features.first, features.clipped.tolist())
        self._active.put(features.first, [0.0] * len(features))
        self._syllables.put(syllables.first, syllables.counts.tolist())

    def step(self, frame: int, speech: bool, level_db: float, floor_db: float) -> tuple[SpanChange, Piece | None]:
        """Decide about one frame; gives what changed and the utterance to be recognised now, if any."""
        change = self.tracker.update(frame, speech)
        self._floor_db = floor_db
        if change.started is not None and self.segmenter.current is None:
            self.utterance = Energy()
        if change.started is not None and change.started - self._spoke_until <= PAUSE_MOST_FRAMES:
            self.totals.pauses += 1
        if change.active is not None:
            self._hear(*change.active)
            self._spoke_until = change.active[1]
        return change, self.segmenter.update(frame, change.started, change.active, self.speaking, level_db)

    def close(self) -> tuple[SpanChange, Piece | None]:
        """End span and utterance now: the sound ends or is broken off."""
        return self.tracker.close(), self.segmenter.finish()

    def measure(self, piece: Piece) -> Spoken:
        """Levels of an utterance that has ended."""
        active = self._energy(piece)
        whole = Energy()
        whole.add(self._weighted.get(piece.start, piece.end))
        pauses = max(0, len(piece.spans) - 1)
        return Spoken(piece, whole.db, active.db, active.seconds, pauses)

    def over_floor_db(self, piece: Piece) -> float:
        """How far the utterance's active level stands over the noise floor."""
        level = self._energy(piece).db
        return 0.0 if level is None else level - self._floor_db

    def rate_frames(self, start: int, end: int) -> tuple[list[float], list[float]]:
        """Frames ``start`` to ``end``: 1 for active speech, and syllables in each."""
        return self._active.get(start, end), self._syllables.get(start, end)

    def syllables(self, start: int, end: int) -> float:
        """Syllable nuclei in frames ``start`` to ``end``, as far as they are known."""
        return sum(self._syllables.get(start, end))

    def note_pitch(self, range_st: float | None, seconds: float) -> None:
        """Take an utterance's F0 range into the call's mean, weighted by its length."""
        if range_st is not None:
            self.totals.f0_range_st_s += range_st * seconds
            self.totals.f0_s += seconds

    def second(self, start: int, end: int) -> Second:
        """What frames ``start`` to ``end`` held."""
        energy = Energy()
        energy.add(self._weighted.get(start, end))
        loudest = max(self._fast_max.get(start, end), default=0.0)
        self.totals.sound.total += energy.total
        self.totals.sound.frames += energy.frames
        return Second(
            energy.db,
            to_db(loudest),
            sum(self._active.get(start, end)) / FRAMES_PER_S,
            round(sum(self._clipped.get(start, end))),
        )

    @property
    def moving_db(self) -> float | None:
        """Level of recent active speech, dBFS(A)."""
        return None if self.moving_ms is None else to_db(self.moving_ms)

    def _energy(self, piece: Piece) -> Energy:
        energy = Energy()
        for start, end in piece.spans:
            energy.add(self._weighted.get(start, end))
        return energy

    def _hear(self, start: int, end: int) -> None:
        levels = self._weighted.get(start, end)
        self._active.put(start, [1.0] * (end - start))
        self.totals.active.add(levels)
        self.utterance.add(levels)
        for value in levels:
            old = self.moving_ms
            self.moving_ms = value if old is None else value + (old - value) * self._decay
