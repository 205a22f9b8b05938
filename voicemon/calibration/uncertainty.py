"""The uncertainty budget of each method, with where every figure comes from."""

from __future__ import annotations

import math
import statistics
from typing import Final

from voicemon.calibration.budget import Budget, Contribution, Distribution
from voicemon.calibration.geometry import REFERENCE_DISTANCE_M, db_per_metre, transfer_db
from voicemon.calibration.model import Ingredients, Method
from voicemon.calibration.offset import differences_db, noise_corrections_db

CALIBRATOR_LIMIT_DB: Final = {1: 0.25, 2: 0.40}
"""IEC 60942:2017, table 2, 160 Hz to 1.25 kHz: acceptance limits of the level generated."""
CALIBRATOR_TEST_DB: Final = {1: 0.15, 2: 0.35}
"""IEC 60942:2017, table A.1: largest expanded uncertainty (k = 2) of the laboratory that tested it."""

METER_LEVEL_DB: Final = {1: 0.7, 2: 1.0}
"""IEC 61672-1:2013, table 3: acceptance limits at 1 kHz, for a meter that was not adjusted with its calibrator."""
METER_LINEARITY_DB: Final = {1: 0.8, 2: 1.1}
"""IEC 61672-1:2013, 5.6: limits over the whole range.  Speech lies 20 to 30 dB from the meter's reference level, so
the error at hand is mostly smaller: triangular."""
METER_WEIGHTING_DB: Final = {1: 0.31, 2: 0.46}
"""Standard deviation that the limits of table 3 (±1.0, ±1.5 dB at 100 Hz to 1.25 kHz) leave in the LAeq of speech:
errors drawn evenly within them octave by octave, on the A-weighted spectrum of a male voice, 1 kHz taken as adjusted.
Half of its energy lies in one octave (500 Hz), hence the large share of one band's error."""
METER_RESOLUTION_DB: Final = 0.05
"""Half the last digit."""

METER_PLACE_M: Final = 0.01
"""A hand or stand with a ruler holds the meter at its distance this well."""
MICROPHONE_PLACE_M: Final = 0.005
"""How well a boom's distance from the lips is known."""
TIME_WINDOW_DB: Final = 0.2
"""Started and stopped by two hands: a second of pause more or less in thirty changes LAeq by 0.15 dB."""
OTHER_SPEECH_DB: Final = 0.5
"""Other words have another spectrum, which the headset's response, not flat, weighs otherwise than the text's."""
RESPONSE_DB: Final = 0.8
"""Standard deviation of the level of speech from that of a 1 kHz tone, by the headset's own frequency response: octaves
within ±2.5 dB of 1 kHz, weighed as in :data:`METER_WEIGHTING_DB`.  A comparison with speech itself has none of it."""
OWN_METER_DB: Final = 0.1
"""Our A-weighting's largest deviation from the design goal where speech has its energy."""
LEAST_SPREAD_DB: Final = 0.3
"""Readings can agree by chance: a boom put on again, ±1 mm at 30 mm, alone gives this much."""
OFF_AXIS_SHARE: Final = 0.1
"""Of the dB between two distances: 1/r from the lips is 7 % off at 3 cm, and near the mouth it depends on the speech
sound (Ludvigsen 1979)."""

COUPLING_DB: Final = 0.3
"""How the capsule sits in the calibrator's cavity, from one fitting to the next."""
CAPSULE_DB: Final = 1.0
"""A headset's capsule does not fill the cavity as the microphones do for which the calibrator's level is stated."""

NOMINAL_SENSITIVITY_DB: Final = 3.0
"""The usual tolerance of electret capsules on data sheets."""
NOMINAL_GAIN_DB: Final = 4.0
"""Gain and volume setting between capsule and samples, which nobody measured."""


def budget(ingredients: Ingredients, reference_distance_m: float = REFERENCE_DISTANCE_M) -> Budget:
    """What the offset's uncertainty is made of."""
    lines = {Method.CALIBRATOR: _calibrator, Method.COMPARISON: _comparison, Method.NOMINAL: _nominal}
    own = lines[ingredients.method](ingredients)
    return Budget((*own, *_placing(ingredients), *_distance(ingredients, reference_distance_m)))


def spread_db(ingredients: Ingredients) -> float | None:
    """Standard deviation of the readings' differences; ``None`` for a single one."""
    differences = differences_db(ingredients)
    return statistics.stdev(differences) if len(differences) > 1 else None


def _calibrator(ingredients: Ingredients) -> tuple[Contribution, ...]:
    grade = ingredients.reference_class or 2
    return (
        *_calibrated_by(grade),
        Contribution("coupling", COUPLING_DB, Distribution.RECTANGULAR, repeats=True),
        Contribution("capsule", CAPSULE_DB, Distribution.RECTANGULAR),
        Contribution("response", RESPONSE_DB, Distribution.NORMAL),
    )


def _calibrated_by(grade: int) -> tuple[Contribution, ...]:
    return (
        Contribution("calibrator", CALIBRATOR_LIMIT_DB[grade], Distribution.RECTANGULAR),
        Contribution("calibrator_test", CALIBRATOR_TEST_DB[grade] / 2, Distribution.NORMAL),
    )


def _comparison(ingredients: Ingredients) -> tuple[Contribution, ...]:
    grade = ingredients.reference_class or 2
    adjusted = ingredients.meter_adjusted
    level = Contribution("meter_level", METER_LEVEL_DB[grade], Distribution.RECTANGULAR)
    return (
        *(_calibrated_by(grade) if adjusted else (level,)),
        Contribution("meter_linearity", METER_LINEARITY_DB[grade], Distribution.TRIANGULAR),
        Contribution("meter_weighting", METER_WEIGHTING_DB[grade], Distribution.NORMAL),
        Contribution("resolution", METER_RESOLUTION_DB, Distribution.RECTANGULAR, repeats=True),
        Contribution("window", TIME_WINDOW_DB, Distribution.RECTANGULAR, repeats=True),
        Contribution("room", _noise_db(ingredients), Distribution.RECTANGULAR, repeats=True),
        Contribution("speech", OTHER_SPEECH_DB, Distribution.RECTANGULAR),
        Contribution("own_meter", OWN_METER_DB, Distribution.RECTANGULAR),
        _repeatability(ingredients),
    )


def _noise_db(ingredients: Ingredients) -> float:
    """Half of what the noise was corrected by: it was measured before, and may have been another one meanwhile."""
    corrections = [sum(noise_corrections_db(r)) for r in ingredients.readings]
    return sum(corrections) / len(corrections) / 2


def _repeatability(ingredients: Ingredients) -> Contribution:
    """The mean's share of the spread, and all of it once more: each later day the headset is put on anew."""
    count = len(ingredients.readings)
    spread = max(spread_db(ingredients) or 0.0, LEAST_SPREAD_DB)
    value = spread * math.sqrt(1 + 1 / count)
    return Contribution("repeatability", value, Distribution.NORMAL, dof=max(1, count - 1), repeats=True)


def _nominal(_: Ingredients) -> tuple[Contribution, ...]:
    return (
        Contribution("sensitivity", NOMINAL_SENSITIVITY_DB, Distribution.RECTANGULAR),
        Contribution("gain", NOMINAL_GAIN_DB, Distribution.RECTANGULAR),
        Contribution("response", RESPONSE_DB, Distribution.NORMAL),
    )


def _placing(ingredients: Ingredients) -> tuple[Contribution, ...]:
    """How well the distance is known at which the reference level holds."""
    comparison = ingredients.method is Method.COMPARISON
    return (
        Contribution(
            "meter_place" if comparison else "microphone_place",
            METER_PLACE_M if comparison else MICROPHONE_PLACE_M,
            Distribution.RECTANGULAR,
            unit="m",
            sensitivity=db_per_metre(ingredients.distance_m),
            repeats=comparison,
        ),
    )


def _distance(ingredients: Ingredients, reference_distance_m: float) -> tuple[Contribution, ...]:
    """How far the law of distance may be off between there and the reference distance."""
    value = OFF_AXIS_SHARE * abs(transfer_db(ingredients.distance_m, reference_distance_m))
    return (Contribution("distance_law", value, Distribution.RECTANGULAR),) if value > 0 else ()
