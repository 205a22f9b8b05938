"""Moments at which the machine gave nobody a turn: what a test on a clock cannot hold against the program."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Final, Self

STEP_S: Final = 0.01
STALL_S: Final = 0.1
"""Half of what two devices may differ by; an idle machine wakes a sleeper within a few milliseconds."""


class Standstill:
    """Sleeps in short steps beside the test and keeps the longest oversleep."""

    def __init__(self) -> None:
        self.longest_s = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    @property
    def stalled(self) -> bool:
        return self.longest_s > STALL_S

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        before = time.monotonic()
        while not self._over.wait(STEP_S):
            now = time.monotonic()
            self.longest_s = max(self.longest_s, now - before - STEP_S)
            before = now
