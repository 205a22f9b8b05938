"""The line to a microphone's device: opened, closed, waited at, and found again after it was unplugged.

Whose sound it is and where that belongs in time is its reader's affair (:mod:`~voicemon.audio.microphone`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from voicemon.audio.devices import AudioHost, CaptureStream, InputDevice, Listener, StreamForm, find_input_device
from voicemon.audio.reopening import same_device
from voicemon.audio.standby import COSTLY_HOST_API, Standby, StandingBy
from voicemon.errors import DeviceError
from voicemon.types import Role

CLOSE_S: Final = 2.0
"""A driver may hang while a vanished device is closed; beyond this we go on without it and try again later."""


class DeviceLine:
    """At most one open stream of one device; for one thread, except for what only reads."""

    def __init__(
        self,
        host: AudioHost,
        device: str | None,
        host_api: str | None,
        *,
        roles: tuple[Role, ...],
        sample_rate: int | None,
        block_s: float,
    ) -> None:
        """Parameters as :class:`~voicemon.audio.microphone.MicrophoneSource` takes them.  Raises :class:`DeviceError`
        where there is no such device, or one with too few channels for ``roles``."""
        self._host = host
        devices = host.devices()
        self.device = find_input_device(devices, device, host_api)
        self._twins = {d.name for d in devices if d.identity == self.device.identity} - {self.device.name}
        """Other devices of the same model: one of these is not ours, whatever number ours comes back under."""
        if self.device.channels < len(roles):
            wanted = " and ".join(role.value for role in roles)
            raise DeviceError(f"{self.device} has too few channels for {wanted}", "give each of them a device")
        rate = sample_rate or host.rate(self.device)
        self.form = StreamForm(rate, len(roles), max(1, round(block_s * rate)))
        self._stream: CaptureStream | None = None
        self._closing: threading.Thread | None = None

    @property
    def lock_name(self) -> str:
        """What the device is called as long as it is plugged in somewhere, to be listened to by one program alone."""
        return str(self.device) if self._twins else "{} [{}]".format(*self.device.identity)

    @property
    def is_open(self) -> bool:
        return self._stream is not None

    @property
    def still_closing(self) -> bool:
        """The driver has not let go of the last stream yet."""
        return self._closing is not None and self._closing.is_alive()

    @property
    def latency_s(self) -> float:
        """How much sound the device holds back at most."""
        return 0.0 if self._stream is None else self._stream.latency_s

    def open(self, listener: Listener) -> None:
        """Raises :class:`DeviceError`."""
        self._stream = self._host.open(self.device, self.form, listener)

    def close(self) -> None:
        """Close the stream, on a thread of its own: a driver whose device is gone may hang."""
        stream, self._stream = self._stream, None
        if stream is None:
            return
        self._closing = threading.Thread(target=stream.close, name="voicemon-close-device", daemon=True)
        self._closing.start()

    def wait_closed(self) -> None:
        """Give the driver :data:`CLOSE_S` to let go."""
        if self._closing is not None:
            self._closing.join(CLOSE_S)

    def reopen(self, begin: Callable[[], None]) -> bool:
        """Find the device again and let ``begin``, which may raise :class:`DeviceError`, open it: whether it did."""
        if self.still_closing:
            return False
        try:
            self._host.refresh()
            while not self._reopened(begin):
                if not self._host.search(self.device):
                    return False
        except DeviceError:
            return False
        return True

    def _reopened(self, begin: Callable[[], None]) -> bool:
        try:
            self.device = self._found()
            begin()
        except DeviceError:
            return False
        return True

    def _found(self) -> InputDevice:
        return same_device(self.device, self._host.devices(), self._twins)

    @property
    def costly_to_hold(self) -> bool:
        """Open for its sound and silent the device takes a whole core; :meth:`stand_by` waits at it for nothing."""
        return isinstance(self._host, StandingBy) and self.device.host_api == COSTLY_HOST_API

    def found_again(self) -> InputDevice | None:
        """The device as it is there now; ``None`` where it is gone."""
        try:
            self._host.refresh()
            return self._found()
        except DeviceError:
            return None

    def stand_by(self, device: InputDevice) -> Standby | None:
        """Open ``device`` without taking its sound; ``None`` where that cannot be done."""
        if not isinstance(self._host, StandingBy):
            return None
        try:
            self._stream = standby = self._host.stand_by(device, self.form)
        except DeviceError:
            return None
        return standby
