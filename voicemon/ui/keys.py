"""Keys without waiting for them: names of what was pressed since the last look."""

from __future__ import annotations

import contextlib
import os
import sys
import time
import unicodedata
from typing import Final, Self, TextIO

_ESCAPE: Final = "\x1b"
_SEQUENCES: Final = {
    "[A": "up",
    "[B": "down",
    "[C": "right",
    "[D": "left",
    "OA": "up",
    "OB": "down",
    "OC": "right",
    "OD": "left",
}
_NAMES: Final = {
    " ": "space",
    "\r": "enter",
    "\n": "enter",
    "\x7f": "backspace",
    "\x08": "backspace",
    "\t": "tab",
    "−": "-",
}
_WINDOWS_ARROWS: Final = {"H": "up", "P": "down", "M": "right", "K": "left"}
_WINDOWS_PREFIXES: Final = ("\x00", "\xe0")
_READ_BYTES: Final = 1024
_MOST_PENDING: Final = 64
"""Longer unfinished sequences are not keys; they are dropped rather than kept."""


class TerminalGoneError(Exception):
    """The terminal was closed: there is nobody to draw for."""


class KeyParser:
    """Bytes of a terminal → key names.  An escape that nothing follows until the next look is the key itself."""

    def __init__(self) -> None:
        self._pending = b""

    def feed(self, data: bytes) -> list[str]:
        """The keys in ``data`` and what was left over before; ``b""`` means that nothing came since the last look."""
        waited = not data
        buffer = self._pending + data
        cut = _complete_utf8(buffer)
        chars, self._pending = buffer[:cut].decode("utf-8", "ignore"), buffer[cut:]
        keys: list[str] = []
        at = 0
        while at < len(chars):
            if chars[at] != _ESCAPE:
                keys += _named(chars[at])
                at += 1
                continue
            size = _sequence_length(chars[at + 1 :])
            if size is None and not waited and len(chars) - at < _MOST_PENDING:
                self._pending = chars[at:].encode() + self._pending
                break
            keys += (
                ["esc"] if not size else [_SEQUENCES[s] for s in (chars[at + 1 : at + 1 + size],) if s in _SEQUENCES]
            )
            at = at + 1 + size if size is not None else len(chars)
        return [key for key in keys if key]


def _sequence_length(rest: str) -> int | None:
    """Characters of the control sequence that ``rest`` begins with: 0 for none, ``None`` while it is unfinished."""
    if not rest:
        return None
    if rest[0] == "O":
        return 2 if len(rest) > 1 else None
    if rest[0] != "[":
        return 0
    return next((i + 1 for i, char in enumerate(rest[1:], 1) if "@" <= char <= "~"), None)


def _named(char: str) -> list[str]:
    """A full-width ``？`` or ``ｑ`` of an input method is the same key; upper and lower case too."""
    plain = unicodedata.normalize("NFKC", char).lower()
    if plain in _NAMES:
        return [_NAMES[plain]]
    return [plain] if len(plain) == 1 and plain.isascii() and plain.isprintable() else []


def _complete_utf8(data: bytes) -> int:
    """How much of ``data`` ends on a whole character."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte & 0xC0 == 0x80:
            continue
        size = 1 if byte < 0x80 else 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
        return len(data) if size <= back else len(data) - back
    return len(data)


class Keys:
    """A keyboard between ``with`` and its end; this one has no keys, for runs without a terminal."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        return None

    def wait(self, seconds: float) -> list[str]:
        """The keys pressed, as soon as there are any, at the latest after ``seconds``."""
        time.sleep(seconds)
        return []


def keyboard(stream: TextIO | None = None) -> Keys:
    """The keyboard of this system; one that never has a key where ``stream`` is not a terminal."""
    source = stream if stream is not None else sys.stdin
    if source is None or source.closed or not source.isatty():
        return Keys()
    return PosixKeys(source.fileno()) if os.name == "posix" else WindowsKeys()


class PosixKeys(Keys):
    """The terminal in cbreak mode: keys come one by one and unseen; Ctrl-C is still a signal."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._before: list[object] | None = None
        self._parser = KeyParser()

    def __enter__(self) -> Self:
        import termios
        import tty

        try:
            self._before = termios.tcgetattr(self._descriptor)
            tty.setcbreak(self._descriptor, termios.TCSADRAIN)
        except termios.error as error:
            raise TerminalGoneError(str(error)) from error
        return self

    def __exit__(self, *failure: object) -> None:
        import termios

        if self._before is not None:
            with contextlib.suppress(termios.error, OSError):
                termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._before)  # type: ignore[arg-type]

    def wait(self, seconds: float) -> list[str]:
        import select

        try:
            ready, _, _ = select.select([self._descriptor], [], [], max(0.0, seconds))
            if not ready:
                return self._parser.feed(b"")
            data = os.read(self._descriptor, _READ_BYTES)
        except OSError as error:
            raise TerminalGoneError(str(error)) from error
        if not data:
            raise TerminalGoneError("end of input")
        return self._parser.feed(data)


class WindowsKeys(Keys):
    """The console of Windows, which has no select: looked at every few milliseconds."""

    _LOOK_S: Final = 0.02

    def wait(self, seconds: float) -> list[str]:
        end = time.monotonic() + seconds
        while True:
            keys = self._pressed()
            left = end - time.monotonic()
            if keys or left <= 0:
                return keys
            time.sleep(min(self._LOOK_S, left))

    def _pressed(self) -> list[str]:
        import msvcrt

        keys: list[str] = []
        while msvcrt.kbhit():  # type: ignore[attr-defined]
            char: str = msvcrt.getwch()  # type: ignore[attr-defined]
            if char in _WINDOWS_PREFIXES:
                arrow = _WINDOWS_ARROWS.get(msvcrt.getwch())  # type: ignore[attr-defined]
                keys += [arrow] if arrow else []
            else:
                keys += ["esc"] if char == _ESCAPE else _named(char)
        return keys
