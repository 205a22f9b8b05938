"""Calibrations simulated: how often the truth lies within the stated uncertainty: ``python -m bench.calibration``.

Each simulated person calibrates a headset as ``voicemon calibrate`` asks and then wears it anew; the truth is the
offset that would give the level of speech at 30 cm on that later occasion.  The errors are drawn in the physics (octave
bands, distances, noise powers), not from the budget: bands of the meter and of the headset weigh on whatever spectrum
the voice has, a shifted meter follows the law of distance, noise adds as power.

Where the draws come from: acceptance limits of IEC 61672-1:2013 (tables 3 and 5.6) and IEC 60942:2017 (tables 2, A.1);
the male speech spectrum of Crocker, Engineering Acoustics, table 4.3; own judgement for the rest, as named below.
Two more scenarios draw what the budget does not assume: *other shapes*, the instruments' errors most often near their
limits (arcsine) and the people's with long tails (Laplace); and *wider*, both of these 1.3 times as wide, which means
instruments that do not keep to their class.
"""

from __future__ import annotations

import argparse
import math
import statistics
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np

from bench.report import table, write
from voicemon.calibration.budget import Budget
from voicemon.calibration.geometry import REFERENCE_DISTANCE_M, transfer_db
from voicemon.calibration.model import Device, Ingredients, Method, Reading
from voicemon.calibration.offset import offset_db
from voicemon.calibration.speech import agreement_faults
from voicemon.calibration.uncertainty import (
    CALIBRATOR_LIMIT_DB,
    CALIBRATOR_TEST_DB,
    METER_LEVEL_DB,
    budget,
)
from voicemon.types import Float64

OCTAVE_DBA: Final = np.array([72.5 - 8.6, 74.0 - 3.2, 68.0, 62.0 + 1.2, 57.0 + 1.0])
"""250 Hz to 4 kHz: a man's voice at 1 m (Crocker), A-weighted."""
KILOHERTZ: Final = 2
"""Index of the octave at which meters and calibrators are adjusted."""

BAND_LIMIT_DB: Final = {1: 1.0, 2: 1.5}
STEP_LIMIT_DB: Final = {1: 0.3, 2: 0.5}
"""IEC 61672-1:2013, 5.6: any step of 1 to 10 dB; 94 to 70 dB are three of them."""
LINEAR_STEPS: Final = 3

VOICE_DB: Final = (70.0, 3.0)
READING_SD_DB: Final = 1.5
"""One person's level from one reading to the next; the meter hears it too."""
SPECTRUM_SD_DB: Final = 1.0
"""A voice's octaves from one reading to the next."""
LATER_SD_DB: Final = 2.0
"""A voice's octaves between the text and later speech."""
RESPONSE_LIMIT_DB: Final = 2.5
"""A headset's octaves about its 1 kHz."""
SEAT_SD_M: Final = 0.0015
"""A boom, put on again: standard deviation of its distance, at 30 mm."""
BOOM_M: Final = 0.03
METER_PLACE_M: Final = 0.01
HEAD_SD_M: Final = 0.005
"""The head before the meter, from one reading to the next."""
WINDOW_S: Final = 1.0
READ_S: Final = 30.0
ROOM_DBA: Final = (38.0, 52.0)
ROOM_SD_DB: Final = 1.0
"""The room's level between being measured and the reading."""
COUPLING_DB: Final = 0.3
CAPSULE_DB: Final = 1.0
BOOM_LIMIT_M: Final = 0.005
OFF_AXIS_SD_DB: Final = 1.0
SCENARIOS: Final = {"as stated": (False, 1.0), "other shapes": (True, 1.0), "wider": (True, 1.3)}


@dataclass(frozen=True)
class Draw:
    """Random errors.  ``shaped``: of other shapes than the budget assumes; ``scale``: so many times as wide."""

    rng: np.random.Generator
    shaped: bool = False
    scale: float = 1.0

    def within(self, limit: float, size: int | None = None) -> Float64:
        """An instrument's error under an acceptance limit."""
        if self.shaped:
            return np.asarray(self.scale * limit * np.sin(self.rng.uniform(-math.pi / 2, math.pi / 2, size)))
        return np.asarray(self.scale * self.rng.uniform(-limit, limit, size))

    def spread(self, sd: float, size: int | None = None) -> Float64:
        """What people and rooms do."""
        if self.shaped:
            return np.asarray(self.scale * self.rng.laplace(0, sd / math.sqrt(2), size))
        return np.asarray(self.scale * self.rng.normal(0, sd, size))


@dataclass(frozen=True)
class Trial:
    error_db: float
    budget: Budget


@dataclass(frozen=True)
class Row:
    """What became of one kind of calibration."""

    case: str
    draws: str
    trials: int
    refused: int
    inside_percent: float
    uncertainty_median_db: float
    uncertainty_p95_db: float
    coverage_factor_median: float
    error_sd_db: float
    error_p95_db: float
    error_mean_db: float


def comparison(draw: Draw, grade: int, *, adjusted: bool) -> Trial | None:
    """One person, three readings, and a later day; ``None``: the readings did not agree and were refused."""
    sensitivity = 120 + 3 * float(draw.rng.normal())
    response = _about_kilohertz(draw.within(RESPONSE_LIMIT_DB, len(OCTAVE_DBA)))
    meter_bands = _about_kilohertz(draw.within(BAND_LIMIT_DB[grade], len(OCTAVE_DBA)))
    meter_level = _level_error(draw, grade, adjusted=adjusted) + _linearity(draw, grade)
    place = float(draw.within(METER_PLACE_M))
    room = float(draw.rng.uniform(*ROOM_DBA))
    voice = float(draw.rng.normal(*VOICE_DB))
    readings = [_reading(draw, voice, sensitivity, response, meter_bands + meter_level, place, room) for _ in range(3)]
    if agreement_faults(readings):
        return None
    made = Ingredients(
        Method.COMPARISON, DEVICE, tuple(readings), REFERENCE_DISTANCE_M, MADE, grade, meter_adjusted=adjusted
    )
    return _trial(made, _truth(draw, sensitivity, response))


def calibrator(draw: Draw, grade: int) -> Trial:
    """One tone on the capsule, the boom's distance as the person believes it, and a later day."""
    at_capsule = 100 + 3 * float(draw.rng.normal())
    response = _about_kilohertz(draw.within(RESPONSE_LIMIT_DB, len(OCTAVE_DBA)))
    level = 94.0 + _calibrator_error(draw, grade)
    fit = float(draw.within(COUPLING_DB) + draw.within(CAPSULE_DB))
    reading = Reading(94.0, level + fit - at_capsule)
    made = Ingredients(Method.CALIBRATOR, DEVICE, (reading,), BOOM_M, MADE, grade)
    boom = BOOM_M + float(draw.within(BOOM_LIMIT_M))
    at_lips = at_capsule + transfer_db(boom, REFERENCE_DISTANCE_M) + float(draw.spread(OFF_AXIS_SD_DB))
    return _trial(made, at_lips + _heard_differently(response, draw.spread(LATER_SD_DB, len(OCTAVE_DBA))))


DEVICE: Final = Device("simulated", "none", 48_000)
MADE: Final = datetime(2025, 1, 1, tzinfo=UTC)


def _trial(made: Ingredients, truth: float) -> Trial:
    return Trial(offset_db(made) - truth, budget(made))


def _reading(
    draw: Draw, voice: float, sensitivity: float, response: Float64, meter: Float64, place: float, room: float
) -> Reading:
    """One reading: the room is measured at another moment than it disturbs."""
    level = voice + float(draw.spread(READING_SD_DB))
    bands = level + _normed(OCTAVE_DBA + draw.spread(SPECTRUM_SD_DB, len(OCTAVE_DBA)))
    seat = _seat(draw)
    distance = max(0.05, REFERENCE_DISTANCE_M + place + float(draw.spread(HEAD_SD_M)))
    window = max(0.1, 1 - float(draw.within(WINDOW_S)) / READ_S)
    at_meter = _sum(bands + meter) + transfer_db(REFERENCE_DISTANCE_M, distance) + 10 * math.log10(window)
    now, before = (room + float(draw.spread(ROOM_SD_DB)) for _ in range(2))
    # What is as loud everywhere counts for less beside the lips, in terms of the level at 30 cm.
    nearer = transfer_db(BOOM_M, REFERENCE_DISTANCE_M)
    by_us = _plus(_sum(bands + response) + seat, now + nearer) - sensitivity
    return Reading(round(_plus(at_meter, now), 1), by_us, round(before, 1), before + nearer - sensitivity)


def _truth(draw: Draw, sensitivity: float, response: Float64) -> float:
    """The offset on a later day: other words, the boom put on anew."""
    other = draw.spread(LATER_SD_DB, len(OCTAVE_DBA))
    return sensitivity - _seat(draw) + _heard_differently(response, other)


def _heard_differently(response: Float64, other: Float64) -> float:
    """True level less the one through the headset's response, for a voice whose octaves are ``other`` than the mean."""
    bands = OCTAVE_DBA + other
    return _sum(bands) - _sum(bands + response)


def _seat(draw: Draw) -> float:
    """What the boom's place adds to the headset's level."""
    return transfer_db(BOOM_M, max(0.005, BOOM_M + float(draw.spread(SEAT_SD_M))))


def _level_error(draw: Draw, grade: int, *, adjusted: bool) -> float:
    return _calibrator_error(draw, grade) if adjusted else float(draw.within(METER_LEVEL_DB[grade]))


def _calibrator_error(draw: Draw, grade: int) -> float:
    return float(draw.within(CALIBRATOR_LIMIT_DB[grade]) + draw.spread(CALIBRATOR_TEST_DB[grade] / 2))


def _linearity(draw: Draw, grade: int) -> float:
    return float(draw.within(STEP_LIMIT_DB[grade], LINEAR_STEPS).sum())


def _about_kilohertz(bands: Float64) -> Float64:
    """Errors of octaves as they stand after an adjustment at 1 kHz."""
    adjusted = bands.copy()
    adjusted[KILOHERTZ] = 0.0
    return adjusted


def _normed(bands: Float64) -> Float64:
    return np.asarray(bands - _sum(bands))


def _sum(bands: Float64) -> float:
    return 10 * math.log10(float(np.sum(10 ** (bands / 10))))


def _plus(one: float, other: float) -> float:
    return _sum(np.array([one, other]))


CASES: Final[dict[str, Callable[[Draw], Trial | None]]] = {
    "comparison, class 1": lambda draw: comparison(draw, 1, adjusted=False),
    "comparison, class 1, adjusted": lambda draw: comparison(draw, 1, adjusted=True),
    "comparison, class 2": lambda draw: comparison(draw, 2, adjusted=False),
    "comparison, class 2, adjusted": lambda draw: comparison(draw, 2, adjusted=True),
    "calibrator, class 1": lambda draw: calibrator(draw, 1),
    "calibrator, class 2": lambda draw: calibrator(draw, 2),
}


def row(case: str, scenario: str, trials: int, seed: int) -> Row:
    draw = Draw(np.random.default_rng(seed), *SCENARIOS[scenario])
    tried = [CASES[case](draw) for _ in range(trials)]
    done = [trial for trial in tried if trial is not None]
    stated = [trial.budget.expanded_db for trial in done]
    errors = [trial.error_db for trial in done]
    inside = sum(abs(e) <= u for e, u in zip(errors, stated, strict=True))
    return Row(
        case=case,
        draws=scenario,
        trials=trials,
        refused=trials - len(done),
        inside_percent=100 * inside / len(done),
        uncertainty_median_db=statistics.median(stated),
        uncertainty_p95_db=float(np.percentile(stated, 95)),
        coverage_factor_median=statistics.median(t.budget.coverage_factor for t in done),
        error_sd_db=statistics.stdev(errors),
        error_p95_db=float(np.percentile(np.abs(errors), 95)),
        error_mean_db=statistics.fmean(errors),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=61672)
    options = parser.parse_args()
    rows = [row(case, scenario, options.trials, options.seed) for scenario in SCENARIOS for case in CASES]
    head = ("case", "draws", "refused", "truth inside %", "median U dB", "95 % of U dB", "error sd dB", "95 % error dB")
    shown = [
        (r.case, r.draws, r.refused, round(r.inside_percent, 1), *(f"{v:.2f}" for v in (
            r.uncertainty_median_db, r.uncertainty_p95_db, r.error_sd_db, r.error_p95_db)))
        for r in rows
    ]  # fmt: skip
    print(table(head, shown))
    print(write("calibration", {"seed": options.seed, "rows": [asdict(r) for r in rows]}))


if __name__ == "__main__":
    main()
