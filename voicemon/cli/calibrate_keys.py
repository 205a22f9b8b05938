"""What is typed at a calibration: lines typed before a measurement count, keys pressed while it runs do not.

An impatient Enter during a reading would otherwise begin the next one before the headset sits.  A script that has typed
all its answers ahead keeps them: what waits when a measurement begins is set aside, and only what comes after it is
thrown away.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_MOST_LINES: Final = 1000
_MOST_BYTES: Final = 4096
"""A terminal's line is no longer."""


class TypedLines:
    """Lines of standard input.  Only a terminal's are ever set aside or thrown away."""

    def __init__(self) -> None:
        self._ahead: deque[str] = deque()
        self._ended = False

    def line(self, prompt: str) -> str:
        """The next line, without its end.  Raises :class:`EOFError`."""
        if self._ahead:
            print(prompt, flush=True)
            return self._ahead.popleft()
        if self._ended:
            raise EOFError
        return input(prompt)

    @contextmanager
    def unheard(self) -> Iterator[None]:
        """What is typed within is thrown away at its end."""
        if sys.stdin is None or not sys.stdin.isatty():
            yield
            return
        self._set_aside()
        try:
            yield
        finally:
            _throw_away()

    def _set_aside(self) -> None:
        """Take over the lines that are complete; the terminal gives one at a time."""
        if sys.platform == "win32":
            return
        import select

        descriptor = sys.stdin.fileno()
        while len(self._ahead) < _MOST_LINES and select.select([descriptor], [], [], 0)[0]:
            typed = os.read(descriptor, _MOST_BYTES)
            if not typed:
                self._ended = True
                return
            self._ahead.append(typed.decode(sys.stdin.encoding, "replace").rstrip("\n"))


def _throw_away() -> None:
    if sys.platform == "win32":
        import msvcrt

        while msvcrt.kbhit():
            msvcrt.getwch()
    else:
        import contextlib
        import termios

        with contextlib.suppress(termios.error, OSError):  # the terminal is gone: the next question will tell
            termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
