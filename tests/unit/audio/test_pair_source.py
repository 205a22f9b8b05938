"""The paired source's threads: who waits for whom, errors, closing."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Iterator
from queue import SimpleQueue
from typing import Final

import numpy as np
import pytest

from voicemon.audio.align import PairedBlock
from voicemon.audio.pair import GRACE_S, SAME_SOUND_WARNING, Inbox, PairedSource
from voicemon.audio.source import end_of
from voicemon.audio.twin_blank import SAME_SOUND
from voicemon.errors import DeviceError
from voicemon.types import Block, Float32, Gap, Role, SourceInfo

RATE = 8000
BLOCK = 160


class FakeDevice:
    """Delivers what is put into it; an exception put in is raised."""

    def __init__(self, name: str, rate: int = RATE) -> None:
        self.info = SourceInfo(name, rate, (Role.AGENT,))
        self.warnings: tuple[str, ...] = ()
        self.queue: SimpleQueue[Block | Gap | Exception | None] = SimpleQueue()
        self.closed = False
        self._next = 0

    def feed(self, value: float, count: int = 1) -> None:
        for _ in range(count):
            self.put(np.full((1, BLOCK), value, np.float32))

    def put(self, samples: Float32) -> None:
        self.queue.put(Block(self._next, samples))
        self._next += samples.shape[1]

    def __iter__(self) -> Iterator[Block | Gap]:
        while (item := self.queue.get()) is not None:
            if isinstance(item, Exception):
                raise item
            yield item

    def close(self) -> None:
        self.closed = True
        self.queue.put(None)


class Reader(threading.Thread):
    def __init__(self, source: PairedSource) -> None:
        super().__init__(daemon=True)
        self.source = source
        self.items: list[Block | Gap] = []
        self.error: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            for item in self.source:
                self.items.append(item)
        except DeviceError as error:
            self.error = error


@pytest.fixture
def devices() -> Iterator[tuple[FakeDevice, FakeDevice]]:
    pair = FakeDevice("headset"), FakeDevice("loopback")
    yield pair
    for device in pair:
        device.close()


def wait_for(what: object) -> None:
    end = time.monotonic() + 5
    while not what():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.002)


def paced(agent: FakeDevice, customer: FakeDevice, seconds: float) -> None:
    for _ in range(round(seconds * RATE / BLOCK)):
        customer.feed(0.5)
        agent.feed(0.25)
        time.sleep(BLOCK / RATE)


class Stage(FakeDevice):
    """The agent's device, and a clock that only these scripts move: who delivers how many blocks, and when."""

    def __init__(self, agent: Script, customer: Script, stalls_s: float = 0.0) -> None:
        super().__init__("headset")
        self.now = 0.0
        self.stalls_s = stalls_s
        self.other = FakeDevice("loopback")
        self.source = PairedSource(self, self.other, lambda: self.now, self._inbox_of)
        self._script = agent
        self._theirs = deque(customer)
        self._their_next = 0

    def _inbox_of(self, limit: int) -> Inbox:
        self.inbox = StagedInbox(limit, self)
        return self.inbox

    def __iter__(self) -> Iterator[Block | Gap]:
        for moment, count in self._script:
            self.advance(max(self.now, moment))
            for _ in range(count):
                yield Block(self._next, np.full((1, BLOCK), 0.25, np.float32))
                self._next += BLOCK

    def wait(self, seconds: float) -> None:
        due = self._theirs[0][0] if self._theirs else math.inf
        self.advance(min(due, self.now + seconds) + self.stalls_s)

    def advance(self, moment: float) -> None:
        while self._theirs and self._theirs[0][0] <= moment:
            came, count = self._theirs.popleft()
            for _ in range(count):
                self.inbox.put(Block(self._their_next, np.full((1, BLOCK), 0.5, np.float32)), came)
                self._their_next += BLOCK
        self.now = moment

    def play(self) -> list[Block | Gap]:
        return list(self.source)


class StagedInbox(Inbox):
    def __init__(self, limit: int, stage: Stage) -> None:
        super().__init__(limit)
        self._stage = stage

    def wait(self, seconds: float) -> None:
        self._stage.wait(seconds)


Script = list[tuple[float, int]]
"""Seconds on the stage's clock, blocks."""


def steady(start_s: float, seconds: float) -> Script:
    return [(start_s + index * BLOCK / RATE, 1) for index in range(1, round(seconds * RATE / BLOCK) + 1)]


def test_two_rows_on_the_agents_clock(devices: tuple[FakeDevice, FakeDevice]) -> None:
    source = PairedSource(*devices)
    assert source.info.roles == (Role.AGENT, Role.CUSTOMER)
    assert source.info.sample_rate == RATE
    reader = Reader(source)
    paced(*devices, 1.0)
    assert not source.customer_lost
    source.close()
    reader.join(3)
    assert not reader.is_alive()
    whole = np.concatenate([item.samples for item in reader.items if isinstance(item, Block)], axis=1)
    assert whole.shape == (2, RATE)
    assert (whole[0] == 0.25).all()
    assert np.median(whole[1]) == pytest.approx(0.5, abs=1e-4)


IN_STEP: Final = steady(0, 0.6)


FEW_S: Final = BLOCK / RATE / 2
"""Until both clocks are known, a customer's first sound may miss a few samples; a block that is missed is more."""


@pytest.mark.parametrize("late_s", [0.02, 0.15, 0.29])
def test_sound_that_piled_up_waits_for_the_customers_on_its_way(late_s: float) -> None:
    """A machine that stood still: the agent's 0.4 s are there at once, the customer's come through their thread."""
    after = steady(1.0, 0.5)
    theirs = [(max(moment, 1.0 + late_s), count) for moment, count in after]
    stage = Stage([*IN_STEP, (1.0, 20), *after], [*IN_STEP, (1.0 + late_s, 20), *theirs])
    assert end_of(stage.play()[-1]) == 75 * BLOCK
    assert stage.source.customer_absent_s < FEW_S


def test_time_in_which_the_machine_stood_still_is_none_that_was_waited() -> None:
    after = steady(1.4, 0.3)
    stage = Stage([*IN_STEP, (1.0, 20), (1.4, 20), *after], [*IN_STEP, (1.4, 40), *after], stalls_s=GRACE_S)
    stage.play()
    assert stage.source.customer_absent_s < FEW_S


def test_the_last_sound_of_both_is_there_when_the_agents_ends() -> None:
    stage = Stage([*IN_STEP, (0.7, 5)], [*IN_STEP, (0.8, 8)])
    assert end_of(stage.play()[-1]) == 35 * BLOCK
    assert stage.source.customer_absent_s < FEW_S
    assert stage.other.closed


def test_a_customer_who_stops_is_waited_for_once() -> None:
    stage = Stage([*IN_STEP, (0.7, 100)], IN_STEP)
    items = stage.play()
    assert end_of(items[-1]) == 130 * BLOCK
    assert stage.now == pytest.approx(0.7 + GRACE_S)
    assert stage.source.customer_lost


def test_a_customers_device_that_gives_the_agents_sound_is_as_good_as_lost(
    devices: tuple[FakeDevice, FakeDevice],
) -> None:
    agent, customer = devices
    source = PairedSource(agent, customer)
    reader = Reader(source)
    paced(agent, customer, 0.5)
    assert not source.customer_lost
    rng = np.random.default_rng(1)
    end = time.monotonic() + 8
    while not source.customer_lost and time.monotonic() < end:
        sound = rng.uniform(-0.2, 0.2, (1, BLOCK)).astype(np.float32)
        for device in (customer, agent):
            device.put(sound)
        time.sleep(BLOCK / RATE)
    assert source.customer_lost
    told = source.customer_absent_s
    paced(agent, customer, 0.3)
    assert source.warnings == (SAME_SOUND_WARNING,)
    assert source.customer_absent_s > told
    source.close()
    reader.join(3)
    causes = [gap.cause for item in reader.items if isinstance(item, PairedBlock) for gap in item.absent]
    assert SAME_SOUND in causes


def test_a_fault_of_the_customers_device_leaves_the_agents_alone(devices: tuple[FakeDevice, FakeDevice]) -> None:
    agent, customer = devices
    source = PairedSource(agent, customer)
    reader = Reader(source)
    agent.feed(0.25)
    customer.queue.put(DeviceError("loopback cannot be opened", "choose another one"))
    wait_for(lambda: source.customer_fault is not None)
    agent.feed(0.25, 5)
    wait_for(lambda: len(reader.items) == 6)
    assert all(isinstance(item, PairedBlock) and item.absent for item in reader.items)
    assert source.customer_lost
    assert source.customer_absent_s == pytest.approx(6 * BLOCK / RATE)
    assert any("loopback cannot be opened" in line for line in source.warnings)
    source.close()
    reader.join(3)
    assert not reader.is_alive()
    assert reader.error is None


def test_a_fault_of_the_agents_device_comes_out_and_closes_the_customers(
    devices: tuple[FakeDevice, FakeDevice],
) -> None:
    agent, customer = devices
    reader = Reader(PairedSource(agent, customer))
    agent.feed(0.25)
    agent.queue.put(DeviceError("headset is gone", "plug it in again"))
    reader.join(3)
    assert not reader.is_alive()
    assert isinstance(reader.error, DeviceError)
    assert customer.closed


def test_closed_from_another_thread_it_ends_at_once_while_both_are_silent(
    devices: tuple[FakeDevice, FakeDevice],
) -> None:
    source = PairedSource(*devices)
    reader = Reader(source)
    devices[0].feed(0.25)
    wait_for(lambda: reader.items)
    begun = time.monotonic()
    source.close()
    source.close()
    reader.join(3)
    assert not reader.is_alive()
    assert time.monotonic() - begun < 0.5
    assert not any(thread.name == "voicemon-customer-device" for thread in threading.enumerate())


def test_closed_before_it_is_read_nothing_is_opened(devices: tuple[FakeDevice, FakeDevice]) -> None:
    source = PairedSource(*devices)
    source.close()
    assert list(source) == []


class FakeMicrophone(FakeDevice):
    lost = False
    muted = False
    overflows = 2

    def mute(self) -> None:
        self.muted = True

    def unmute(self) -> None:
        self.muted = False


def test_muting_reaches_both_devices() -> None:
    agent, customer = FakeMicrophone("headset"), FakeMicrophone("loopback")
    source = PairedSource(agent, customer)
    source.mute()
    assert (agent.muted, customer.muted, source.muted) == (True, True, True)
    source.unmute()
    assert (agent.muted, customer.muted, source.muted) == (False, False, False)
    assert source.overflows == 4
    agent.lost, customer.lost = False, True
    assert not source.lost, "the customer's loss is told by customer_lost"


def test_files_are_neither_lost_nor_muted(devices: tuple[FakeDevice, FakeDevice]) -> None:
    source = PairedSource(*devices)
    source.mute()
    assert (source.lost, source.muted, source.overflows) == (False, False, 0)


def test_the_inbox_keeps_the_newest() -> None:
    inbox = Inbox(10 * BLOCK)
    for start in range(0, 100 * BLOCK, BLOCK):
        inbox.put(Block(start, np.zeros((1, BLOCK), np.float32)), 0.0)
    kept = inbox.take()
    assert len(kept) == 11
    assert kept[-1][0].start == 99 * BLOCK
    assert inbox.take() == []
