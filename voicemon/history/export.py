"""Handing the history on: CSV for a spreadsheet, JSON with everything of each call, Parquet for analysis.

A file appears under its name only once it is whole.  Rows are read and written a few at a time.
"""

from __future__ import annotations

import csv
import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any, Final, TextIO

from voicemon.errors import ConfigError
from voicemon.history.database import stamp
from voicemon.history.store import History
from voicemon.wholefile import whole_file

STANDARD_OUTPUT: Final = "-"
ROWS_AT_ONCE: Final = 10_000
SPREADSHEET_ENCODING: Final = "utf-8-sig"
"""Spreadsheets take a CSV without the mark for their local code page, and Chinese for noise."""

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would run a text that begins so."""


class Table(StrEnum):
    """What a flat file can hold: one row a call, a measured second, a hit or an alert."""

    CALLS = "calls"
    MEASURES = "measures"
    HITS = "hits"
    ALERTS = "alerts"


_JSON_PARTS: Final = (Table.HITS, Table.ALERTS, Table.MEASURES)


def to_csv(history: History, target: str, table: Table = Table.CALLS, since: datetime | None = None) -> int:
    """Write ``table`` to ``target`` (``-``: standard output) with a line of names; gives the number of rows.

    Raises :class:`VoicemonError`.
    """
    encoding = "utf-8" if target == STANDARD_OUTPUT else SPREADSHEET_ENCODING
    with history.open() as connection, _text_file(target, encoding) as file:
        writer = csv.writer(file, lineterminator="\n" if target == STANDARD_OUTPUT else "\r\n")
        names, batches = _read(connection, table, since)
        writer.writerow(names)
        count = 0
        for batch in batches:
            writer.writerows([_harmless(value) for value in row] for row in batch)
            count += len(batch)
    return count


def to_json(history: History, target: str, since: datetime | None = None) -> int:
    """Write a list of calls, each with its summary, hits, alerts and measures; gives the number of calls."""
    with history.open() as connection, _text_file(target, "utf-8") as file:
        names, batches = _read(connection, Table.CALLS, since, whole=True)
        count = 0
        file.write("[")
        for batch in batches:
            for row in batch:
                assert connection is not None
                call = dict(zip(names, row, strict=True))
                call["summary"] = None if call["summary"] is None else json.loads(call["summary"])
                call |= {part.value: _of_call(connection, part, call["id"]) for part in _JSON_PARTS}
                file.write(("," if count else "") + "\n" + json.dumps(call, ensure_ascii=False))
                count += 1
        file.write("\n]\n")
    return count


def to_parquet(history: History, target: str, table: Table = Table.CALLS, since: datetime | None = None) -> int:
    """Write ``table`` as Parquet with typed columns; gives the number of rows.

    Raises :class:`ConfigError` without pyarrow.
    """
    try:
        arrow: Any = import_module("pyarrow")
        parquet: Any = import_module("pyarrow.parquet")
    except ImportError as error:
        raise ConfigError("Parquet needs pyarrow", 'pip install "voicemon[parquet]", or use --csv') from error
    kinds = {"INTEGER": arrow.int64(), "REAL": arrow.float64(), "TEXT": arrow.string()}
    with history.open() as connection, _whole_file(Path(target)) as path:
        names, batches = _read(connection, table, since)
        types = _types(connection, table)
        schema = arrow.schema([(name, kinds[types[name]]) for name in names])
        count = 0
        with parquet.ParquetWriter(path, schema) as writer:
            for batch in batches:
                columns = [arrow.array(column, kinds[types[name]]) for name, column in zip(names, zip(*batch))]  # noqa: B905
                writer.write_table(arrow.Table.from_arrays(columns, schema=schema))
                count += len(batch)
    return count


def _read(
    connection: sqlite3.Connection | None, table: Table, since: datetime | None, *, whole: bool = False
) -> tuple[tuple[str, ...], Iterator[list[tuple[Any, ...]]]]:
    """Names of the columns, and the rows in batches, oldest call first; calls with their summaries if ``whole``."""
    if connection is None:
        connection = _empty()
    key = "id" if table is Table.CALLS else "call_id"
    order = "id" if table is Table.CALLS else f"call_id, {'t' if table is Table.MEASURES else 'number'}"
    columns = "*"
    if table is Table.CALLS and not whole:
        columns = ", ".join(name for name in _types(connection, table) if name != "summary")
    chosen = f"{key} IN (SELECT id FROM calls WHERE started_utc >= ?)"
    query = f"SELECT {columns} FROM {table} WHERE {chosen} ORDER BY {order}"
    cursor = connection.execute(query, (stamp(since) if since else "",))
    return tuple(column[0] for column in cursor.description), iter(lambda: cursor.fetchmany(ROWS_AT_ONCE), [])


def _types(connection: sqlite3.Connection | None, table: Table) -> dict[str, str]:
    """The declared type of each column."""
    return {row[1]: row[2] for row in (connection or _empty()).execute(f"PRAGMA table_info({table})")}


def _empty() -> sqlite3.Connection:
    """A history without calls, in memory: an export of nothing still has its columns."""
    from voicemon.history.schema import MIGRATIONS, complete

    connection = sqlite3.connect(":memory:")
    for script in MIGRATIONS:
        connection.executescript(script)
    complete(connection)
    return connection


def _of_call(connection: sqlite3.Connection, table: Table, call_id: int) -> list[dict[str, Any]]:
    cursor = connection.execute(f"SELECT * FROM {table} WHERE call_id = ?", (call_id,))
    names = [column[0] for column in cursor.description]
    return [{n: v for n, v in zip(names, row, strict=True) if n != "call_id"} for row in cursor]


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


@contextmanager
def _text_file(target: str, encoding: str) -> Iterator[TextIO]:
    if target == STANDARD_OUTPUT:
        yield sys.stdout
        return
    with _whole_file(Path(target)) as path, path.open("w", encoding=encoding, newline="") as file:
        yield file


@contextmanager
def _whole_file(target: Path) -> Iterator[Path]:
    """As :func:`whole_file`.  Raises :class:`ConfigError`."""
    try:
        with whole_file(target) as path:
            yield path
    except OSError as error:
        message = f"cannot write {target}: {error.strerror or error}"
        raise ConfigError(message, "name a file that can be made") from error
