"""A limiter: the peaks of many syllables stand at one ceiling below full scale, where a voice has a thinning tail."""

from __future__ import annotations

import math
from typing import Final

from voicemon.speech.gain.findings import GainFinding, GainKind
from voicemon.types import FRAMES_PER_S

BIN_DB: Final = 0.25
LOWEST_DB: Final = -60.0
SMALLEST: Final = 1e-12
BINS: Final = 240

HIGHEST_DB: Final = -1.5
"""Above this stand the protections of converters and mixers, which act only where clipping would."""

SYLLABLE_FRAMES: Final = FRAMES_PER_S // 5
"""Of the frames of one syllable's time only the largest peak counts: one long vowel has many alike."""

TOP_BINS: Final = 2
BELOW_BINS: Final = 8
SYLLABLES_NEEDED: Final = 12
PILE_UP: Final = 4.0
"""Peaks per bin at the ceiling over those in the 2 dB below it."""

EVEN_DB: Final = 1.1
"""Standard deviation of the syllables' levels, A-weighted.  Voices have 3 to 5 dB, those of whom 12 dB were cut off
still 1.6 and more; what has less repeats itself: tones, a pulse, an announcement's bleeps."""

LOOK_SYLLABLES: Final = 10


class LimiterDetector:
    """Feed every frame of speech; tells of a limiter once."""

    def __init__(self) -> None:
        self._counts = [0] * BINS
        self._sum_db = self._squares_db = 0.0
        self._told = False
        self.reset()

    def reset(self) -> None:
        self._largest = -math.inf
        self._power = 0.0
        self._frames = 0
        self._syllables = 0

    def step(self, frame: int, peak_db: float, level_db: float) -> GainFinding | None:
        """A frame of speech with its peak and its level."""
        self._largest = max(self._largest, peak_db)
        self._power += 10 ** (level_db / 10)
        self._frames += 1
        if self._frames < SYLLABLE_FRAMES or self._told:
            return None
        self._count(self._largest, 10 * math.log10(max(self._power / self._frames, SMALLEST)))
        self._largest, self._power, self._frames = -math.inf, 0.0, 0
        self._syllables += 1
        return self._look(frame) if self._syllables % LOOK_SYLLABLES == 0 else None

    def _count(self, peak_db: float, level_db: float) -> None:
        if peak_db >= LOWEST_DB:
            self._counts[min(int((peak_db - LOWEST_DB) / BIN_DB), BINS - 1)] += 1
            self._sum_db += level_db
            self._squares_db += level_db**2

    def _even(self) -> bool:
        """All syllables are alike."""
        count = sum(self._counts)
        return self._squares_db / count - (self._sum_db / count) ** 2 < EVEN_DB**2

    def _look(self, frame: int) -> GainFinding | None:
        top = max((at for at, count in enumerate(self._counts) if count), default=0)
        if top < TOP_BINS + BELOW_BINS:
            return None
        ceiling = max(range(top - TOP_BINS, top + 1), key=lambda at: self._counts[at])
        piled = sum(self._counts[ceiling - 1 : ceiling + TOP_BINS])
        below = sum(self._counts[ceiling - 1 - BELOW_BINS : ceiling - 1])
        ratio = (piled / (TOP_BINS + 1)) / max(below / BELOW_BINS, 1 / BELOW_BINS)
        if piled < SYLLABLES_NEEDED or ratio < PILE_UP or self._even():
            return None
        size = LOWEST_DB + (ceiling + 1) * BIN_DB
        if size > HIGHEST_DB:
            return None
        self._told = True
        evidence = {"syllables": float(piled), "pile_up": ratio}
        return GainFinding(GainKind.LIMITER, frame + 1, frame + 1, size, min(1.0, ratio / (2 * PILE_UP)), evidence)
