"""The log: what happened to the program, for whoever has to find out why.  Never what was said.

No text of a call, no phrase, no data of a caller goes into it: use ``log = logging.getLogger("voicemon")`` for facts of
the program alone (states, figures, names of rules and devices).  Six files of 1 MB at most, readable by their owner.
A log that cannot be written costs a notice and nothing else.
"""

from __future__ import annotations

import contextlib
import io
import logging
import re
import sys
import threading
import traceback
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Final

import platformdirs

from voicemon.errors import VoicemonError
from voicemon.privacy import mask
from voicemon.private import make_private, open_private

MAX_BYTES: Final = 1_000_000
BACKUPS: Final = 5
MAX_NAME: Final = 40
MAX_FRAMES: Final = 40
"""Of a traceback, the innermost: an endless recursion has a thousand that say the same."""

CONTINUED: Final = "    | "

log = logging.getLogger("voicemon")


class LogFile:
    """The log of one session; :meth:`close` gives the hooks for uncaught exceptions back."""

    def __init__(self, path: Path | None, notice: str | None, handler: logging.Handler) -> None:
        self.path = path
        """Where it is; ``None``: nowhere."""
        self.notice = notice
        """Why there is none, in one line."""
        self._handler = handler
        self._before = log.propagate, log.level
        self._hooks = sys.excepthook, threading.excepthook
        log.addHandler(handler)
        log.propagate = False  # nothing of ours on other people's handlers, nor on the screen
        log.setLevel(logging.INFO)
        if path is not None:
            sys.excepthook, threading.excepthook = self._uncaught, self._uncaught_in_thread

    @property
    def fault(self) -> str | None:
        """Why no more is written, once that is so."""
        return self._handler.fault if isinstance(self._handler, _PrivateFile) else None

    def close(self) -> None:
        """End the log; may be called twice."""
        log.removeHandler(self._handler)
        log.propagate, level = self._before
        log.setLevel(level)
        self._handler.close()
        # Bound methods are equal, never the same: whoever came after us stays.
        if sys.excepthook == self._uncaught:
            sys.excepthook = self._hooks[0]
        if threading.excepthook == self._uncaught_in_thread:
            threading.excepthook = self._hooks[1]

    def _uncaught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._hooks[0](kind, error, trace)
            return
        self._tell(kind, error, trace, "the program")

    def _uncaught_in_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is None or issubclass(args.exc_type, SystemExit):
            return
        self._tell(args.exc_type, args.exc_value, args.exc_traceback, f"thread {args.thread and args.thread.name}")

    def _tell(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None, where: str) -> None:
        log.critical("%s ended by %s", where, kind.__name__, exc_info=(kind, error, trace))
        if sys.stderr is not None:  # none in a windowless Windows process
            print(f"voicemon: {where} ended by {kind.__name__}; details in {self.path}", file=sys.stderr)


def default_folder() -> Path:
    """The user's folder for logs."""
    return Path(platformdirs.user_log_dir("voicemon", appauthor=False))


def log_to_file(name: str = "", folder: Path | None = None) -> LogFile:
    """Write the logger ``voicemon`` to ``voicemon[-name].log``, and uncaught exceptions of all threads with it.

    ``name``: the device's, since two processes cannot rotate one file on Windows.  Never raises: a folder that cannot
    be written to gives a :class:`LogFile` without a path and with a notice.
    """
    slug = re.sub(r"[^\w.-]+", "-", name).strip("-.")[:MAX_NAME]
    path = (folder or default_folder()) / (f"voicemon-{slug}.log" if slug else "voicemon.log")
    try:
        make_private(path)
        handler = _PrivateFile(path, maxBytes=MAX_BYTES, backupCount=BACKUPS, encoding="utf-8", delay=True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        return LogFile(None, f"no log: cannot write {path}: {reason}", logging.NullHandler())
    handler.setFormatter(_Lines())
    return LogFile(path, None, handler)


class _PrivateFile(RotatingFileHandler):
    """Readable by its owner alone; a full disk or a file that cannot be rotated ends the log, not the program."""

    fault: str | None = None

    def _open(self) -> io.TextIOWrapper:
        stream = open(  # noqa: SIM115 - the handler closes it
            self.baseFilename, "a", encoding="utf-8", errors="backslashreplace", opener=open_private
        )
        assert isinstance(stream, io.TextIOWrapper)
        return stream

    def emit(self, record: logging.LogRecord) -> None:
        if self.fault is None:
            super().emit(record)

    def close(self) -> None:
        with contextlib.suppress(OSError):  # what a full disk did not take is still waiting
            super().close()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the standard library's name
        error = sys.exc_info()[1]
        if isinstance(error, OSError):
            self.fault = f"the log can no longer be written: {error.strerror or error}"
        else:
            super().handleError(record)


class _Lines(logging.Formatter):
    """One line an entry; a traceback follows on lines that cannot be taken for entries.

    Of an exception its type and where it came from: its message may quote what was said.  Messages of the operating
    system and of our own errors stay, numbers masked.
    """

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")
        entry = f"{moment} {record.levelname:<7} {record.threadName}: {_one_line(record.getMessage())}"
        error = record.exc_info[1] if record.exc_info else None
        # Always made anew: a text that another formatter has left on the record would hold the message.
        return "\n".join([entry, *(CONTINUED + line for line in _traced(error))])


def _traced(error: BaseException | None) -> list[str]:
    """The chain of exceptions, the first cause first, each with its innermost frames."""
    lines: list[str] = []
    seen: set[int] = set()
    cause = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        frames = traceback.extract_tb(cause.__traceback__)[-MAX_FRAMES:]
        words = f": {mask(_one_line(str(cause)))}" if isinstance(cause, (OSError, VoicemonError)) else ""
        at = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        lines = [*at, type(cause).__name__ + words, *lines]
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return lines


def _one_line(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)
