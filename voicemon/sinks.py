"""Where events go: a file or pipe of JSON lines, or any callable."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final, Protocol, TextIO

from voicemon.errors import ConfigError
from voicemon.events import Event, to_json
from voicemon.private import open_private


class Sink(Protocol):
    """Takes every event in order.  A sink that fails says so in ``fault`` and takes no more; it never raises."""

    @property
    def fault(self) -> str | None: ...

    def __call__(self, event: Event) -> None: ...

    def close(self) -> None: ...


FIRST_BYTES: Final = b'{"v":'
"""How every record begins: a recording or a settings file named by mistake is not taken for an older record."""


class JsonLines:
    """One JSON object a line, flushed as it is written, so that a killed run loses nothing it had told.

    A full disk or a closed pipe must not stop the meters: the fault is kept for the exit code and the screen.
    """

    def __init__(self, target: Path | None) -> None:
        """``target`` ``None``: standard output.  Raises :class:`ConfigError` where the file cannot be made."""
        self.fault: str | None = None
        self._own = target is not None
        try:
            self._stream: TextIO = sys.stdout if target is None else _made(target)
        except OSError as error:
            message = f"cannot write events to {target}: {error.strerror}"
            raise ConfigError(message, "name a file that can be made") from error

    def __call__(self, event: Event) -> None:
        if self.fault is not None:
            return
        line = to_json(event)
        try:
            self._stream.write(line + "\n")
            self._stream.flush()
        except OSError as error:
            self.fault = f"events can no longer be written: {error.strerror or error}"
        except ValueError as error:  # the stream was closed
            self.fault = f"events can no longer be written: {error}"

    def close(self) -> None:
        if self._own:
            try:
                self._stream.close()
            except OSError as error:
                self.fault = self.fault or f"events can no longer be written: {error.strerror or error}"


def _made(target: Path) -> TextIO:
    """A new file that only its owner reads, since words may stand in it; never one that is not a record of events.

    A file name's undecodable bytes are written as JSON's own escapes rather than refused.
    """
    if target.is_file() and not _is_events(target):
        raise ConfigError(f"{target} is there and holds no events; it will not be overwritten", "name another file")
    if target.exists() and not target.is_file():
        return target.open("w", encoding="utf-8", errors="backslashreplace", newline="\n")
    descriptor = open_private(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    return os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="\n")


def _is_events(path: Path) -> bool:
    """Empty, or beginning as our records do."""
    with path.open("rb") as file:
        return file.read(len(FIRST_BYTES)) in (b"", FIRST_BYTES)
