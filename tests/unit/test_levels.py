"""Levels of a call that need its frames in a row, against the meters that conform to the standard."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicemon.dsp.percentiles import LevelPercentiles
from voicemon.dsp.slow import SlowLevel
from voicemon.energy import to_db
from voicemon.levels import CallLevels
from voicemon.types import Float64

KEPT = 1000


def noise(frames: int, seed: int = 0) -> Float64:
    return 10 ** (np.random.default_rng(seed).uniform(-7, -2, frames))


def metered(values: Float64, sizes: list[int], first: int = 0) -> tuple[CallLevels, list[float]]:
    """The levels after ``values`` in blocks of the given sizes, over and over, and what each second showed."""
    levels, at, seconds = CallLevels(KEPT), 0, []
    due = 100 - first % 100
    while at < len(values):
        for size in sizes:
            levels.load(first + at, values[at : at + size], values[at : at + size])
            at = min(at + size, len(values))
            while due <= at:
                begun = max(0, due - 100)
                seconds.append(levels.second(first + begun, [1.0] * (due - begun)))
                due += 100
    return levels, seconds


def test_it_is_what_the_meters_show() -> None:
    values = noise(700)
    levels, seconds = metered(values, [700])
    slow, percentiles = SlowLevel(), LevelPercentiles()
    whole = slow.process(values)
    percentiles.process(values)
    assert seconds == pytest.approx(whole.reshape(7, 100).max(axis=1).tolist(), rel=1e-12)
    found = levels.distribution()
    assert found.lasmax_db == pytest.approx(to_db(slow.max_ms))
    assert (found.l10_db, found.l50_db, found.l90_db) == tuple(percentiles.level_db(n) for n in (10, 50, 90))
    assert found.l10_db is not None
    assert found.l90_db is not None
    assert found.l10_db > found.l90_db + 20


@settings(max_examples=25, deadline=None)
@given(sizes=st.lists(st.integers(1, 170), min_size=1, max_size=6), first=st.integers(0, 3000))
def test_any_block_size_from_any_frame_gives_the_same_to_the_bit(sizes: list[int], first: int) -> None:
    values = noise(500)
    one, ones = metered(values, [500], first)
    other, others = metered(values, sizes, first)
    assert ones == others
    assert one.distribution() == other.distribution()


def test_a_stretch_without_sound_is_left_out_and_the_time_weighting_begins_anew_behind_it() -> None:
    levels = CallLevels(KEPT)
    loud, soft = np.full(50, 1e-2), np.full(130, 1e-6)
    levels.load(0, loud, loud)
    levels.load(50, np.zeros(20), np.zeros(20))
    levels.load(70, soft, soft)
    levels.second(0, [1.0] * 50 + [0.0] * 20 + [1.0] * 30)
    behind = levels.second(100, [1.0] * 100)
    assert to_db(behind) == pytest.approx(-60, abs=1.5)
    assert behind < 1e-6
    assert levels.distribution().l90_db == pytest.approx(-60, abs=0.1)


def test_lost_sound_does_not_ring_on() -> None:
    levels = CallLevels(KEPT)
    levels.load(0, np.full(100, 1e-2), np.full(100, 1e-2))
    levels.second(0, [1.0] * 100)
    levels.load(300, np.full(100, 1e-6), np.full(100, 1e-6))
    assert levels.second(300, [1.0] * 100) < 1e-6


def test_the_next_calls_time_weighting_goes_on_where_the_last_one_ended() -> None:
    values = noise(200)
    whole = CallLevels(KEPT)
    whole.load(0, values, values)
    whole.second(0, [1.0] * 130)
    expected = whole.second(130, [1.0] * 70)
    one, other = CallLevels(KEPT), CallLevels(KEPT)
    one.load(0, values[:130], values[:130])
    one.second(0, [1.0] * 130)
    other.go_on(one)
    other.load(130, values[130:], values[130:])
    assert other.second(130, [1.0] * 70) == expected


def test_silence_at_the_end_and_sound_before_the_begin_are_not_the_calls() -> None:
    levels = CallLevels(KEPT)
    for second, level in enumerate((1e-1, 1e-3, 1e-3, 1e-1)):
        levels.load(100 * second, np.full(100, level), np.full(100, level))
        levels.second(100 * second, [1.0] * 100)
        if second == 2:
            levels.forget_before(100, [1.0] * 200)
    assert levels.distribution().l10_db == pytest.approx(-10, abs=0.1)
    levels.forget_trailing()
    assert levels.distribution().l10_db == pytest.approx(-30, abs=0.1)
    # The S-weighted level of the loud second before still falls at the call's begin: 4.3 dB a second.
    assert levels.distribution().lasmax_db == pytest.approx(-12, abs=0.5)


def test_nothing_is_no_level() -> None:
    levels = CallLevels(KEPT)
    levels.load(0, np.zeros(100), np.zeros(100))
    levels.second(0, [1.0] * 100)
    found = levels.distribution()
    assert (found.lasmax_db, found.l10_db, found.l50_db, found.l90_db) == (None, None, None, None)
