"""The rate meter against rates that follow from the definitions alone."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicemon.speech.rate import RateMeter
from voicemon.types import FRAMES_PER_S, CharTime


def talk(*spans: tuple[float, bool], cpm: float = 240.0) -> tuple[np.ndarray, np.ndarray]:
    """(speech, syllables) of stretches (seconds, speaking?), with ``cpm`` while speaking."""
    speech = np.concatenate([np.full(round(s * FRAMES_PER_S), on) for s, on in spans])
    return speech, np.where(speech, cpm / 60 / FRAMES_PER_S, 0.0)


def meter_of(*spans: tuple[float, bool], cpm: float = 240.0, window_s: float = 15.0) -> tuple[RateMeter, int]:
    meter = RateMeter(window_s=window_s)
    speech, syllables = talk(*spans, cpm=cpm)
    meter.add_frames(0, speech, syllables)
    return meter, len(speech)


def text(start: float, end: float, count: int) -> list[CharTime]:
    edges = np.linspace(start, end, count + 1)
    return [CharTime("好", float(a), float(b)) for a, b in itertools.pairwise(edges)]


def test_unbroken_speech_has_one_rate() -> None:
    meter, end = meter_of((15, True))
    reading = meter.reading(end)
    assert reading.speech_rate_cpm == pytest.approx(240)
    assert reading.articulation_rate_cpm == pytest.approx(240)
    assert reading.basis == "nuclei"


def test_pauses_within_a_turn_slow_speech_but_not_articulation() -> None:
    # 4 s of speech, 0.8 s of pause, 4 s, 0.8 s, 4 s: 12 s phonation in 13.6 s.
    meter, end = meter_of((4, True), (0.8, False), (4, True), (0.8, False), (4, True))
    reading = meter.reading(end)
    assert reading.articulation_rate_cpm == pytest.approx(240)
    assert reading.speech_rate_cpm == pytest.approx(240 * 12 / 13.6, rel=0.005)


def test_pauses_over_the_limit_end_the_turn_and_do_not_count() -> None:
    meter, end = meter_of((4, True), (1.5, False), (4, True), (3, False))
    assert meter.reading(end).speech_rate_cpm == pytest.approx(240)


def test_gaps_too_short_for_a_pause_belong_to_the_sound() -> None:
    meter, end = meter_of(*[(0.4, True), (0.1, False)] * 20)
    assert meter.reading(end).articulation_rate_cpm == pytest.approx(240 * 0.8, rel=0.02)


@pytest.mark.parametrize(("pause_s", "counts"), [(0.19, True), (0.2, False)])
def test_a_pause_begins_at_a_fifth_of_a_second(pause_s: float, counts: bool) -> None:
    meter, end = meter_of((3, True), (pause_s, False), (3, True))
    assert (meter.reading(end).speech_s == pytest.approx(6 + pause_s)) is counts


def test_no_reading_before_two_seconds_of_speech() -> None:
    meter, end = meter_of((5, False), (1.9, True))
    reading = meter.reading(end)
    assert reading.speech_rate_cpm is None
    assert reading.articulation_rate_cpm is None
    assert reading.basis is None
    meter, end = meter_of((5, False), (2.0, True))
    assert meter.reading(end).speech_rate_cpm == pytest.approx(240)


def test_the_window_forgets() -> None:
    meter = RateMeter(window_s=10)
    slow, fast = talk((20, True), cpm=150), talk((10, True), cpm=300)
    meter.add_frames(0, *slow)
    meter.add_frames(2000, *fast)
    assert meter.reading(3000).speech_rate_cpm == pytest.approx(300)
    assert meter.call().speech_rate_cpm == pytest.approx(200)


def test_text_takes_over_where_it_covers_most_of_the_speech() -> None:
    meter, end = meter_of((10, True), cpm=260)
    meter.add_text(text(0, 4, 13), 0, 4, [1] * 13)
    assert meter.reading(end).basis == "nuclei"
    assert meter.reading(end).speech_rate_cpm == pytest.approx(260)
    meter.add_text(text(4, 10, 20), 4, 10, [1] * 20)
    reading = meter.reading(end)
    assert reading.basis == "text"
    assert reading.speech_rate_cpm == pytest.approx(33 * 60 / 10)
    assert meter.call().speech_rate_cpm == pytest.approx(33 * 60 / 10)


def test_speech_without_text_keeps_its_nuclei() -> None:
    meter, end = meter_of((10, True), cpm=240)
    meter.add_text(text(0, 6, 18), 0, 6, [1] * 18)
    reading = meter.reading(end)
    assert reading.basis == "text"
    assert reading.syllables == pytest.approx(18 + 4 * 4)


def test_a_figure_counts_as_it_is_spoken() -> None:
    meter, end = meter_of((3, True))
    # "5折" is two syllables, "365" (three hundred and sixty-five) is five in Mandarin: 三百六十五.
    chars = [CharTime("365", 0.0, 2.0), CharTime("天", 2.0, 3.0)]
    meter.add_text(chars, 0, 3, [5, 1])
    assert meter.reading(end).speech_rate_cpm == pytest.approx(6 * 20)


def test_a_text_given_twice_counts_once() -> None:
    meter, end = meter_of((6, True))
    for _ in range(2):
        meter.add_text(text(0, 6, 20), 0, 6, [1] * 20)
    assert meter.reading(end).speech_rate_cpm == pytest.approx(200)
    assert meter.call().speech_rate_cpm == pytest.approx(200)


def test_a_text_that_comes_too_late_changes_nothing() -> None:
    meter, end = meter_of(*[(6, True), (2, False)] * 20)
    before = meter.call()
    meter.add_text(text(0, 6, 40), 0, 6, [1] * 40)
    assert meter.call() == before
    assert meter.reading(end).basis == "nuclei"


def test_lost_audio_is_neither_speech_nor_syllables() -> None:
    meter = RateMeter()
    speech, syllables = talk((4, True))
    meter.add_frames(0, speech, syllables)
    meter.add_frames(900, speech, syllables)
    reading = meter.reading(1300)
    assert reading.speech_s == pytest.approx(8)
    assert reading.speech_rate_cpm == pytest.approx(240)
    assert meter.call().speech_rate_cpm == pytest.approx(240)


def test_any_recent_span_can_be_asked_for() -> None:
    meter = RateMeter(window_s=10)
    meter.add_frames(0, *talk((5, True), cpm=180))
    meter.add_frames(500, *talk((5, True), cpm=300))
    assert meter.over(0, 500).speech_rate_cpm == pytest.approx(180)
    assert meter.over(500, 1000).speech_rate_cpm == pytest.approx(300)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.05, 3.0), st.booleans()), min_size=1, max_size=12),
    st.integers(1, 150),
)
def test_the_size_of_the_pieces_does_not_matter(spans: list[tuple[float, bool]], size: int) -> None:
    speech, syllables = talk(*spans)
    whole, pieces = RateMeter(), RateMeter()
    whole.add_frames(0, speech, syllables)
    for at in range(0, len(speech), size):
        pieces.add_frames(at, speech[at : at + size], syllables[at : at + size])
    a, b = whole.reading(len(speech)), pieces.reading(len(speech))
    assert (a.speech_s, a.turn_s, a.basis) == (b.speech_s, b.turn_s, b.basis)
    assert a.syllables == pytest.approx(b.syllables)
    assert whole.call().turn_s == pieces.call().turn_s
    assert whole.call().syllables == pytest.approx(pieces.call().syllables)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(0.05, 2.0), st.booleans()), min_size=2, max_size=10))
def test_the_call_agrees_with_a_window_that_holds_it_all(spans: list[tuple[float, bool]]) -> None:
    meter, end = meter_of(*spans, window_s=30.0)
    window, call = meter.reading(end), meter.call()
    assert call.turn_s == pytest.approx(window.turn_s)
    assert call.speech_s == pytest.approx(window.speech_s)
    assert call.syllables == pytest.approx(window.syllables)


def test_memory_does_not_grow_with_the_call() -> None:
    meter = RateMeter()
    speech, syllables = talk((10, True), (2, False))
    size = sum(ring._values.nbytes for ring in (meter._speech, meter._nuclei, meter._spoken, meter._covered))
    for k in range(300):
        meter.add_frames(k * 1200, speech, syllables)
    later = sum(ring._values.nbytes for ring in (meter._speech, meter._nuclei, meter._spoken, meter._covered))
    assert later == size
    assert meter.call().speech_rate_cpm == pytest.approx(240)
    assert meter.reading(300 * 1200).speech_rate_cpm == pytest.approx(240)


@pytest.mark.parametrize("cpm", [140, 200, 300])
def test_the_live_reading_is_steady(cpm: float) -> None:
    """Syllables of uneven length at an even rate: from second to second the reading moves by less than 10 %."""
    rng = np.random.default_rng(cpm)
    syllables, speech = np.zeros(6000), np.zeros(6000, dtype=bool)
    at = 0.0
    while at < 5990:
        begun = at
        for _ in range(rng.integers(5, 20)):
            length = 6000 / cpm * rng.uniform(0.6, 1.4)
            a, b = round(at), max(round(at + length), round(at) + 1)
            syllables[a:b] += 1 / (b - a)
            at += length
        speech[round(begun) : round(at)] = True
        at += rng.uniform(20, 80)
    meter, readings = RateMeter(), []
    for second in range(60):
        part = slice(100 * second, 100 * second + 100)
        meter.add_frames(100 * second, speech[part], syllables[part])
        reading = meter.reading(100 * second + 100)
        if reading.speech_s >= 5:
            readings.append(reading.speech_rate_cpm)
    values = np.array(readings, dtype=float)
    assert len(values) > 50
    assert np.abs(values[1:] / values[:-1] - 1).max() < 0.10


@pytest.mark.parametrize("bad", [{"window_s": 1.0}, {"pause_limit_s": 0.1}])
def test_settings_that_make_no_sense_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be at least"):
        RateMeter(**bad)
