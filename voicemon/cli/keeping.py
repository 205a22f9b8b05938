"""What a live session leaves behind: its log, the events that were asked for, the history, recordings."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from voicemon.errors import VoicemonError
from voicemon.events import Event, HealthEvent
from voicemon.settings import Settings
from voicemon.sinks import JsonLines, Sink

if TYPE_CHECKING:
    from voicemon.cli.live_order import Order
    from voicemon.logfile import LogFile
    from voicemon.recorder import Recorder
    from voicemon.strings import Language
    from voicemon.types import SourceInfo


NATIVE_BYTES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Log:
    """What a session has to know of its log."""

    native: Path | None
    """Where C libraries may write."""
    sinks: tuple[Sink, ...] = ()
    """What keeps an eye on it while the session runs."""


def begin_log(name: str, stack: ExitStack, *, on_screen: bool) -> Log:
    """Begin the log; ``on_screen``: standard error shows a screen that a line would spoil."""
    from voicemon.logfile import log_to_file

    log = log_to_file(name)
    stack.callback(log.close)
    if log.notice is not None:
        print(f"voicemon: {log.notice}", file=sys.stderr)
    if log.path is None:
        return Log(None)
    watch = LogWatch(log, at_once=not on_screen)
    stack.callback(watch.close)
    # A file of its own: the log is rotated, and what C libraries have open would go with the old one.
    native = log.path.with_suffix(".native.log")
    with contextlib.suppress(OSError):
        native.unlink(missing_ok=True)
    return Log(native, (watch, NativeLimit(native)))


class LogWatch:
    """A sink that tells, once, that the log can no longer be written.  The session goes on, and is no worse for it."""

    fault: str | None = None

    def __init__(self, log: LogFile, *, at_once: bool) -> None:
        """Without ``at_once`` it is told by :meth:`close`."""
        self._log = log
        self._at_once = at_once
        self._told = False

    def __call__(self, event: Event) -> None:  # noqa: ARG002 - any is an occasion to look
        if self._at_once:
            self._tell()

    def close(self) -> None:
        self._tell()

    def _tell(self) -> None:
        if self._told or (fault := self._log.fault) is None:
            return
        self._told = True
        if sys.stderr is None:  # a windowless Windows process
            return
        with contextlib.suppress(OSError):
            print(f"voicemon: {fault}", file=sys.stderr)


class NativeLimit:
    """A sink that keeps what C libraries write short: a card that is away all night is tried a thousand times."""

    fault: str | None = None

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, event: Event) -> None:
        if isinstance(event, HealthEvent):
            with contextlib.suppress(OSError):
                if self._path.stat().st_size > NATIVE_BYTES:
                    os.truncate(self._path, 0)  # it is open for appending: what follows begins anew

    def close(self) -> None:
        return None


def sinks_of(order: Order, stack: ExitStack) -> list[Sink]:
    """Where the session's events are kept: the file that was named, the agent's own history, the log."""
    from voicemon.discretion import Discreet
    from voicemon.logsink import LogSink

    sinks: list[Sink] = [LogSink()]
    if order.events is not None:
        target = JsonLines(None if order.events == "-" else Path(order.events))
        sinks.append(Discreet(target, keep_text=order.keep_text))
    if order.settings.history.enabled:
        from voicemon.history.sink import HistorySink

        history = HistorySink()
        if history.notice is not None:
            print(f"voicemon: {history.notice}", file=sys.stderr)
        sinks.append(history)
        # Old calls go in the background: it may take seconds, and nobody waits for it.
        threading.Thread(target=_prune, args=(order.settings.history.keep_days,), name="prune", daemon=True).start()
    for sink in sinks:
        stack.callback(sink.close)
    return sinks


def _prune(days: int) -> None:
    from voicemon.history.store import History

    with contextlib.suppress(VoicemonError):
        History().prune(days)


def plain_lines(language: Language) -> Sink:
    from voicemon.cli.lines import PlainLines

    return PlainLines(language)


def tape_of(settings: Settings, info: SourceInfo, stack: ExitStack) -> Recorder | None:
    if settings.record.folder is None:
        return None
    from voicemon.recorder import Recorder

    folder = Path(settings.record.folder).expanduser()
    tape = Recorder(folder, info, keep_days=settings.record.keep_days)
    stack.callback(tape.close)
    return tape
