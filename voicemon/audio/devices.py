"""Microphones by name: what is known of one, finding it, and what opens it.

A device is remembered by name and host API: PortAudio's numbers change whenever a device comes or goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from voicemon.errors import DeviceError

_CARD_NUMBER: Final = re.compile(r"\s*\((?:plug)?hw:[^)]*\)\s*$")
"""ALSA's card number at the end of a name: another one after the device was plugged in again."""

_PORT_NUMBER: Final = re.compile(r"(^|\()\d+- ?")
"""Windows counts a device anew at each USB port: ``Headset (2- Jabra Evolve 65)``."""

_MME_NAME: Final = 31
"""MME cuts names after so many characters (``MAXPNAMELEN`` is 32 with the end mark)."""

HOST_APIS: Final = ("Windows WASAPI", "Core Audio", "PulseAudio")
"""Host APIs that are asked first where a device stands under several: they carry the system's own rate and whole names.

MME and DirectSound, which PortAudio puts first on Windows, resample on the way.
"""


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
        return plain_name(self.name), self.host_api


def plain_name(name: str) -> str:
    """``name`` without what counts cards and ports in it."""
    return _PORT_NUMBER.sub(r"\1", _CARD_NUMBER.sub("", name))


@dataclass(frozen=True, slots=True)
class StreamForm:
    """How a stream is to come: ``sample_rate`` in Hz, ``block`` in samples a callback."""

    sample_rate: int
    channels: int
    block: int


class Listener(Protocol):
    """Who receives an open stream's sound.  Its methods are called from threads of the host's."""

    def callback(self, indata: Any, frames: int, time: Any, status: Any) -> None:
        """PortAudio's: samples (frames, channels) float32, number of frames, time information, flags."""

    def end(self) -> None:
        """The stream has ended by itself."""

    def pause(self) -> None:
        """The host takes the stream down for a moment, to look for devices: what is spoken meanwhile is missing."""


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

    def search(self, device: InputDevice) -> bool:
        """While other streams are open: see to it that a ``device`` that came back is among :meth:`devices`.

        Returns at once, mostly with ``False``; ``True`` says that trying to open it is worth while now.
        """

    def rate(self, device: InputDevice) -> int:
        """The sample rate in Hz to ask ``device`` for."""

    def open(self, device: InputDevice, form: StreamForm, listener: Listener) -> CaptureStream:
        """Open and start ``device``; raises :class:`DeviceError`."""


def aliases(device: InputDevice, devices: Iterable[InputDevice]) -> list[InputDevice]:
    """``device`` as it stands under other host APIs; MME's cut names count as the names they begin."""
    return [d for d in devices if d.host_api != device.host_api and _same_name(device, d)]


def _same_name(one: InputDevice, other: InputDevice) -> bool:
    names = one.identity[0], other.identity[0]
    for cut, whole in ((one, other), (other, one)):
        if cut.host_api == "MME" and len(cut.name) >= _MME_NAME and whole.name.startswith(cut.name):
            return True
    return names[0] == names[1]


def preferred(devices: list[InputDevice], known: list[InputDevice]) -> list[InputDevice]:
    """Of one device under several host APIs the one to take: a :data:`HOST_APIS`, else where ``known``'s default is.

    ``devices`` come back as they are where they are not all one device.
    """
    if any(d not in (devices[0], *aliases(devices[0], devices)) for d in devices):
        return devices
    default = next((d.host_api for d in known if d.is_default), None)
    for host_api in (*HOST_APIS, default):
        found = [d for d in devices if d.host_api == host_api]
        if found:
            return found
    return devices


def find_input_device(devices: list[InputDevice], name: str | None = None, host_api: str | None = None) -> InputDevice:
    """The one device whose name and host API contain the given texts (in any case); without a name the default.

    A name that fits exactly wins over names that contain it; of one device under several host APIs, the one that
    :func:`preferred` says is taken.  Raises :class:`DeviceError` that lists what fits, or what there is.
    """
    if not devices:
        raise DeviceError("no microphone was found", "plug one in, and check that it is not switched off or blocked")
    found = [d for d in devices if _contains(d.host_api, host_api) and _contains(d.name, name)]
    if name is None:
        found = [d for d in found if d.is_default] or found[:1]
    else:
        exact = [d for d in found if d.name.lower() == name.lower()]
        found = exact or [d for d in found if d.identity[0].lower() == name.lower()] or found
    if found:
        found = preferred(found, devices)
    if len(found) == 1:
        return found[0]
    wanted = " ".join(repr(text) for text in (name, host_api) if text)
    if not found:
        raise DeviceError(f"no microphone is called {wanted}", f"there are: {_listed(devices)}")
    raise DeviceError(f"several microphones are called {wanted}: {_listed(found)}", "give more of the name")


def _contains(text: str, part: str | None) -> bool:
    return part is None or part.lower() in text.lower() or part.lower() in plain_name(text).lower()


def _listed(devices: list[InputDevice]) -> str:
    return "; ".join(str(device) for device in devices)
