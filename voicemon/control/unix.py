"""The control channel on a Unix socket: messages end with a line feed."""

from __future__ import annotations

import os
import selectors
import socket
import struct
import sys
import time
from pathlib import Path
from typing import Final

from voicemon.control.messages import MAX_BYTES
from voicemon.control.places import SOCKET, free, trust
from voicemon.private import PRIVATE_FILE

assert sys.platform != "win32"

BACKLOG: Final = 64
END: Final = b"\n"
_UCRED: Final = struct.Struct("iII")
"""Linux ``struct ucred``: process, user, group."""


class UnixChannel:
    """A connected socket."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection

    @classmethod
    def to(cls, path: Path, timeout_s: float) -> UnixChannel:
        """Raises :class:`OSError`, :class:`ConnectionRefusedError` where the listener is gone."""
        trust(path)
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(timeout_s)
            connection.connect(os.fspath(path))
        except OSError:
            connection.close()
            raise
        return cls(connection)

    def receive(self, timeout_s: float) -> bytes:
        end = time.monotonic() + timeout_s
        message = b""
        while END not in message:
            # The whole message has one deadline: a byte now and then must not buy more time.
            left_s = end - time.monotonic()
            if left_s <= 0:
                raise TimeoutError("nothing was said in time")
            self._socket.settimeout(left_s)
            piece = self._socket.recv(MAX_BYTES)
            if not piece:
                raise EOFError("hung up in mid-message")
            message += piece
            if len(message) > MAX_BYTES:
                raise OSError("message too long")
        return message.partition(END)[0]

    def send(self, message: bytes, timeout_s: float) -> None:
        self._socket.settimeout(timeout_s)
        self._socket.sendall(message + END)

    def close(self) -> None:
        self._socket.close()


class UnixDoor:
    """A listening socket, ``<pid>.sock`` in a private folder."""

    def __init__(self, folder: Path, process: int) -> None:
        """Raises :class:`OSError`."""
        self.key = ""
        self.path = free(folder, process, SOCKET)
        hidden = self.path.with_name("." + self.path.name)
        hidden.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._listener.bind(os.fspath(hidden))
            hidden.chmod(PRIVATE_FILE)
            self._listener.listen(BACKLOG)
            self._listener.setblocking(False)
            # It gets its name once it listens: a socket that refuses is taken for a dead process's and swept away.
            hidden.rename(self.path)
        except OSError:
            self._listener.close()
            hidden.unlink(missing_ok=True)
            raise
        self._woken, self._waker = socket.socketpair()
        self._ready = selectors.DefaultSelector()
        self._ready.register(self._listener, selectors.EVENT_READ)
        self._ready.register(self._woken, selectors.EVENT_READ)

    def accept(self) -> UnixChannel | None:
        while True:
            if any(key.fileobj is self._woken for key, _ in self._ready.select()):
                return None
            try:
                connection, _ = self._listener.accept()
            except (BlockingIOError, ConnectionError):
                continue  # whoever knocked has gone again
            connection.setblocking(True)
            if same_user(connection):
                return UnixChannel(connection)
            connection.close()

    def wake(self) -> None:
        self._waker.send(b"\0")

    def close(self) -> None:
        self.path.unlink(missing_ok=True)
        self._ready.close()
        for each in (self._listener, self._woken, self._waker):
            each.close()


def same_user(connection: socket.socket) -> bool:
    """Whether the other end is a process of this user; where the system does not tell, the folder's rights decide."""
    if sys.platform != "linux":
        return True
    about = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)
    return bool(_UCRED.unpack(about)[1] == os.getuid())
