"""Greeting and closing are held against nobody who may have said them."""

from __future__ import annotations

import pytest

from voicemon.phrases.lexicon import load
from voicemon.rules.ends import CallEnds

GREETING = "您好欢迎致电迅达电信请问有什么可以帮助您"
OTHER = "我帮您查一下账号请报一下手机号"
CLOSING = "感谢您的来电再见"


@pytest.fixture
def ends() -> CallEnds:
    return CallEnds(load())


def hear(ends: CallEnds, text: str, start: float, end: float) -> None:
    ends.hear(text, start, end, text)


def test_a_missing_greeting_is_told_once(ends: CallEnds) -> None:
    hear(ends, OTHER, 1.0, 4.0)
    found = ends.first_turn_over()
    assert found is not None
    assert found.rule == "missing_greeting"
    assert ends.first_turn_over() is None
    assert "r01" in ends.missing_lines(whole=True)


def test_a_greeting_in_two_utterances_counts(ends: CallEnds) -> None:
    hear(ends, "您好欢迎致电", 1.0, 3.0)
    hear(ends, "请问有什么可以帮助您", 3.6, 6.0)
    assert ends.first_turn_over() is None
    assert ends.missing_lines(whole=False) == frozenset()


@pytest.mark.parametrize("before", [True, False])
def test_an_unheard_first_turn_is_no_missing_greeting(ends: CallEnds, before: bool) -> None:
    if before:
        ends.unheard(2.0)
        hear(ends, OTHER, 3.0, 5.0)
    else:
        hear(ends, OTHER, 1.0, 3.0)
        ends.unheard(5.0)
    assert ends.first_turn_over() is None
    assert "r01" not in ends.missing_lines(whole=True)


def test_a_missing_closing_is_told_only_of_a_call_that_was_heard_out(ends: CallEnds) -> None:
    hear(ends, GREETING, 1.0, 4.0)
    hear(ends, OTHER, 20.0, 24.0)
    assert "r37" not in ends.missing_lines(whole=False)
    found = ends.ended()
    assert found is not None
    assert found.rule == "missing_closing"
    assert "r37" in ends.missing_lines(whole=True)


@pytest.mark.parametrize(("unheard_until", "told"), [(30.0, False), (18.0, False), (5.0, True)])
def test_what_was_not_heard_near_the_end_is_no_missing_closing(
    ends: CallEnds, unheard_until: float, told: bool
) -> None:
    hear(ends, GREETING, 1.0, 4.0)
    ends.first_turn_over()
    ends.unheard(unheard_until)
    hear(ends, OTHER, 20.0, 24.0)
    assert (ends.ended() is not None) is told


def test_a_closing_is_a_closing(ends: CallEnds) -> None:
    hear(ends, GREETING, 1.0, 4.0)
    hear(ends, CLOSING, 20.0, 24.0)
    assert ends.closed
    assert ends.ended() is None
