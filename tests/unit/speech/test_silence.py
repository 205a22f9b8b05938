"""Joint silence: dead air is told once, never before the customer was heard, and an announced hold is none."""

from __future__ import annotations

import pytest

from voicemon.speech.silence import Silence, SilenceKind, SilenceTracker


def wait(
    tracker: SilenceTracker, start: int, length: int, *, customer_heard: bool = True, excused: bool = False
) -> list[int]:
    """Frames at which dead air was told in a silence of ``length`` frames from ``start``."""
    return [
        frame
        for frame in range(start, start + length)
        if tracker.quiet(frame, start, customer_heard=customer_heard, excused=excused)
    ]


@pytest.fixture
def tracker() -> SilenceTracker:
    return SilenceTracker(dead_air_s=5.0, pause_s=1.0)


def test_dead_air_is_told_once_when_five_seconds_are_over(tracker: SilenceTracker) -> None:
    told = wait(tracker, 1000, 2000)
    assert told == [1000 + 500]
    ended = tracker.speech(3000, customer_heard=True, holding=False)
    assert ended == Silence(1000, 3000, SilenceKind.DEAD_AIR)
    assert ended.length_s == 20.0


def test_exactly_five_seconds_are_not_dead_air(tracker: SilenceTracker) -> None:
    assert wait(tracker, 0, 500) == []
    ended = tracker.speech(500, customer_heard=True, holding=False)
    assert ended == Silence(0, 500, SilenceKind.PAUSE)


def test_each_dead_air_is_told(tracker: SilenceTracker) -> None:
    assert len(wait(tracker, 0, 700)) == 1
    tracker.speech(700, customer_heard=True, holding=False)
    assert len(wait(tracker, 900, 700)) == 1


def test_nothing_is_dead_air_before_the_customer_was_heard(tracker: SilenceTracker) -> None:
    assert wait(tracker, 0, 3000, customer_heard=False) == []
    ended = tracker.speech(3000, customer_heard=False, holding=False)
    assert ended == Silence(0, 3000, SilenceKind.PAUSE)


def test_a_hold_is_excused_and_called_one(tracker: SilenceTracker) -> None:
    assert wait(tracker, 0, 1500, excused=True) == []
    assert tracker.speech(1500, customer_heard=True, holding=True) == Silence(0, 1500, SilenceKind.HOLD)


def test_short_silences_are_not_told(tracker: SilenceTracker) -> None:
    wait(tracker, 0, 99)
    assert tracker.speech(99, customer_heard=True, holding=False) is None
    wait(tracker, 200, 100)
    assert tracker.speech(300, customer_heard=True, holding=False) == Silence(200, 300, SilenceKind.PAUSE)


def test_nothing_counts_before_anybody_spoke(tracker: SilenceTracker) -> None:
    assert tracker.length_s(800) == 0.0
    assert tracker.speech(800, customer_heard=False, holding=False) is None


def test_a_silence_is_forgotten_at_a_gap(tracker: SilenceTracker) -> None:
    wait(tracker, 0, 400)
    tracker.reset()
    assert tracker.length_s(400) == 0.0
    assert wait(tracker, 400, 400) == []


def test_the_running_length_is_to_the_end_of_the_frame(tracker: SilenceTracker) -> None:
    wait(tracker, 100, 50)
    assert tracker.length_s(149) == pytest.approx(0.5)
