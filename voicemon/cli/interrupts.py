"""Signals that ask for an orderly end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def interrupts(stop: threading.Event) -> Iterator[None]:
    """Ctrl-C, SIGTERM and a closed terminal set ``stop``, so that the summary is still written; a second Ctrl-C ends
    at once.  The others never do: a terminal's end may be told twice, by itself and by its shell."""

    def handle(number: int, _frame: FrameType | None) -> None:
        if stop.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        stop.set()

    wanted = [number for name in ("SIGINT", "SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)) is not None]
    before = {number: signal.signal(number, handle) for number in wanted}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
