"""Sound cards through PortAudio: which there are, finding one by name, opening it, and seeing new ones.

``sounddevice`` is imported only when one of these functions is called, since the import fails where PortAudio is not
installed and a recording can be replayed without it.  A device is remembered by name and host API: PortAudio's numbers
change whenever a device comes or goes.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Protocol

from voicemon.errors import DeviceError

_CARD_NUMBER: Final = re.compile(r"\s*\((?:plug)?hw:[^)]*\)\s*$")
"""ALSA's card number at the end of a name: another one after the device was plugged in again."""

StreamCallback = Callable[[Any, int, Any, Any], None]
"""PortAudio's: samples (frames, channels) float32, number of frames, time information, flags."""


@dataclass(frozen=True, slots=True)
class InputDevice:
    """A device that records.  ``default_rate`` in Hz; ``is_default``: the system's choice."""

    name: str
    host_api: str
    channels: int
    default_rate: int
    is_default: bool = False

    def __str__(self) -> str:
        return f"{self.name} [{self.host_api}]"

    @property
    def identity(self) -> tuple[str, str]:
        """What stays when the device is plugged in again."""
        return _CARD_NUMBER.sub("", self.name), self.host_api


@dataclass(frozen=True, slots=True)
class StreamForm:
    """How a stream is to come: ``sample_rate`` in Hz, ``block`` in samples a callback."""

    sample_rate: int
    channels: int
    block: int


class CaptureStream(Protocol):
    """An open, running stream."""

    @property
    def latency_s(self) -> float:
        """How much sound the device holds back at most."""

    def close(self) -> None:
        """Stop at once.  Never raises: the device may be gone."""


class AudioHost(Protocol):
    """What opens microphones: PortAudio, or a fake in tests."""

    def devices(self) -> list[InputDevice]:
        """All input devices; raises :class:`DeviceError` without PortAudio."""

    def refresh(self) -> None:
        """Look for devices that have come or gone.  Does nothing while a stream is open."""

    def open(
        self, device: InputDevice, form: StreamForm, callback: StreamCallback, finished: Callable[[], None]
    ) -> CaptureStream:
        """Open and start ``device``; raises :class:`DeviceError`."""


def list_input_devices() -> list[InputDevice]:
    """The devices that can record, the system's default first.  Raises :class:`DeviceError` without PortAudio."""
    return sorted(PortAudioHost().devices(), key=lambda device: not device.is_default)


def find_input_device(devices: list[InputDevice], name: str | None = None, host_api: str | None = None) -> InputDevice:
    """The one device whose name and host API contain the given texts (in any case); without a name the default.

    A name that fits exactly wins over names that contain it; of one device under several host APIs, the default one
    is taken.  Raises :class:`DeviceError` that lists what fits, or what there is.
    """
    if not devices:
        raise DeviceError("no microphone was found", "plug one in, and check that it is not switched off or blocked")
    found = [d for d in devices if _contains(d.host_api, host_api) and _contains(d.name, name)]
    if name is None:
        found = [d for d in found if d.is_default] or found[:1]
    exact = [d for d in found if name is not None and name.lower() in (d.name.lower(), d.identity[0].lower())]
    found = exact or found
    if len({d.identity[0] for d in found}) == 1:
        preferred = next((d.host_api for d in devices if d.is_default), None)
        found = [d for d in found if d.host_api == preferred] or found
    if len(found) == 1:
        return found[0]
    wanted = " ".join(repr(text) for text in (name, host_api) if text)
    if not found:
        raise DeviceError(f"no microphone is called {wanted}", f"there are: {_listed(devices)}")
    raise DeviceError(f"several microphones are called {wanted}: {_listed(found)}", "give more of the name")


def _contains(text: str, part: str | None) -> bool:
    return part is None or part.lower() in text.lower()


def _listed(devices: list[InputDevice]) -> str:
    return "; ".join(str(device) for device in devices)


def _sounddevice() -> Any:
    """The module, or a :class:`DeviceError` that says how to get PortAudio."""
    try:
        import sounddevice
    except OSError as error:
        remedy = "install PortAudio (Debian, Ubuntu: apt install libportaudio2)"
        raise DeviceError(f"microphones need the PortAudio library: {error}", remedy) from error
    return sounddevice


class PortAudioHost:
    """The real :class:`AudioHost`."""

    _open_streams: ClassVar[int] = 0
    """Of the whole process: looking for new devices would end them all."""
    _lock: ClassVar[threading.Lock] = threading.Lock()

    def devices(self) -> list[InputDevice]:
        sd = _sounddevice()
        with self._lock:  # another thread may be looking for new devices, and PortAudio is down meanwhile
            try:
                apis, found = sd.query_hostapis(), sd.query_devices()
            except sd.PortAudioError as error:
                raise DeviceError(f"PortAudio cannot list the devices: {error}", "restart the sound service") from error
            default = sd.default.device[0]
        if default < 0 and apis:
            default = next((api["default_input_device"] for api in apis if api["default_input_device"] >= 0), -1)
        return [
            InputDevice(
                device["name"],
                apis[device["hostapi"]]["name"],
                device["max_input_channels"],
                round(device["default_samplerate"]),
                device["index"] == default,
            )
            for device in found
            if device["max_input_channels"] > 0
        ]

    def refresh(self) -> None:
        sd = _sounddevice()
        with self._lock:
            if self._open_streams:
                return
            try:
                sd._terminate()
                sd._initialize()
            except sd.PortAudioError as error:
                raise DeviceError(f"PortAudio does not start again: {error}", "restart the sound service") from error

    def open(
        self, device: InputDevice, form: StreamForm, callback: StreamCallback, finished: Callable[[], None]
    ) -> CaptureStream:
        sd = _sounddevice()
        with self._lock:
            try:
                stream = sd.InputStream(
                    device=_index(sd, device),
                    samplerate=form.sample_rate,
                    channels=form.channels,
                    blocksize=form.block,
                    dtype="float32",
                    callback=callback,
                    finished_callback=finished,
                )
            except (sd.PortAudioError, ValueError) as error:
                remedy = "close other programs that use it, or choose another one (voicemon devices)"
                raise DeviceError(f"microphone {device} cannot be opened: {error}", remedy) from error
            PortAudioHost._open_streams += 1
        opened = _PortAudioStream(sd, stream, self._forget)
        try:
            stream.start()
        except sd.PortAudioError as error:
            opened.close()
            raise DeviceError(f"microphone {device} does not start: {error}", "choose another one") from error
        return opened

    def _forget(self) -> None:
        with self._lock:
            PortAudioHost._open_streams -= 1


def _index(sd: Any, wanted: InputDevice) -> int:
    """PortAudio's number of ``wanted`` at this moment."""
    apis = sd.query_hostapis()
    for device in sd.query_devices():
        if device["name"] == wanted.name and apis[device["hostapi"]]["name"] == wanted.host_api:
            return int(device["index"])
    raise ValueError("it is no longer there")


class _PortAudioStream:
    def __init__(self, sd: Any, stream: Any, forget: Callable[[], None]) -> None:
        self._sd = sd
        self._stream = stream
        self._forget = forget

    @property
    def latency_s(self) -> float:
        return float(self._stream.latency)

    def close(self) -> None:
        try:
            self._stream.abort(ignore_errors=True)
            self._stream.close(ignore_errors=True)
        finally:
            self._forget()
