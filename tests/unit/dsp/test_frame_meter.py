"""The frame meter: its grid, its numbers against plain formulas, gaps, clipping, and any block size."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter

from voicemon.dsp.level import FAST_S, FrameLevels, FrameMeter, to_db

RATES = [8_000, 11_025, 16_000, 22_050, 44_100, 48_000]
ARRAYS = [field.name for field in fields(FrameLevels) if field.name != "first"]


def noise(n: int, seed: int = 1) -> np.ndarray:
    return (0.1 * np.random.default_rng(seed).standard_normal(n)).astype(np.float32)


def border(frame: int, rate: int) -> int:
    return -(-frame * rate // 100)


def run(meter: FrameMeter, x: np.ndarray, blocks: list[np.ndarray]) -> dict[str, np.ndarray]:
    parts = [meter.process(block, block.astype(np.float64)) for block in blocks]
    last = meter.flush()
    parts += [last] if last else []
    return {name: np.concatenate([getattr(part, name) for part in parts]) for name in ARRAYS}


@pytest.mark.parametrize("rate", RATES)
def test_values_are_those_of_the_formulas(rate: int) -> None:
    x = noise(2 * rate + 50)
    levels = FrameMeter(rate).process(x, x.astype(np.float64))
    decay = np.exp(-1 / (FAST_S * rate))
    fast = lfilter([1 - decay], [1, -decay], x.astype(np.float64) ** 2)
    assert levels.first == 0
    assert len(levels.peak) == 200
    for k in range(200):
        begin, end = border(k, rate), border(k + 1, rate)
        assert levels.weighted_ms[k] == pytest.approx(np.mean(x[begin:end].astype(np.float64) ** 2))
        assert levels.peak[k] == np.abs(x[begin:end]).max()
        assert levels.mean[k] == pytest.approx(x[begin:end].mean(dtype=np.float64), abs=1e-7)
        if k >= 3:
            assert to_db(levels.fast_ms[k]) == pytest.approx(to_db(fast[end - 1]), abs=0.005)
            assert to_db(levels.fast_max_ms[k]) == pytest.approx(to_db(fast[begin:end].max()), abs=0.02)


@settings(max_examples=40, deadline=None)
@given(cuts=st.lists(st.integers(0, 3000), max_size=20), rate=st.sampled_from(RATES), start=st.integers(0, 1000))
def test_blocks_of_any_size_give_the_same_frames(cuts: list[int], rate: int, start: int) -> None:
    x = noise(3000)
    x[1500:1503] = 1.0
    whole = run(FrameMeter(rate, start_sample=start), x, [x])
    parts = run(FrameMeter(rate, start_sample=start), x, np.split(x, sorted(cuts)))
    for name in ARRAYS:
        assert np.array_equal(whole[name], parts[name]), name


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("start", [0, 1, 137, 48_001])
def test_the_grid_is_the_clocks_own(rate: int, start: int) -> None:
    x = np.arange(rate, dtype=np.float32) / rate
    levels = FrameMeter(rate, start_sample=start).process(x, x.astype(np.float64))
    first = -(-start * 100 // rate)
    assert levels.first == first
    assert border(first, rate) >= start
    assert levels.peak[0] == x[border(first + 1, rate) - 1 - start]


def test_after_a_gap_nothing_of_the_past_is_left_and_the_grid_holds() -> None:
    meter = FrameMeter(16_000)
    loud = np.full(1000, 0.9, np.float32)
    meter.process(loud, loud.astype(np.float64))
    meter.reset(16_050)
    quiet = np.full(400, 0.01, np.float32)
    levels = meter.process(quiet, quiet.astype(np.float64))
    assert levels.first == 101
    assert len(levels.peak) == 1
    assert levels.peak[0] == np.float32(0.01)
    assert levels.fast_ms[0] < 1e-4


def test_flush_gives_the_short_last_frame_once() -> None:
    meter = FrameMeter(16_000)
    x = np.concatenate([np.zeros(160), np.full(40, 0.5)]).astype(np.float32)
    assert len(meter.process(x, x.astype(np.float64)).peak) == 1
    last = meter.flush()
    assert last is not None
    assert (last.first, last.weighted_ms[0], last.peak[0]) == (1, 0.25, 0.5)
    assert meter.flush() is None


CLIPPED = {
    "two at 16-bit full scale": ([32767 / 32768, 32767 / 32768], True),
    "negative": ([-1.0, -1.0], True),
    "one alone": ([32767 / 32768, 0.5], False),
    "loud, not full": ([0.97, 0.97, 0.97], False),
    "flat top of µ-law": ([32124 / 32768] * 3, True),
    "rounded top near full scale": ([0.985, 0.99, 0.986], False),
    "beyond full scale": ([1.1, 1.3], True),
}


@pytest.mark.parametrize(("samples", "expected"), CLIPPED.values(), ids=CLIPPED)
def test_clipping(samples: list[float], expected: bool) -> None:
    x = np.zeros(480, np.float32)
    x[200 : 200 + len(samples)] = samples
    clipped = FrameMeter(16_000).process(x, x.astype(np.float64)).clipped
    assert clipped.tolist() == [False, expected, False]


def test_a_clipped_pair_across_a_border_marks_the_later_frame() -> None:
    x = np.zeros(480, np.float32)
    x[159:161] = 1.0
    for block in (100, 160, 480):
        meter = FrameMeter(16_000)
        parts = [meter.process(part, part.astype(np.float64)) for part in np.split(x, range(block, 480, block))]
        assert np.concatenate([part.clipped for part in parts]).tolist() == [False, True, False]


def test_silence_has_no_level() -> None:
    assert to_db(0.0) == -np.inf


def test_channels_of_unequal_length_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="3 raw but 2 weighted"):
        FrameMeter(16_000).process(np.zeros(3, np.float32), np.zeros(2))
