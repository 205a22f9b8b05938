"""One speaker, frame by frame: spans, utterances and the level of what was said."""

from __future__ import annotations

import math
from typing import Final

from voicemon.channel import Features, Syllables
from voicemon.energy import Energy, Ring, to_db
from voicemon.levels import CallLevels
from voicemon.measured import Second, Spoken, Totals
from voicemon.pauses import pause_weight
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


class Voice:
    """Decisions about one channel.  Feed each frame once, in order, through :meth:`step`."""

    def __init__(self, asr: AsrSettings, first_number: int = 0) -> None:
        """``first_number``: of its utterances."""
        self.tracker = SpanTracker()
        provisional = asr.provisional and asr.enabled
        self.segmenter = Segmenter(asr.end_silence_s, asr.max_utterance_s, provisional, first_number)
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
        self._weight = Ring(RING_FRAMES)
        """How much of each frame is active speech, 0 to 1."""
        self._syllables = Ring(RING_FRAMES)
        self._there = Ring(RING_FRAMES)
        self.levels = CallLevels(RING_FRAMES)
        self._floor_db = -math.inf
        self._spoke_until = -2 * PAUSE_MOST_FRAMES

    @property
    def speaking(self) -> bool:
        return self.tracker.start is not None

    @property
    def busy(self) -> bool:
        """A frame without speech may matter: a span or an utterance is open."""
        return self.tracker.start is not None or self.segmenter.current is not None

    def rest(self, floor_db: float) -> None:
        """Take frames without speech, the last at this noise floor, while not :attr:`busy`: nothing to decide."""
        self._floor_db = floor_db

    def load(self, features: Features, *syllables: Syllables) -> None:
        """Take in frames that :meth:`step` will come to, and nuclei of frames before them."""
        self._weighted.put(features.first, features.weighted_ms.tolist())
        self._fast_max.put(features.first, features.fast_max_ms.tolist())
        self.levels.load(features.first, features.weighted_ms, features.fast_ms)
        self._clipped.put(features.first, features.clipped.tolist())
        end = features.first + len(features)
        self._active.fill(features.first, end, 0.0)
        self._weight.fill(features.first, end, 0.0)
        self._there.fill(features.first, end, 1.0)
        for part in syllables:
            self._syllables.put(part.first, part.counts.tolist())

    def absent(self, frame: int) -> None:
        """There is no sound in ``frame``."""
        self._there.put(frame, [0.0])

    def step(self, frame: int, speech: bool, level_db: float, floor_db: float) -> tuple[SpanChange, Piece | None]:
        """Decide about one frame; gives what changed and the utterance to be recognised now, if any."""
        change = self.tracker.update(frame, speech)
        self._floor_db = floor_db
        if change.started is not None and self.segmenter.current is None:
            self.utterance = Energy()
        if change.started is not None and change.started - self._spoke_until <= PAUSE_MOST_FRAMES:
            self.totals.pauses += 1
        if change.active is not None:
            start, end = change.active
            if change.started is None:
                self._pause(start, end - 1)
                self._speech_frame(end - 1)
            else:
                if self.segmenter.current is not None:
                    self._pause(self._spoke_until, start)
                self._speech(start, end)
            self._active.fill(start, end, 1.0)
            self.totals.talk_frames += end - start
            self._spoke_until = end
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
        # LAE = LAeq,T + 10 lg(T / 1 s): IEC 61672-1:2013, 3.12.
        lae_db = to_db(whole.total / FRAMES_PER_S)
        return Spoken(piece, whole.db, active.db, active.seconds, pauses, lae_db)

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

    def second(self, start: int, end: int) -> Second | None:
        """What frames ``start`` to ``end`` held, those without sound left out; ``None`` where there was none."""
        there = self._there.get(start, end)
        if 1.0 not in there:
            return None
        energy = self._sound(start, end)
        loudest = max(self._fast_max.get(start, end), default=0.0)
        self.totals.sound += energy
        self.totals.trailing += energy
        return Second(
            energy.db,
            to_db(loudest),
            sum(self._active.get(start, end)) / FRAMES_PER_S,
            round(sum(self._clipped.get(start, end))),
            start + there.index(1.0),
            end - there[::-1].index(1.0),
            to_db(self.levels.second(start, there)),
        )

    def settle(self) -> None:
        """Somebody spoke: all sound so far is the call's."""
        self.totals.trailing = Energy()
        self.levels.settle()

    def forget_before(self, frame: int, levelled: int) -> None:
        """The call began at ``frame``: its sound is that from there to ``levelled``, as far as it is kept."""
        first = max(min(frame, levelled), levelled - RING_FRAMES)
        self.totals.sound = self._sound(first, levelled)
        self.totals.trailing = Energy()
        self.levels.forget_before(first, self._there.get(first, levelled))

    def forget_trailing(self) -> None:
        """The silence at the end is not the call's."""
        self.totals.sound -= self.totals.trailing
        self.totals.trailing = Energy()
        self.levels.forget_trailing()

    def _sound(self, start: int, end: int) -> Energy:
        there = self._there.get(start, end)
        return Energy(math.fsum(self._weighted.get(start, end)), round(sum(there)))

    @property
    def moving_db(self) -> float | None:
        """Level of recent active speech, dBFS(A)."""
        return None if self.moving_ms is None else to_db(self.moving_ms)

    def _energy(self, piece: Piece) -> Energy:
        weights = self._weight.get(piece.start, piece.end)
        levels = self._weighted.get(piece.start, piece.end)
        return Energy(math.fsum(w * level for w, level in zip(weights, levels, strict=True)), math.fsum(weights))

    def _pause(self, start: int, end: int) -> None:
        """No speech from frame ``start`` to ``end`` within an utterance: how much of it is active speech?"""
        if end > start:
            self._speech(start, end, pause_weight(end - start))

    def _speech_frame(self, frame: int) -> None:
        """:meth:`_speech` for one frame that counts whole, as most do."""
        value = self._weighted.at(frame)
        self._weight.fill(frame, frame + 1, 1.0)
        self.totals.active.add_frame(value)
        self.utterance.add_frame(value)
        old = self.moving_ms
        self.moving_ms = value if old is None else value + (old - value) * self._decay

    def _speech(self, start: int, end: int, weight: float = 1.0) -> None:
        if not weight:
            return
        levels = self._weighted.get(start, end)
        self._weight.fill(start, end, weight)
        self.totals.active.add(levels, weight)
        self.utterance.add(levels, weight)
        decay = self._decay if weight == 1 else self._decay**weight
        for value in levels:
            old = self.moving_ms
            self.moving_ms = value if old is None else value + (old - value) * decay
