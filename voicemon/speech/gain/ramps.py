"""Automatic gain heard in the pauses: it lifts the noise while nobody speaks and lets it down when speech sets in.

One rising pause means nothing, a lorry may pass.  Many that rise, evenly and by more than such noise falls elsewhere,
each starting low again, and the noise keeping its spectrum: that is a gain that waits for speech.  In steady rooms the
beginning and end of a pause are alike within 0.3 dB, so that small rises count once there are enough of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import sqrt
from statistics import fmean, median
from typing import Final

from voicemon.speech.gain.findings import GainFinding, GainKind
from voicemon.speech.gain.parts import Pause, Slot

FEWEST_SLOTS: Final = 4
"""Pauses of less than 0.8 s (with the 0.4 s at their ends) show no rise."""

MOST_END_SLOTS: Final = 6
"""Beginning and end are a half of the pause each, at most 0.6 s."""

CLEAR_DB: Final = 0.5
SCATTER: Final = 3.6
UNEVEN: Final = 1.0
"""A change is clear beyond this, beyond so many times what successive slots differ by (median, over the root of the
slots at each end: twice its standard deviation), and so many times the largest fall within a rise (or rise within a
fall): a gain goes one way, a restless room to and fro."""

FEWEST_SMOOTH: Final = 3
SMOOTHED: Final = 5
"""For that a pause is divided into so many parts, of three slots or more."""

BACK: Final = 0.5
"""Of all rises this share must be gone when the next pause begins: a room that becomes louder stays so."""

MOST_PAUSES: Final = 16
MOST_SCORE: Final = 2.0
SCORE_NEEDED: Final = 5.0
SCORE_ROOT: Final = 2.0
"""Rises in units of what is clear, at most two a pause, summed over the last n pauses; needed are 5 and 2 √n.
A steady room's scatter by 0.45 √n (fitted): more than four times its standard deviation."""

RISES_NEEDED: Final = 5
RISING_SHARE: Final = 0.75
"""Pauses that end higher than they began; a restless room has a half of these: of 16, 11 in one of ten looks, but not
each of them clear and even."""

FALLS: Final = 0.15
"""All falls together, as a share of all rises, both in dB: a lasting noise that comes and goes falls as it rises."""

BANDS_DB: Final = 2.0
MEAN_BANDS_DB: Final = 2.0
"""By how much the bands' rises may differ in the median pause, and averaged over all; one band may rise less,
filled by words dying away.  Noise under a gain differs by 0.4 to 1.7 dB, that of machines by more (fitted)."""

FAST_SLOTS: Final = 10
FAST_SHARE: Final = 0.7
"""A compressor has most of its rise behind it 1.2 s after speech (300 to 500 ms to release)."""


@dataclass(frozen=True, slots=True)
class _Ramp:
    frame: int
    begin_db: float
    end_db: float
    score: float
    """Rise over what is clear, at most :data:`MOST_SCORE` either way; negative: it falls."""
    bands_db: tuple[float, ...]
    """The rise in each band."""
    fast_share: float | None
    """``None``: the pause is too short to tell."""

    @property
    def rise_db(self) -> float:
        return self.end_db - self.begin_db


class RampDetector:
    """Feed every pause; tells of automatic gain once."""

    def __init__(self) -> None:
        self._ramps: deque[_Ramp] = deque(maxlen=MOST_PAUSES)
        self._told = False

    def forget(self) -> None:
        """The gain was moved: levels before and after are not compared."""
        self._ramps.clear()

    def pause(self, pause: Pause) -> GainFinding | None:
        slots = pause.slots
        if self._told or len(slots) < FEWEST_SLOTS or not all(slot.audible for slot in slots):
            return None
        self._ramps.append(_ramp(pause))
        ramps = list(self._ramps)
        score, count = sum(ramp.score for ramp in ramps), len(ramps)
        rises = [ramp for ramp in ramps if ramp.score >= 1]
        if len(rises) < RISES_NEEDED or score < max(SCORE_NEEDED, SCORE_ROOT * sqrt(count)):
            return None
        if sum(ramp.score > 0 for ramp in ramps) < RISING_SHARE * count or not _one_way(ramps):
            return None
        if not _returns(ramps) or not _one_colour(rises):
            return None
        self._told = True
        shares = [ramp.fast_share for ramp in rises if ramp.fast_share is not None]
        fast_share = median(shares) if shares else 0.0
        kind = GainKind.FAST_AGC if fast_share >= FAST_SHARE else GainKind.SLOW_AGC
        evidence = {"rises": float(len(rises)), "pauses": float(count), "score": score, "fast_share": fast_share}
        size = median(ramp.rise_db for ramp in rises)
        confidence = min(1.0, score / (2 * max(SCORE_NEEDED, SCORE_ROOT * sqrt(count))))
        return GainFinding(kind, pause.end, rises[0].frame, size, confidence, evidence)


def _ramp(pause: Pause) -> _Ramp:
    """By the quieter slots: what is heard above the room now and then does not count."""
    slots = pause.slots
    levels = [slot.level_db for slot in slots]
    count = min(MOST_END_SLOTS, len(slots) // 2)
    early, late = slots[:count], slots[-count:]
    begin, end = (fmean(slot.level_db for slot in _quieter(part)) for part in (early, late))
    scatter = median(abs(b - a) for a, b in pairwise(levels)) / sqrt(count)
    clear = max(CLEAR_DB, SCATTER * scatter, UNEVEN * _against(levels))
    score = min(max((end - begin) / clear, -MOST_SCORE), MOST_SCORE)
    bands = tuple(b - a for a, b in zip(_bands(early), _bands(late), strict=True))
    fast_share = None
    if end > begin and len(slots) >= 2 * FAST_SLOTS:
        fast_share = (median(levels[FAST_SLOTS - 2 : FAST_SLOTS + 1]) - begin) / (end - begin)
    return _Ramp(pause.start, begin, end, score, bands, fast_share)


def _against(levels_db: list[float]) -> float:
    """Largest change, in dB, against the way the whole pause goes, on levels smoothed by medians."""
    size = max(FEWEST_SMOOTH, len(levels_db) // SMOOTHED)
    smooth = [median(levels_db[at : at + size]) for at in range(0, len(levels_db) - size + 1, size)]
    if smooth[-1] < smooth[0]:
        smooth.reverse()
    return max(high - level for high, level in zip(accumulate(smooth, max), smooth, strict=True))


def _quieter(slots: tuple[Slot, ...]) -> list[Slot]:
    return sorted(slots, key=lambda slot: slot.level_db)[: (len(slots) + 1) // 2]


def _bands(slots: tuple[Slot, ...]) -> tuple[float, ...]:
    quiet = _quieter(slots)
    return tuple(fmean(column) for column in zip(*(slot.bands_db for slot in quiet), strict=True))


def _one_way(ramps: list[_Ramp]) -> bool:
    rise = sum(max(ramp.rise_db, 0.0) for ramp in ramps)
    return sum(max(-ramp.rise_db, 0.0) for ramp in ramps) <= FALLS * rise


def _returns(ramps: list[_Ramp]) -> bool:
    """What rose in the pauses was gone again behind the speech that followed."""
    return ramps[-1].begin_db - ramps[0].begin_db <= (1 - BACK) * sum(ramp.rise_db for ramp in ramps[:-1])


def _one_colour(rises: list[_Ramp]) -> bool:
    means = [fmean(column) for column in zip(*(ramp.bands_db for ramp in rises), strict=True)]
    return _spread(means) <= MEAN_BANDS_DB and median(_spread(ramp.bands_db) for ramp in rises) <= BANDS_DB


def _spread(bands_db: Sequence[float]) -> float:
    """Largest less smallest, without the one band that rises least."""
    ordered = sorted(bands_db)
    return ordered[-1] - ordered[1]
