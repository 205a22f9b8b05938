"""The microphone without a sound card: a fake host whose streams are fed by hand, on a clock that is set by hand."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from voicemon.audio.anchor import CREEP
from voicemon.audio.devices import CaptureStream, InputDevice, Listener, StreamForm
from voicemon.audio.lateness import CATCH_UP_S, PROMPT_S, WATCHED_S
from voicemon.audio.microphone import QUEUE_S, TELL_S, MicrophoneSource
from voicemon.audio.placement import (
    DEVICE_LOST,
    DEVICE_OVERFLOW,
    DEVICE_SEARCH,
    DEVICE_UNDERFLOW,
    MUTED,
    QUEUE_OVERFLOW,
    ZEROS_S,
)
from voicemon.audio.reopening import BACKOFF_S, BARREN_S, STANDBYS, Backoff
from voicemon.audio.watchdog import LOST_S, PATIENCE_S, POLL_S, START_S
from voicemon.errors import DeviceError
from voicemon.types import Block, Gap, Role

RATE = 8000
BLOCK = 160
HEADSET = InputDevice("USB Headset: Audio (hw:1,0)", "ALSA", 2, RATE, True)
OTHER = InputDevice("Laptop microphone", "ALSA", 2, RATE)


@dataclass
class Flags:
    input_overflow: bool = False
    input_underflow: bool = False


@dataclass
class FakeStream:
    listener: Listener
    channels: int
    latency_s: float = 0.0
    closed: bool = False
    delivered: int = 0

    def feed(self, blocks: int = 1, flags: Flags | None = None) -> None:
        """Each sample's value is its index at the device, so that a test sees what came where."""
        for _ in range(blocks):
            data = np.arange(self.delivered, self.delivered + BLOCK, dtype=np.float32)
            self.delivered += BLOCK
            self.listener.callback(np.repeat(data[:, None], self.channels, axis=1), BLOCK, None, flags or Flags())

    def close(self) -> None:
        self.closed = True


@dataclass
class FakeHost:
    present: list[InputDevice] = field(default_factory=lambda: [HEADSET, OTHER])
    streams: list[FakeStream] = field(default_factory=list)
    opened: threading.Event = field(default_factory=threading.Event)
    refreshed_while_open: bool = False
    hidden: list[InputDevice] = field(default_factory=list)
    """What there is once a search has succeeded, at its ``hidden_until``-th call."""
    hidden_until: int = 1
    searched: int = 0

    def devices(self) -> list[InputDevice]:
        return list(self.present)

    def refresh(self) -> None:
        self.refreshed_while_open |= any(not stream.closed for stream in self.streams)

    def search(self, device: InputDevice) -> bool:
        self.searched += 1
        if self.hidden and self.hidden_until <= self.searched:
            self.present, self.hidden = self.hidden, []
            return True
        return False

    def rate(self, device: InputDevice) -> int:
        return device.default_rate

    def open(self, device: InputDevice, form: StreamForm, listener: Listener) -> CaptureStream:
        if device not in self.present:
            raise DeviceError("gone")
        stream = FakeStream(listener, form.channels)
        self.streams.append(stream)
        self.opened.set()
        return stream


class Reader(threading.Thread):
    """Reads a source as the session's DSP thread does; ``work`` is what it does with each item that is not empty."""

    def __init__(self, source: MicrophoneSource, work: Callable[[Block | Gap], None] = lambda item: None) -> None:
        super().__init__(daemon=True)
        self.source, self.work = source, work
        self.items: list[Block | Gap] = []
        self.empty: list[tuple[float, Block]] = []
        """Blocks without sound, and when they came."""
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            for item in self.source:
                if isinstance(item, Block) and item.samples.shape[1] == 0:
                    self.empty.append((time.monotonic(), item))
                    continue
                self.items.append(item)
                self.work(item)
        except DeviceError as error:
            self.error = error

    def wait_for(self, what: Callable[[list[Block | Gap]], Any], timeout_s: float = 5.0) -> None:
        end = time.monotonic() + timeout_s
        while not what(self.items):
            assert time.monotonic() < end, f"not seen: {self.items}"
            time.sleep(0.002)


@pytest.fixture
def host() -> FakeHost:
    return FakeHost()


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def source(host: FakeHost, clock: Clock) -> Iterator[MicrophoneSource]:
    source = MicrophoneSource("headset", block_s=BLOCK / RATE, host=host, clock=clock)
    yield source
    source.close()


def start(source: MicrophoneSource, host: FakeHost, work: Callable[[Block | Gap], None] = lambda item: None) -> Reader:
    reader = Reader(source, work)
    assert host.opened.wait(5)
    host.opened.clear()
    return reader


def end_of(item: Block | Gap) -> int:
    return item.end if isinstance(item, Gap) else item.start + item.samples.shape[1]


def assert_gapless(items: list[Block | Gap]) -> None:
    """Blocks and gaps together account for every sample, in order."""
    assert items[0].start == 0
    for before, after in pairwise(items):
        assert after.start == end_of(before)


def heard(items: list[Block | Gap]) -> list[Block]:
    return [item for item in items if isinstance(item, Block)]


def gaps(items: list[Block | Gap]) -> list[Gap]:
    return [item for item in items if isinstance(item, Gap)]


def feed(host: FakeHost, clock: Clock, blocks: int = 1, flags: Flags | None = None) -> None:
    for _ in range(blocks):
        clock.now += BLOCK / RATE
        host.streams[-1].feed(1, flags)


def fed(source: MicrophoneSource, host: FakeHost, clock: Clock, blocks: int) -> Reader:
    """A reader who has got so many blocks."""
    reader = start(source, host)
    feed(host, clock, blocks)
    reader.wait_for(lambda items: len(items) == blocks)
    return reader


def test_blocks_carry_the_sample_count(source: MicrophoneSource, host: FakeHost, clock: Clock) -> None:
    reader = fed(source, host, clock, 5)
    assert [block.start for block in heard(reader.items)] == [0, 160, 320, 480, 640]
    assert np.array_equal(np.concatenate([b.samples for b in heard(reader.items)], axis=1)[0], np.arange(800))
    assert source.info.roles == (Role.AGENT,)
    assert (source.info.sample_rate, source.lost, source.overflows) == (RATE, False, 0)


def test_a_slow_reader_neither_delays_the_callback_nor_loses_count(host: FakeHost) -> None:
    source = MicrophoneSource("headset", block_s=BLOCK / RATE, host=host)
    go = threading.Event()
    reader = start(source, host, lambda item: go.wait(10) and None)
    host.streams[0].feed()
    reader.wait_for(len)
    slowest = 0.0
    kept = round(QUEUE_S * RATE / BLOCK)
    blocks = kept + kept // 10
    for _ in range(blocks):
        begun = time.perf_counter()
        host.streams[0].feed()
        slowest = max(slowest, time.perf_counter() - begun)
    go.set()
    reader.wait_for(lambda items: items and end_of(items[-1]) == (blocks + 1) * BLOCK)
    source.close()
    assert slowest < BLOCK / RATE
    assert_gapless(reader.items)
    (gap,) = gaps(reader.items)
    assert gap.cause == QUEUE_OVERFLOW
    assert source.overflows == 1
    for block in heard(reader.items):
        assert block.samples[0, 0] == block.start
    held = sum(block.samples.shape[1] for block in heard(reader.items) if block.start > gap.start)
    assert held <= (QUEUE_S * RATE) + BLOCK


def test_an_overflow_of_the_card_is_a_gap_as_long_as_the_clock_says(
    source: MicrophoneSource, host: FakeHost, clock: Clock
) -> None:
    reader = start(source, host)
    feed(host, clock, 10)
    clock.now += 0.25
    feed(host, clock, 1, Flags(input_overflow=True))
    feed(host, clock, 3)
    reader.wait_for(lambda items: len(items) == 15)
    assert_gapless(reader.items)
    (gap,) = gaps(reader.items)
    assert (gap.start, gap.end - gap.start, gap.cause) == (10 * BLOCK, round(0.25 * RATE), DEVICE_OVERFLOW)
    assert source.overflows == 1


def test_an_overflow_flag_without_delay_still_ends_the_sound(
    source: MicrophoneSource, host: FakeHost, clock: Clock
) -> None:
    reader = start(source, host)
    feed(host, clock, 2)
    feed(host, clock, 1, Flags(input_overflow=True))
    reader.wait_for(lambda items: len(items) == 4)
    assert gaps(reader.items) == [Gap(2 * BLOCK, 3 * BLOCK, DEVICE_OVERFLOW)]


def test_an_overflow_before_the_first_block_has_lost_nothing(
    source: MicrophoneSource, host: FakeHost, clock: Clock
) -> None:
    reader = start(source, host)
    feed(host, clock, 1, Flags(input_overflow=True))
    reader.wait_for(len)
    assert isinstance(reader.items[0], Block)
    assert source.overflows == 0


def test_what_the_queue_dropped_before_anybody_listened_is_no_loss(host: FakeHost, clock: Clock) -> None:
    source = MicrophoneSource("headset", block_s=BLOCK / RATE, host=host, clock=clock)
    source.open()
    feed(host, clock, 3 * round(QUEUE_S * RATE / BLOCK))
    reader = Reader(source)
    reader.wait_for(lambda items: len(items) >= round(QUEUE_S * RATE / BLOCK))
    source.close()
    assert (reader.items[0].start, gaps(reader.items), source.overflows) == (0, [], 0)
    assert_gapless(reader.items)


def test_silence_that_the_card_put_in_is_no_sound(source: MicrophoneSource, host: FakeHost, clock: Clock) -> None:
    reader = start(source, host)
    feed(host, clock, 1)
    feed(host, clock, 1, Flags(input_underflow=True))
    feed(host, clock, 1)
    reader.wait_for(lambda items: len(items) == 3)
    assert reader.items[1] == Gap(BLOCK, 2 * BLOCK, DEVICE_UNDERFLOW)
    assert_gapless(reader.items)


def test_a_silent_device_is_lost_and_comes_back_by_name(source: MicrophoneSource, host: FakeHost, clock: Clock) -> None:
    reader = fed(source, host, clock, 10)
    host.present = [OTHER]
    clock.now += PATIENCE_S + 0.1
    reader.wait_for(lambda items: len(items) == 11)
    assert reader.items[10] == Gap(1600, 1600 + round((PATIENCE_S + 0.1) * RATE), DEVICE_LOST)
    assert source.lost
    assert not host.opened.wait(0.3), "another microphone must not take its place"
    clock.now += 3.0
    host.present = [OTHER, InputDevice("USB Headset: Audio (hw:3,0)", "ALSA", 2, RATE)]
    assert host.opened.wait(5)
    feed(host, clock, 2)
    reader.wait_for(lambda items: len(heard(items)) == 12)
    assert_gapless(reader.items)
    assert not source.lost
    lost = gaps(reader.items)
    assert {gap.cause for gap in lost} == {DEVICE_LOST}
    assert lost[-1].end - lost[0].start == pytest.approx((PATIENCE_S + 0.1 + 3.0) * RATE, abs=BLOCK)
    assert not host.refreshed_while_open


def test_a_machine_that_stood_still_has_not_lost_its_microphone(
    source: MicrophoneSource, host: FakeHost, clock: Clock
) -> None:
    reader = fed(source, host, clock, 10)
    clock.now += PATIENCE_S + 1.0  # neither the callback nor the reader got to run
    time.sleep(2.5 * POLL_S)
    feed(host, clock, 2)
    reader.wait_for(lambda items: len(heard(items)) == 12)
    assert not gaps(reader.items)
    assert len(host.streams) == 1


def test_a_sound_server_that_stood_still_has_lost_nothing(
    source: MicrophoneSource, host: FakeHost, clock: Clock
) -> None:
    reader = fed(source, host, clock, 10)
    clock.now += 1.2
    reader.wait_for(lambda items: source.lost)
    host.streams[0].feed(round(1.2 * RATE / BLOCK))
    feed(host, clock, 50)
    reader.wait_for(lambda items: len(items) == 10 + 60 + 50)
    assert not gaps(reader.items)
    assert not source.lost
    assert source.overflows == 0
    assert len(host.streams) == 1


@pytest.mark.parametrize("held_s", [0.0, 0.4])
def test_what_a_standstill_has_cost_is_told(
    source: MicrophoneSource, host: FakeHost, clock: Clock, held_s: float
) -> None:
    reader = fed(source, host, clock, 10)
    clock.now += 1.2
    reader.wait_for(lambda items: source.lost)
    host.streams[0].feed(round(held_s * RATE / BLOCK))
    feed(host, clock, 50)
    reader.wait_for(lambda items: len(heard(items)) == 10 + round(held_s * RATE / BLOCK) + 50)
    assert_gapless(reader.items)
    (gap,) = gaps(reader.items)
    assert gap.cause == DEVICE_OVERFLOW
    assert gap.end - gap.start == pytest.approx((1.2 - held_s) * RATE, abs=CREEP * 2 * RATE)
    assert gap.start <= (10 * BLOCK / RATE + held_s + CATCH_UP_S + BLOCK / RATE) * RATE
    assert end_of(reader.items[-1]) == pytest.approx((clock.now - 100.0) * RATE, abs=CREEP * 2 * RATE)


def test_what_a_stream_loses_right_after_it_took_over_is_told(
    source: MicrophoneSource, host: FakeHost, clock: Clock
) -> None:
    """Too short for a standstill: 0.44 s after the first two chunks of a stream that was opened anew."""
    reader = fed(source, host, clock, 10)
    host.streams[0].listener.pause()
    feed(host, clock, 2)
    begun = host.streams[0].delivered
    clock.now += 0.44
    feed(host, clock, round(CATCH_UP_S * RATE / BLOCK) + 10)
    reader.wait_for(lambda items: sum(i.samples.shape[1] for i in heard(items)) == host.streams[0].delivered)
    assert_gapless(reader.items)
    assert end_of(reader.items[-1]) == pytest.approx((clock.now - 100.0) * RATE, abs=CREEP * 5 * RATE + BLOCK)
    splice, loss = gaps(reader.items)
    assert (splice.cause, loss.cause) == (DEVICE_SEARCH, DEVICE_OVERFLOW)
    assert loss.end - loss.start == pytest.approx(0.44 * RATE, abs=CREEP * 5 * RATE + BLOCK)
    assert loss.start <= begun + (CATCH_UP_S * RATE + 3 * BLOCK)
    assert source.overflows == 1


@pytest.mark.parametrize("early_s", [0.13, 0.9])
def test_sound_that_came_early_and_then_in_time_is_no_loss(
    source: MicrophoneSource, host: FakeHost, clock: Clock, early_s: float
) -> None:
    """The monitor of a sink whose latency changes: at first it gets what is to be played ahead of time."""
    reader = fed(source, host, clock, 10)
    host.streams[0].feed(round(early_s * RATE / BLOCK))
    clock.now += early_s
    feed(host, clock, round(2 * WATCHED_S * RATE / BLOCK))
    reader.wait_for(lambda items: end_of(items[-1]) == host.streams[0].delivered)
    assert not gaps(reader.items)
    assert source.overflows == 0


def test_sound_that_is_late_for_a_while_and_then_here_is_no_loss(
    source: MicrophoneSource, host: FakeHost, clock: Clock
) -> None:
    """A busy machine right after a stream took over: late for nearly as long as may be, then all at once."""
    reader = fed(source, host, clock, 10)
    host.streams[0].listener.pause()
    feed(host, clock, 2)
    held = 2 * round(PROMPT_S * RATE / BLOCK)
    clock.now += held * BLOCK / RATE
    feed(host, clock, round(CATCH_UP_S * RATE / BLOCK) - 2)
    host.streams[0].feed(held)
    feed(host, clock, 50)
    reader.wait_for(lambda items: sum(i.samples.shape[1] for i in heard(items)) == host.streams[0].delivered)
    assert [gap.cause for gap in gaps(reader.items)] == [DEVICE_SEARCH]
    assert source.overflows == 0


def test_a_stream_that_ends_by_itself_is_lost_at_once(source: MicrophoneSource, host: FakeHost, clock: Clock) -> None:
    reader = start(source, host)
    feed(host, clock, 3)
    host.present = []
    clock.now += 0.05
    host.streams[0].listener.end()
    reader.wait_for(lambda items: len(items) == 4)
    assert (reader.items[3].start, source.lost) == (3 * BLOCK, True)


def test_fifty_losses_in_a_row(source: MicrophoneSource, host: FakeHost, clock: Clock) -> None:
    reader = start(source, host)
    for round_ in range(50):
        host.opened.clear()
        feed(host, clock, 2)
        reader.wait_for(lambda items, wanted=2 * (round_ + 1): len(heard(items)) == wanted)
        clock.now += 0.7
        host.streams[-1].listener.end()
        assert host.opened.wait(5)
    assert_gapless(reader.items)
    total = end_of(reader.items[-1])
    assert total == pytest.approx((clock.now - 100.0) * RATE, abs=BLOCK)
    assert len(host.streams) == 51
    assert all(stream.closed for stream in host.streams[:-1])


def test_sound_that_was_told_as_missing_while_it_was_on_its_way_puts_no_clock_ahead(
    source: MicrophoneSource, host: FakeHost, clock: Clock
) -> None:
    """Sound servers give a stream that is opened anew its first chunk at once: it begins before the opening."""
    reader = fed(source, host, clock, 2)
    for _ in range(50):
        host.opened.clear()
        known = len(reader.items)
        clock.now += 0.7
        host.streams[-1].listener.end()
        assert host.opened.wait(5)
        reader.wait_for(lambda items, known=known: len(items) > known)
        host.streams[-1].feed(1)
        clock.now += 0.002
        host.streams[-1].feed(1)
        feed(host, clock, 10)
        reader.wait_for(lambda items: end_of(items[-1]) > (clock.now - 100.0) * RATE - BLOCK)
    assert_gapless(reader.items)
    assert {gap.cause for gap in gaps(reader.items)} == {DEVICE_LOST}
    assert end_of(reader.items[-1]) == pytest.approx((clock.now - 100.0) * RATE, abs=BLOCK)


def test_a_driver_that_hangs_in_closing_holds_up_neither_gap_nor_close(host: FakeHost, clock: Clock) -> None:
    source = MicrophoneSource("headset", block_s=BLOCK / RATE, host=host, clock=clock)
    reader = fed(source, host, clock, 1)
    release = threading.Event()
    host.streams[0].close = lambda: release.wait(10) and None  # type: ignore[method-assign]
    clock.now += PATIENCE_S + 0.5
    reader.wait_for(lambda items: len(items) == 2)
    assert not host.opened.wait(0.5), "no second stream while the first is not closed"
    release.set()
    assert host.opened.wait(5)
    source.close()
    reader.join(3)
    assert not reader.is_alive()


def test_muting_closes_the_device_and_leaves_a_gap(source: MicrophoneSource, host: FakeHost, clock: Clock) -> None:
    reader = fed(source, host, clock, 4)
    source.mute()
    feed(host, clock, 5)
    assert source.muted
    end = time.monotonic() + 2
    while not host.streams[0].closed and time.monotonic() < end:
        time.sleep(0.005)
    assert host.streams[0].closed
    clock.now += 2.0
    source.unmute()
    assert host.opened.wait(5)
    feed(host, clock, 1)
    reader.wait_for(lambda items: len(heard(items)) == 5)
    assert_gapless(reader.items)
    assert {gap.cause for gap in gaps(reader.items)} == {MUTED}
    assert sum(gap.end - gap.start for gap in gaps(reader.items)) == pytest.approx(2.1 * RATE, abs=BLOCK)
    assert not source.lost


@pytest.mark.parametrize("cause", [MUTED, DEVICE_LOST])
def test_an_outage_gives_its_reader_a_turn_some_times_a_second(
    source: MicrophoneSource, host: FakeHost, clock: Clock, cause: str
) -> None:
    reader = fed(source, host, clock, 4)
    clock.now += LOST_S / 2 if cause == MUTED else PATIENCE_S + 0.5
    if cause == MUTED:
        source.mute()
    else:
        host.present = []
    reader.wait_for(lambda items: len(items) == 5)
    begun = time.monotonic()
    time.sleep(2.0)
    turns = [at for at, _ in reader.empty if at >= begun]
    assert 8 <= len(turns) <= 24
    assert max(after - before for before, after in pairwise(turns)) < 0.5
    assert {(block.start, block.samples.shape) for at, block in reader.empty if at >= begun} == {
        (end_of(reader.items[4]), (1, 0))
    }
    assert gaps(reader.items)[0].cause == cause
    assert len(reader.items) == 5


def test_a_device_that_has_not_begun_gives_its_reader_a_turn(source: MicrophoneSource, host: FakeHost) -> None:
    reader = start(source, host)
    time.sleep(0.5)
    assert len(reader.empty) >= 2
    assert reader.items == []


def test_muting_for_a_moment_is_noticed_too(source: MicrophoneSource, host: FakeHost, clock: Clock) -> None:
    reader = start(source, host)
    feed(host, clock, 1)
    source.mute()
    source.unmute()
    assert host.opened.wait(5)
    feed(host, clock, 1)
    reader.wait_for(lambda items: len(heard(items)) >= 1 and heard(items)[-1].samples[0, 0] == 0)
    assert not source.lost


@pytest.mark.parametrize("while_lost", [False, True])
def test_close_from_another_thread_ends_the_loop_at_once(
    source: MicrophoneSource, host: FakeHost, clock: Clock, while_lost: bool
) -> None:
    reader = start(source, host)
    feed(host, clock, 2)
    if while_lost:
        host.present = []
        clock.now += PATIENCE_S + 0.5
        reader.wait_for(lambda items: len(items) == 3)
    begun = time.monotonic()
    source.close()
    source.close()
    reader.join(2)
    assert not reader.is_alive()
    assert time.monotonic() - begun < 0.5
    assert all(stream.closed for stream in host.streams)


def test_a_device_that_cannot_be_opened_at_first_is_an_error(host: FakeHost) -> None:
    source = MicrophoneSource("headset", host=host)
    host.present = []
    with pytest.raises(DeviceError):
        next(iter(source))


def test_two_roles_need_two_channels() -> None:
    mono = InputDevice("Mono", "ALSA", 1, RATE, True)
    with pytest.raises(DeviceError, match="too few channels"):
        MicrophoneSource(roles=(Role.AGENT, Role.CUSTOMER), host=FakeHost([mono]))


def test_two_channels_come_as_two_rows(host: FakeHost, clock: Clock) -> None:
    source = MicrophoneSource(
        "headset", roles=(Role.AGENT, Role.CUSTOMER), block_s=BLOCK / RATE, host=host, clock=clock
    )
    reader = fed(source, host, clock, 1)
    source.close()
    assert heard(reader.items)[0].samples.shape == (2, BLOCK)
    assert heard(reader.items)[0].samples.flags.c_contiguous


def test_a_device_that_only_a_search_finds_is_opened_at_once(
    source: MicrophoneSource, host: FakeHost, clock: Clock
) -> None:
    reader = fed(source, host, clock, 4)
    host.present, host.hidden, host.hidden_until = [OTHER], [OTHER, HEADSET], 2
    clock.now += PATIENCE_S + 0.1
    assert host.opened.wait(5)
    assert host.searched == 2
    feed(host, clock, 1)
    reader.wait_for(lambda items: len(heard(items)) == 5)
    assert not source.lost


def test_a_pause_of_the_stream_is_a_gap_as_long_as_the_clock_says(
    source: MicrophoneSource, host: FakeHost, clock: Clock
) -> None:
    reader = fed(source, host, clock, 10)
    stream = host.streams[0]
    stream.listener.pause()
    clock.now += 0.25
    feed(host, clock, 3, Flags(input_overflow=False))
    reader.wait_for(lambda items: len(items) == 14)
    assert_gapless(reader.items)
    assert gaps(reader.items) == [Gap(10 * BLOCK, 10 * BLOCK + round(0.25 * RATE), DEVICE_SEARCH)]
    assert (len(host.streams), source.lost, source.overflows) == (1, False, 0)


def test_a_pause_too_short_for_the_clock_still_ends_the_sound(
    source: MicrophoneSource, host: FakeHost, clock: Clock
) -> None:
    reader = start(source, host)
    feed(host, clock, 2)
    host.streams[0].listener.pause()
    feed(host, clock, 2)
    reader.wait_for(lambda items: len(items) == 5)
    assert gaps(reader.items) == [Gap(2 * BLOCK, 3 * BLOCK, DEVICE_SEARCH)]


def test_a_pause_may_last_as_long_as_a_start_and_no_longer(
    source: MicrophoneSource, host: FakeHost, clock: Clock
) -> None:
    reader = fed(source, host, clock, 2)
    host.streams[0].listener.pause()
    clock.now += PATIENCE_S + 0.5
    time.sleep(0.5)
    assert not source.lost
    host.present = []
    clock.now += START_S
    reader.wait_for(lambda items: source.lost)
    assert gaps(reader.items)[0].cause == DEVICE_LOST


def test_another_headset_of_the_same_model_is_not_ours(host: FakeHost, clock: Clock) -> None:
    twin = InputDevice("USB Headset: Audio (hw:2,0)", "ALSA", 2, RATE)
    host.present = [HEADSET, twin, OTHER]
    source = MicrophoneSource(HEADSET.name, block_s=BLOCK / RATE, host=host, clock=clock)
    reader = fed(source, host, clock, 2)
    host.present = [twin, OTHER]
    clock.now += PATIENCE_S + 0.1
    reader.wait_for(lambda items: bool(gaps(items)))
    assert source.lost
    assert not host.opened.wait(0.5)
    host.present = [twin, OTHER, InputDevice("USB Headset: Audio (hw:3,0)", "ALSA", 2, RATE)]
    assert host.opened.wait(5)
    assert source.device.name == "USB Headset: Audio (hw:3,0)"
    assert source.lock_name == f"{source.device}"
    source.close()
    reader.join(3)


def test_the_name_to_lock_is_the_same_in_every_port(source: MicrophoneSource) -> None:
    assert source.lock_name == "USB Headset: Audio [ALSA]"


def deliver(host: FakeHost, clock: Clock, seconds: float, value: float) -> None:
    for _ in range(round(seconds * RATE / BLOCK)):
        clock.now += BLOCK / RATE
        data = np.full((BLOCK, 1), value, np.float32)
        host.streams[-1].listener.callback(data, BLOCK, None, Flags())


def test_a_microphone_that_never_gave_anything_but_zeros_is_told(
    source: MicrophoneSource, host: FakeHost, clock: Clock
) -> None:
    reader = start(source, host)
    assert not source.only_zeros
    deliver(host, clock, ZEROS_S - 0.1, 0.0)
    reader.wait_for(lambda items: items and end_of(items[-1]) >= (ZEROS_S - 0.1) * RATE)
    assert not source.only_zeros
    deliver(host, clock, 0.2, 0.0)
    reader.wait_for(lambda items: end_of(items[-1]) >= (ZEROS_S + 0.1) * RATE)
    assert source.only_zeros
    assert source.warnings == (), "a monitor on which nothing is played is whole"
    deliver(host, clock, 0.02, 1 / 32768)
    reader.wait_for(lambda items: end_of(items[-1]) >= (ZEROS_S + 0.12) * RATE)
    assert not source.only_zeros
    deliver(host, clock, ZEROS_S - 0.1, 0.0)
    deliver(host, clock, 1.0, 0.0)
    reader.wait_for(lambda items: end_of(items[-1]) >= 2 * ZEROS_S * RATE)
    assert not source.only_zeros, "it has shown that it is switched on"


def assert_total(reader: Reader, clock: Clock) -> None:
    assert_gapless(reader.items)
    assert end_of(reader.items[-1]) == pytest.approx((clock.now - 100.0) * RATE, abs=1)


def outage(reader: Reader, clock: Clock, seconds: float) -> None:
    """Let time pass in steps that a reader who counts the gaps can follow."""
    for _ in range(round(seconds / TELL_S)):
        clock.now += TELL_S
        reader.wait_for(lambda items: end_of(items[-1]) == pytest.approx((clock.now - 100.0) * RATE, abs=BLOCK))


def assert_stretches(items: list[Block | Gap], *wanted: tuple[str, float]) -> None:
    """Stretches without sound are ``wanted``: cause and seconds."""
    found: list[tuple[str, float]] = []
    for gap in gaps(items):
        seconds = (gap.end - gap.start) / RATE
        if found and found[-1][0] == gap.cause:
            found[-1] = gap.cause, found[-1][1] + seconds
        else:
            found.append((gap.cause, seconds))
    assert [cause for cause, _ in found] == [cause for cause, _ in wanted]
    assert [seconds for _, seconds in found] == pytest.approx([seconds for _, seconds in wanted], abs=0.01)


@pytest.mark.parametrize("cause", [MUTED, DEVICE_LOST])
def test_the_clock_goes_on_through_an_outage_and_to_its_end(
    source: MicrophoneSource, host: FakeHost, clock: Clock, cause: str
) -> None:
    reader = fed(source, host, clock, 5)
    if cause == MUTED:
        source.mute()
    host.present = []
    clock.now += 0.4
    if cause == DEVICE_LOST:
        host.streams[0].listener.end()
    reader.wait_for(gaps)
    outage(reader, clock, 6.0)
    assert len(gaps(reader.items)) >= 6
    clock.now += 0.7
    source.close()
    reader.join(2)
    assert_total(reader, clock)
    assert_stretches(reader.items, (cause, 0.4 + 6.0 + 0.7))


def test_lost_then_muted_then_lost_keep_their_causes(source: MicrophoneSource, host: FakeHost, clock: Clock) -> None:
    reader = fed(source, host, clock, 5)
    host.present = []
    host.streams[0].listener.end()
    reader.wait_for(lambda items: source.lost)
    outage(reader, clock, 5.0)
    source.mute()
    reader.wait_for(lambda items: not source.lost)
    outage(reader, clock, 2.0)
    source.unmute()
    time.sleep(3 * POLL_S)
    clock.now += LOST_S + 0.1
    reader.wait_for(lambda items: source.lost)
    clock.now += 1.4
    host.present = [HEADSET]
    assert host.opened.wait(5)
    feed(host, clock, 2)
    reader.wait_for(lambda items: len(heard(items)) == 7)
    assert_total(reader, clock)
    assert_stretches(reader.items, (DEVICE_LOST, 5.0), (MUTED, 2.0), (DEVICE_LOST, 2.0))


def test_muting_that_ends_without_sound_becomes_a_loss_from_there_on(
    source: MicrophoneSource, host: FakeHost, clock: Clock
) -> None:
    reader = fed(source, host, clock, 5)
    source.mute()
    outage(reader, clock, 2.0)
    source.unmute()
    assert host.opened.wait(5)
    assert not source.lost
    clock.now += START_S + 0.5
    reader.wait_for(lambda items: source.lost)
    reader.wait_for(lambda items: gaps(items)[-1].cause == DEVICE_LOST)
    source.close()
    reader.join(2)
    assert_total(reader, clock)
    assert_stretches(reader.items, (MUTED, 2.0), (DEVICE_LOST, START_S + 0.5))


def test_a_device_that_never_delivers_is_lost_from_its_opening_on(
    source: MicrophoneSource, host: FakeHost, clock: Clock
) -> None:
    reader = start(source, host)
    clock.now += START_S + 0.1
    reader.wait_for(gaps)
    assert reader.items == [Gap(0, round((START_S + 0.1) * RATE), DEVICE_LOST)]
    assert source.lost
    assert host.opened.wait(5)
    outage(reader, clock, 2.0)
    assert len(host.streams) == 2
    assert source.lost
    feed(host, clock, 5)
    reader.wait_for(lambda items: len(heard(items)) == 5)
    assert not source.lost
    assert [block.samples[0, 0] for block in heard(reader.items)] == [0, 160, 320, 480, 640]
    assert_total(reader, clock)
    assert_stretches(reader.items, (DEVICE_LOST, START_S + 2.1))


def test_a_slow_start_is_no_gap(source: MicrophoneSource, host: FakeHost, clock: Clock) -> None:
    reader = start(source, host)
    clock.now += START_S - 0.5
    feed(host, clock, 3)
    reader.wait_for(lambda items: len(items) == 3)
    assert [block.start for block in heard(reader.items)] == [0, 160, 320]
    host.streams[0].listener.end()
    clock.now += 1.0
    reader.wait_for(gaps)
    assert end_of(gaps(reader.items)[0]) == pytest.approx(480 + RATE, abs=1), "the clock began with the first sound"


def test_a_device_that_stays_silent_is_opened_less_and_less_often() -> None:
    backoff = Backoff()
    waits = [backoff.barren_s() for _ in range(6)]
    assert waits == sorted(waits)
    assert waits[-1] == BARREN_S[-1] == 10.0
    backoff.reset()
    assert backoff.barren_s() == waits[0]
    assert [backoff.failed_s() for _ in range(6)] == [*BACKOFF_S, BACKOFF_S[-1], BACKOFF_S[-1]]


def test_a_stream_that_ends_before_any_sound_is_not_opened_at_once_again(
    source: MicrophoneSource, host: FakeHost, clock: Clock
) -> None:
    reader = start(source, host)
    host.streams[-1].listener.end()
    assert host.opened.wait(5)
    host.opened.clear()
    host.streams[-1].listener.end()
    reader.wait_for(lambda items: source.lost)
    assert not host.opened.wait(1.0)
    source.mute()
    time.sleep(0.2)
    source.unmute()
    assert host.opened.wait(1.0), "whoever unmutes need not wait"


def test_a_device_that_only_pretended_to_stir_is_not_waited_at_next_time() -> None:
    backoff = Backoff()
    backoff.barren_s()
    assert backoff.stood_by_s(stirred=False) > 0
    assert not backoff.misled
    assert backoff.stood_by_s(stirred=True) == 0
    longest = backoff.barren_s()  # opened, and nothing came
    assert backoff.misled
    assert longest > 0
    backoff.barren_s()
    assert not backoff.misled


def test_a_device_that_never_stirs_is_opened_now_and_then_all_the_same() -> None:
    backoff = Backoff()
    waits = [backoff.stood_by_s(stirred=False) for _ in range(2 * STANDBYS)]
    assert [i + 1 for i, wait_s in enumerate(waits) if wait_s == 0] == [STANDBYS, 2 * STANDBYS]
