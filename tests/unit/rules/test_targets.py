"""Bands and judgement: a border belongs to the better side; into the band after 1 s, out of it after 2 s."""

from __future__ import annotations

import pytest

from voicemon.rules.targets import BandJudge, level_band, place, rate_band
from voicemon.settings import LevelSettings, RateSettings
from voicemon.types import Band, BandState

BAND = Band(68.0, 70.0, 73.0, 76.0, 78.0)
LOW, SLIGHTLY_LOW, IN_BAND, SLIGHTLY_HIGH, HIGH = 60.0, 69.0, 73.0, 77.0, 85.0


def settled(value: float) -> BandJudge:
    judge = BandJudge(BAND)
    judge.update(value, 1000)
    return judge


def test_bands_lie_about_their_targets() -> None:
    assert level_band(LevelSettings(), 70.0) == Band(65.0, 67.0, 70.0, 73.0, 75.0)
    assert rate_band(RateSettings()) == Band(160.0, 180.0, 200.0, 220.0, 240.0)


@pytest.mark.parametrize(
    ("value", "state"),
    [
        (67.9, BandState.LOW),
        (68.0, BandState.SLIGHTLY_LOW),
        (69.9, BandState.SLIGHTLY_LOW),
        (70.0, BandState.IN_BAND),
        (76.0, BandState.IN_BAND),
        (76.1, BandState.SLIGHTLY_HIGH),
        (78.0, BandState.SLIGHTLY_HIGH),
        (78.1, BandState.HIGH),
    ],
)
def test_a_border_belongs_to_the_better_side(value: float, state: BandState) -> None:
    assert place(value, BAND) is state


def test_nothing_is_judged_before_it_has_been_heard_for_long_enough() -> None:
    judge = BandJudge(BAND)
    assert judge.state is None
    assert judge.update(IN_BAND, 99) is None
    assert judge.update(IN_BAND, 1) is BandState.IN_BAND


@pytest.mark.parametrize(
    ("value", "state"),
    [
        (LOW, BandState.LOW),
        (SLIGHTLY_LOW, BandState.SLIGHTLY_LOW),
        (SLIGHTLY_HIGH, BandState.SLIGHTLY_HIGH),
        (HIGH, BandState.HIGH),
    ],
)
def test_bad_news_takes_two_seconds_and_good_news_one(value: float, state: BandState) -> None:
    judge = settled(IN_BAND)
    for _ in range(199):
        assert judge.update(value) is BandState.IN_BAND
    assert judge.update(value) is state
    for _ in range(99):
        assert judge.update(IN_BAND) is state
    assert judge.update(IN_BAND) is BandState.IN_BAND


def test_a_needle_that_crosses_the_border_does_not_flicker() -> None:
    judge = settled(IN_BAND)
    for _ in range(20):
        assert judge.update(HIGH, 150) is BandState.IN_BAND
        assert judge.update(IN_BAND, 10) is BandState.IN_BAND


def test_wandering_beyond_the_band_is_out_of_it() -> None:
    judge = settled(IN_BAND)
    judge.update(HIGH, 90)
    judge.update(SLIGHTLY_HIGH, 90)
    assert judge.update(HIGH, 19) is BandState.IN_BAND
    assert judge.update(HIGH, 1) is BandState.SLIGHTLY_HIGH


def test_coming_back_over_the_amber_band_is_good_news_after_one_second_in_green() -> None:
    judge = settled(HIGH)
    judge.update(SLIGHTLY_HIGH, 50)
    judge.update(IN_BAND, 99)
    assert judge.state is BandState.HIGH
    assert judge.update(IN_BAND, 1) is BandState.IN_BAND


def test_one_side_does_not_count_for_the_other() -> None:
    judge = settled(IN_BAND)
    for _ in range(10):
        judge.update(HIGH, 120)
        assert judge.update(LOW, 120) is BandState.IN_BAND


def test_a_seconds_reading_counts_for_a_second() -> None:
    judge = settled(IN_BAND)
    assert judge.update(HIGH, 100) is BandState.IN_BAND
    assert judge.update(HIGH, 100) is BandState.HIGH
