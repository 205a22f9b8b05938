"""Where events go: a file or pipe of JSON lines, or any callable."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Protocol, TextIO

from voicemon.errors import ConfigError
from voicemon.events import Event, to_json


class Sink(Protocol):
    """Takes every event in order.  A sink that fails says so in ``fault`` and takes no more; it never raises."""

    @property
    def fault(self) -> str | None: ...

    def __call__(self, event: Event) -> None: ...

    def close(self) -> None: ...


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
        try:
            self._stream.write(to_json(event) + "\n")
            self._stream.flush()
        except OSError as error:
            self.fault = f"events can no longer be written: {error.strerror or error}"
        except ValueError as error:
            self.fault = f"events can no longer be written: {error}"

    def close(self) -> None:
        if self._own:
            try:
                self._stream.close()
            except OSError as error:
                self.fault = self.fault or f"events can no longer be written: {error.strerror or error}"


def _made(target: Path) -> TextIO:
    """A new file; a file name's undecodable bytes are written as JSON's own escapes rather than refused."""
    return target.open("w", encoding="utf-8", errors="backslashreplace", newline="\n")
