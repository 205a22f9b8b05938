"""The listening side: a thread that waits, and a short-lived one for each connection."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from voicemon.control import places
from voicemon.control.messages import Action, GarbledError, Reply, Request, decode_request, encode_reply
from voicemon.control.transport import PATIENCE_S, Channel, Door, open_door
from voicemon.errors import ConfigError

MOST_AT_ONCE: Final = 16
"""Connections served side by side; more wait for one of these to end."""

LAST_REPLIES_S: Final = 1.0


class Control:
    """Takes requests of the user's other programs; nothing is open before :meth:`start`."""

    def __init__(self, handle: Callable[[Request], Reply], name: str, folder: Path | None = None) -> None:
        """``handle`` answers a request on a thread of the channel's, one at a time, and returns at once.

        ``name``: what tells this session from others, the device's name; ``folder``: the user's runtime folder.
        """
        self._handle = handle
        self._name = name
        self._folder = folder
        self._door: Door | None = None
        self._one_at_a_time = threading.Lock()
        self._places = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._thread = threading.Thread(target=self._listen, name="control", daemon=True)

    def start(self) -> None:
        """Open the channel.  Raises :class:`ConfigError` where there is no private folder for it."""
        folder = places.prepared(self._folder or places.default_folder())
        try:
            self._door = open_door(folder)
        except OSError as error:
            message = f"cannot open the control channel in {folder}: {error.strerror or error}"
            raise ConfigError(message, "see to that folder, or leave [calls] control out") from error
        self._thread.start()

    @property
    def path(self) -> Path | None:
        """The session's entry in the runtime folder, while the channel is open."""
        return None if self._door is None else self._door.path

    def close(self) -> None:
        """Close the channel and take its entry away; may be called twice, and without :meth:`start`."""
        if self._door is None:
            return
        door, self._door = self._door, None
        door.wake()
        self._thread.join(LAST_REPLIES_S)
        door.close()

    def __enter__(self) -> Control:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _listen(self) -> None:
        door = self._door
        while door is not None and (channel := door.accept()) is not None:
            self._places.acquire()
            # One thread each: a connection that says nothing keeps nobody waiting but itself.
            threading.Thread(target=self._serve, args=(channel, door.key), name="control-1", daemon=True).start()

    def _serve(self, channel: Channel, key: str) -> None:
        try:
            channel.send(encode_reply(self._answer(channel.receive(PATIENCE_S), key)), PATIENCE_S)
        except (OSError, EOFError):
            pass  # it said nothing, too much, or did not wait: nobody is left to be told
        finally:
            channel.close()
            self._places.release()

    def _answer(self, message: bytes, key: str) -> Reply:
        try:
            request, given = decode_request(message)
        except GarbledError as error:
            return Reply(False, str(error))
        if not hmac.compare_digest(given.encode(), key.encode()):
            return Reply(False, "not allowed")
        if request.action is Action.NAME:
            return Reply(True, self._name)
        with self._one_at_a_time:
            return self._handle(request)
