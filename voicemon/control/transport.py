"""One request and one reply between two processes of one user: a Unix socket, or a named pipe on Windows.

Every wait has an end: whoever connects and says nothing, half a word or far too much is cut off.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final, Protocol

from voicemon.control.places import entries
from voicemon.errors import ConfigError

PATIENCE_S: Final = 0.5
"""A local program that has something to say says it within milliseconds."""

KNOCK_S: Final = 0.1


class Channel(Protocol):
    """One connection."""

    def receive(self, timeout_s: float) -> bytes:
        """A whole message.  Raises :class:`TimeoutError`, another :class:`OSError` or :class:`EOFError`."""

    def send(self, message: bytes, timeout_s: float) -> None:
        """Raises :class:`OSError`."""

    def close(self) -> None: ...


class Door(Protocol):
    """Where others connect."""

    path: Path
    key: str
    """What every request has to bring; empty where the system itself keeps others out."""

    def accept(self) -> Channel | None:
        """The next connection; ``None`` once :meth:`wake` was called."""

    def wake(self) -> None:
        """End a waiting :meth:`accept`, from another thread."""

    def close(self) -> None:
        """Take the entry away."""


def open_door(folder: Path) -> Door:
    """An entry of this process in ``folder``, which is there and private.  Raises :class:`OSError`."""
    sweep(folder)
    if sys.platform == "win32":
        from voicemon.control.pipe import PipeDoor

        return PipeDoor(folder, os.getpid())
    else:
        from voicemon.control.unix import UnixDoor

        return UnixDoor(folder, os.getpid())


def connect(path: Path, timeout_s: float) -> tuple[Channel, str]:
    """A connection to the session behind an entry, and the key its requests need.

    Raises :class:`ConnectionRefusedError` where nobody listens any more, another :class:`OSError` otherwise.
    """
    if sys.platform == "win32":
        from voicemon.control.pipe import knock

        return knock(path)
    else:
        from voicemon.control.unix import UnixChannel

        return UnixChannel.to(path, timeout_s), ""


def sweep(folder: Path) -> None:
    """Take away what killed processes have left."""
    for path in entries(folder):
        try:
            connect(path, KNOCK_S)[0].close()
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
        except (OSError, ConfigError):
            continue  # busy, or not ours to judge
