"""The sound level meter: each figure against its formula, gaps, restarts, and any block size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicemon.dsp.leq import Leq, MovingLeq
from voicemon.dsp.level import FrameMeter, to_db
from voicemon.dsp.meter import Measurement, SoundLevelMeter
from voicemon.dsp.overload import Clipping, DcOffset
from voicemon.dsp.percentiles import LevelPercentiles
from voicemon.dsp.weighting import Weighting
from voicemon.errors import InputError
from voicemon.types import Float32

RATE = 16_000
QUIET = 10 ** (-60 / 20)


def noise(seconds: float, rms: float = 0.1, rate: int = RATE, seed: int = 1) -> Float32:
    return (rms * np.random.default_rng(seed).standard_normal(round(seconds * rate))).astype(np.float32)


def measured(x: Float32, rate: int = RATE, cuts: list[int] | None = None) -> Measurement:
    meter = SoundLevelMeter(rate)
    for block in np.split(x, sorted(cuts or [])):
        meter.process(block)
    return meter.measurement()


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(0, 24_000), max_size=30), rate=st.sampled_from([8_000, 16_000, 22_050, 48_000]))
def test_any_block_size_gives_the_same_measurement(cuts: list[int], rate: int) -> None:
    x = noise(1.5, rate=rate)
    x[6000:6010], x[7000:7002] = 1.0, -1.0
    assert measured(x, rate, cuts) == measured(x, rate)


@pytest.mark.parametrize("block", [1, 7, 160, 1023])
def test_blocks_of_one_length(block: int) -> None:
    x = noise(1.2)
    assert measured(x, cuts=list(range(block, len(x), block))) == measured(x)


def test_the_figures_are_those_of_the_definitions() -> None:
    x = np.concatenate([noise(4, 0.01), noise(1, 0.3, seed=2)])
    weighted = Weighting("A", RATE).process(x)
    frames = FrameMeter(RATE).process(x, weighted)
    reading = measured(x)
    level = float(to_db(np.mean(weighted**2)))
    assert reading.duration_s == pytest.approx(5)
    assert reading.laeq_db == pytest.approx(level, abs=1e-6)
    assert reading.lae_db == pytest.approx(level + 10 * np.log10(5), abs=1e-6)
    assert reading.lafmax_db == pytest.approx(to_db(frames.fast_max_ms.max()), abs=1e-9)
    assert reading.lafmax_db is not None
    assert reading.lasmax_db is not None
    assert reading.lasmax_db == pytest.approx(reading.lafmax_db + 10 * np.log10(1 - np.exp(-1)), abs=0.6)
    for percent, found in ((10, reading.l10_db), (50, reading.l50_db), (90, reading.l90_db)):
        assert found == pytest.approx(to_db(np.percentile(frames.fast_ms, 100 - percent)), abs=0.06)
    assert reading.lcpeak_db == pytest.approx(20 * np.log10(np.abs(Weighting("C", RATE).process(x)).max()), abs=1e-9)


def test_lost_sound_is_left_out_of_the_measurement() -> None:
    x = noise(4)
    meter = SoundLevelMeter(RATE)
    meter.process(x[: 2 * RATE])
    meter.gap(60 * RATE)
    meter.process(x[2 * RATE :])
    reading, whole = meter.measurement(), measured(x)
    assert reading.duration_s == pytest.approx(4)
    assert reading.laeq_db == pytest.approx(whole.laeq_db, abs=0.01)
    assert reading.lcpeak_db == pytest.approx(whole.lcpeak_db, abs=0.1)
    assert reading.l50_db == pytest.approx(whole.l50_db, abs=0.3)


@pytest.mark.parametrize("rate", [16_000, 48_000])
@pytest.mark.parametrize("offset", [0.0, 0.01, 0.05, -0.2])
def test_the_level_does_not_jump_at_starts_and_gaps(offset: float, rate: int) -> None:
    """A converter's offset is no sound: from zero it would lift LAFmax of a quiet room by 7 dB and more."""
    x = noise(4, QUIET, rate) + np.float32(offset)
    weighting, meter = Weighting("A", rate), FrameMeter(rate)
    before = meter.process(x[: 2 * rate], weighting.process(x[: 2 * rate]))
    weighting.reset()
    meter.reset(5 * rate)
    after = meter.process(x[2 * rate :], weighting.process(x[2 * rate :]))
    usual = float(to_db(np.mean(before.weighted_ms[50:])))
    for part in (before, after):
        assert float(to_db(part.weighted_ms.max())) < usual + 2
        assert float(to_db(part.fast_max_ms.max())) < usual + 1
        assert float(to_db(part.weighted_ms.mean())) == pytest.approx(usual, abs=0.3)


def test_a_restart_forgets_the_measurement_but_not_the_filters() -> None:
    meter = SoundLevelMeter(RATE)
    meter.process(np.ones(RATE, np.float32) * np.float32(0.99995))
    meter.process(noise(1, 0.5))
    meter.restart()
    meter.process(noise(2, 0.01))
    reading = meter.measurement()
    alone = measured(noise(2, 0.01))
    assert reading.duration_s == pytest.approx(2)
    assert reading.laeq_db == pytest.approx(alone.laeq_db, abs=0.1)
    assert (reading.clipped_runs, reading.clipped_samples) == (0, 0)
    assert reading.lasmax_db is not None
    assert alone.lasmax_db is not None
    assert reading.lasmax_db > alone.lasmax_db + 10


def test_nothing_and_digital_silence_have_no_level() -> None:
    for x in (np.empty(0, np.float32), np.zeros(RATE, np.float32)):
        reading = measured(x)
        levels = (reading.laeq_db, reading.lae_db, reading.lafmax_db, reading.lasmax_db, reading.lcpeak_db)
        assert (*levels, reading.l10_db, reading.l50_db, reading.l90_db) == (None,) * 8


def test_a_rate_out_of_reach_is_refused() -> None:
    with pytest.raises(InputError, match="4000"):
        SoundLevelMeter(4000)


def test_leq_of_two_levels_is_the_energy_mean() -> None:
    leq = Leq()
    leq.process(10 ** (np.array([-30.0] * 90 + [-10.0] * 10) / 10))
    assert leq.level_db() == pytest.approx(10 * np.log10(0.9e-3 + 1e-2))
    assert leq.exposure_db() == pytest.approx(10 * np.log10(0.9e-3 + 1e-2))
    assert leq.seconds == pytest.approx(1)


@settings(max_examples=40, deadline=None)
@given(cuts=st.lists(st.integers(0, 900), max_size=20), window_s=st.sampled_from([0.01, 0.1, 1.0, 5.0]))
def test_moving_leq_is_the_mean_of_the_window(cuts: list[int], window_s: float) -> None:
    frames = 10 ** np.random.default_rng(7).uniform(-9, 0, 900)
    meter = MovingLeq(window_s)
    found = np.concatenate([meter.process(part) for part in np.split(frames, sorted(cuts))])
    size = round(100 * window_s)
    expected = [frames[max(0, k - size + 1) : k + 1].mean() for k in range(900)]
    assert found == pytest.approx(expected, rel=1e-12)
    assert np.array_equal(found, MovingLeq(window_s).process(frames))


def test_a_whisper_after_a_shout_is_not_rounded_away() -> None:
    frames = np.concatenate([np.full(100, 1.0), np.full(300, 1e-14)])
    assert MovingLeq(1.0).process(frames)[-1] == pytest.approx(1e-14, rel=1e-12)


def test_a_window_of_nothing_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no frame"):
        MovingLeq(0.001)


def test_percentiles_of_known_shares() -> None:
    meter = LevelPercentiles()
    meter.process(10 ** (np.array([-30.0] * 900 + [-10.0] * 100) / 10))
    assert meter.frames == 1000
    assert meter.level_db(5) == pytest.approx(-10, abs=0.051)
    assert meter.level_db(50) == pytest.approx(-30, abs=0.051)
    assert meter.level_db(0) == pytest.approx(-10, abs=0.051)
    assert meter.level_db(100) == pytest.approx(-30, abs=0.051)
    with pytest.raises(ValueError, match="percentage"):
        meter.level_db(101)


def test_silence_counts_as_time_without_a_level() -> None:
    meter = LevelPercentiles()
    meter.process(np.array([0.0] * 60 + [1e-3] * 40))
    assert meter.level_db(10) == pytest.approx(-30, abs=0.051)
    assert meter.level_db(50) is None


@settings(max_examples=60, deadline=None)
@given(cuts=st.lists(st.integers(0, 400), max_size=40))
def test_clipped_runs_are_counted_once_wherever_they_are_cut(cuts: list[int]) -> None:
    x = np.zeros(400, np.float32)
    x[0:3], x[50], x[100:102], x[102:110], x[399] = 1.0, 1.0, -1.0, 0.5, 1.0
    x[200:240] = 32767 / 32768
    meter = Clipping()
    begun = sum(meter.process(part) for part in np.split(x, sorted(cuts)))
    assert (begun, meter.runs, meter.samples, meter.longest) == (3, 3, 45, 40)


def test_a_run_does_not_reach_across_a_gap() -> None:
    meter = Clipping()
    meter.process(np.ones(1, np.float32))
    meter.reset()
    meter.process(np.ones(1, np.float32))
    assert meter.runs == 0


@pytest.mark.parametrize("offset", [0.0, 0.004, 0.03, -0.03])
def test_dc_is_measured_under_speech_like_noise(offset: float) -> None:
    x = noise(12, 0.1) + np.float32(offset)
    meter = DcOffset()
    assert meter.offset is None
    meter.process(FrameMeter(RATE).process(x, x.astype(np.float64)).mean)
    assert meter.offset == pytest.approx(offset, abs=0.001)
    assert meter.faulty == (abs(offset) > 0.01)


def test_a_puff_of_breath_is_no_offset() -> None:
    means = np.zeros(1000)
    means[200:300] = 0.3
    meter = DcOffset()
    meter.process(means)
    assert meter.offset == pytest.approx(0)
    assert not meter.faulty
