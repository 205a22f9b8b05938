"""One channel's features on the 10 ms grid, its history ring, and the grid after a gap."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicemon.channel import Features, FrontEnd, History, to_int16
from voicemon.types import SPEECH_FRAME, SPEECH_RATE_HZ, Float32

FIELDS = ("weighted_ms", "fast_ms", "fast_max_ms", "clipped", "level_db", "floor_db", "speech")


def tone(seconds: float, rate: int, amplitude: float = 0.1, hz: float = 1000.0) -> Float32:
    return (amplitude * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def whole(front: FrontEnd, samples: Float32, size: int = 0) -> tuple[list[Features], np.ndarray]:
    """Features and syllables of ``samples`` in blocks of ``size`` (0: at once), the held back ones included."""
    size = size or len(samples)
    parts = [front.process(samples[at : at + size]) for at in range(0, len(samples), size)]
    parts.append(front.flush())
    return [p[0] for p in parts], np.concatenate([p[1].counts for p in parts])


def joined(parts: list[Features], name: str) -> np.ndarray:
    return np.concatenate([getattr(p, name) for p in parts])


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000])
def test_a_tone_of_1_khz_has_its_own_level_at_every_rate(rate: int) -> None:
    """0 dB of A-weighting at 1 kHz: amplitude 0.1 is 20 lg(0.1/√2) = -23.01 dBFS."""
    parts, _ = whole(FrontEnd(rate, 5.0), tone(2.0, rate))
    assert joined(parts, "level_db")[50:190] == pytest.approx(-23.01, abs=0.1)
    assert joined(parts, "fast_ms")[190] == pytest.approx(10**-2.301, rel=0.02)


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000])
def test_there_is_one_frame_for_every_10_ms(rate: int) -> None:
    parts, syllables = whole(FrontEnd(rate, 5.0), tone(2.0, rate))
    count = sum(len(p) for p in parts)
    assert count == 200
    assert len(syllables) == count
    starts = [p.first for p in parts if len(p)]
    lengths = [len(p) for p in parts if len(p)]
    assert starts == [sum(lengths[:i]) for i in range(len(lengths))]


@pytest.mark.parametrize("rate", [16_000, 44_100])
@pytest.mark.parametrize("size", [7, 160, 480, 1024])
def test_any_block_size_gives_the_same_features(rate: int, size: int) -> None:
    rng = np.random.default_rng(5)
    samples = np.clip(rng.standard_normal(rate) * np.linspace(0.01, 0.8, rate), -1, 1).astype(np.float32)
    one, syllables_one = whole(FrontEnd(rate, 5.0), samples)
    many, syllables_many = whole(FrontEnd(rate, 5.0), samples, size)
    for name in FIELDS:
        assert np.array_equal(joined(one, name), joined(many, name)), name
    assert np.array_equal(syllables_one, syllables_many)


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_after_a_gap_frames_stand_where_they_stood(rate: int) -> None:
    """A burst from 1.00 s to 1.50 s is in frames 100 to 149, whether or not what came before was lost."""
    samples = np.zeros(2 * rate, np.float32)
    samples[rate : rate + rate // 2] = tone(0.5, rate, 0.5)
    lost = round(0.4567 * rate)
    front = FrontEnd(rate, 5.0)
    front.process(samples[: rate // 3])
    front.reset(lost)
    assert front.first == 46
    parts, _ = whole(front, samples[lost:], 777)
    frames = [p.first + i for p in parts for i in range(len(p)) if p.level_db[i] > -20]
    assert frames == list(range(100, 150))
    first, heard = front.history.cut(0, 10**9)
    loud = first + np.flatnonzero(np.abs(heard) > 0.25)
    assert loud[0] == pytest.approx(SPEECH_RATE_HZ, abs=24)
    assert loud[-1] == pytest.approx(1.5 * SPEECH_RATE_HZ, abs=24)


def test_a_gap_leaves_nothing_behind() -> None:
    rng = np.random.default_rng(6)
    samples = (0.1 * rng.standard_normal(16_000)).astype(np.float32)
    front = FrontEnd(16_000, 5.0)
    front.process(np.full(5_000, 0.9, np.float32))
    front.reset(32_000)
    after, _ = whole(front, samples)
    fresh, _ = whole(FrontEnd(16_000, 5.0), samples)
    for name in FIELDS:
        assert np.array_equal(joined(after, name), joined(fresh, name)), name


def test_clipped_frames_are_marked() -> None:
    samples = tone(1.0, 16_000, 0.3)
    samples[8_000:8_160] = 1.0
    parts, _ = whole(FrontEnd(16_000, 5.0), samples)
    assert np.flatnonzero(joined(parts, "clipped")).tolist() == [50]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1000), st.lists(st.integers(0, 130), max_size=8), st.integers(-50, 400), st.integers(-50, 400))
def test_the_history_is_the_last_samples_by_their_index(begin: int, sizes: list[int], start: int, end: int) -> None:
    history, kept = History(50), {}
    history.reset(begin)
    at = begin
    for size in sizes:
        block = np.arange(at, at + size, dtype=np.float32)
        history.append(block)
        kept.update((int(v), v) for v in block)
        at += size
    assert history.end == at
    assert history.start == max(begin, at - 50)
    first, samples = history.cut(begin + start, begin + end)
    expected = [v for v in range(begin + start, begin + end) if max(begin, at - 50) <= v < at]
    assert samples.tolist() == expected
    if expected:
        assert first == expected[0]


def test_integers_are_clipped_and_never_wrap() -> None:
    samples = np.array([-2.0, -1.0, 0.0, 0.5, 1.0, 2.0], np.float32)
    assert to_int16(samples).tolist() == [-32768, -32768, 0, 16384, 32767, 32767]


def test_the_frame_is_10_ms_of_speech() -> None:
    assert SPEECH_FRAME / SPEECH_RATE_HZ == 0.01
