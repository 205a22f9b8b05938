"""The asking side: which sessions there are, and one question to one of them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from voicemon.control import places
from voicemon.control.messages import Action, GarbledError, Reply, Request, decode_reply, encode_request
from voicemon.control.transport import connect
from voicemon.errors import ConfigError, DeviceError

DEADLINE_S: Final = 2.0
"""An answer takes milliseconds.  A softphone's hook must not hang on a session that does."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A live session that listens; ``name`` is its device's."""

    name: str
    path: Path


def instances(folder: Path | None = None) -> tuple[Instance, ...]:
    """All sessions of this user that answer, by name."""
    found = []
    for path in places.entries(folder or places.default_folder()):
        try:
            found.append(Instance(ask(path, Request(Action.NAME)).line, path))
        except (DeviceError, ConfigError):
            continue
    return tuple(sorted(found, key=lambda instance: (instance.name, instance.path)))


def ask(path: Path, request: Request, *, deadline_s: float = DEADLINE_S) -> Reply:
    """The answer of the session behind the entry ``path``.  Raises :class:`DeviceError` where none comes in time."""
    end = time.monotonic() + deadline_s
    try:
        channel, key = connect(path, deadline_s)
    except (ConnectionRefusedError, FileNotFoundError) as error:
        raise DeviceError("voicemon live is no longer running", "start it again") from error
    except OSError as error:
        raise _silent(error) from error
    try:
        channel.send(encode_request(request, key), deadline_s)
        return decode_reply(channel.receive(max(0.0, end - time.monotonic())))
    except (OSError, EOFError, GarbledError) as error:
        raise _silent(error) from error
    finally:
        channel.close()


def _silent(error: Exception) -> DeviceError:
    words = " ".join(str(error).split())
    return DeviceError(f"voicemon live does not answer: {words}", "look at its screen or its log")
