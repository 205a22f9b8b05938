"""Looking back: the calls of the history, what was found in them, disputes, and what is too old to keep."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from voicemon.errors import ConfigError
from voicemon.history.database import (
    Clock,
    connect,
    default_path,
    is_damage,
    set_aside,
    stamp,
    transaction,
    unusable,
    utc_now,
)
from voicemon.history.records import Call, CallState, Finding, FindingKind
from voicemon.history.sink import HEARTBEAT_S
from voicemon.privacy import mask

RETENTION_DAYS: Final = 90
"""A quarter: long enough to see a habit change, no longer than coaching needs."""

MOST_DAYS: Final = 36_500
RUNNING_S: Final = 3 * HEARTBEAT_S
"""A call without an end that showed no life for this long was interrupted."""

_STANDING: Final = "status <> 'withdrawn'"


class History:
    """The history at ``path``, by default :func:`default_path`.

    All methods raise :class:`InputError` for a damaged database (which is then set aside) and :class:`ConfigError` for
    one that cannot be used.  Nothing is made on disk by looking: without a file there are no calls.
    """

    def __init__(self, path: Path | None = None, *, clock: Clock = utc_now) -> None:
        self.path = default_path() if path is None else path
        self._clock = clock

    def calls(
        self, *, last: int | None = None, since: datetime | None = None, profile: str | None = None
    ) -> list[Call]:
        """Calls by their start, the newest last; ``last`` so many of them."""
        where, values = ["1"], list[Any]()
        for condition, value in (("started_utc >= ?", since and stamp(since)), ("profile = ?", profile)):
            if value is not None:
                where.append(condition)
                values.append(value)
        query = f"{_CALLS} WHERE {' AND '.join(where)} ORDER BY started_utc DESC, id DESC LIMIT ?"
        with self.open() as connection:
            rows = connection.execute(query, [*values, -1 if last is None else last]).fetchall() if connection else []
        return [self._call(row) for row in reversed(rows)]

    def call(self, call_id: int) -> Call:
        """One call; raises :class:`ConfigError` where there is none of that number."""
        with self.open() as connection:
            row = connection and connection.execute(f"{_CALLS} WHERE id = ?", (call_id,)).fetchone()
        if not row:
            raise ConfigError(f"no call {call_id} in the history", "voicemon history lists them")
        return self._call(row)

    def findings(self, call_id: int) -> list[Finding]:
        """What was found in a call, in order of time."""
        with self.open() as connection:
            rows = connection.execute(_FINDINGS, {"call": call_id}).fetchall() if connection else []
        return [_finding(row) for row in rows]

    def dispute(self, call_id: int, number: int, note: str = "") -> Finding:
        """Mark finding ``number`` of a call as disputed by the agent, with a masked ``note``; gives the finding."""
        self.call(call_id)
        with self.open() as connection:
            assert connection is not None
            with transaction(connection):
                for table in ("hits", "alerts"):
                    connection.execute(
                        f"UPDATE {table} SET disputed = 1, dispute_note = ? WHERE call_id = ? AND number = ?",
                        (mask(note.strip()) or None, call_id, number),
                    )
        found = next((f for f in self.findings(call_id) if f.number == number), None)
        if found is None:
            raise ConfigError(f"call {call_id} has no finding {number}", f"voicemon history show {call_id} lists them")
        return found

    def prune(self, days: int = RETENTION_DAYS) -> int:
        """Delete calls that ended (or broke off) more than ``days`` days ago; gives how many.  Running calls stay.

        Deleted rows are overwritten on disk, the freed room is given back and the log is emptied.
        """
        if not 0 <= days <= MOST_DAYS:
            raise ConfigError(f"{days} is no number of days to keep", f"give a number from 0 to {MOST_DAYS}")
        now = self._clock()
        ended, seen = stamp(now - timedelta(days=days)), stamp(now - max(timedelta(days=days), _RUNNING))
        with self.open() as connection:
            if connection is None:
                return 0
            with transaction(connection):
                gone = connection.execute(
                    "DELETE FROM calls WHERE ended_utc < ? OR (ended_utc IS NULL AND seen_utc < ?)", (ended, seen)
                ).rowcount
            # As a script: stepped to its end, where execute() would free a single page.
            connection.executescript("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE);")
        return gone

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection | None]:
        """A connection, or ``None`` where there is no history yet; errors of SQLite become errors a person can mend."""
        connection = None
        try:
            if self.path.exists():
                connection = connect(self.path)
            yield connection
        except sqlite3.Error as error:
            if connection is not None:
                connection.close()
            raise (set_aside(self.path) if is_damage(error) else unusable(self.path, error)) from error
        finally:
            if connection is not None:
                connection.close()

    def _call(self, row: tuple[Any, ...]) -> Call:
        values = dict(zip(_CALL_COLUMNS, row, strict=True))
        started, ended, seen = (_moment(values.pop(f"{name}_utc")) for name in ("started", "ended", "seen"))
        assert started is not None
        assert seen is not None
        state = CallState.FINISHED
        if ended is None:
            state = CallState.RUNNING if self._clock() - seen <= _RUNNING else CallState.INTERRUPTED
        degraded = values.pop("degraded")
        whole = None if degraded is None else bool(degraded)
        return Call(**values, started_utc=started, ended_utc=ended, state=state, degraded=whole)


_RUNNING: Final = timedelta(seconds=RUNNING_S)

_COUNTED: Final = {
    "phrases": f"coalesce(phrases, CASE WHEN summary IS NULL THEN (SELECT nullif(count(*), 0) FROM hits"
    f" WHERE call_id = calls.id AND {_STANDING}) END)",
    "dead_air_count": "coalesce(dead_air_count, CASE WHEN summary IS NULL THEN (SELECT nullif(count(*), 0) FROM alerts"
    " WHERE call_id = calls.id AND rule = 'dead_air' AND NOT withdrawn) END)",
    "interruptions": "coalesce(interruptions, CASE WHEN summary IS NULL THEN (SELECT nullif(count(*), 0) FROM alerts"
    " WHERE call_id = calls.id AND rule = 'interruption' AND NOT withdrawn) END)",
    "alerts": "(SELECT count(*) FROM alerts WHERE call_id = calls.id AND NOT withdrawn)",
    "disputed": "(SELECT count(*) FROM alerts WHERE call_id = calls.id AND disputed)"
    " + (SELECT count(*) FROM hits WHERE call_id = calls.id AND disputed)",
}
"""A count of nought in a call without summary may mean that nothing was listened for: then it is not known."""

_CALL_COLUMNS: Final = (*(f.name for f in fields(Call) if f.name != "state"), "seen_utc")
_CALLS: Final = f"SELECT {', '.join(_COUNTED.get(name, name) for name in _CALL_COLUMNS)} FROM calls"

_FINDINGS: Final = """
    SELECT number, 'hit', id, severity, start, end, phrase, status, heard, score, disputed, dispute_note
    FROM hits WHERE call_id = :call
    UNION ALL
    SELECT number, 'alert', rule, severity, start, end, message,
           CASE WHEN withdrawn THEN 'withdrawn' ELSE 'raised' END, NULL, NULL, disputed, dispute_note
    FROM alerts WHERE call_id = :call
    ORDER BY start, number
"""


def _finding(row: tuple[Any, ...]) -> Finding:
    values = dict(zip((f.name for f in fields(Finding)), row, strict=True))
    values["kind"] = FindingKind(values["kind"])
    values["disputed"] = bool(values["disputed"])
    return Finding(**values)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
