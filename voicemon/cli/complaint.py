"""What is wrong, told in one line."""

from __future__ import annotations

import contextlib
import sys


def complain(message: str) -> None:
    """One line on standard error, if anybody listens there."""
    with contextlib.suppress(OSError):
        print(f"voicemon: {message}", file=sys.stderr)
