"""Getting a vanished microphone back: which of the devices is ours, and how long to wait between attempts."""

from __future__ import annotations

from collections.abc import Container
from typing import Final

from voicemon.audio.devices import InputDevice
from voicemon.errors import DeviceError

BACKOFF_S: Final = (0.1, 0.25, 0.5, 1.0)
"""Waits after attempts to open the device that failed; the last one repeats."""

BARREN_S: Final = (0.5, 4.0, 10.0)
"""Waits after openings that brought no sound at all; the last one repeats.

PortAudio on ALSA takes a whole core to poll an open device that delivers nothing:
most of the time it must be closed.
"""


class Backoff:
    """How long to wait before the next attempt."""

    def __init__(self) -> None:
        self._failed = 0
        self._barren = 0

    def reset(self) -> None:
        """There is sound, or somebody has done something about it: the next attempt may well succeed."""
        self._failed = self._barren = 0

    def failed_s(self) -> float:
        """The device could not be opened."""
        self._failed += 1
        return BACKOFF_S[min(self._failed, len(BACKOFF_S)) - 1]

    def barren_s(self) -> float:
        """The device could be opened, but nothing came."""
        self._failed = 0
        self._barren += 1
        return BARREN_S[min(self._barren, len(BARREN_S)) - 1]


def same_device(device: InputDevice, devices: list[InputDevice], twins: Container[str]) -> InputDevice:
    """``device`` among ``devices``, under another number maybe; never another one, which might hear somebody else.

    ``twins``: names of other devices of the same model.  Raises :class:`DeviceError` where it is not there.
    """
    found = [d for d in devices if d.identity == device.identity and d.name not in twins]
    found = [d for d in found if d.name == device.name] or found
    if len({d.name for d in found}) == 1:
        return found[0]
    raise DeviceError(f"{device} is not there", "plug it in again")
