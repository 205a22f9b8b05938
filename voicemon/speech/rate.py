"""Speech rate and articulation rate in characters a minute, from syllable counts at once and from text when it arrives.

*Articulation rate* = syllables over phonation time: pauses of 0.2 s and more are left out (Pellegrino et al. 2011 and
the fluency literature use 0.15 to 0.3 s).  *Speech rate* here is that within turns: pauses up to the limit (1 s) count
as time, longer ones end the turn and are left out.  One Mandarin character is one syllable; the caller says how many
syllables a written character stands for where it is not one (figures, Latin letters).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from voicemon.speech.rate_frames import CallSums, FrameRing, bridged
from voicemon.types import FRAMES_PER_S, Bool, CharTime, Float64

Basis = Literal["nuclei", "text"]

ARTICULATION_PAUSE_S: Final = 0.2
"""Silences from this length on are pauses; shorter ones are the closures of stops and belong to the sound."""
LEAST_SPEECH_S: Final = 2.0
"""Below this much speech one syllable more or less is 15 %: no reading."""
TEXT_SHARE: Final = 0.5
"""Text decides once final texts cover more than this share of the speech in the window."""
KEEP_S: Final = 30.0
"""How much further back than the window spans can be asked for: a long utterance and the wait for its text."""
_SECONDS_A_MINUTE: Final = 60.0


@dataclass(frozen=True, slots=True)
class RateReading:
    """The rates over one span; ``None`` where there was too little speech to say.

    ``window_s`` is the length of the span, ``speech_s`` the phonation time, ``turn_s`` the same with short pauses,
    ``syllables`` what was counted in it.
    """

    window_s: float
    speech_rate_cpm: float | None
    articulation_rate_cpm: float | None
    basis: Basis | None
    speech_s: float
    turn_s: float
    syllables: float


class RateMeter:
    """Rates of one speaker over the last seconds, over any recent span, and over the call.

    Memory is bounded: rings of ``window_s`` + :data:`KEEP_S`; the call is kept as sums.
    """

    def __init__(self, window_s: float = 15.0, pause_limit_s: float = 1.0) -> None:
        if not window_s >= LEAST_SPEECH_S:
            raise ValueError(f"window_s must be at least {LEAST_SPEECH_S}, not {window_s}")
        if not pause_limit_s >= ARTICULATION_PAUSE_S:
            raise ValueError(f"pause_limit_s must be at least {ARTICULATION_PAUSE_S}, not {pause_limit_s}")
        self._window = round(window_s * FRAMES_PER_S)
        self._pause_limit = round(pause_limit_s * FRAMES_PER_S)
        self._articulation_limit = round(ARTICULATION_PAUSE_S * FRAMES_PER_S) - 1
        size = self._window + round(KEEP_S * FRAMES_PER_S)
        self._speech = FrameRing(size)
        self._nuclei = FrameRing(size)
        self._spoken = FrameRing(size)
        self._covered = FrameRing(size)
        self._text_gain = 0.0
        self._text_frames = 0
        self._call = CallSums(self._pause_limit, self._articulation_limit)

    def add_frames(self, first: int, speech: Bool, syllables: Float64) -> None:
        """Frames ``first`` … on the 10 ms grid: ``speech`` (m,) by voice activity, ``syllables`` (m,) in each.

        Frames come in order.  Frames left out (lost audio) count as neither speech nor syllables; what is spoken on
        either side is one turn only where the hole is no longer than a pause within a turn.
        """
        if len(speech) != len(syllables):
            raise ValueError(f"{len(speech)} decisions but {len(syllables)} counts")
        self._speech.write(first, speech.astype(np.float64))
        self._nuclei.write(first, syllables)
        self._call.add(first, speech, syllables)

    def add_text(self, chars: Sequence[CharTime], start: float, end: float, syllables_per_char: Sequence[int]) -> None:
        """A final text of ``start`` to ``end`` (s): each character's syllables are spread over its time."""
        if len(chars) != len(syllables_per_char):
            raise ValueError(f"{len(chars)} characters but {len(syllables_per_char)} counts")
        first, last = round(start * FRAMES_PER_S), round(end * FRAMES_PER_S)
        if last <= first:
            return
        counts = np.zeros(last - first, dtype=np.float64)
        for char, count in zip(chars, syllables_per_char, strict=True):
            a = min(max(round(char.start * FRAMES_PER_S) - first, 0), len(counts) - 1)
            b = min(max(round(char.end * FRAMES_PER_S) - first, a + 1), len(counts))
            counts[a:b] += count / (b - a)
        self._correct_call(first, counts)
        self._spoken.write(first, counts)
        self._covered.write(first, np.ones(len(counts)))

    def reading(self, at_frame: int) -> RateReading:
        """The rates over the window that ends before ``at_frame``."""
        return self.over(at_frame - self._window, at_frame)

    def over(self, start_frame: int, end_frame: int) -> RateReading:
        """The rates from ``start_frame`` to ``end_frame`` (exclusive); only what the rings still hold counts."""
        start_frame = max(start_frame, 0)
        turn, phonation = self._spans(start_frame, end_frame)
        return self._rates(start_frame, end_frame, turn, phonation)

    def _spans(self, start_frame: int, end_frame: int) -> tuple[Bool, Bool]:
        """Frames within turns and frames of phonation.

        A pause at the span's edge belongs to the turn where speech goes on beyond it.
        """
        margin = self._pause_limit
        speech = self._speech.read(start_frame - margin, end_frame + margin) > 0
        inner = slice(margin, margin + max(0, end_frame - start_frame))
        return bridged(speech, self._pause_limit)[inner], bridged(speech, self._articulation_limit)[inner]

    def call(self) -> RateReading:
        """The rates over the whole call so far; ``window_s`` is its length.  Texts count where they came."""
        sums = self._call
        by_text = self._text_frames > TEXT_SHARE * sums.phonation
        syllables = sums.syllables + (self._text_gain if by_text else 0.0)
        return _reading(sums.frames, syllables, sums.turn, sums.phonation, "text" if by_text else "nuclei")

    def _correct_call(self, first: int, counts: Float64) -> None:
        """Remember by how much a new text differs from the nuclei of the same frames, each frame once."""
        end = first + len(counts)
        # Nuclei that have fallen out of the ring can no longer be taken back, so their text may not be added.
        held = np.arange(first, end) >= self._nuclei.begin
        fresh = (self._covered.read(first, end) == 0) & held
        turn, phonation = self._spans(first, end)
        nuclei = self._nuclei.read(first, end)
        self._text_gain += float(counts[fresh].sum() - nuclei[fresh & turn].sum())
        self._text_frames += int((fresh & phonation).sum())

    def _rates(self, first: int, end: int, turn: Bool, phonation: Bool) -> RateReading:
        covered = self._covered.read(first, end) > 0
        spoken_s = int(phonation.sum()) / FRAMES_PER_S
        by_text = spoken_s > 0 and (covered & phonation).sum() > TEXT_SHARE * phonation.sum()
        # Frames without text keep their nuclei, so that a window half covered does not lose the other half.
        nuclei = np.where(turn, self._nuclei.read(first, end), 0.0)
        text = self._spoken.read(first, end)
        syllables = float(np.where(covered, text, nuclei).sum() if by_text else nuclei.sum())
        basis: Basis = "text" if by_text else "nuclei"
        return _reading(max(0, end - first), syllables, int(turn.sum()), int(phonation.sum()), basis)


def _reading(span: int, syllables: float, turn: int, phonation: int, basis: Basis) -> RateReading:
    """Counts in frames to rates; too little speech gives ``None``."""
    speech_s, turn_s, window_s = phonation / FRAMES_PER_S, turn / FRAMES_PER_S, span / FRAMES_PER_S
    if speech_s < LEAST_SPEECH_S:
        return RateReading(window_s, None, None, None, speech_s, turn_s, syllables)
    per_turn = syllables * _SECONDS_A_MINUTE / turn_s
    per_speech = syllables * _SECONDS_A_MINUTE / speech_s
    return RateReading(window_s, per_turn, per_speech, basis, speech_s, turn_s, syllables)
