"""What C libraries print to file descriptor 2, kept off the terminal: ALSA, JACK and PortAudio talk there.

Works on the descriptor, below Python.  Needs nothing but the standard library.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TextIO

from voicemon.private import open_private

STDERR_FD: Final = 2


@contextlib.contextmanager
def quiet_native_stderr(target: Path | None) -> Iterator[None]:
    """Within it descriptor 2 is appended to ``target`` (``None``, or a file that cannot be written: thrown away).

    Python's own ``sys.stderr`` goes on writing where it did.  ``faulthandler`` writes to the descriptor: with a file
    its report of a crash stands in it.  Where there is no descriptor 2 nothing is changed.  It changes the whole
    process: from the main thread, and not while another thread does the same.
    """
    try:
        saved = os.dup(STDERR_FD)
    except OSError:
        yield
        return
    own = sys.stderr
    try:
        with _speaking_through(own, saved):
            sink = _sink(target)
            os.dup2(sink, STDERR_FD)
            os.close(sink)
            try:
                yield
            finally:
                os.dup2(saved, STDERR_FD)
    finally:
        os.close(saved)


@contextlib.contextmanager
def _speaking_through(own: TextIO | None, descriptor: int) -> Iterator[None]:
    """``sys.stderr`` writes to ``descriptor``, where it wrote to descriptor 2."""
    if own is None or _descriptor(own) != STDERR_FD:
        yield
        return
    own.flush()
    copy = os.dup(descriptor)
    with open(copy, "w", encoding=own.encoding, errors=own.errors, buffering=1) as stand_in:
        sys.stderr = stand_in
        try:
            yield
        finally:
            if sys.stderr is stand_in:
                sys.stderr = own


def _descriptor(stream: TextIO) -> int | None:
    try:
        return stream.fileno()
    except (OSError, ValueError, AttributeError, io.UnsupportedOperation):
        return None


def _sink(target: Path | None) -> int:
    if target is not None:
        with contextlib.suppress(OSError):
            return open_private(target, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    return os.open(os.devnull, os.O_WRONLY)
