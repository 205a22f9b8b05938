"""Is this frame the speaker's voice?  Levels over a floor that follows the room, webrtcvad, and Silero behind both.

What stands well out of the noise and sounds like a voice to webrtcvad has sharp edges, but so have keystrokes, barks
and rotors; Silero knows voices, in noise too, but not to the frame.  So the former says where, and the latter whether.
Where noise leaves the former in doubt, Silero's word counts for what is near the speaker's own level.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from voicemon.speech.doubt import SpeechOpinion
from voicemon.types import FRAMES_PER_S, SPEECH_RATE_HZ, Bool, Float64, Int16

WEBRTC_MODE: Final = 3
"""The strictest: balanced error 0.26 on labelled clips against 0.35 for mode 0."""

FLOOR_WINDOW_S: Final = 6.0
"""The floor is the quietest moment of this long: longer than any stretch of speech without a pause for breath."""

FLOOR_SLOT_FRAMES: Final = FRAMES_PER_S // 4
SMOOTHING_FRAMES: Final = 8
"""Levels are averaged over 80 ms before the minimum is taken: single frames of noise scatter by several decibels."""

GATE_OVER_FLOOR_DB: Final = 9.0
DOUBT_OVER_FLOOR_DB: Final = 3.0
"""Nothing is heard in what does not stand out of the floor by this much."""

SURE: Final = 0.5
"""The probability from which Silero is believed.  Fitted with the other limits of doubt on two tapes and five calls
with noise, of other clips than those that the benches report on: balanced error 2.6 %, 18 without Silero, 3.7 by Silero
alone.
"""

DOUBTED: Final = 0.15
"""The probability that is enough where Silero has been deaf to what is clear …"""

TRUSTED: Final = 0.7
"""… which it is when it has not believed so much of that …"""

TRUST_FRAMES: Final = 2 * FRAMES_PER_S
"""… for about this long.  Voices whose band was cut steeply at 3.4 kHz it takes for voices half of the time at best."""

LOOKAHEAD_FRAMES: Final = 6
"""A frame is decided when so many more are there: Silero's chunk of 32 ms has to end, and it warms to a voice."""

FLOOR_MIN_DB: Final = -75.0
"""Digital silence has no floor; below this a microphone's own noise is meant."""

QUIETEST_SPEECH_DB: Final = -66.0
"""dBFS(A): nobody's voice on a headset is this faint, whatever the gain."""

RANGE_UNDER_SPEECH_DB: Final = 28.0
"""Frames this far under the speaker's own running level are someone else in the background, or the room."""

DOUBT_UNDER_SPEECH_DB: Final = 9.0
"""… and so are, more strictly, those that Silero alone vouches for."""

SPEECH_LEVEL_TIME_S: Final = 3.0

_FULL_SCALE: Final = np.float32(1 / 32768)


@dataclass(frozen=True, slots=True)
class Activity:
    """Decisions for consecutive 10 ms frames: ``speech`` and the noise floor in dBFS(A), each of shape (n,)."""

    speech: Bool
    floor_db: Float64


class _Frame(NamedTuple):
    """A frame that waits for its decision."""

    level_db: float
    floor_db: float
    known: bool
    voiced: bool
    """By webrtcvad."""


class VoiceActivity:
    """Frame-wise voice activity of one channel.  Stateful; any number of frames at a time.

    Decisions come :data:`LOOKAHEAD_FRAMES` after their frames.
    """

    def __init__(self, *, telephone: bool = False) -> None:
        """``telephone``: at the end of a line, where the voice is narrow and the noise is not the room's; Silero is
        not asked (it missed half of five customers' speech)."""
        self._floor = NoiseFloor()
        self._opinion = None if telephone else SpeechOpinion()
        self.reset()

    def reset(self) -> None:
        """Forget everything, as after a gap: all parts carry history."""
        import webrtcvad

        self._vad = webrtcvad.Vad(WEBRTC_MODE)
        self._floor.reset()
        if self._opinion is not None:
            self._opinion.reset()
        self._trust = 1.0
        """How much of what is clear Silero has believed of late."""
        self._waiting: deque[_Frame] = deque()
        self._next = 0
        """The frame to be decided next."""
        self._speech_db: float | None = None
        """Running level of what was taken for speech."""

    def process(self, frames: Int16, level_db: Float64, *, last: bool = False) -> Activity:
        """``frames``: shape (n, 160), 16 kHz; ``level_db``: shape (n,), their A-weighted levels in dBFS.

        Gives the decisions that have become possible, about the oldest frames that had none; with ``last`` all, as far
        as can be said without what would follow.
        """
        levels = level_db.tolist()
        floors = self._floor.track(levels)
        known_from = self._floor.known_from
        voiced = self._opinions(frames)
        if self._opinion is not None:
            loud = level_db > np.maximum(np.array(floors) + DOUBT_OVER_FLOOR_DB, QUIETEST_SPEECH_DB)
            self._opinion.process(frames.reshape(-1) * _FULL_SCALE, loud)
        for index, figures in enumerate(zip(levels, floors, voiced, strict=True)):
            self._waiting.append(_Frame(figures[0], figures[1], index >= known_from, figures[2]))
        return self._decided(len(self._waiting) - (0 if last else LOOKAHEAD_FRAMES))

    def _decided(self, count: int) -> Activity:
        speech = np.zeros(max(0, count), np.bool_)
        floor_db = np.empty(len(speech))
        last = self._next + len(self._waiting) - 1
        for index in range(len(speech)):
            frame = self._waiting.popleft()
            floor_db[index] = frame.floor_db
            speech[index] = frame.known and self._is_speech(frame, min(last, self._next + LOOKAHEAD_FRAMES))
            self._next += 1
            if speech[index]:
                self._follow(frame.level_db)
        if self._opinion is not None:
            self._opinion.forget(self._next)
        return Activity(speech, floor_db)

    def _is_speech(self, frame: _Frame, last: int) -> bool:
        """Whether the next frame is; up to frame ``last`` may be listened ahead."""
        over_db = frame.level_db - frame.floor_db
        under_db = 0.0 if self._speech_db is None else self._speech_db - frame.level_db
        if frame.level_db <= QUIETEST_SPEECH_DB or over_db <= DOUBT_OVER_FLOOR_DB:
            return False
        clear = frame.voiced and over_db > GATE_OVER_FLOOR_DB
        if under_db >= (RANGE_UNDER_SPEECH_DB if clear else DOUBT_UNDER_SPEECH_DB):
            return False
        if self._opinion is None:
            return clear
        probability = self._opinion.around(self._next, last)
        if clear:
            self._trust += ((probability >= SURE) - self._trust) / TRUST_FRAMES
        return probability >= (DOUBTED if clear and self._trust <= TRUSTED else SURE)

    def _follow(self, level_db: float) -> None:
        """A one-pole mean of decibels."""
        before = level_db if self._speech_db is None else self._speech_db
        self._speech_db = before + (level_db - before) / (SPEECH_LEVEL_TIME_S * FRAMES_PER_S)

    def _opinions(self, frames: Int16) -> list[bool]:
        """What webrtcvad says; it remembers, so that it hears every frame."""
        size, is_speech = frames.shape[1], self._vad.is_speech
        step = size * frames.itemsize
        data = frames.tobytes()
        return [is_speech(data[at : at + step], SPEECH_RATE_HZ, size) for at in range(0, len(data), step)]


class NoiseFloor:
    """The minimum over the last seconds of the smoothed level, in O(1) a frame and bounded memory."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._recent: deque[float] = deque(maxlen=SMOOTHING_FRAMES)
        self._slots: deque[float] = deque(maxlen=round(FLOOR_WINDOW_S * FRAMES_PER_S / FLOOR_SLOT_FRAMES))
        self._slot_min = math.inf
        self._slot_frames = 0
        self._floor_db = math.inf
        self.known_from = 0

    @property
    def known(self) -> bool:
        """Whether there is a floor yet: for the first 80 ms any noise would stand far above none."""
        return math.isfinite(self._floor_db)

    def update(self, level_db: float) -> float:
        """The floor in dB after one more frame at ``level_db``."""
        return self.track([level_db])[0]

    def track(self, levels_db: list[float]) -> list[float]:
        """The floor in dB after each of some more frames; :attr:`known_from` is the first of them that has one."""
        recent, slot_min, floor, filled = self._recent, self._slot_min, self._floor_db, self._slot_frames
        floors = []
        self.known_from = 0 if floor < math.inf else len(levels_db)
        for index, level in enumerate(levels_db):
            recent.append(level if level > FLOOR_MIN_DB else FLOOR_MIN_DB)
            if len(recent) == SMOOTHING_FRAMES:
                smooth = sum(recent) / SMOOTHING_FRAMES
                if smooth < slot_min:
                    slot_min = smooth
                    if smooth < floor:
                        floor = smooth
                        self.known_from = min(self.known_from, index)
            filled += 1
            if filled == FLOOR_SLOT_FRAMES:
                self._slots.append(slot_min)
                slot_min, filled = math.inf, 0
                floor = min(self._slots)
            floors.append(floor if floor < math.inf else FLOOR_MIN_DB)
        self._slot_min, self._floor_db, self._slot_frames = slot_min, floor, filled
        return floors
