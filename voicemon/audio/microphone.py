"""A microphone as a source that survives its device: overflow, unplugging and muting all come out as gaps.

Time is the count of samples.  Where samples are missing, the monotonic clock says how many: an anchor, kept while sound
flows, ties the one to the other (:class:`~voicemon.audio.anchor.Anchor`).
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from voicemon.audio.anchor import Anchor
from voicemon.audio.capture import Capture, Chunk
from voicemon.audio.devices import AudioHost, CaptureStream, InputDevice, PortAudioHost, StreamForm, find_input_device
from voicemon.errors import DeviceError
from voicemon.types import Block, Gap, Role, SourceInfo

BLOCK_S: Final = 0.02
"""Sound a callback: short against every reaction time, long enough that 50 wake-ups a second cost next to nothing."""

QUEUE_S: Final = 2.0
"""Sound that may wait for its reader."""

LOST_S: Final = 0.5
"""A device that delivers nothing for this long is gone; ten times the longest pause of a healthy one."""

START_S: Final = 3.0
"""A wireless headset takes this long to switch its microphone on."""

POLL_S: Final = 0.1
"""How often a reader without sound looks whether the device is gone."""

IDLE_S: Final = 0.125
"""Without sound the reader gets an empty block about this often, so that it can look after other things."""

BACKOFF_S: Final = (0.1, 0.25, 0.5, 1.0)
"""Waits between attempts to open the device again; the last one repeats."""

CLOSE_S: Final = 2.0
"""A driver may hang while a vanished device is closed; beyond this we go on without it and try again later."""

QUEUE_OVERFLOW: Final = "queue overflow"
DEVICE_OVERFLOW: Final = "device overflow"
DEVICE_UNDERFLOW: Final = "device underflow"
DEVICE_LOST: Final = "device lost"
MUTED: Final = "muted"
"""Causes of a microphone's gaps.  All but the last are audio that should have been heard."""


class MicrophoneSource:
    """Blocks of a microphone, from one reader's ``for`` loop; the other methods may be called from any thread.

    While there is no sound (muted, lost, not begun) empty blocks, shape (channels, 0), come every :data:`IDLE_S` or so.
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
        self._host: AudioHost = PortAudioHost() if host is None else host
        self._clock = clock
        self._device = find_input_device(self._host.devices(), device, host_api)
        if self._device.channels < len(roles):
            wanted = " and ".join(role.value for role in roles)
            raise DeviceError(f"{self._device} has too few channels for {wanted}", "give each of them a device")
        self._rate = sample_rate or self._device.default_rate
        self._block = max(1, round(block_s * self._rate))
        self._info = SourceInfo(self._device.name, self._rate, roles)
        self._closed = threading.Event()
        self._muted = threading.Event()
        self._wake = threading.Event()
        self._stream: CaptureStream | None = None
        self._capture = self._new_capture()
        self._closing: threading.Thread | None = None
        self._position = 0
        self._base: int | None = 0
        """Source index of the stream's first sample; ``None``: to be told from the clock when its first chunk comes."""
        self._overflows_seen = 0
        self._gap_cause = QUEUE_OVERFLOW
        self._anchor = Anchor(self._rate)
        self._heard_at = 0.0
        self._heard_any = False
        self._lost = False
        self._overflows = 0

    @property
    def info(self) -> SourceInfo:
        return self._info

    @property
    def device(self) -> InputDevice:
        return self._device

    @property
    def lost(self) -> bool:
        """The device delivers nothing; we are trying to get it back."""
        return self._lost

    @property
    def muted(self) -> bool:
        return self._muted.is_set()

    @property
    def overflows(self) -> int:
        """How often sound was lost because the card or our queue was full."""
        return self._overflows

    @property
    def warnings(self) -> tuple[str, ...]:
        times = "once" if self._overflows == 1 else f"{self._overflows} times"
        return (f"the microphone's sound was cut {times} because the machine was too slow",) if self._overflows else ()

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
            self._open()
            while not self._closed.is_set():
                if self._capture.refusing:
                    yield from self._outage(MUTED)
                elif (chunk := self._capture.get(POLL_S)) is not None:
                    yield from self._place(chunk)
                elif self._silent():
                    yield from self._outage(DEVICE_LOST)
                else:
                    yield self._nothing()
        finally:
            self._stop()
            if self._closing is not None:
                self._closing.join(CLOSE_S)

    def _place(self, chunk: Chunk) -> Iterator[Block | Gap]:
        """``chunk`` on the source's clock, after a gap for whatever is missing before it."""
        size = chunk.samples.shape[1]
        if self._base is None:
            self._base = max(self._position, self._anchor.index(chunk.arrived) - size - chunk.start)
        if not self._heard_any:
            self._overflows_seen = chunk.overflows
        if chunk.overflows > self._overflows_seen:
            self._overflows += chunk.overflows - self._overflows_seen
            self._overflows_seen = chunk.overflows
            self._base += self._swallowed(chunk)
            self._gap_cause = DEVICE_OVERFLOW
        start = self._base + chunk.start
        if start > self._position:
            self._overflows += self._gap_cause == QUEUE_OVERFLOW
            yield Gap(self._position, start, self._gap_cause)
        self._gap_cause = QUEUE_OVERFLOW
        self._position = start + size
        self._heard_at, self._heard_any, self._lost = chunk.arrived, True, False
        self._anchor.tie(self._position, size, chunk.arrived)
        yield Gap(start, self._position, DEVICE_UNDERFLOW) if chunk.filled else Block(start, chunk.samples)

    def _swallowed(self, chunk: Chunk) -> int:
        """How many samples an overflowing device lost before ``chunk``: at least a block, and what the clock says.

        The chunk came late by what is lost and by what the device still holds; the latter is not lost.
        """
        held = 0 if self._stream is None else round(self._stream.latency_s * self._rate)
        behind: int = self._anchor.index(chunk.arrived) - self._position - chunk.samples.shape[1]
        return max(self._block, behind - held)

    def _silent(self) -> bool:
        limit = LOST_S if self._heard_any else START_S
        return bool(self._capture.finished or self._clock() - self._heard_at > limit)

    def _nothing(self) -> Block:
        return Block(self._position, np.zeros((len(self._info.roles), 0), np.float32))

    def _idle(self, wait_s: float) -> Iterator[Block]:
        """Wait this long, or until woken."""
        turns = math.ceil(wait_s / IDLE_S)
        for _ in range(turns):
            if self._wake.wait(wait_s / turns):
                return
            yield self._nothing()

    def _outage(self, cause: str) -> Iterator[Block | Gap]:
        """Close the device, say at once that sound is missing, and wait until a device is open again.

        The first gap ends what was being said; the rest of the outage follows as another when sound is back.
        """
        self._lost = cause == DEVICE_LOST
        self._stop()
        now = self._anchor.index(self._clock())
        if now > self._position:
            start, self._position = self._position, now
            yield Gap(start, now, cause)
        attempt = 0
        while not self._closed.is_set():
            self._wake.clear()
            if self._muted.is_set():
                cause, self._lost, attempt = MUTED, False, 0
                yield from self._idle(IDLE_S)
            elif self._reopen(cause):
                return
            else:
                self._lost = True
                yield from self._idle(BACKOFF_S[min(attempt, len(BACKOFF_S) - 1)])
                attempt += 1

    def _reopen(self, cause: str) -> bool:
        if self._closing is not None and self._closing.is_alive():
            return False
        try:
            self._host.refresh()
            self._device = self._same(self._host.devices())
            self._open()
        except DeviceError:
            return False
        self._base = None
        self._gap_cause = cause
        return True

    def _same(self, devices: list[InputDevice]) -> InputDevice:
        """Our device among ``devices``; never another one, which might hear somebody else."""
        for device in devices:
            if device.identity == self._device.identity:
                return device
        raise DeviceError(f"{self._device} is not there", "plug it in again")

    def _new_capture(self) -> Capture:
        return Capture(max(1, round(QUEUE_S * self._rate / self._block)), self._clock)

    def _open(self) -> None:
        self._capture = capture = self._new_capture()
        self._overflows_seen = 0
        self._heard_at, self._heard_any = self._clock(), False
        form = StreamForm(self._rate, len(self._info.roles), self._block)
        self._stream = self._host.open(self._device, form, capture.callback, capture.end)
        if self._closed.is_set() or self._muted.is_set():
            capture.refuse()

    def _stop(self) -> None:
        """Close the stream, on a thread of its own: a driver whose device is gone may hang."""
        stream, self._stream = self._stream, None
        if stream is None:
            return
        self._capture.refuse()
        self._closing = threading.Thread(target=stream.close, name="voicemon-close-device", daemon=True)
        self._closing.start()
