"""The acoustic calibrator: its tone gives the offset, and what is not its tone is refused."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from voicemon.calibration import Ingredients, Method, Reading, offset_db, step_linearity
from voicemon.calibration.faults import FaultKind
from voicemon.calibration.geometry import REFERENCE_DISTANCE_M
from voicemon.calibration.model import Device
from voicemon.calibration.tone import Tone, ToneMeter, judge
from voicemon.types import Float32, Float64

RATES = (8_000, 16_000, 44_100, 48_000)
SECONDS = 7


def sine(rate: int, amplitude: float, hz: float = 1000.0, seconds: float = SECONDS) -> Float64:
    return amplitude * np.sin(2 * np.pi * hz * np.arange(round(rate * seconds)) / rate + 0.3)


def noise(rate: int, rms: float, seed: int = 1) -> Float64:
    return rms * np.random.default_rng(seed).standard_normal(rate * SECONDS)


def judged(samples: Float64, rate: int = 16_000) -> Tone:
    return judge(ToneMeter(rate).process(samples.astype(np.float32)))


def kinds(tone: Tone) -> list[FaultKind]:
    return [fault.kind for fault in tone.faults]


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("rms_dbfs", [-60.0, -26.0, -6.0])
@pytest.mark.parametrize("hz", [983.0, 1000.0, 1000.37, 1017.0])
def test_a_94_db_tone_gives_the_offset(rate: int, rms_dbfs: float, hz: float) -> None:
    amplitude = np.sqrt(2) * 10 ** (rms_dbfs / 20)
    tone = judged(sine(rate, float(amplitude), hz) + noise(rate, 10 ** ((rms_dbfs - 30) / 20)), rate)
    assert tone.faults == ()
    assert tone.frequency_hz == pytest.approx(hz, abs=0.5)
    made = Ingredients(
        Method.CALIBRATOR,
        Device("a", "b", rate),
        (Reading(94.0, tone.level_dbfs),),
        REFERENCE_DISTANCE_M,
        datetime.now(UTC),
    )
    assert offset_db(made) == pytest.approx(94.0 - rms_dbfs, abs=0.05)


def test_noise_beside_the_tone_does_not_add_to_it() -> None:
    """At 22 dB over the noise a broadband level would be 0.03 dB too high; with hum it would be far off."""
    rate = 48_000
    tone = judged(sine(rate, 0.1) + noise(rate, 0.0707 / 12.6) + sine(rate, 0.05, 50.0), rate)
    assert tone.faults == ()
    assert tone.level_dbfs == pytest.approx(-23.01, abs=0.02)


@pytest.mark.parametrize("rate", RATES)
def test_noise_instead_of_a_tone_is_refused(rate: int) -> None:
    assert FaultKind.NOISE in kinds(judged(noise(rate, 0.05), rate))


def test_silence_is_refused() -> None:
    assert FaultKind.NOISE in kinds(judged(np.zeros(16_000 * SECONDS)))


@pytest.mark.parametrize("hz", [250.0, 900.0, 970.0, 1030.0, 2000.0])
def test_another_tone_is_refused(hz: float) -> None:
    assert {FaultKind.FREQUENCY, FaultKind.NOISE} & set(kinds(judged(sine(16_000, 0.1, hz))))


def test_a_clipped_tone_is_refused() -> None:
    assert FaultKind.CLIPPED in kinds(judged(np.clip(sine(16_000, 1.3), -1, 1)))


def test_a_limiter_is_refused_by_its_distortion() -> None:
    """Instantaneous, 2.5 dB of it, well under full scale."""
    assert FaultKind.DISTORTED in kinds(judged(np.clip(sine(16_000, 0.4), -0.3, 0.3)))


def slow_agc(samples: Float64, rate: int, target_rms: float = 0.1, time_constant_s: float = 3.0) -> Float64:
    """Gain that creeps towards a target."""
    wanted = target_rms / np.sqrt(np.mean(samples**2))
    gain = 1 + (wanted - 1) * (1 - np.exp(-np.arange(len(samples)) / rate / time_constant_s))
    return gain * samples


@pytest.mark.parametrize("amplitude", [0.02, 0.4])
def test_slow_automatic_gain_is_refused_as_unsteady(amplitude: float) -> None:
    assert FaultKind.UNSTEADY in kinds(judged(slow_agc(sine(16_000, amplitude), 16_000)))


def test_a_tone_that_flutters_is_refused() -> None:
    rate = 16_000
    flutter = 1 + 0.03 * np.sin(2 * np.pi * 0.31 * np.arange(rate * SECONDS) / rate)
    assert FaultKind.UNSTEADY in kinds(judged(sine(rate, 0.1) * flutter))


@pytest.mark.parametrize("ratio", [1.25, 2.0, 4.0, 100.0])
def test_gain_that_has_settled_is_refused_by_the_step(ratio: float) -> None:
    """A compressor turns 20 dB into 20 / ratio; each tone by itself looks perfect."""
    low, high = (judged(sine(16_000, 0.02 * 10 ** (step / ratio / 20))) for step in (0, 20))
    assert low.faults == high.faults == ()
    assert not step_linearity(low.level_dbfs, high.level_dbfs, 20.0).linear


def test_a_plain_microphone_passes_the_step() -> None:
    low, high = (judged(sine(16_000, a)) for a in (0.02, 0.2))
    assert step_linearity(low.level_dbfs, high.level_dbfs, 20.0).linear


@pytest.mark.parametrize(("low", "high", "expected", "linear"), [
    (-40.0, -30.0, 10.0, True),
    (-40.0, -30.9, 10.0, True),
    (-40.0, -31.1, 10.0, False),
    (-40.0, -28.9, 10.0, False),
    (-30.0, -40.0, -10.0, True),
    (-40.0, -36.0, 4.0, False),
])  # fmt: skip
def test_a_step_of_ten_must_come_through_within_one(low: float, high: float, expected: float, linear: bool) -> None:
    assert step_linearity(low, high, expected).linear is linear


def test_too_little_sound_is_refused() -> None:
    tone = judge(ToneMeter(16_000).process(np.zeros(16_000 * 4, np.float32)))
    assert kinds(tone) == [FaultKind.SHORT]


@pytest.mark.parametrize("size", [1, 7, 160, 1024, 8_000 * SECONDS])
def test_any_block_size_gives_the_same_seconds(size: int) -> None:
    samples: Float32 = (sine(8_000, 0.1) + noise(8_000, 0.001)).astype(np.float32)
    meter = ToneMeter(8_000)
    found = [second for i in range(0, len(samples), size) for second in meter.process(samples[i : i + size])]
    assert found == ToneMeter(8_000).process(samples)
    assert len(found) == SECONDS
