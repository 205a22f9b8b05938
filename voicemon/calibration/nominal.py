"""A data sheet's sensitivity as a reading."""

from __future__ import annotations

import math
from typing import Final

from voicemon.calibration.model import PASCAL_DB, Reading

SINE_DB: Final = 10 * math.log10(2)
"""Data sheets count from a full-scale sine (AES17), voicemon from the RMS of full scale: 3.01 dB apart."""


def from_dbfs(sensitivity_dbfs: float) -> Reading:
    """A digital microphone: what a data sheet gives at 94 dB SPL, in dB below a full-scale sine."""
    return Reading(reference_db=PASCAL_DB, measured_dbfs=sensitivity_dbfs - SINE_DB)
