"""Agent and customer from two devices, each with a clock of its own: one source with two rows on the agent's clock."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, Protocol, runtime_checkable

import numpy as np

from voicemon.audio.align import LATENCY_S, Aligner
from voicemon.audio.source import Microphone, Source, end_of
from voicemon.audio.track import KEPT_S
from voicemon.audio.twin_blank import TwinBlanker
from voicemon.errors import VoicemonError
from voicemon.types import Block, Gap, PairedBlock, Role, SourceInfo

CLOSE_S: Final = 2.0
"""A driver may hang while it is closed; its thread is then left to end by itself."""

GRACE_S: Final = 0.3
"""Where a busy machine let the agent's sound pile up, the customer's may be on its way through its own thread: it is
waited for, once, until its device counts as lost."""

WAIT_STEP_S: Final = 0.02
"""What one look for the customer's sound counts at most: while the machine stood still, nothing could come."""

SAME_SOUND_WARNING: Final = "customer's device: gave the agent's own sound (was it moved to another one?); left out"


@runtime_checkable
class Device(Microphone, Protocol):
    """A microphone that can be muted."""

    def mute(self) -> None: ...

    def unmute(self) -> None: ...


class PairedSource:
    """Yields :class:`~voicemon.types.PairedBlock` and the agent's gaps, late by at most :data:`LATENCY_S` and
    a block, or :data:`GRACE_S` more when a customer's device falls behind.

    Each device's first channel counts.  A gap of the agent's device is a gap of both; where the customer's device
    delivers nothing, or nothing but the agent's own sound, its row is zeros and the blocks' ``absent`` says so.
    Errors of the agent's device come out of the loop; those of the customer's end only its own row
    (:attr:`customer_fault`).
    """

    def __init__(
        self,
        agent: Source,
        customer: Source,
        clock: Callable[[], float] = time.monotonic,
        inbox_of: Callable[[int], Inbox] | None = None,
    ) -> None:
        self.agent = agent
        self.customer = customer
        self._clock = clock
        self._agent_device = agent if isinstance(agent, Device) else None
        self._devices = [source for source in (agent, customer) if isinstance(source, Device)]
        rate = agent.info.sample_rate
        name = f"{agent.info.name} + {customer.info.name}"
        self._info = SourceInfo(name, rate, (Role.AGENT, Role.CUSTOMER), agent.info.duration_s)
        self._aligner = Aligner(rate, customer.info.sample_rate)
        self._twins = TwinBlanker(rate)
        self._inbox = (inbox_of or Inbox)(round(KEPT_S * customer.info.sample_rate))
        self._listening = False
        self._waited_s = 0.0
        """For the customer, since the customer's last sound."""
        self._closed = threading.Event()
        self.customer_fault: VoicemonError | None = None
        """Why the customer's device gave up for good."""

    @property
    def info(self) -> SourceInfo:
        return self._info

    @property
    def latency_s(self) -> float:
        """Both rows come late by this and a block at most."""
        return LATENCY_S

    @property
    def customer_lost(self) -> bool:
        """The customer's device delivers nothing (yet, or any more), or the agent's own sound."""
        return self._aligner.customer_lost or self._twins.same

    @property
    def lost(self) -> bool:
        """The agent's device is lost."""
        return self._agent_device is not None and self._agent_device.lost

    @property
    def muted(self) -> bool:
        return self._agent_device is not None and self._agent_device.muted

    @property
    def overflows(self) -> int:
        """Of both devices."""
        return sum(device.overflows for device in self._devices)

    def mute(self) -> None:
        """Stop listening to both, the agent first."""
        for device in self._devices:
            device.mute()

    def unmute(self) -> None:
        for device in self._devices:
            device.unmute()

    @property
    def customer_absent_s(self) -> float:
        """Agent sound so far that has no customer sound beside it."""
        return (self._aligner.absent_samples + self._twins.blanked_samples) / self._info.sample_rate

    @property
    def drift_ppm(self) -> float | None:
        """How much faster the customer's clock runs than the agent's; ``None`` until that is measured."""
        return self._aligner.drift.ppm

    @property
    def warnings(self) -> tuple[str, ...]:
        fault = () if self.customer_fault is None else (f"customer's device: {self.customer_fault}",)
        same = (SAME_SOUND_WARNING,) if self._twins.found else ()
        return (*self.agent.warnings, *(f"customer's device: {line}" for line in self.customer.warnings), *fault, *same)

    def close(self) -> None:
        """End the loop.  The customer's device is closed by its reader, who still takes the last sound from it."""
        self._closed.set()
        self.agent.close()
        if not self._listening:
            self.customer.close()

    def __iter__(self) -> Iterator[Block | Gap]:
        listener: threading.Thread | None = None
        self._listening = True
        try:
            end, gone = 0, False
            for item in self.agent:
                arrived = self._clock()
                sound = end_of(item) > item.start
                gone = isinstance(item, Gap) or (gone and not sound)
                if listener is None and sound:
                    listener = threading.Thread(target=self._listen, name="voicemon-customer-device", daemon=True)
                    listener.start()
                self._fetch(partial(self._aligner.lacks, end_of(item)))
                # While the agent's device is gone nothing newer comes that could push out what is held.
                ready = self._aligner.flush() if gone and not sound else self._aligner.agent(item, arrived)
                for paired in ready:
                    end = end_of(paired)
                    yield self._without_twin(paired)
                if not sound:
                    yield Block(end, np.zeros((len(self._info.roles), 0), np.float32))
            self._fetch(lambda: self._aligner.awaits)
            for paired in self._aligner.flush():
                yield self._without_twin(paired)
        finally:
            self.customer.close()
            if listener is not None:
                listener.join(CLOSE_S)

    def _fetch(self, lacks: Callable[[], bool]) -> None:
        """Take in what came from the customer, and wait a little while it ``lacks``."""
        while True:
            for theirs, moment in self._inbox.take():
                self._aligner.customer(theirs, moment)
                self._waited_s = 0.0
            if not lacks() or self._waited_s >= GRACE_S:
                return
            begun = self._clock()
            self._inbox.wait(WAIT_STEP_S)
            self._waited_s += min(self._clock() - begun, WAIT_STEP_S)

    def _without_twin(self, item: Block | Gap) -> Block | Gap:
        return self._twins.process(item, self._aligner.pulled) if isinstance(item, PairedBlock) else item

    def _listen(self) -> None:
        """The customer's thread.  It opens its device after the agent's has begun: the agent comes first."""
        if self._closed.is_set():
            return
        try:
            for item in self.customer:
                if end_of(item) > item.start:
                    self._inbox.put(item, self._clock())
        except VoicemonError as error:
            self.customer_fault = error


class Inbox:
    """What the customer's thread leaves for the reader: at most ``limit`` samples, the oldest dropped beyond.

    What is dropped shows by the indices of what is left.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._filled = threading.Condition(self._lock)
        self._items: deque[tuple[Block | Gap, float]] = deque()

    def put(self, item: Block | Gap, arrived: float) -> None:
        with self._lock:
            self._items.append((item, arrived))
            while len(self._items) > 1 and end_of(item) - end_of(self._items[0][0]) > self._limit:
                self._items.popleft()
            self._filled.notify()

    def wait(self, seconds: float) -> None:
        """Until there is something, but no longer than this."""
        with self._lock:
            self._filled.wait_for(lambda: self._items, seconds)

    def take(self) -> list[tuple[Block | Gap, float]]:
        with self._lock:
            items, self._items = list(self._items), deque()
        return items
