"""The paired source's threads: who waits for whom, errors, closing."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from queue import SimpleQueue

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
def devices() -> tuple[FakeDevice, FakeDevice]:
    return FakeDevice("headset"), FakeDevice("loopback")


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


def test_sound_that_piled_up_waits_for_the_customers_on_its_way(devices: tuple[FakeDevice, FakeDevice]) -> None:
    """A machine that stood still: the agent's 0.4 s are there at once, the customer's come through their thread."""
    agent, customer = devices
    source = PairedSource(agent, customer)
    reader = Reader(source)
    paced(agent, customer, 0.6)
    told = source.customer_absent_s
    agent.feed(0.25, 20)
    time.sleep(0.15)
    customer.feed(0.5, 20)
    paced(agent, customer, 0.3)
    assert source.customer_absent_s == told
    source.close()
    reader.join(3)


def test_the_last_sound_of_both_is_there_when_the_agents_ends(devices: tuple[FakeDevice, FakeDevice]) -> None:
    agent, customer = devices
    source = PairedSource(agent, customer)
    reader = Reader(source)
    paced(agent, customer, 0.6)
    told = source.customer_absent_s
    agent.feed(0.25, 5)
    source.close()
    time.sleep(0.1)
    customer.feed(0.5, 8)
    reader.join(3)
    assert not reader.is_alive()
    assert end_of(reader.items[-1]) == 35 * BLOCK
    assert source.customer_absent_s == told
    assert customer.closed


def test_a_customer_who_stops_is_waited_for_once(devices: tuple[FakeDevice, FakeDevice]) -> None:
    agent, customer = devices
    source = PairedSource(agent, customer)
    reader = Reader(source)
    paced(agent, customer, 0.6)
    begun, before = time.monotonic(), len(reader.items)
    agent.feed(0.25, 100)
    wait_for(lambda: len(reader.items) >= before + 100)
    assert GRACE_S <= time.monotonic() - begun < 1.0
    assert source.customer_lost
    source.close()
    reader.join(3)


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
