"""A simulated machine with one core: when a result could have been there, had the sound come from a microphone."""

from __future__ import annotations

import time
from collections.abc import Callable


class OneCore:
    """Work is done in the order in which its sound arrives; its cost is the CPU time that it took here.

    :meth:`begin` a piece of work when its sound is there, read :meth:`now` in it, and :meth:`end` it.  Work waits for
    the core, so what costs more than real time falls behind.  Seconds on the clock of the sound.  ``speed`` 2 is a core
    twice as fast as this one; an infinite one leaves what a policy waits for by itself.
    """

    def __init__(self, cpu: Callable[[], float] = time.process_time, speed: float = 1.0) -> None:
        self._cpu = cpu
        self._speed = speed
        self._begun_s = 0.0
        self._cpu_at_begin = 0.0
        self.free_s = 0.0
        """When the core has done all that it was given."""
        self.costs_s: list[float] = []
        """Core-seconds, of this machine, of each piece of work."""

    def begin(self, arrival_s: float) -> None:
        self._begun_s = max(arrival_s, self.free_s)
        self._cpu_at_begin = self._cpu()

    def now(self) -> float:
        """The time on the sound's clock within the work that has begun."""
        return self._begun_s + self._used_s() / self._speed

    def end(self) -> None:
        used_s = self._used_s()
        self.free_s = self._begun_s + used_s / self._speed
        self.costs_s.append(used_s)

    def _used_s(self) -> float:
        return self._cpu() - self._cpu_at_begin
