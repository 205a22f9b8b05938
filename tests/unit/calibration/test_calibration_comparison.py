"""Comparison with a sound level meter: a known offset comes back, and what cannot give one is refused."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from voicemon.audio.recording import RecordingSource
from voicemon.calibration import Ingredients, Method, Reading, budget, offset_db, step_linearity
from voicemon.calibration.check import check, check_by_voice
from voicemon.calibration.faults import FaultKind
from voicemon.calibration.geometry import transfer_db
from voicemon.calibration.measure import measure_level
from voicemon.calibration.model import Device
from voicemon.calibration.nominal import from_dbfs
from voicemon.calibration.offset import without_noise_db
from voicemon.calibration.speech import LevelMeter, agreement_faults, reference_faults, speech_faults
from voicemon.calibration.uncertainty import spread_db
from voicemon.cli.calibrate_order import sensitivity_of
from voicemon.types import CalibrationStatus, Float32

RATE = 16_000
OFFSET_DB = 100.0
"""Of the shared drills: SPL = dBFS + 100."""


def made(
    *readings: Reading, distance_m: float = 0.30, method: Method = Method.COMPARISON, grade: int = 2
) -> Ingredients:
    return Ingredients(method, Device("a", "b", RATE), readings, distance_m, datetime.now(UTC), grade)


def bursts(seconds: float, rms: float, seed: int = 5) -> Float32:
    """Noise switched on and off three times a second, with pauses: it rises and falls as speech does."""
    time = np.arange(round(seconds * RATE)) / RATE
    on = (np.mod(time, 0.33) < 0.2) & (np.mod(time, 4.0) < 3.2)
    x = np.random.default_rng(seed).standard_normal(len(time)) * (on + 0.001)
    return (rms * x / np.sqrt(np.mean(x**2))).astype(np.float32)


def level_of(samples: Float32, size: int = 4096) -> LevelMeter:
    meter = LevelMeter(RATE)
    for i in range(0, len(samples), size):
        meter.process(samples[i : i + size])
    return meter


@pytest.mark.shared
def test_three_readings_with_a_known_offset_give_it_within_the_stated_uncertainty(shared: Path) -> None:
    """The meter's figure is the script's level of the active time, spread over the recording."""
    readings = []
    for name in ("drill_d1", "drill_d2", "drill_d3"):
        folder = shared / "speech" / "drills"
        truth = json.loads((folder / f"{name}.truth.json").read_text(encoding="utf-8"))
        heard = measure_level(RecordingSource(folder / f"{name}.flac"), None, lambda _: None, settle_s=0.0)
        assert heard.faults == speech_faults(heard.level) == ()
        meter = truth["level_dba"] + 10 * math.log10(truth["active_s"] / truth["duration_s"])
        readings.append(Reading(round(meter, 1), heard.level.laeq_dbfs))
    result = made(*readings)
    assert abs(offset_db(result) - OFFSET_DB) <= min(0.3, budget(result).expanded_db)


def test_the_level_over_the_first_seconds_is_of_those_alone() -> None:
    samples = np.concatenate([bursts(12, 0.1), bursts(5, 0.5)])
    whole, first = level_of(samples).level(), level_of(samples).level(12.0)
    assert first.duration_s == 12.0
    assert first.laeq_dbfs < whole.laeq_dbfs - 5


@pytest.mark.parametrize("size", [1, 7, 160, 1024])
def test_any_block_size_gives_the_same_level(size: int) -> None:
    samples = bursts(2, 0.1)
    assert level_of(samples, size).level() == level_of(samples, len(samples)).level()


def test_the_room_is_taken_out_of_both_levels() -> None:
    noisy = Reading(70 + 10 * math.log10(1.1), -50 + 10 * math.log10(1.01), 60.0, -70.0)
    assert offset_db(made(noisy)) == pytest.approx(120.0, abs=1e-9)
    assert without_noise_db(70.0, None) == 70.0
    with pytest.raises(ValueError, match="does not stand over"):
        without_noise_db(60.0, 60.0)


def test_speech_is_taken() -> None:
    assert speech_faults(level_of(bursts(12, 0.1)).level(), room_dbfs=-60.0) == ()


@pytest.mark.parametrize(
    ("samples", "kind"),
    [
        (bursts(8, 0.1), FaultKind.SHORT),
        (np.zeros(12 * RATE, np.float32), FaultKind.NO_SPEECH),
        ((0.1 * np.random.default_rng(2).standard_normal(12 * RATE)).astype(np.float32), FaultKind.NO_SPEECH),
        (np.clip(bursts(12, 0.8), -1, 1), FaultKind.CLIPPED),
        (bursts(12, 0.002), FaultKind.ROOM),
    ],
)
def test_what_is_no_reading_is_refused(samples: Float32, kind: FaultKind) -> None:
    faults = speech_faults(level_of(samples).level(), room_dbfs=-60.0)
    assert faults[0].kind is kind


def levelled(samples: Float32, target: float = 0.1, time_constant_s: float = 0.5) -> Float32:
    """Automatic gain as headsets and softphones have it: towards one level, slower than a syllable."""
    size = RATE // 100
    power, out = target**2, np.array(samples)
    for i in range(0, len(out), size):
        block = samples[i : i + size]
        power += (float(np.mean(block**2)) - power) * 0.01 / time_constant_s
        out[i : i + size] = block * target / np.sqrt(max(power, 1e-8))
    return out


@pytest.mark.parametrize("time_constant_s", [0.2, 1.0, 5.0])
def test_automatic_gain_on_a_voice_is_refused_by_the_step(time_constant_s: float) -> None:
    soft, loud = (level_of(levelled(bursts(12, rms), time_constant_s=time_constant_s)) for rms in (0.02, 0.0632))
    assert not step_linearity(soft.level().laeq_dbfs, loud.level().laeq_dbfs, 10.0).linear


def test_a_plain_microphone_is_not() -> None:
    soft, loud = (level_of(bursts(12, rms, seed)) for rms, seed in ((0.02, 5), (0.0632, 6)))
    assert step_linearity(soft.level().laeq_dbfs, loud.level().laeq_dbfs, 10.0).linear


def test_a_room_as_loud_as_the_voice_at_the_meter_is_refused() -> None:
    assert reference_faults(Reading(65.0, -30.0, 58.0))[0].kind is FaultKind.ROOM_AT_METER
    assert reference_faults(Reading(65.0, -30.0, 40.0)) == ()


def test_readings_that_do_not_agree_are_refused() -> None:
    assert agreement_faults([Reading(70, -30), Reading(70, -34), Reading(70, -30)])[0].kind is FaultKind.SPREAD
    assert agreement_faults([Reading(70, -30), Reading(72, -28.5), Reading(68, -32)]) == ()


def test_the_spread_of_the_readings_is_kept_and_widens_the_uncertainty() -> None:
    alike = made(Reading(70, -50), Reading(71, -49), Reading(69, -51))
    apart = made(Reading(70, -50), Reading(71, -50), Reading(69, -50))
    assert spread_db(alike) == pytest.approx(0.0, abs=1e-9)
    assert spread_db(apart) == pytest.approx(1.0)
    assert budget(apart).expanded_db > budget(alike).expanded_db + 0.5
    assert budget(apart).coverage_factor > 2.0


def test_a_better_meter_leaves_less_uncertainty() -> None:
    readings = (Reading(70, -50), Reading(70.3, -49.9), Reading(69.8, -50.1))
    stated = [budget(made(*readings, grade=grade)).expanded_db for grade in (1, 2)]
    assert stated[0] < stated[1] <= 2.1


def test_levels_fall_with_distance_as_the_voice_does() -> None:
    """ITU-T P.340: 24.0 dB from 25 mm to 50 cm."""
    assert transfer_db(0.025, 0.50) == pytest.approx(-24.26, abs=0.01)
    assert transfer_db(0.03, 0.30) == pytest.approx(-18.6, abs=0.02)
    assert transfer_db(0.3, 0.3) == 0.0
    near = offset_db(made(Reading(94, -29), distance_m=0.03, method=Method.CALIBRATOR))
    assert near == pytest.approx(123 - 18.6, abs=0.02)


def test_another_reference_distance_moves_the_offset_and_widens_the_uncertainty() -> None:
    result = made(Reading(70, -50), Reading(70, -50), Reading(70, -50))
    assert offset_db(result, 1.0) == pytest.approx(120 - 10.33, abs=0.02)
    assert budget(result, 1.0).expanded_db > budget(result).expanded_db


def test_a_data_sheet_counts_from_a_full_scale_sine() -> None:
    """−26 dBFS at 94 dB SPL: a full-scale sine is 120 dB, and its RMS reads −3 dBFS here."""
    assert offset_db(made(from_dbfs(-26.0), method=Method.NOMINAL)) == pytest.approx(93.98 + 26 + 3.01, abs=0.01)
    assert sensitivity_of(None, -40.0, -14.0, "en") == -26.0
    assert Method.NOMINAL.status is CalibrationStatus.ESTIMATED
    assert budget(made(from_dbfs(-26.0), method=Method.NOMINAL)).expanded_db > 5


# --------------------------------------------------------------------------------------------------- the daily check


def test_the_check_passes_what_repeats_and_finds_what_moved() -> None:
    then = made(Reading(70, -50), Reading(70.2, -50), Reading(69.9, -50.2))
    same, moved = check(then, Reading(68.0, -52.0)), check(then, Reading(68.0, -48.0))
    assert same.passed
    assert not moved.passed
    assert moved.deviation_db == pytest.approx(4.0, abs=0.2)
    assert same.limit_db < budget(then).expanded_db


def test_a_calibrator_s_check_is_as_narrow_as_field_practice() -> None:
    then = made(Reading(94.0, -29.0), method=Method.CALIBRATOR)
    assert check(then, Reading(94.0, -29.4)).passed
    assert not check(then, Reading(94.0, -29.7)).passed


def test_the_voice_alone_shows_only_gross_changes() -> None:
    then = made(Reading(70, -50), Reading(70, -50), Reading(70, -50))
    assert check_by_voice(then, -47.0).passed
    assert not check_by_voice(then, -43.0).passed
    assert check_by_voice(then, -50.0).coarse
