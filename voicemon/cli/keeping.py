"""What a live session leaves behind: its log, the events that were asked for, the history, recordings."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from voicemon.errors import VoicemonError
from voicemon.events import Event, HealthEvent
from voicemon.settings import Settings
from voicemon.sinks import JsonLines, Sink

if TYPE_CHECKING:
    from voicemon.cli.live import Order
    from voicemon.recorder import Recorder
    from voicemon.strings import Language
    from voicemon.types import SourceInfo


NATIVE_BYTES: Final = 1_000_000


def begin_log(name: str, stack: ExitStack) -> Path | None:
    """Begin the log; gives where C libraries may write."""
    from voicemon.logfile import log_to_file

    log = log_to_file(name)
    stack.callback(log.close)
    if log.notice is not None:
        print(f"voicemon: {log.notice}", file=sys.stderr)
    if log.path is None:
        return None
    # A file of its own: the log is rotated, and what C libraries have open would go with the old one.
    native = log.path.with_suffix(".native.log")
    with contextlib.suppress(OSError):
        native.unlink(missing_ok=True)
    return native


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
