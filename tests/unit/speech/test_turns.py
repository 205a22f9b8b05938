"""Overlap: an interruption needs a floor that was held and both going on; back-channels and turn changes are none."""

from __future__ import annotations

from voicemon.speech.turns import Overlap, OverlapKind, TurnTracker
from voicemon.types import Role

AGENT, CUSTOMER = Role.AGENT, Role.CUSTOMER
Spans = list[tuple[float, float]]
ONSET = 7


def overlaps(agent: Spans, customer: Spans, *, interruption_s: float = 0.4, end_s: float = 20.0) -> list[Overlap]:
    """What a tracker says of these spans (seconds), fed as the monitor feeds it: onsets are known 70 ms late."""
    tracker, found = TurnTracker(interruption_s), []
    for frame in range(round(end_s * 100)):
        for role, spans in ((AGENT, agent), (CUSTOMER, customer)):
            for begin, end in spans:
                start, stop = round(begin * 100), round(end * 100)
                if start + ONSET <= frame < stop:
                    tracker.active(role, start if frame == start + ONSET else frame, frame + 1)
        settled = tracker.step(frame)
        if settled is not None:
            found.append(settled)
    return [*found, *tracker.finish()]


def kinds(agent: Spans, customer: Spans) -> list[tuple[Role, OverlapKind | None]]:
    return [(o.by, o.kind) for o in overlaps(agent, customer)]


def test_coming_in_on_a_speaker_who_goes_on_is_an_interruption() -> None:
    (found,) = overlaps([(3.0, 8.0)], [(0.0, 4.0)])
    assert (found.by, found.kind) == (AGENT, OverlapKind.INTERRUPTION)
    assert (found.start, found.end) == (300, 400)


def test_customers_interrupt_too() -> None:
    assert kinds([(0.0, 5.0)], [(3.0, 8.0)]) == [(CUSTOMER, OverlapKind.INTERRUPTION)]


def test_a_back_channel_is_never_an_interruption() -> None:
    assert kinds([(3.0, 4.0)], [(0.0, 8.0)]) == [(AGENT, OverlapKind.BACKCHANNEL)]


def test_repeated_back_channels_do_not_add_up_to_an_interruption() -> None:
    nods = [(3.0 + i, 3.45 + i) for i in range(6)]
    assert kinds(nods, [(0.0, 12.0)]) == [(AGENT, OverlapKind.BACKCHANNEL)] * 6


def test_two_who_begin_together_interrupt_nobody() -> None:
    assert kinds([(0.8, 4.0)], [(0.0, 3.0)]) == [(AGENT, None)]


def test_the_floor_counts_from_the_beginning_of_the_turn_with_its_short_pauses() -> None:
    assert kinds([(2.5, 6.0)], [(0.0, 1.8), (2.1, 4.0)]) == [(AGENT, OverlapKind.INTERRUPTION)]


def test_a_change_of_turns_with_a_short_overlap_is_neither() -> None:
    assert kinds([(2.75, 8.0)], [(0.0, 3.0)]) == [(AGENT, None)]


def test_a_clean_change_of_turns_is_no_overlap() -> None:
    assert overlaps([(3.3, 6.0)], [(0.0, 3.0)]) == []
    assert overlaps([(3.0, 6.0)], [(0.0, 3.0)]) == []


def test_overlaps_too_short_to_hear_are_not_told() -> None:
    assert overlaps([(2.9, 6.0)], [(0.0, 3.0)]) == []


def test_the_customers_nod_long_after_a_change_of_turns_does_not_make_it_an_interruption() -> None:
    found = kinds([(4.75, 12.0)], [(0.0, 5.0), (7.0, 7.4)])
    assert found == [(AGENT, None), (CUSTOMER, OverlapKind.BACKCHANNEL)]


def test_only_the_time_in_which_both_speak_counts() -> None:
    """0.25 s of overlap, 0.4 s of the agent alone, the customer's 0.1 s: 0.35 s together, under the 0.4 s."""
    assert kinds([(2.75, 8.0)], [(0.0, 3.0), (3.4, 3.5)]) == [(AGENT, None)]


def test_a_customer_who_resumes_after_giving_up_the_floor_is_the_one_who_comes_in() -> None:
    assert kinds([(3.4, 8.0)], [(0.0, 3.0), (3.9, 6.0)]) == [(CUSTOMER, None)]


def test_how_long_both_must_go_on_can_be_set() -> None:
    agent, customer = [(3.0, 8.0)], [(0.0, 3.6)]
    assert overlaps(agent, customer, interruption_s=0.4)[0].kind is OverlapKind.INTERRUPTION
    assert overlaps(agent, customer, interruption_s=1.0)[0].kind is None


def test_an_interruption_is_told_soon_after_the_overlap_and_once() -> None:
    tracker = TurnTracker(0.4)
    told = []
    for frame in range(1500):
        if frame < 400:
            tracker.active(CUSTOMER, frame, frame + 1)
        if 300 <= frame < 1400:
            tracker.active(AGENT, frame, frame + 1)
        if tracker.step(frame) is not None:
            told.append(frame)
    assert len(told) == 1
    assert 400 <= told[0] <= 460


def test_what_is_open_at_the_end_is_told_and_nothing_is_carried_over() -> None:
    tracker = TurnTracker(0.4)
    for frame in range(300):
        tracker.active(CUSTOMER, frame, frame + 1)
        if frame >= 150:
            tracker.active(AGENT, frame, frame + 1)
    assert [(o.by, o.kind) for o in tracker.finish()] == [(AGENT, OverlapKind.INTERRUPTION)]
    assert tracker.turn_end(AGENT) is None
    assert tracker.turn_end(CUSTOMER) is None
    assert tracker.finish() == []


def test_turns_are_forgotten_at_a_gap_without_an_overlap_too() -> None:
    tracker = TurnTracker(0.4)
    tracker.active(CUSTOMER, 0, 300)
    assert tracker.finish() == []
    assert tracker.turn_end(CUSTOMER) is None
