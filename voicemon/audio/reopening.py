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

PortAudio on ALSA takes a whole core to poll an open device that delivers nothing: most of the time it must be closed,
or waited at without a callback (:mod:`~voicemon.audio.standby`).
"""


STANDBYS: Final = 6
"""After so many waits at a device that did not stir, about a minute, it is opened for its sound all the same: a driver
may keep from a stream without a callback what it would give to one with it."""


class Backoff:
    """How long to wait before the next attempt."""

    def __init__(self) -> None:
        self._failed = 0
        self._barren = 0
        self._stood_by = 0
        self._stirred = False
        self.misled = False
        """The device stirred when it was waited at, and gave nothing when it was opened: such waiting says nothing."""

    def reset(self) -> None:
        """There is sound, or somebody has done something about it: the next attempt may well succeed."""
        self._failed = self._barren = self._stood_by = 0
        self._stirred = self.misled = False

    def failed_s(self) -> float:
        """The device could not be opened."""
        self._failed += 1
        return BACKOFF_S[min(self._failed, len(BACKOFF_S)) - 1]

    def barren_s(self) -> float:
        """The device could be opened, but nothing came."""
        self._failed = 0
        self._barren += 1
        self.misled, self._stirred = self._stirred, False
        return BARREN_S[min(self._barren, len(BARREN_S)) - 1]

    def stood_by_s(self, *, stirred: bool) -> float:
        """It was waited at, and did it stir: how long to go on waiting, 0 to open it for its sound."""
        self._stood_by += 1
        if stirred or self._stood_by % STANDBYS == 0:
            self._stirred = stirred
            return 0.0
        return self.barren_s()


def same_device(device: InputDevice, devices: list[InputDevice], twins: Container[str]) -> InputDevice:
    """``device`` among ``devices``, under another number maybe; never another one, which might hear somebody else.

    ``twins``: names of other devices of the same model.  Raises :class:`DeviceError` where it is not there.
    """
    found = [d for d in devices if d.identity == device.identity and d.name not in twins]
    found = [d for d in found if d.name == device.name] or found
    if len({d.name for d in found}) == 1:
        return found[0]
    raise DeviceError(f"{device} is not there", "plug it in again")
