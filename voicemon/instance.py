"""One voicemon a device: two would write the same calls twice and halve each other's time.

A lock of the operating system's, which ends with the process however it ends; the file beside it says whose it is.  It
holds among the programs of one user.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import platformdirs

from voicemon.errors import DeviceError
from voicemon.private import PRIVATE_FILE, PRIVATE_FOLDER, open_private

APPLICATION: Final = "voicemon"
KEY_LENGTH: Final = 16
"""Hexadecimal digits of a device's key: names have blanks, brackets and any script."""


class DeviceLock:
    """Says to other voicemons of this user that ``name`` is listened to.

    Where no folder can be written to, :meth:`acquire` does nothing: a read-only home is no reason not to listen.
    """

    def __init__(self, name: str, folder: Path | None = None) -> None:
        """``name``: what the device is called (:attr:`~voicemon.audio.microphone.MicrophoneSource.lock_name`)."""
        self._name = name
        self._folder = folder
        self._lock: Lock | None = None

    @property
    def held(self) -> bool:
        return self._lock is not None

    def acquire(self) -> None:
        """Raises :class:`DeviceError` where another one has the device."""
        if self._lock is not None:
            return
        key = hashlib.sha256(self._name.encode()).hexdigest()[:KEY_LENGTH]
        for folder in (self._folder,) if self._folder is not None else _folders():
            with contextlib.suppress(OSError, NotImplementedError):
                folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
                self._lock = Lock(folder / f"{key}.lock")
                break
        else:
            return
        if not self._lock.taken:
            owner = self._lock.owner
            self._lock = None
            process = "" if owner is None else f" (process {owner})"
            remedy = "stop it, or choose another device (voicemon devices)"
            raise DeviceError(f"another voicemon{process} is listening to {self._name}", remedy)

    def release(self) -> None:
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.release()

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.release()


class Lock:
    """A lock file and, beside it, its owner's process number: on Windows a locked file cannot be read by others."""

    def __init__(self, path: Path) -> None:
        """Try for the lock; raises :class:`OSError` where the file cannot be written."""
        from filelock import FileLock, Timeout

        self._owner_file = path.with_suffix(".pid")
        self._lock = FileLock(path, thread_local=False, mode=PRIVATE_FILE)
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            self.taken = False
            return
        self.taken = True
        with contextlib.suppress(OSError):
            descriptor = open_private(self._owner_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(str(os.getpid()))

    @property
    def owner(self) -> int | None:
        """The process that has the lock, as far as it has said so."""
        try:
            return int(self._owner_file.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None

    def release(self) -> None:
        with contextlib.suppress(OSError):
            self._owner_file.unlink(missing_ok=True)
        self._lock.release()


def _folders() -> Iterator[Path]:
    """Where to try: what goes with the session, else what stays."""
    with warnings.catch_warnings():
        # Newer platformdirs warn where XDG_RUNTIME_DIR is not set; the stand-in will do for a lock.
        warnings.simplefilter("ignore")
        runtime = platformdirs.user_runtime_dir(APPLICATION, appauthor=False)
    yield Path(runtime)
    yield Path(platformdirs.user_data_dir(APPLICATION, appauthor=False)) / "run"
