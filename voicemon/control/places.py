"""Where live sessions can be found: a folder that is the user's alone, one entry a session."""

from __future__ import annotations

import itertools
import os
import stat
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import platformdirs

from voicemon.errors import ConfigError
from voicemon.private import PRIVATE_FOLDER, SHARED_BITS

MAX_ADDRESS_BYTES: Final = 99
"""``sun_path`` holds 104 bytes on macOS and BSD, 108 on Linux, the closing zero included."""

LONGEST_NAME: Final = "/.1234567.sock"
"""As long as an entry's name gets."""

OTHER_FOLDER: Final = "set XDG_RUNTIME_DIR to a folder of your own, or leave [calls] control out"

SOCKET: Final = ".sock"
PIPE: Final = ".pipe"


def default_folder() -> Path:
    """The user's runtime folder for voicemon; it need not exist.  Raises :class:`ConfigError`."""
    try:
        with warnings.catch_warnings():
            # Newer platformdirs warn where XDG_RUNTIME_DIR is not set; its stand-in is looked at by us all the same.
            warnings.simplefilter("ignore")
            return Path(platformdirs.user_runtime_dir("voicemon", appauthor=False))
    except OSError as error:
        raise ConfigError(f"no private runtime folder: {error.strerror or error}", "set XDG_RUNTIME_DIR") from error


def prepared(folder: Path) -> Path:
    """``folder``, made where it is missing, readable by its owner alone.  Raises :class:`ConfigError`."""
    try:
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        trust(folder)
        if sys.platform != "win32":
            folder.chmod(PRIVATE_FOLDER)
    except OSError as error:
        message = f"cannot open the control channel in {folder}: {error.strerror or error}"
        raise ConfigError(message, OTHER_FOLDER) from error
    if sys.platform != "win32" and len(os.fsencode(folder)) + len(LONGEST_NAME) > MAX_ADDRESS_BYTES:
        message = f"cannot open the control channel in {folder}: the path is too long for a socket"
        raise ConfigError(message, "set XDG_RUNTIME_DIR to a shorter one")
    return folder


def trust(path: Path) -> None:
    """Make sure that ``path`` is the user's own and no link to elsewhere.  Raises :class:`ConfigError`, OSError."""
    if sys.platform == "win32":
        return  # the rights of the user's own folder hold
    about = path.lstat()
    if stat.S_ISLNK(about.st_mode) or about.st_uid != os.getuid():
        raise ConfigError(f"{path} belongs to someone else", OTHER_FOLDER)


def free(folder: Path, process: int, suffix: str) -> Path:
    """The first free name: a process may hold more than one, and two containers may share a process number."""
    names = (f"{process}{suffix}" if number == 1 else f"{process}-{number}{suffix}" for number in itertools.count(1))
    return next(folder / name for name in names if not (folder / name).exists())


def process_of(entry: Path) -> str:
    """The number of the process whose entry it is."""
    return entry.stem.partition("-")[0]


def entries(folder: Path) -> Iterator[Path]:
    """The sessions' entries, in the order of their names; none where the folder is missing or not the user's own."""
    suffix = PIPE if sys.platform == "win32" else SOCKET
    try:
        trust(folder)
        if sys.platform != "win32" and folder.stat().st_mode & SHARED_BITS:
            return
        found = sorted(path for path in folder.iterdir() if path.suffix == suffix and not path.name.startswith("."))
    except (OSError, ConfigError):
        return
    yield from found
