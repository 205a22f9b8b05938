"""Waiting at an open device that delivers nothing, at no cost.

PortAudio's thread for a callback takes a whole core on ALSA to poll such a device.  A stream without a callback has no
thread: it is asked now and then whether something has come, and nothing that comes is ever read from it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol, runtime_checkable

from voicemon.audio.devices import CaptureStream, InputDevice, StreamForm
from voicemon.audio.portaudio_stream import PortAudioStream

COSTLY_HOST_API: Final = "ALSA"
"""The only one whose thread does not sleep while nothing comes."""


class Standby(CaptureStream, Protocol):
    """An open device whose sound nobody gets."""

    @property
    def stirring(self) -> bool:
        """Something has come, or the stream has ended: opening the device for its sound is worth while."""


@runtime_checkable
class StandingBy(Protocol):
    """An audio host that can wait at a device."""

    def stand_by(self, device: InputDevice, form: StreamForm) -> Standby:
        """Raises :class:`DeviceError`."""


class Nobody:
    """Hears of the stream's end alone."""

    def __init__(self) -> None:
        self.ended = False

    def callback(self, *_: Any) -> None:
        return None

    def end(self) -> None:
        self.ended = True

    def pause(self) -> None:
        return None


class StandbyStream(PortAudioStream):
    """A :class:`Standby` of PortAudio's."""

    def __init__(
        self, sd: Any, device: InputDevice, form: StreamForm, forget: Callable[[PortAudioStream], None]
    ) -> None:
        self._nobody = Nobody()
        super().__init__(sd, device, form, self._nobody, forget)

    def _callback(self) -> None:
        """None, and with it no thread."""

    @property
    def stirring(self) -> bool:
        if self._nobody.ended:
            return True
        with self._lock:  # it is not closed under the question
            if self._stream is None:
                return False
            try:
                return bool(self._stream.read_available)
            except self._sd.PortAudioError:
                return True
