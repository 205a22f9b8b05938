"""A console window that is closed, or a user who logs off, on Windows: no signal comes of it, only five seconds.

Windows calls a handler on a thread of its own and ends the process when that returns, or after those five seconds.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

CLOSE_EVENTS: Final = frozenset({2, 5, 6})
"""``CTRL_CLOSE_EVENT``, ``CTRL_LOGOFF_EVENT``, ``CTRL_SHUTDOWN_EVENT``; Ctrl-C (0) and Ctrl-Break (1) are signals."""

PATIENCE_S: Final = 4.5
"""The handler stays this long, and the process with it, unless that ends before."""


def on_event(event: int, hurry: Callable[[], None], wait: Callable[[float], None] = time.sleep) -> bool:
    """What the handler does, on its own thread: ask for an orderly end by SIGTERM, and wait while it is made.

    A wait of the main thread's that has no end would not notice: it looks a few times a second.
    Gives whether the event was for us; whoever comes next in the row gets the others.
    """
    if event not in CLOSE_EVENTS:
        return False
    hurry()
    signal.raise_signal(signal.SIGTERM)
    wait(PATIENCE_S)
    return True


@contextmanager
def closing_asks(hurry: Callable[[], None]) -> Iterator[None]:
    """Within it a closed console is answered by :func:`on_event`; elsewhere than on Windows nothing is done."""
    if sys.platform != "win32":
        yield
        return
    import ctypes
    from ctypes import wintypes

    handler = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.DWORD)(lambda event: on_event(event, hurry))
    kernel = ctypes.windll.kernel32
    kernel.SetConsoleCtrlHandler(handler, True)
    try:
        yield
    finally:
        kernel.SetConsoleCtrlHandler(handler, False)
