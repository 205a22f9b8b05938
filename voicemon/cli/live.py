"""``voicemon live``: the agent's sidecar."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from voicemon.cli import options
from voicemon.cli.interrupts import interrupts
from voicemon.errors import ExitCode, VoicemonError
from voicemon.settings import Settings
from voicemon.sinks import JsonLines, Sink

if TYPE_CHECKING:
    from voicemon.asr.recognizer import Recognizer, RecognizerInfo
    from voicemon.audio.microphone import MicrophoneSource
    from voicemon.phrases.model import Lexicon
    from voicemon.sidecar import Live
    from voicemon.strings import Language
    from voicemon.types import Snapshot

KEYS: Final = ("q", "?", "m", "x")
"""What the live screen offers."""

POLL_S: Final = 0.2
BLOCK_S: Final = 0.05
"""Sound a callback: every stage costs a fixed sum a block, and nobody sees a meter come 50 ms later."""


def register(app: typer.Typer) -> None:
    app.command("live", help="Listen to the agent's headset.")(live)


def live(
    context: typer.Context,
    device: Annotated[
        str | None, typer.Option("--device", metavar="NAME", help="A part of the microphone's name.")
    ] = None,
    host_api: Annotated[
        str | None, typer.Option("--host-api", metavar="NAME", help="A part of the sound system's name.")
    ] = None,
    events: options.Events = None,
    settings_file: options.SettingsFile = None,
    profile: options.Profile = None,
    lexicon: options.Lexicons = None,
    no_builtin_lexicon: options.NoBuiltin = False,
    calibration_offset: options.Offset = None,
    target_level: options.TargetLevel = None,
    target_rate: options.TargetRate = None,
    model: options.Model = None,
    no_asr: options.NoAsr = False,
    lang: options.Lang = None,
    plain: options.Plain = False,
    keep_text: Annotated[
        bool, typer.Option("--keep-text", help="Write transcripts to --events too; else only the hits.")
    ] = False,
    no_history: Annotated[bool, typer.Option("--no-history", help="Leave this call out of the history.")] = False,
) -> int:
    """Listen to the agent's headset until stopped."""
    settings = options.Common.of(context).settings()
    return run(Order(settings, device, host_api, events, plain, keep_text, settings.history.enabled and not no_history))


@dataclass(frozen=True, slots=True)
class Order:
    """What to listen to, and what to keep of it."""

    settings: Settings
    device: str | None
    host_api: str | None
    events: str | None
    plain: bool
    keep_text: bool
    history: bool


def run(order: Order) -> int:
    """Listen; gives the exit code."""
    from voicemon.audio.microphone import MicrophoneSource
    from voicemon.cli.lines import PlainLines
    from voicemon.phrases.lexicon import load as load_lexicon
    from voicemon.sidecar import Live

    settings = order.settings
    language = options.language_of(settings)
    on_screen = sys.stdout.isatty() and not order.plain and order.events != "-"
    lexicon = load_lexicon([Path(path) for path in settings.phrases.lexicons], builtin=settings.phrases.builtin)
    recognizer, model = _recognition(settings, lexicon)
    source = MicrophoneSource(order.device, host_api=order.host_api, block_s=BLOCK_S)
    sinks = _sinks(order)
    lines: list[Sink] = [] if on_screen or order.events == "-" else [PlainLines(language)]
    session = Live(source, settings, lexicon, language, recognizer, [*lines, *sinks], model=model)
    try:
        session.start()
        fps = settings.ui.frames_per_s
        stop = threading.Event()
        with interrupts(stop):
            interrupted = _screen(session, source, language, fps) if on_screen else _wait(session, stop)
            session.stop(interrupted=interrupted)
            # The last texts may take seconds: an impatient second Ctrl-C must not cost the summary; a third ends it.
            with interrupts(threading.Event()):
                outcome = session.outcome()
    finally:
        source.close()
        for sink in sinks:
            sink.close()
    if on_screen and sys.stdout.isatty():
        PlainLines(language)(outcome.summary)
    for fault in outcome.faults:
        print(f"voicemon: {fault}", file=sys.stderr)
    if outcome.interrupted:
        return ExitCode.INTERRUPTED
    return ExitCode.DEGRADED if outcome.degraded else ExitCode.OK


def _sinks(order: Order) -> list[Sink]:
    """Where the session's events are kept: the file that was named, and the agent's own history."""
    from voicemon.discretion import Discreet

    sinks: list[Sink] = []
    if order.events is not None:
        target = JsonLines(None if order.events == "-" else Path(order.events))
        sinks.append(Discreet(target, keep_text=order.keep_text))
    if order.history:
        from voicemon.history.sink import HistorySink

        history = HistorySink()
        if history.notice is not None:
            print(f"voicemon: {history.notice}", file=sys.stderr)
        sinks.append(history)
        # Old calls go in the background: it may take seconds, and nobody waits for it.
        threading.Thread(target=_prune, args=(order.settings.history.keep_days,), name="prune", daemon=True).start()
    return sinks


def _prune(days: int) -> None:
    from voicemon.history.store import History

    with contextlib.suppress(VoicemonError):
        History().prune(days)


def _recognition(settings: Settings, lexicon: Lexicon) -> tuple[Callable[[], Recognizer] | None, RecognizerInfo | None]:
    """What loads the recogniser, in its own thread, and which model that is; a missing model is told at once."""
    if not settings.asr.enabled:
        return None, None
    from voicemon.asr.models import locate
    from voicemon.asr.recognizer import RecognizerInfo

    model = locate(settings.asr.model)

    def load() -> Recognizer:
        from voicemon.asr.whisper import WhisperRecognizer
        from voicemon.rules.text import prepare
        from voicemon.usage import yield_to_others

        yield_to_others()
        recognizer = WhisperRecognizer.from_settings(settings.asr)
        prepare(lexicon)
        return recognizer

    return load, RecognizerInfo(model.name, model.sha256)


def _screen(session: Live, source: MicrophoneSource, language: Language, frames_per_s: float) -> bool:
    """Show the session until it ends or somebody ends it; gives whether it was cut short."""
    from voicemon.ui.dashboard import Dashboard, Ending

    def pressed(key: str) -> None:
        if key == "m":
            session.mark()
        elif key == "x":
            source.unmute() if source.muted else source.mute()

    def frame() -> tuple[Snapshot, None] | None:
        return None if session.finished else (session.look(), None)

    ending = Dashboard(language, keys=KEYS).run(frame, pressed, frames_per_s)
    return ending not in (Ending.QUIT, Ending.FINISHED)


def _wait(session: Live, stop: threading.Event) -> bool:
    """Wait for the end without a screen; gives whether a signal asked for it."""
    while not stop.wait(POLL_S) and not session.finished:
        pass
    return stop.is_set()
