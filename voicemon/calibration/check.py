"""The daily check: does the device still read what it read when it was calibrated?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from voicemon.calibration.model import Ingredients, Reading
from voicemon.calibration.offset import difference_db, differences_db, without_noise_db
from voicemon.calibration.uncertainty import budget

LEAST_LIMIT_DB: Final = 0.5
"""Field practice with sound level meters: a larger change between checks throws the measurements between away."""

VOICE_LIMIT_DB: Final = 5.0
"""Without a reference the voice itself is the reference, and from day to day it differs by 1.5 to 2.5 dB
(standard deviation): only gross changes, such as another gain or a boom on the forehead, show."""


@dataclass(frozen=True, slots=True)
class Check:
    """``deviation_db``: positive where the device now reads more than it did."""

    deviation_db: float
    limit_db: float
    coarse: bool = False
    """There was no reference but the voice."""

    @property
    def passed(self) -> bool:
        return abs(self.deviation_db) <= self.limit_db


def check(ingredients: Ingredients, now: Reading) -> Check:
    """Compare a reading of the same reference with those of the calibration.

    The limit is what two readings may differ by (k = 2): the reference's own error is in both.
    """
    then = differences_db(ingredients)
    difference = sum(then) / len(then) - difference_db(now)
    repeated = budget(ingredients).repeated_db
    return Check(difference, max(LEAST_LIMIT_DB, 2 * math.sqrt(2) * repeated))


def check_by_voice(ingredients: Ingredients, measured_dbfs: float, room_dbfs: float | None = None) -> Check:
    """Compare a text read in one's usual voice, without a meter, with the readings of the calibration."""
    then = [without_noise_db(r.measured_dbfs, r.room_dbfs) for r in ingredients.readings]
    now = without_noise_db(measured_dbfs, room_dbfs)
    return Check(now - sum(then) / len(then), VOICE_LIMIT_DB, coarse=True)
