"""Spans of speech: clicks never start one, onsets are back-dated, short gaps stay inside."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicemon.speech.spans import ONSET_FRAMES, PAUSE_FRAMES, SpanTracker


def spans_of(frames: list[bool]) -> list[tuple[int, int]]:
    """The spans of a whole recording, the last one closed at its end."""
    tracker, spans, start = SpanTracker(), [], None
    for frame, speech in enumerate(frames):
        change = tracker.update(frame, speech)
        if change.started is not None:
            start = change.started
        if change.ended is not None:
            assert start is not None
            spans.append((start, change.ended))
            start = None
    ended = tracker.close().ended
    if ended is not None and start is not None:
        spans.append((start, ended))
    return spans


def track(*stretches: tuple[int, bool]) -> list[bool]:
    return [speech for length, speech in stretches for _ in range(length)]


@pytest.mark.parametrize("click_ms", [10, 30, 50, 60])
def test_a_click_never_starts_a_span(click_ms: int) -> None:
    click = (click_ms // 10, True)
    assert spans_of(track((30, False), click, (20, False), click, (50, False))) == []


def test_a_span_begins_at_its_first_frame_and_ends_behind_its_last() -> None:
    assert spans_of(track((30, False), (40, True), (60, False))) == [(30, 70)]


def test_an_onset_is_known_within_120_ms() -> None:
    tracker = SpanTracker()
    known = next(f for f in range(100, 200) if tracker.update(f, True).started is not None)
    assert known - 100 < ONSET_FRAMES
    assert tracker.start == 100


@pytest.mark.parametrize("gap_ms", [10, 100, 190])
def test_gaps_under_200_ms_stay_inside(gap_ms: int) -> None:
    frames = track((20, True), (gap_ms // 10, False), (20, True), (50, False))
    assert spans_of(frames) == [(0, 40 + gap_ms // 10)]


@pytest.mark.parametrize("gap_ms", [210, 300, 1000])
def test_a_pause_parts_two_spans(gap_ms: int) -> None:
    gap = gap_ms // 10
    assert spans_of(track((20, True), (gap, False), (20, True), (50, False))) == [(0, 20), (20 + gap, 40 + gap)]


def test_the_end_is_told_after_the_pause_floor_and_not_before() -> None:
    tracker = SpanTracker()
    for frame in range(20):
        tracker.update(frame, True)
    told = next(f for f in range(20, 80) if tracker.update(f, False).ended is not None)
    assert told - 19 == PAUSE_FRAMES


def test_a_broken_off_sound_ends_the_span_at_once_and_forgets_half_an_onset() -> None:
    tracker = SpanTracker()
    for frame in range(20):
        tracker.update(frame, True)
    assert tracker.close().ended == 20
    for frame in range(20, 26):
        tracker.update(frame, True)
    assert tracker.close().ended is None
    assert tracker.update(26, True).started is None


@given(st.lists(st.tuples(st.integers(1, 60), st.booleans()), max_size=30))
def test_active_frames_are_the_spans_exactly_once(stretches: list[tuple[int, bool]]) -> None:
    frames = track(*stretches)
    tracker, active = SpanTracker(), []
    for frame, speech in enumerate(frames):
        change = tracker.update(frame, speech)
        if change.active is not None:
            active.extend(range(*change.active))
    assert active == [f for start, end in spans_of(frames) for f in range(start, end)]
    for start, end in spans_of(frames):
        assert frames[start]
        assert frames[end - 1]
        assert end - start >= 7
