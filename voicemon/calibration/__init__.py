"""Calibration: from a device's dBFS(A) to dB(A) at a stated distance from the mouth, with a stated uncertainty.

A calibration is kept as what was measured (:mod:`.model`), never as a bare offset: the offset (:mod:`.offset`) and its
uncertainty (:mod:`.uncertainty`) follow from it whenever it is used.
"""

from __future__ import annotations

from voicemon.calibration.budget import Budget, Contribution, Distribution
from voicemon.calibration.model import Ingredients, Method, Reading, StepTest
from voicemon.calibration.offset import offset_db
from voicemon.calibration.step import step_linearity
from voicemon.calibration.store import Stored, load_for, save
from voicemon.calibration.uncertainty import budget

__all__ = [
    "Budget",
    "Contribution",
    "Distribution",
    "Ingredients",
    "Method",
    "Reading",
    "StepTest",
    "Stored",
    "budget",
    "load_for",
    "offset_db",
    "save",
    "step_linearity",
]
