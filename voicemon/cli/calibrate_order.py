"""What ``voicemon calibrate`` was asked for, and which of its three jobs does it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from voicemon.calibration.model import Method
from voicemon.errors import ConfigError
from voicemon.strings import Language
from voicemon.strings.calibration import calibration_text

REFERENCE_RANGE_DB: Final = (70.0, 130.0)
LEVEL_RANGE_DB: Final = (10.0, 130.0)
CLASS_RANGE: Final = (1, 2)
DISTANCE_RANGE_M: Final = (0.005, 2.0)
"""A capsule at the lips; beyond two metres a room's reverberation sets the level."""
SECONDS_RANGE: Final = (10.0, 120.0)
DAYS_RANGE: Final = (1, 3650)

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Order:
    """All that the command line says.  Levels are the reference's; ``grade`` is the class of meter or calibrator.

    ``distance_m``: where the reference's level holds.  ``reference_distance_m``: where the result is told;
    ``set_distance_m``: where the settings have it, which ``live`` goes by.
    """

    device: str | None
    host_api: str | None
    method: Method
    reference_db: float
    grade: int
    adjusted: bool
    distance_m: float | None
    reference_distance_m: float
    set_distance_m: float
    readings_db: tuple[float, ...]
    room_db: float | None
    seconds: float
    step_db: float | None
    sensitivity_dbfs: float | None
    recordings: tuple[Path, ...]
    room_recording: Path | None
    note: str
    valid_days: int
    interactive: bool
    language: Language


def run(order: Order, *, check: bool, show: bool) -> int:
    """Do it; gives the exit code."""
    if show:
        from voicemon.cli.calibrate_show import show as do
    elif check:
        from voicemon.cli.calibrate_check import check as do
    else:
        from voicemon.cli.calibrate_make import make as do
    return do(order)


def at_a_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def method_of(name: str, language: Language) -> Method:
    try:
        return Method(name)
    except ValueError as error:
        message = calibration_text("unknown_method", language, method=name)
        raise ConfigError(message, calibration_text("unknown_method_remedy", language)) from error


def within(option: str, value: float, limits: Range, language: Language) -> float:
    """``value`` where it lies within ``limits``; raises :class:`ConfigError`."""
    low, high = limits
    if low <= value <= high:
        return value
    message = calibration_text("out_of_range", language, option=option, value=f"{value:g}")
    raise ConfigError(message, calibration_text("range_remedy", language, low=f"{low:g}", high=f"{high:g}"))


def within_or_none(option: str, value: float | None, limits: Range, language: Language) -> float | None:
    return None if value is None else within(option, value, limits, language)


def sensitivity_of(
    dbfs: float | None, dbv: float | None, full_scale_dbv: float | None, language: Language
) -> float | None:
    """dB below a full-scale sine at 94 dB SPL, from whichever way the data sheet puts it."""
    if dbv is None and full_scale_dbv is None:
        return dbfs
    if dbv is None:
        raise needed("--sensitivity-dbv", language)
    if full_scale_dbv is None:
        raise needed("--full-scale-dbv", language)
    return dbv - full_scale_dbv


def needed(option: str, language: Language) -> ConfigError:
    """Nobody is there to be asked."""
    message = calibration_text("needed", language, option=option)
    return ConfigError(message, calibration_text("needed_remedy", language, option=option))
