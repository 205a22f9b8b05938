"""Bands about a target, and judgement with hysteresis in time: a needle may wander, a judgement must not flicker."""

from __future__ import annotations

from typing import Final

from voicemon.settings import LevelSettings, RateSettings
from voicemon.types import FRAMES_PER_S, Band, BandState

INTO_BAND_FRAMES: Final = FRAMES_PER_S
OUT_OF_BAND_FRAMES: Final = 2 * FRAMES_PER_S
"""Good news after one second, bad news after two."""


def level_band(settings: LevelSettings, target_db: float) -> Band:
    """The level band in dB(A) about ``target_db``."""
    green, amber = settings.green_db, settings.amber_db
    return Band(target_db - amber, target_db - green, target_db, target_db + green, target_db + amber)


def rate_band(settings: RateSettings) -> Band:
    """The rate band in characters a minute."""
    target, green, amber = settings.target_cpm, settings.green_cpm, settings.amber_cpm
    return Band(target - amber, target - green, target, target + green, target + amber)


def place(value: float, band: Band) -> BandState:
    """Where ``value`` stands; a value on a border belongs to the better side."""
    if value < band.low_amber:
        return BandState.LOW
    if value < band.low_green:
        return BandState.SLIGHTLY_LOW
    if value <= band.high_green:
        return BandState.IN_BAND
    return BandState.SLIGHTLY_HIGH if value <= band.high_amber else BandState.HIGH


_ORDER: Final = tuple(BandState)
_BEST: Final = _ORDER.index(BandState.IN_BAND)


class BandJudge:
    """A band's state that changes only when a reading has stayed elsewhere for long enough.

    Only frames in which the quantity exists (there is speech) count: silence neither condemns nor forgives.  A reading
    that wanders between two states beyond the present one counts for the nearer of them.
    """

    def __init__(self, band: Band) -> None:
        self.band = band
        self.state: BandState | None = None
        self._seen: BandState | None = None
        self._nearest: int | None = None
        self._same = self._away = 0

    def move(self, band: Band) -> None:
        """Judge against ``band`` from now on: what was seen against the old one is no evidence."""
        self.band = band
        self.state = None
        self._stay()

    def update(self, value: float, frames: int = 1) -> BandState | None:
        """The state after ``frames`` more frames at ``value``."""
        seen = place(value, self.band)
        if seen is self.state:
            self._stay()
            return self.state
        self._same = self._same + frames if seen is self._seen else frames
        self._seen = seen
        here = _BEST if self.state is None else _ORDER.index(self.state)
        there = _ORDER.index(seen)
        on_this_side = self._nearest is not None and (self._nearest < here) == (there < here)
        self._away = self._away + frames if on_this_side else frames
        if self._nearest is None or not on_this_side or abs(there - here) < abs(self._nearest - here):
            self._nearest = there
        if self._same >= _needed(seen):
            self._settle(seen)
        elif self._away >= _needed(_ORDER[self._nearest]):
            self._settle(_ORDER[self._nearest])
        return self.state

    def _settle(self, state: BandState) -> None:
        self.state = state
        self._stay()

    def _stay(self) -> None:
        self._seen = self._nearest = None
        self._same = self._away = 0


def _needed(state: BandState) -> int:
    return INTO_BAND_FRAMES if state is BandState.IN_BAND else OUT_OF_BAND_FRAMES
