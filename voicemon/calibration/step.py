"""The step test: a microphone path without automatic gain shows every change of level in full."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

STEP_TOLERANCE_DB: Final = 1.0
"""On a step of 10 dB.  IEC 61672-1 allows a meter 0.3 to 0.5 dB; two readings of a voice differ by as much again."""

SMALLEST_STEP_DB: Final = 6.0
"""Of less a compressor of ratio 1.2 takes away no more than the tolerance."""


@dataclass(frozen=True, slots=True)
class StepLinearity:
    """A step as it was read.  ``error_db``: read less expected; automatic gain makes it negative."""

    rise_db: float
    expected_db: float

    @property
    def error_db(self) -> float:
        return self.rise_db - self.expected_db

    @property
    def large_enough(self) -> bool:
        return abs(self.expected_db) >= SMALLEST_STEP_DB

    @property
    def linear(self) -> bool:
        """The step came through, and was large enough to tell."""
        return self.large_enough and abs(self.error_db) <= STEP_TOLERANCE_DB


def step_linearity(low_db: float, high_db: float, expected_step_db: float = 10.0) -> StepLinearity:
    """Levels read before and after the sound itself rose by ``expected_step_db``: did they rise as much?"""
    return StepLinearity(high_db - low_db, expected_step_db)
