"""The folder of recordings: whether it can be used, what our files in it are called, and which of them are too old.

A recording's age is told by its name and never by the file's own times, which copying and backing up change.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from voicemon.errors import ConfigError
from voicemon.private import PRIVATE_FOLDER, open_private

try:
    import fcntl
except ImportError:  # Windows: there a file that is open cannot be deleted at all
    fcntl = None  # type: ignore[assignment]

Clock = Callable[[], datetime]

MOST_NAMESAKES: Final = 99
"""Recordings of one call number begun in one second: by two programs, or when the clocks go back."""

_STAMP: Final = "%Y%m%d-%H%M%S"
_NAME: Final = re.compile(r"voicemon-(\d{8}-\d{6})-\d{1,9}(?:-\d{1,2})?\.flac", re.ASCII)


def utc_now() -> datetime:
    """The time of day, aware."""
    return datetime.now(UTC)


def check_folder(folder: Path) -> None:
    """Make ``folder`` where it is missing (for its owner alone) and see that a file can be made in it.

    Raises :class:`ConfigError`, so that a call is not begun in the belief that it is being recorded.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(PRIVATE_FOLDER, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except FileExistsError as error:
        raise ConfigError(f"cannot record to {folder}: it is not a folder", "name a folder after --record") from error
    except OSError as error:
        message = f"cannot record to {folder}: {error.strerror or error}"
        raise ConfigError(message, "name a folder in which you may make files") from error


def create(folder: Path, number: int, begun: datetime) -> int:
    """A new file for call ``number``, open for writing, readable by its owner alone; gives its descriptor.

    The name carries ``begun`` as local time.  The file is held until it is closed, so that nobody's :func:`expire`
    takes it away.  Raises :class:`OSError`.
    """
    stem = f"voicemon-{begun.astimezone().strftime(_STAMP)}-{number}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    for namesake in range(1, MOST_NAMESAKES + 1):
        name = f"{stem}.flac" if namesake == 1 else f"{stem}-{namesake}.flac"
        with contextlib.suppress(FileExistsError):
            descriptor = open_private(folder / name, flags)
            _hold(descriptor)
            return descriptor
    raise FileExistsError(f"{folder} is full of recordings called {stem}")


def expire(folder: Path, keep_days: int, clock: Clock = utc_now) -> int:
    """Delete the recordings in ``folder`` that are more than ``keep_days`` old; gives how many.

    Only regular files of our own naming, never through a link and never one that is still being written.  What cannot
    be deleted stays, and is tried again the next time.  With ``keep_days`` 0 all finished recordings go.
    """
    limit = clock().astimezone().replace(tzinfo=None) - timedelta(days=keep_days)
    deleted = 0
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            begun = begun_at(entry.name)
            if begun is None or begun >= limit or not entry.is_file(follow_symlinks=False):
                continue
            with contextlib.suppress(OSError):
                if not _held(entry.path):
                    os.unlink(entry.path)
                    deleted += 1
    return deleted


def begun_at(name: str) -> datetime | None:
    """When the recording of this file name began, naive local time; ``None``: the name is not one of ours."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    try:
        return datetime.strptime(found[1], _STAMP)
    except ValueError:
        return None


def _hold(descriptor: int) -> None:
    if fcntl is not None:
        # A file system without locks: the recording is worth more than its protection from a second program.
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _held(path: str) -> bool:
    """Whether somebody records to ``path``."""
    if fcntl is None:
        return False
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False
