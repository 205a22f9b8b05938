"""What is written for its owner alone: words of calls may stand in it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

PRIVATE_FILE: Final = 0o600
PRIVATE_FOLDER: Final = 0o700
SHARED_BITS: Final = 0o077
"""Any of these lets others in."""


def open_private(path: str | Path, flags: int) -> int:
    """A descriptor of ``path``; a file that this makes is readable by its owner alone.  Raises :class:`OSError`."""
    return os.open(path, flags, PRIVATE_FILE)


def make_private(path: Path) -> None:
    """Make the file, its folder too, where they are missing, before anything else does.  Raises :class:`OSError`."""
    path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    os.close(open_private(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT))
