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


class NoAnswerError(DeviceError):
    """A session is there, and says nothing: it hangs, or was stopped."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A live session that listens; ``name`` is its device's."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Roll:
    """All sessions of this user: those that answer, by name, and the entries of those that are there and do not."""

    answering: tuple[Instance, ...]
    silent: tuple[Path, ...]


def roll(folder: Path | None = None) -> Roll:
    """Ask every session who it is; one that says nothing takes :data:`DEADLINE_S`."""
    answering, silent = [], []
    for path in places.entries(folder or places.default_folder()):
        try:
            answering.append(Instance(ask(path, Request(Action.NAME)).line, path))
        except NoAnswerError:
            silent.append(path)
        except (DeviceError, ConfigError):
            continue  # a process that was killed has left its entry behind
    return Roll(tuple(sorted(answering, key=lambda instance: (instance.name, instance.path))), tuple(silent))


def instances(folder: Path | None = None) -> tuple[Instance, ...]:
    """All sessions of this user that answer, by name."""
    return roll(folder).answering


def ask(path: Path, request: Request, *, deadline_s: float = DEADLINE_S) -> Reply:
    """The answer of the session behind the entry ``path``.

    Raises :class:`NoAnswerError` where none comes in time, another :class:`DeviceError` where nobody is there any more.
    """
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


def _silent(error: Exception) -> NoAnswerError:
    words = " ".join(str(error).split())
    return NoAnswerError(f"voicemon live does not answer: {words}", "look at its screen or its log")
