"""Signals that ask for an orderly end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from voicemon.cli.console import closing_asks


@contextmanager
def interrupts(stop: threading.Event) -> Iterator[threading.Event]:
    """Ctrl-C, SIGTERM and a closed terminal set ``stop``, so that the summary is still written; a second Ctrl-C ends
    at once.  The others never do: a terminal's end may be told twice, by itself and by its shell.

    Gives an event that is set where the system leaves only seconds for the end (a closed console on Windows).
    """

    def handle(number: int, _frame: FrameType | None) -> None:
        if stop.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        stop.set()

    hurried = threading.Event()
    wanted = [number for name in ("SIGINT", "SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)) is not None]
    before = {number: signal.signal(number, handle) for number in wanted}
    try:
        with closing_asks(hurried.set):
            yield hurried
    finally:
        for number, old in before.items():
            signal.signal(number, old)
