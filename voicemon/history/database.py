"""Opening the history's database: where it is, who may read it, what to do when it is damaged or of another version."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import platformdirs

from voicemon.errors import ConfigError, InputError, VoicemonError
from voicemon.history.schema import MIGRATIONS, SCHEMA_VERSION, complete, missing
from voicemon.private import PRIVATE_FILE, SHARED_BITS, make_private

DATA_DIR_VARIABLE: Final = "VOICEMON_DATA_DIR"
FILE_NAME: Final = "history.sqlite3"
BUSY_TIMEOUT_S: Final = 5.0
"""Another process writes for milliseconds; clearing out years takes seconds."""

COMPANIONS: Final = ("", "-wal", "-shm")
"""SQLite's files beside the main one: the log belongs to the database, damaged or not."""

_PRIMARY_CODE: Final = 0xFF
"""Extended SQLite result codes carry the primary one in their low byte."""
_DAMAGE_CODES: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_BUSY_CODES: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})

Clock = Callable[[], datetime]
"""Gives the time of day, with its zone."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """``moment`` as the tables hold it: UTC, milliseconds, one width."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def default_path() -> Path:
    """``VOICEMON_DATA_DIR``, or the user's data folder, and in it ``history.sqlite3``."""
    override = os.environ.get(DATA_DIR_VARIABLE)
    folder = Path(override).expanduser() if override else Path(platformdirs.user_data_dir("voicemon", appauthor=False))
    return folder / FILE_NAME


def open_or_replace(path: Path) -> tuple[sqlite3.Connection, str | None]:
    """The database at ``path``, made where it is missing; a damaged one is set aside first, and the notice says so.

    Raises :class:`VoicemonError` where the file cannot be made or read, or belongs to something else.
    """
    notice = None
    try:
        return connect(path), None
    except sqlite3.Error as error:
        if not is_damage(error):
            raise unusable(path, error) from error
        notice = str(set_aside(path))
    try:
        return connect(path), notice
    except sqlite3.Error as error:
        raise unusable(path, error) from error


def connect(path: Path) -> sqlite3.Connection:
    """A connection to ``path``, made and brought to this version where needed.

    Readable by its owner alone.  Commits survive the death of the process; a power cut may cost the last ones, never
    the database (WAL, ``synchronous=NORMAL``).  What is deleted is overwritten.
    Raises :class:`sqlite3.Error`, and :class:`ConfigError` where folder, owner or version are wrong.
    """
    _prepare(path)
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    try:
        _upgrade(connection, path)
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}")
    except (sqlite3.Error, VoicemonError):
        connection.close()
        raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing.  Takes the right to write at once: then nothing but the disk can fail within."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    try:
        connection.execute("COMMIT")
    except sqlite3.Error:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def is_damage(error: sqlite3.Error) -> bool:
    return _code(error) in _DAMAGE_CODES


def is_busy(error: sqlite3.Error) -> bool:
    return _code(error) in _BUSY_CODES


def set_aside(path: Path) -> VoicemonError:
    """Rename a damaged database, its log with it, so that a new one can begin; gives the error to tell of it."""
    kept = _free_name(path)
    try:
        for companion in COMPANIONS:
            with contextlib.suppress(FileNotFoundError):
                os.replace(f"{path}{companion}", f"{kept}{companion}")
    except OSError as error:
        return InputError(f"the history {path} is damaged: {error.strerror or error}", "move it away by hand")
    return InputError(f"the history {path} is damaged", f"it is kept as {kept.name}, and a new one begins")


def unusable(path: Path, error: sqlite3.Error) -> VoicemonError:
    """What to say of a database that cannot be used although nothing is known to be damaged."""
    if is_busy(error):
        return ConfigError(f"the history {path} is in use by another program", "close that program, or wait")
    remedy = f"make room, check its permissions, or set {DATA_DIR_VARIABLE} to a folder that can be written"
    return ConfigError(f"the history {path} cannot be used: {error}", remedy)


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE


def _free_name(path: Path) -> Path:
    """``history.sqlite3.damaged``, or with a number behind it: what was kept before is not written over."""
    kept, count = Path(f"{path}.damaged"), 1
    while kept.exists():
        count += 1
        kept = Path(f"{path}.damaged-{count}")
    return kept


def _prepare(path: Path) -> None:
    """Make the file before SQLite does, so that it is never readable by others; its log takes over the mode."""
    try:
        make_private(path)
        if path.stat().st_mode & SHARED_BITS:
            path.chmod(PRIVATE_FILE)
    except OSError as error:
        message = f"the history {path} cannot be written: {error.strerror or error}"
        raise ConfigError(message, f"set {DATA_DIR_VARIABLE} to a folder that can be written") from error


def _upgrade(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the tables to :data:`SCHEMA_VERSION`; two processes may try at once."""
    if connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,):
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # which a damaged file rarely survives
        if missing(connection):
            with transaction(connection):
                complete(connection)  # which looks again: another process may have been faster
        return
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    with transaction(connection):
        version = _version(connection, path)
        for script in MIGRATIONS[version:]:
            for statement in script.split(";"):
                connection.execute(statement)
        complete(connection)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """The version of the tables, 0 for none; within a transaction, since another process may be making them."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if version > SCHEMA_VERSION:
        message = f"the history {path} was made by a newer voicemon (version {version}, known: {SCHEMA_VERSION})"
        raise ConfigError(message, "bring voicemon up to date")
    if version == 0 and tables:
        raise ConfigError(f"{path} is not a history of voicemon", f"set {DATA_DIR_VARIABLE} to another folder")
    return int(version)
