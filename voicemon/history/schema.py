"""The tables of the history, by version.

Times within a call (``t``, ``start``, ``end``, ``*_s``) are seconds from the call's start; ``*_utc`` are ISO 8601 texts
of one width, so that they sort as they are.  ``number`` counts the findings of a call, hits and alerts together, in
the order they became known: it is what a person disputes by.
"""

from __future__ import annotations

import sqlite3
from typing import Final

MIGRATIONS: Final = (
    """
    CREATE TABLE calls (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        started_utc TEXT NOT NULL,
        ended_utc TEXT,
        seen_utc TEXT NOT NULL,
        source TEXT NOT NULL,
        profile TEXT,
        program TEXT NOT NULL,
        unit TEXT NOT NULL,
        known_s REAL NOT NULL DEFAULT 0,
        talk_s REAL,
        active_db REAL,
        level_deviation_db REAL,
        in_band_percent REAL,
        speech_rate_cpm REAL,
        articulation_rate_cpm REAL,
        characters INTEGER,
        dead_air_count INTEGER,
        dead_air_s REAL,
        interruptions INTEGER,
        response_p50_s REAL,
        response_p95_s REAL,
        phrases INTEGER,
        degraded INTEGER,
        summary TEXT
    );
    CREATE INDEX calls_by_start ON calls (started_utc);
    CREATE TABLE measures (
        call_id INTEGER NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
        t INTEGER NOT NULL,
        laeq_db REAL,
        speech_rate_cpm REAL,
        PRIMARY KEY (call_id, t)
    ) WITHOUT ROWID;
    CREATE TABLE hits (
        call_id INTEGER NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        id TEXT NOT NULL,
        phrase TEXT NOT NULL,
        category TEXT NOT NULL,
        severity TEXT NOT NULL,
        start REAL NOT NULL,
        end REAL NOT NULL,
        heard TEXT NOT NULL,
        score REAL,
        status TEXT NOT NULL,
        disputed INTEGER NOT NULL DEFAULT 0,
        dispute_note TEXT,
        PRIMARY KEY (call_id, number)
    ) WITHOUT ROWID;
    CREATE TABLE alerts (
        call_id INTEGER NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        rule TEXT NOT NULL,
        severity TEXT NOT NULL,
        start REAL NOT NULL,
        end REAL NOT NULL,
        message TEXT NOT NULL,
        withdrawn INTEGER NOT NULL DEFAULT 0,
        disputed INTEGER NOT NULL DEFAULT 0,
        dispute_note TEXT,
        PRIMARY KEY (call_id, number)
    ) WITHOUT ROWID;
    """,
)
"""``MIGRATIONS[n]`` brings a database from version n to n + 1; a published one is never changed."""

ADDITIONS: Final = (("calls", "reference", "TEXT"),)
"""Columns that came later: table, name, type.  They may be empty, and who does not know them neither reads nor writes
them: the version stays, so that an older program goes on using a file that a newer one has completed."""

SCHEMA_VERSION: Final = len(MIGRATIONS)


def missing(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Those of :data:`ADDITIONS` that the tables lack.  Raises :class:`sqlite3.Error`."""
    there = {
        (table, row[1])
        for table in {table for table, _, _ in ADDITIONS}
        for row in connection.execute(f"PRAGMA table_info({table})")
    }
    return [addition for addition in ADDITIONS if addition[:2] not in there]


def complete(connection: sqlite3.Connection) -> None:
    """Add the columns that are missing.  Raises :class:`sqlite3.Error`."""
    for table, name, kind in missing(connection):
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")
