"""What a calibration is made of: everything that was measured or stated, nothing that follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from voicemon.types import CalibrationStatus

FORMAT_VERSION: Final = 1

VALID_DAYS: Final = 90
"""A quarter: ear pads and boom get worn, an update moves a gain, and sooner a headset is changed.  The daily check
finds a fault meanwhile; it does not extend this, because it does not see a reference that drifts with the device."""

PASCAL_DB: Final = 93.979
"""20 lg (1 Pa / 20 µPa): where data sheets state a microphone's sensitivity."""


class Method(StrEnum):
    """Where the reference came from."""

    CALIBRATOR = "calibrator"
    """An acoustic calibrator on the microphone (IEC 60942)."""
    COMPARISON = "comparison"
    """A sound level meter before the mouth (IEC 61672-1), at the same time."""
    NOMINAL = "nominal"
    """A data sheet's sensitivity: nothing was measured."""

    @property
    def status(self) -> CalibrationStatus:
        return CalibrationStatus.ESTIMATED if self is Method.NOMINAL else CalibrationStatus.CALIBRATED


@dataclass(frozen=True, slots=True)
class Reading:
    """One level, by the reference and by us; A-weighted energy means over the same time."""

    reference_db: float
    """dB SPL: the calibrator's nominal level, or the meter's LAeq."""
    measured_dbfs: float
    """dBFS (RMS; full-scale square wave 0 dB): the narrow-band level of a tone, or LAeq of a text."""
    room_reference_db: float | None = None
    """The room alone, by the reference; ``None``: not measured, or of no matter."""
    room_dbfs: float | None = None
    """The room alone, by us."""


@dataclass(frozen=True, slots=True)
class StepTest:
    """A change of level, by the reference and by us: automatic gain would make ours the smaller one."""

    expected_db: float
    measured_db: float


@dataclass(frozen=True, slots=True)
class Device:
    """What a calibration holds for, and nothing else."""

    name: str
    host_api: str
    sample_rate: int
    os_gain_db: float | None = None
    """The operating system's capture gain, where it can be read."""


@dataclass(frozen=True, slots=True)
class Ingredients:
    """A calibration as it was made.

    ``distance_m``: from the lips to where ``readings`` have their reference level: to the sound level meter, or, for
    the other methods, to the microphone itself.  ``reference_class``: 1 or 2, of the meter (IEC 61672-1) or calibrator
    (IEC 60942); ``None`` for a nominal sensitivity.
    """

    method: Method
    device: Device
    readings: tuple[Reading, ...]
    distance_m: float
    made: datetime
    """With its zone."""
    reference_class: int | None = None
    meter_adjusted: bool = False
    """The meter was adjusted with its own calibrator before."""
    step: StepTest | None = None
    """``None``: automatic gain was not looked for."""
    valid_days: int = VALID_DAYS
    note: str = ""

    @property
    def expires(self) -> datetime:
        return self.made + timedelta(days=self.valid_days)

    @property
    def status(self) -> CalibrationStatus:
        """While it is valid."""
        return self.method.status
