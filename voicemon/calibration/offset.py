"""The offset that a calibration's ingredients give: SPL at the reference distance = dBFS(A) + offset."""

from __future__ import annotations

import math

from voicemon.calibration.geometry import REFERENCE_DISTANCE_M, transfer_db
from voicemon.calibration.model import Ingredients, Reading


def offset_db(ingredients: Ingredients, reference_distance_m: float = REFERENCE_DISTANCE_M) -> float:
    """SPL at ``reference_distance_m`` before the lips of a sound that reads 0 dBFS (RMS, full-scale square wave)."""
    differences = differences_db(ingredients)
    at_reference_point = sum(differences) / len(differences)
    return at_reference_point + transfer_db(ingredients.distance_m, reference_distance_m)


def differences_db(ingredients: Ingredients) -> tuple[float, ...]:
    """:func:`difference_db` of each reading."""
    return tuple(difference_db(reading) for reading in ingredients.readings)


def difference_db(reading: Reading) -> float:
    """Reference less measured level, the room's noise taken out of both."""
    reference, measured = without_noise(reading)
    return reference - measured


def without_noise(reading: Reading) -> tuple[float, float]:
    """The reference's level (dB) and ours (dBFS), the room's noise taken out."""
    return (
        without_noise_db(reading.reference_db, reading.room_reference_db),
        without_noise_db(reading.measured_dbfs, reading.room_dbfs),
    )


def noise_corrections_db(reading: Reading) -> tuple[float, float]:
    """What taking out the room's noise lowered the reference's and our level by, each ≥ 0."""
    reference, measured = without_noise(reading)
    return reading.reference_db - reference, reading.measured_dbfs - measured


def without_noise_db(level_db: float, noise_db: float | None) -> float:
    """The level of what is there besides a noise of ``noise_db``; raises :class:`ValueError` where that is nothing."""
    if noise_db is None:
        return level_db
    power = 10 ** (level_db / 10) - 10 ** (noise_db / 10)
    if power <= 0:
        raise ValueError(f"a level of {level_db:.1f} dB does not stand over a noise of {noise_db:.1f} dB")
    return 10 * math.log10(power)
