"""The control channel on a Windows named pipe.

Names of pipes can be listed by every user of the machine and pipes can be reached from others, so the entry in the
user's own folder holds a key, and a request without it is refused.  Only bytes are exchanged: ``recv()``, which would
unpickle whatever comes, is never called.
"""

from __future__ import annotations

import json
import secrets
from multiprocessing.connection import Client, Listener
from pathlib import Path
from typing import Final, Protocol

from voicemon.control.messages import MAX_BYTES
from voicemon.control.places import PIPE, free

KEY_BYTES: Final = 16
FAMILY: Final = "AF_PIPE"


class Bytes(Protocol):
    """What the standard library's connections have in common, without the methods that pickle."""

    def poll(self, timeout: float, /) -> bool: ...

    def recv_bytes(self, maxlength: int, /) -> bytes: ...

    def send_bytes(self, buf: bytes, /) -> None: ...

    def close(self) -> None: ...


class PipeChannel:
    """A connection that keeps messages apart."""

    def __init__(self, connection: Bytes) -> None:
        self._connection = connection

    def receive(self, timeout_s: float) -> bytes:
        if not self._connection.poll(timeout_s):
            raise TimeoutError("nothing was said in time")
        return self._connection.recv_bytes(MAX_BYTES)

    def send(self, message: bytes, timeout_s: float) -> None:  # noqa: ARG002 - what a socket needs
        # A reply is smaller than the pipe's buffer: nothing waits for the other side to read it.
        self._connection.send_bytes(message)

    def close(self) -> None:
        self._connection.close()


class PipeDoor:
    """A pipe with a name nobody can guess, written with its key into ``<pid>.pipe``."""

    def __init__(self, folder: Path, process: int, *, family: str = FAMILY, address: str | None = None) -> None:
        """Raises :class:`OSError`.  ``family`` and ``address``: another kind of connection, for tests elsewhere."""
        self.path = free(folder, process, PIPE)
        self.key = secrets.token_hex(KEY_BYTES)
        self._family = family
        self._address = address or rf"\\.\pipe\voicemon-{secrets.token_hex(KEY_BYTES)}"
        self._stopped = False
        self._listener = Listener(self._address, family)
        self.path.write_text(json.dumps({"address": self._address, "key": self.key}), encoding="utf-8")

    def accept(self) -> PipeChannel | None:
        while True:
            try:
                connection = self._listener.accept()
            except ConnectionError:
                continue  # whoever knocked has gone again
            if self._stopped:
                connection.close()
                return None
            return PipeChannel(connection)

    def wake(self) -> None:
        self._stopped = True
        # Nothing else ends a wait for a pipe's next client.
        Client(self._address, self._family).close()

    def close(self) -> None:
        self.path.unlink(missing_ok=True)
        self._listener.close()


def knock(path: Path, *, family: str = FAMILY) -> tuple[PipeChannel, str]:
    """A connection to the pipe that an entry names, and its key.

    Raises :class:`ConnectionRefusedError` where that pipe is gone, another :class:`OSError` otherwise.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        address, key = str(record["address"]), str(record["key"])
    except (ValueError, KeyError, TypeError) as error:
        raise OSError(f"{path} is not an entry of ours") from error
    try:
        return PipeChannel(Client(address, family)), key
    except FileNotFoundError as error:
        raise ConnectionRefusedError(str(error)) from error
