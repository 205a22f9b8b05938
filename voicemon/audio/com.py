"""Windows: each thread that opens a WASAPI device must have entered COM (PortAudio issue 250)."""

from __future__ import annotations

import ctypes
import sys
import threading
from typing import Any, Final

MULTITHREADED: Final = 0
"""``COINIT_MULTITHREADED``: objects made on one of our threads are used on others, and none pumps messages."""

_entered = threading.local()


def enter(platform: str = sys.platform, library: Any = None) -> None:
    """Enter COM on this thread, once; elsewhere than on Windows nothing is done.

    A thread that is in COM another way already stays so, which does as well.
    """
    if platform != "win32" or getattr(_entered, "done", False):
        return
    ole32 = library if library is not None else ctypes.WinDLL("ole32")  # type: ignore[attr-defined,unused-ignore]
    ole32.CoInitializeEx(None, MULTITHREADED)
    _entered.done = True
