"""Sample-rate conversion: the same for any block size, flat where speech is, clean where it is not, and on time."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicemon.audio.resample import Resampler

RATES = (8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000)
OWN = (8_000, 32_000, 48_000, 96_000)
"""Whole ratios to 16 kHz, for which latency is promised."""
TO_HZ = 16_000


def convert(x: np.ndarray, from_hz: int, block: int | None = None, to_hz: int = TO_HZ) -> np.ndarray:
    resampler = Resampler(from_hz, to_hz)
    size = block or x.size
    parts = [resampler.process(x[first : first + size]) for first in range(0, x.size, size)]
    return np.concatenate([*parts, resampler.flush()])


def noise(from_hz: int, length_s: float = 0.5) -> np.ndarray:
    return np.random.default_rng(1).normal(0, 0.1, round(from_hz * length_s) + 37).astype(np.float32)


def sine(from_hz: int, frequency_hz: float, length_s: float = 1.0) -> np.ndarray:
    return np.sin(2 * np.pi * frequency_hz * np.arange(round(length_s * from_hz)) / from_hz).astype(np.float32)


def level_db(x: np.ndarray) -> float:
    """Of the middle half, against a full-scale sine."""
    middle = x[x.size // 4 : x.size * 3 // 4].astype(np.float64)
    return 10 * np.log10(2 * np.mean(middle**2) + 1e-20)


@pytest.mark.parametrize("block", [1, 7, 160, 480, 1024])
@pytest.mark.parametrize("from_hz", RATES)
def test_any_block_size_gives_the_same_bits(from_hz: int, block: int) -> None:
    x = noise(from_hz)
    assert np.array_equal(convert(x, from_hz, block), convert(x, from_hz))


@given(st.sampled_from((8_000, 48_000, 44_100)), st.lists(st.integers(0, 700), min_size=1, max_size=12))
def test_any_cutting_gives_the_same_bits(from_hz: int, sizes: list[int]) -> None:
    x = noise(from_hz, 0.2)
    resampler, parts, first = Resampler(from_hz, TO_HZ), [], 0
    for size in sizes:
        parts.append(resampler.process(x[first : first + size]))
        first = min(first + size, x.size)
    parts += [resampler.process(x[first:]), resampler.flush()]
    assert np.array_equal(np.concatenate(parts), convert(x, from_hz))


@pytest.mark.parametrize("from_hz", RATES)
def test_no_sample_is_lost(from_hz: int) -> None:
    assert convert(noise(from_hz), from_hz).size == pytest.approx(noise(from_hz).size * TO_HZ / from_hz, abs=1)


@pytest.mark.parametrize("from_hz", RATES)
def test_the_pass_band_is_flat_within_a_tenth_of_a_decibel(from_hz: int) -> None:
    top_hz = min(7_000, 7 / 16 * from_hz)
    for frequency_hz in (50, 300, 1_000, 0.5 * top_hz, 0.9 * top_hz, top_hz):
        assert abs(level_db(convert(sine(from_hz, frequency_hz), from_hz))) < 0.1, frequency_hz


@pytest.mark.parametrize("from_hz", [rate for rate in RATES if rate > TO_HZ])
def test_what_lies_above_does_not_fold_down(from_hz: int) -> None:
    for frequency_hz in np.linspace(9_000, 0.49 * from_hz, 15):
        assert level_db(convert(sine(from_hz, frequency_hz), from_hz)) < -70, frequency_hz


@pytest.mark.parametrize("from_hz", [8_000, 11_025])
def test_no_image_appears_above_the_input_band(from_hz: int) -> None:
    frequency_hz = 0.4 * from_hz
    y = convert(sine(from_hz, frequency_hz), from_hz)
    spectrum = np.abs(np.fft.rfft(y * np.kaiser(y.size, 20)))
    frequencies = np.fft.rfftfreq(y.size, 1 / TO_HZ)
    image = spectrum[frequencies > 9 / 16 * from_hz].max()
    assert 20 * np.log10(image / spectrum.max()) < -70


@pytest.mark.parametrize("from_hz", RATES)
def test_output_sample_n_is_the_sound_at_n_over_the_rate(from_hz: int) -> None:
    y = convert(sine(from_hz, 997.0), from_hz)
    expected = np.sin(2 * np.pi * 997.0 * np.arange(y.size) / TO_HZ)
    inner = slice(TO_HZ // 10, -TO_HZ // 10)
    assert np.abs(y[inner] - expected[inner]).max() < 1e-4


@pytest.mark.parametrize("from_hz", OWN)
def test_whole_ratios_are_late_by_at_most_four_milliseconds(from_hz: int) -> None:
    resampler, given_, made = Resampler(from_hz, TO_HZ), 0, 0
    for _ in range(100):
        made += resampler.process(np.zeros(from_hz // 50, np.float32)).size
        given_ += from_hz // 50
    assert 0 <= given_ / from_hz - made / TO_HZ <= 0.00401


def test_equal_rates_pass_the_block_through() -> None:
    x = noise(TO_HZ)
    resampler = Resampler(TO_HZ, TO_HZ)
    assert resampler.process(x) is x
    assert resampler.flush().size == 0


@pytest.mark.parametrize("from_hz", RATES)
def test_reset_forgets_the_sound_before_a_gap(from_hz: int) -> None:
    x = noise(from_hz)
    resampler = Resampler(from_hz, TO_HZ)
    resampler.process(np.ones(1234, np.float32))
    resampler.reset()
    assert np.array_equal(np.concatenate((resampler.process(x), resampler.flush())), convert(x, from_hz))


def test_a_rate_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        Resampler(0, TO_HZ)


def test_a_second_of_48_khz_costs_far_less_than_a_second() -> None:
    """A bound that holds on a busy machine too; the exact figure is a matter for the bench."""
    x = noise(48_000, 1.0)
    cost_s = []
    for _ in range(5):
        begun = time.process_time()
        convert(x, 48_000, 960)
        cost_s.append(time.process_time() - begun)
    assert min(cost_s) < 0.01
