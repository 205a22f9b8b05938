"""A microphone as a source that survives its device: overflow, unplugging and muting all come out as gaps."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Generator, Iterator
from typing import Final

import numpy as np

from voicemon.audio.capture import Capture, Chunk
from voicemon.audio.device_line import DeviceLine
from voicemon.audio.devices import AudioHost, InputDevice
from voicemon.audio.placement import DEVICE_LOST, MUTED, Placement
from voicemon.audio.portaudio import PortAudioHost
from voicemon.audio.reopening import Backoff
from voicemon.audio.watchdog import LOST_S, POLL_S, Watchdog
from voicemon.types import Block, Gap, Role, SourceInfo

BLOCK_S: Final = 0.02
"""Sound a callback: short against every reaction time, long enough that 50 wake-ups a second cost next to nothing."""

QUEUE_S: Final = 10.0
"""Sound that may wait for its reader: a busy machine has kept it from its turn for six seconds."""

IDLE_S: Final = 0.125
"""Without sound the reader gets an empty block about this often, so that it can look after other things."""

TELL_S: Final = 1.0
"""While there is no sound a gap comes this often, so that the clocks that count samples go on."""


class MicrophoneSource:
    """Blocks of a microphone, from one reader's ``for`` loop; the other methods may be called from any thread.

    While there is no sound (muted, lost, not begun) empty blocks, shape (channels, 0), come every :data:`IDLE_S` or so,
    and while muted or lost a gap every :data:`TELL_S` or so, each with its own cause.
    ``device`` and ``host_api`` are parts of names, as :func:`~voicemon.audio.devices.find_input_device` takes them;
    ``roles`` says whose voice the device's first channels carry; ``sample_rate`` ``None`` is the device's own.
    Raises :class:`DeviceError` where there is no such device, and from the loop where it cannot be opened at first.
    """

    def __init__(
        self,
        device: str | None = None,
        *,
        host_api: str | None = None,
        roles: tuple[Role, ...] = (Role.AGENT,),
        sample_rate: int | None = None,
        block_s: float = BLOCK_S,
        host: AudioHost | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        host = PortAudioHost() if host is None else host
        self._line = DeviceLine(host, device, host_api, roles=roles, sample_rate=sample_rate, block_s=block_s)
        self._rate, self._block = self._line.form.sample_rate, self._line.form.block
        self._info = SourceInfo(self._line.device.name, self._rate, roles)
        self._closed = threading.Event()
        self._muted = threading.Event()
        self._wake = threading.Event()
        self._capture = self._new_capture()
        self._placement = Placement(self._rate, self._block)
        self._watchdog = Watchdog()
        self._out: str | None = None
        """Why there is no sound; ``None`` while there is, or while the device is given time to begin."""
        self._backoff = Backoff()

    @property
    def info(self) -> SourceInfo:
        return self._info

    @property
    def device(self) -> InputDevice:
        return self._line.device

    @property
    def lock_name(self) -> str:
        """What the device is called as long as it is plugged in somewhere, to be listened to by one program alone."""
        return self._line.lock_name

    @property
    def lost(self) -> bool:
        """The device delivers nothing; we wait for it or are trying to get it back."""
        return self._out == DEVICE_LOST or self._watchdog.late

    @property
    def muted(self) -> bool:
        return self._muted.is_set()

    @property
    def only_zeros(self) -> bool:
        """It has never delivered anything but zeros: switched off at the headset, or by the system's privacy settings.

        A monitor or loopback source on which nothing has been played yet looks the same.
        """
        return self._placement.only_zeros

    @property
    def overflows(self) -> int:
        """How often sound was lost because the card or our queue was full."""
        return self._placement.overflows

    @property
    def warnings(self) -> tuple[str, ...]:
        count = self.overflows
        times = "once" if count == 1 else f"{count} times"
        return (f"the microphone's sound was cut {times} because the machine was too slow",) if count else ()

    def open(self) -> None:
        """Begin to listen before the loop does: its first blocks are there when it comes.  :class:`DeviceError`."""
        self._open()

    def mute(self) -> None:
        """Stop listening: nothing spoken after this returns is kept, and the device is closed at once."""
        self._muted.set()
        self._capture.refuse()
        self._wake.set()

    def unmute(self) -> None:
        self._muted.clear()
        self._wake.set()

    def close(self) -> None:
        self._closed.set()
        self._capture.refuse()
        self._wake.set()

    def __iter__(self) -> Iterator[Block | Gap]:
        try:
            if not self._line.is_open:
                self._open()
            while not self._closed.is_set():
                if self._capture.refusing:
                    yield from self._outage(MUTED)
                elif (chunk := self._capture.get(POLL_S)) is not None:
                    yield from self._sound(chunk)
                elif self._watchdog.silent(self._capture, self._clock()):
                    yield from self._outage(DEVICE_LOST)
                elif self._out == DEVICE_LOST:
                    # What the next chunk brings has begun already.
                    yield self._turn(self._block / self._rate)
                else:
                    yield self._nothing()
            if self._out is not None:
                yield from self._turns_to(self._out, self._out)
        finally:
            self._stop()
            self._line.wait_closed()

    def _sound(self, chunk: Chunk) -> Iterator[Block | Gap]:
        if self._watchdog.late:
            self._placement.stood_still(chunk.arrived)
        self._watchdog.heard(chunk)
        self._out = None
        self._backoff.reset()
        yield from self._placement.place(chunk, self._line.latency_s)

    def _nothing(self) -> Block:
        return Block(self._placement.position, np.zeros((len(self._info.roles), 0), np.float32))

    def _turn(self, hold_s: float = 0.0) -> Block | Gap:
        """What the reader gets while there is no sound: a gap up to ``hold_s`` ago once it is long enough."""
        now = self._clock()
        if self._out is None or self._placement.untold_s(now) < TELL_S:
            return self._nothing()
        return self._placement.until(now - hold_s, self._out) or self._nothing()

    def _turns_to(self, cause: str, untold: str) -> Iterator[Gap]:
        """From now on sound is missing for ``cause``; up to now it was for ``untold``."""
        self._out = cause
        if (gap := self._placement.until(self._clock(), untold)) is not None:
            yield gap

    def _idle(self, wait_s: float) -> Iterator[Block | Gap]:
        """Wait this long, or until woken."""
        turns = math.ceil(wait_s / IDLE_S)
        for _ in range(turns):
            if self._wake.wait(wait_s / turns) or self._closed.is_set():
                return
            yield self._turn()

    def _outage(self, cause: str) -> Iterator[Block | Gap]:
        """Close the device, say at once that sound is missing, and wait until a device is open again.

        The first gap ends what was being said; others follow while it lasts, and the last one when sound is back.
        """
        wait_s = self._backoff.barren_s() if cause == DEVICE_LOST and not self._watchdog.heard_any else 0.0
        self._stop()
        yield from self._turns_to(cause, DEVICE_LOST if self.lost else cause)
        while not self._closed.is_set():
            self._wake.clear()
            if self._muted.is_set():
                if self.lost:
                    yield from self._turns_to(MUTED, DEVICE_LOST)
                self._backoff.reset()
                wait_s = 0.0
                yield from self._idle(IDLE_S)
                if not self._muted.is_set():
                    yield from self._turns_to(MUTED, MUTED)
            elif wait_s:
                heard = yield from self._stand_by(wait_s)
                wait_s = 0.0 if heard is None else self._backoff.stood_by_s(stirred=heard)
            elif self._line.reopen(self._open):
                self._placement.begin(self._out or DEVICE_LOST)
                return
            else:
                # A device that was closed for muting may need a moment: until then it is not lost.
                if self._placement.untold_s(self._clock()) > LOST_S:
                    self._out = DEVICE_LOST
                yield from self._idle(self._backoff.failed_s())

    def _stand_by(self, wait_s: float) -> Generator[Block | Gap, None, bool | None]:
        """Wait this long at the device, or until it stirs: whether it did; ``None`` where nobody could wait at it."""
        if not self._line.costly_to_hold or self._backoff.misled:
            yield from self._idle(wait_s)
            return None
        if self._line.still_closing:
            yield from self._idle(IDLE_S)  # a card is opened by one at a time
        if (device := self._line.found_again()) is None:
            return None  # it is gone, and no longer one that is silent
        if (standby := self._line.stand_by(device)) is None:
            yield from self._idle(wait_s)
            return None
        for _ in range(math.ceil(wait_s / IDLE_S)):
            yield from self._idle(IDLE_S)
            if standby.stirring or self._muted.is_set() or self._closed.is_set():
                break
        stirring = standby.stirring
        self._stop()
        yield from self._idle(IDLE_S)
        return stirring

    def _new_capture(self) -> Capture:
        return Capture(max(1, round(QUEUE_S * self._rate / self._block)), self._clock)

    def _open(self) -> None:
        self._capture = capture = self._new_capture()
        now = self._clock()
        self._watchdog.opened(now)
        self._placement.opened(now)
        self._line.open(capture)
        if self._closed.is_set() or self._muted.is_set():
            capture.refuse()

    def _stop(self) -> None:
        """Listen no more, whether or not the driver can be got to let go at once."""
        if self._line.is_open:
            self._capture.refuse()
            self._line.close()
