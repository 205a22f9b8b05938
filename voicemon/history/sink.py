"""The event sink that keeps the history: rows go out on a thread of its own, so that no meter waits for a disk."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import Final

from voicemon.errors import VoicemonError
from voicemon.events import Event
from voicemon.history.database import Clock, default_path, is_busy, is_damage, open_or_replace, utc_now
from voicemon.history.writer import STORED, CallWriter, Item

BATCH_PERIOD_S: Final = 0.8
"""What was told is committed this much later: with the commit itself, no more than the last second can be lost."""

EARLY_ITEMS: Final = 500
"""A replay tells faster than any call: a batch of this size does not wait for its time."""

MOST_ITEMS: Final = 20_000
"""More than an hour of a live call: there only a disk that stands still fills it, and a replay can wait."""

FULL_PATIENCE_S: Final = 5.0
"""A writer with that much to do makes room in less, unless the disk has failed."""

HEARTBEAT_S: Final = 10.0
"""An open call shows a sign of life this often, even while nothing is told (device lost, muted)."""

CLOSE_PATIENCE_S: Final = 10.0
"""Leaving must not wait for ever for a disk that hangs."""


class HistorySink:
    """Stores calls as their events come; see :mod:`voicemon.history.writer` for what of them.

    A call's row is opened by its ``session`` event and completed by its ``summary``; several calls may follow each
    other.  Nothing here raises: ``fault`` says why the history is not whole, ``notice`` what else a person should know
    (a damaged database was set aside).  Calls may come from any thread, one at a time in the order of events.
    """

    def __init__(
        self, path: Path | None = None, *, clock: Clock = utc_now, batch_period_s: float = BATCH_PERIOD_S
    ) -> None:
        """``path``: the database, by default :func:`default_path`; ``clock`` gives the time of day."""
        self.fault: str | None = None
        self.notice: str | None = None
        self._path = default_path() if path is None else path
        self._clock = clock
        self._period_s = batch_period_s
        self._pending: list[Item] = []
        self._changed = threading.Condition()
        self._closing = False
        self._thread: threading.Thread | None = None
        try:
            connection, self.notice = open_or_replace(self._path)
        except VoicemonError as error:
            self.fault = str(error)
            return
        self._writer = CallWriter(connection)
        self._connection = connection
        self._thread = threading.Thread(target=self._work, name="history", daemon=True)
        self._thread.start()

    def __call__(self, event: Event) -> None:
        if isinstance(event, STORED):
            self._tell(event)

    def close(self) -> None:
        """Write what is still held back and let go of the file; a call without summary is left as interrupted."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        thread.join(CLOSE_PATIENCE_S)
        if thread.is_alive():
            self.fault = self.fault or f"the history {self._path} is not complete: the disk does not answer"

    def _tell(self, item: Event) -> None:
        if self.fault is not None or self._thread is None:
            return
        told = self._clock()
        with self._changed:
            if len(self._pending) >= MOST_ITEMS and not self._changed.wait_for(self._has_room, FULL_PATIENCE_S):
                self.fault = f"the history {self._path} is not complete: the disk is too slow"
            if self.fault is not None:
                return
            self._pending.append((told, item))
            if len(self._pending) in (1, EARLY_ITEMS):
                self._changed.notify_all()

    def _has_room(self) -> bool:
        return len(self._pending) < MOST_ITEMS or self.fault is not None

    def _work(self) -> None:
        """The thread: waits for the first item, lets others join it for a while, writes them together."""
        try:
            while self._wait():
                self._write()
            self._write()
        except sqlite3.Error as error:
            self._fail(error)
        finally:
            self._connection.close()

    def _wait(self) -> bool:
        """Wait for a batch; false once the sink is closing."""
        with self._changed:
            heartbeat_s = HEARTBEAT_S if self._writer.in_call else None
            if self._changed.wait_for(lambda: self._closing or bool(self._pending), heartbeat_s):
                self._changed.wait_for(lambda: self._closing or len(self._pending) >= EARLY_ITEMS, self._period_s)
            return not self._closing

    def _write(self) -> None:
        """Write what is pending.  While another program holds the file it stays pending, unless this is the end."""
        with self._changed:
            items, self._pending = self._pending, []
            self._changed.notify_all()
            last = self._closing
        if not items and not self._writer.in_call:
            return
        try:
            self._writer.write(items, self._clock())
        except sqlite3.Error as error:
            if last or not is_busy(error):
                raise
            with self._changed:
                self._pending = items + self._pending

    def _fail(self, error: sqlite3.Error) -> None:
        remedy = "see: voicemon history" if is_damage(error) else "make room or check the disk"
        self.fault = self.fault or f"the history {self._path} can no longer be written: {error} ({remedy})"
        with self._changed:
            self._pending.clear()
            self._changed.notify_all()
