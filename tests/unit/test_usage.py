"""Priorities: the recogniser's native threads may wait, whoever holds the interpreter may not."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from voicemon.usage import NICER, with_humble_threads

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has threads inherit a priority")


def nice() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def test_threads_that_are_left_behind_are_humble_and_the_caller_is_not() -> None:
    over = threading.Event()
    found: list[int] = []

    def left_behind() -> None:
        found.append(nice())
        over.set()

    before = nice()
    with_humble_threads(lambda: threading.Thread(target=left_behind).start())
    assert over.wait(5)
    assert found == [before + NICER] if before + NICER <= 19 else found == [19]
    assert nice() == before


def test_what_goes_wrong_reaches_the_caller() -> None:
    def make() -> None:
        raise ValueError("no model")

    with pytest.raises(ValueError, match="no model"):
        with_humble_threads(make)
