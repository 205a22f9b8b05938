"""The sound card's side of a microphone: a callback that never waits, and the bounded queue behind it.

The callback runs on PortAudio's own thread, for which being late means lost sound: it copies, puts and counts, and does
nothing else.  Whatever is wrong is worked out by the reader from the counts that every chunk carries.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

import numpy as np

from voicemon.types import Float32


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one callback brought.

    ``start``: samples the device delivered before it; ``samples`` (channels, n); ``arrived`` on the monotonic clock;
    ``overflows``: how often so far the device said that it lost sound; ``filled``: it put silence in for lack of sound;
    ``breaks``: how often so far the stream was taken down and opened again.
    """

    start: int
    samples: Float32
    arrived: float
    overflows: int
    filled: bool
    breaks: int = 0


class Capture:
    """Receives a stream's callbacks; holds at most ``limit`` chunks and drops the oldest beyond."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._queue: SimpleQueue[Chunk | None] = SimpleQueue()
        self._limit = limit
        self._clock = clock
        self._count = 0
        self._overflows = 0
        self.breaks = 0
        """How often the stream was taken down so far."""
        self.refusing = False
        self.finished = False
        """The stream has ended by itself: after an error in the driver or when the device is gone."""

    def callback(self, indata: Any, frames: int, _time: Any, status: Any) -> None:
        """PortAudio's callback.  No lock, no logging, no exception."""
        if self.refusing:
            return
        self._overflows += bool(status.input_overflow)
        if self._queue.qsize() >= self._limit:
            self._drop()
        filled = bool(status.input_underflow)
        samples = np.array(indata.T, order="C")
        self._queue.put(Chunk(self._count, samples, self._clock(), self._overflows, filled, self.breaks))
        self._count += frames

    def end(self) -> None:
        """PortAudio's ``finished_callback``."""
        self.finished = True
        self.wake()

    def pause(self) -> None:
        """The stream is taken down and opened again: what is spoken until the next callback is missing."""
        self.breaks += 1

    def _drop(self) -> None:
        try:
            self._queue.get_nowait()
        except Empty:
            return

    def refuse(self) -> None:
        """From now on nothing that the microphone hears is kept."""
        self.refusing = True
        self.wake()

    def wake(self) -> None:
        """Let :meth:`get` return now."""
        self._queue.put(None)

    def get(self, timeout_s: float) -> Chunk | None:
        """The next chunk, or ``None`` after ``timeout_s`` or :meth:`wake`."""
        try:
            return self._queue.get(timeout=timeout_s)
        except Empty:
            return None
