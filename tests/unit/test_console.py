"""A closed console, as far as it is the same on every system: the handler's part, and who hears of it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

import pytest

from voicemon.cli.console import CLOSE_EVENTS, PATIENCE_S, on_event
from voicemon.cli.interrupts import interrupts

WINDOWS_PATIENCE_S = 5.0


@pytest.mark.parametrize("event", sorted(CLOSE_EVENTS))
def test_a_closed_console_asks_for_an_orderly_end_and_the_handler_stays_meanwhile(event: int) -> None:
    stop, ended, waited = threading.Event(), threading.Event(), list[float]()

    def wait(length_s: float) -> None:
        waited.append(length_s)
        assert ended.wait(10)

    answers: list[bool] = []
    with interrupts(stop) as hurried:
        handler = threading.Thread(target=lambda: answers.append(on_event(event, hurried.set, wait)))
        handler.start()
        assert any(stop.wait(0.1) for _ in range(100))  # as the command looks for it
        assert hurried.is_set()
        assert handler.is_alive()  # Windows ends the process when it returns
        ended.set()
        handler.join(10)
    assert answers == [True]
    assert waited == [PATIENCE_S]
    assert PATIENCE_S < WINDOWS_PATIENCE_S


@pytest.mark.parametrize("event", [0, 1])
def test_ctrl_c_and_break_are_left_to_the_signals(event: int) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    wait: Callable[[float], None] = never
    assert on_event(event, never, wait) is False


def test_a_signal_asks_for_an_end_without_hurry() -> None:
    stop = threading.Event()
    with interrupts(stop) as hurried:
        signal.raise_signal(signal.SIGTERM)
        assert stop.is_set()
        assert not hurried.is_set()
