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


class BandJudge:
    """A band's state that changes only when a reading has stayed elsewhere for long enough.

    Only frames in which the quantity exists (there is speech) count: silence neither condemns nor forgives.
    """

    def __init__(self, band: Band) -> None:
        self.band = band
        self.state: BandState | None = None
        self._candidate: BandState | None = None
        self._frames = 0

    def update(self, value: float, frames: int = 1) -> BandState | None:
        """The state after ``frames`` more frames at ``value``."""
        seen = place(value, self.band)
        if seen is self.state:
            self._candidate, self._frames = None, 0
            return self.state
        if seen is not self._candidate:
            self._candidate, self._frames = seen, 0
        self._frames += frames
        needed = INTO_BAND_FRAMES if seen is BandState.IN_BAND else OUT_OF_BAND_FRAMES
        if self._frames >= needed:
            self.state, self._candidate, self._frames = seen, None, 0
        return self.state
