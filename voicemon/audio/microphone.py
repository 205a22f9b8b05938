"""A microphone as a source that survives its device: overflow, unplugging and muting all come out as gaps."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from voicemon.audio.capture import Capture
from voicemon.audio.devices import AudioHost, CaptureStream, InputDevice, StreamForm, find_input_device
from voicemon.audio.placement import DEVICE_LOST, MUTED, Placement
from voicemon.audio.portaudio import PortAudioHost
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

POLL_S: Final = 0.15
"""How often a reader without sound looks whether the device is gone."""

IDLE_S: Final = 0.125
"""Without sound the reader gets an empty block about this often, so that it can look after other things."""

BACKOFF_S: Final = (0.1, 0.25, 0.5, 1.0)
"""Waits between attempts to open the device again; the last one repeats."""

CLOSE_S: Final = 2.0
"""A driver may hang while a vanished device is closed; beyond this we go on without it and try again later."""


class MicrophoneSource:
    """Blocks of a microphone, from one reader's ``for`` loop; the other methods may be called from any thread.

    While there is no sound (muted, lost, not begun) empty blocks, shape (channels, 0), come every :data:`IDLE_S` or so.
    ``device`` and ``host_api`` are parts of names, as :func:`~voicemon.audio.devices.find_input_device` takes them;
    ``roles`` says whose voice the device's first channels carry; ``sample_rate`` ``None`` is
    the device's own.
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
        devices = self._host.devices()
        self._device = find_input_device(devices, device, host_api)
        self._twins = {d.name for d in devices if d.identity == self._device.identity} - {self._device.name}
        """Other devices of the same model: one of these is not ours, whatever number ours comes back under."""
        if self._device.channels < len(roles):
            wanted = " and ".join(role.value for role in roles)
            raise DeviceError(f"{self._device} has too few channels for {wanted}", "give each of them a device")
        self._rate = sample_rate or self._host.rate(self._device)
        self._block = max(1, round(block_s * self._rate))
        self._info = SourceInfo(self._device.name, self._rate, roles)
        self._closed = threading.Event()
        self._muted = threading.Event()
        self._wake = threading.Event()
        self._stream: CaptureStream | None = None
        self._capture = self._new_capture()
        self._closing: threading.Thread | None = None
        self._placement = Placement(self._rate, self._block)
        self._heard_at = 0.0
        self._looks = 0
        """How often the reader has looked for sound in vain since it last had some."""
        self._heard_any = False
        self._breaks_heard = 0
        self._lost = False

    @property
    def info(self) -> SourceInfo:
        return self._info

    @property
    def device(self) -> InputDevice:
        return self._device

    @property
    def lock_name(self) -> str:
        """What the device is called as long as it is plugged in somewhere, to be listened to by one program alone."""
        return str(self._device) if self._twins else "{} [{}]".format(*self._device.identity)

    @property
    def lost(self) -> bool:
        """The device delivers nothing; we are trying to get it back."""
        return self._lost

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
            if self._stream is None:
                self._open()
            while not self._closed.is_set():
                if self._capture.refusing:
                    yield from self._outage(MUTED)
                elif (chunk := self._capture.get(POLL_S)) is not None:
                    self._heard_at, self._heard_any, self._lost = chunk.arrived, True, False
                    self._looks = 0
                    self._breaks_heard = chunk.breaks
                    yield from self._placement.place(chunk, 0.0 if self._stream is None else self._stream.latency_s)
                elif self._silent():
                    yield from self._outage(DEVICE_LOST)
                else:
                    yield self._nothing()
        finally:
            self._stop()
            if self._closing is not None:
                self._closing.join(CLOSE_S)

    def _silent(self) -> bool:
        begun = self._heard_any and self._capture.breaks == self._breaks_heard
        limit = LOST_S if begun else START_S
        self._looks += 1
        # Where this thread did not get to run for a while, neither did the callback: that is no sign of a loss.
        looked = self._looks >= limit / POLL_S
        return bool(self._capture.finished or (looked and self._clock() - self._heard_at > limit))

    def _nothing(self) -> Block:
        return Block(self._placement.position, np.zeros((len(self._info.roles), 0), np.float32))

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
        if (gap := self._placement.until(self._clock(), cause)) is not None:
            yield gap
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
            while not self._opened_again():
                if not self._host.search(self._device):
                    return False
        except DeviceError:
            return False
        self._placement.begin(cause)
        return True

    def _opened_again(self) -> bool:
        try:
            self._device = self._same(self._host.devices())
            self._open()
        except DeviceError:
            return False
        return True

    def _same(self, devices: list[InputDevice]) -> InputDevice:
        """Our device among ``devices``; never another one, which might hear somebody else."""
        found = [d for d in devices if d.identity == self._device.identity and d.name not in self._twins]
        found = [d for d in found if d.name == self._device.name] or found
        if len({d.name for d in found}) == 1:
            return found[0]
        raise DeviceError(f"{self._device} is not there", "plug it in again")

    def _new_capture(self) -> Capture:
        return Capture(max(1, round(QUEUE_S * self._rate / self._block)), self._clock)

    def _open(self) -> None:
        self._capture = capture = self._new_capture()
        self._placement.opened()
        self._heard_at, self._heard_any, self._breaks_heard = self._clock(), False, 0
        self._looks = 0
        form = StreamForm(self._rate, len(self._info.roles), self._block)
        self._stream = self._host.open(self._device, form, capture)
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
