"""Files that appear under their name only once they are whole."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """A path to write to that becomes ``target`` at the end; nothing of a failed attempt is left behind.

    Its owner alone may read it.  What is no ordinary file (a pipe, a device) is written to as it is.  Raises
    :class:`OSError`.
    """
    if target.exists() and not target.is_file():
        yield target
        return
    number, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    os.close(number)
    try:
        yield Path(name)
        os.replace(name, target)
    finally:
        with contextlib.suppress(OSError):
            os.unlink(name)
