"""``voicemon live``: the agent's sidecar."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from voicemon.cli import options
from voicemon.cli.interrupts import interrupts
from voicemon.errors import ExitCode
from voicemon.settings import Settings
from voicemon.sinks import JsonLines, Sink

if TYPE_CHECKING:
    from voicemon.asr.recognizer import Recognizer
    from voicemon.audio.microphone import MicrophoneSource
    from voicemon.live import Live
    from voicemon.phrases.model import Lexicon
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
    device: Annotated[
        str | None, typer.Option("--device", metavar="NAME", help="A part of the microphone's name.")
    ] = None,
    host_api: Annotated[
        str | None, typer.Option("--host-api", metavar="NAME", help="A part of the sound system's name.")
    ] = None,
    events: options.Events = None,
    settings: options.SettingsFile = None,
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
) -> int:
    """Listen to the agent's headset until stopped."""
    common = options.Common(
        settings_file=settings,
        profile=profile,
        lexicons=tuple(lexicon or ()),
        no_builtin_lexicon=no_builtin_lexicon,
        calibration_offset=calibration_offset,
        target_level=target_level,
        target_rate=target_rate,
        model=model,
        no_asr=no_asr,
        lang=lang,
    )
    return run(common.settings(), device, host_api, events, plain=plain)


def run(settings: Settings, device: str | None, host_api: str | None, events: str | None, *, plain: bool) -> int:
    """Listen; gives the exit code."""
    from voicemon.audio.microphone import MicrophoneSource
    from voicemon.cli.lines import PlainLines
    from voicemon.live import Live
    from voicemon.phrases.lexicon import load as load_lexicon

    language = options.language_of(settings)
    on_screen = sys.stdout.isatty() and not plain and events != "-"
    lexicon = load_lexicon([Path(path) for path in settings.phrases.lexicons], builtin=settings.phrases.builtin)
    recognizer = _factory(settings, lexicon)
    source = MicrophoneSource(device, host_api=host_api, block_s=BLOCK_S)
    sinks: list[Sink] = [] if events is None else [JsonLines(None if events == "-" else Path(events))]
    lines: list[Sink] = [] if on_screen or events == "-" else [PlainLines(language)]
    session = Live(source, settings, lexicon, language, recognizer, [*lines, *sinks])
    try:
        session.start()
        fps = settings.ui.frames_per_s
        interrupted = _screen(session, source, language, fps) if on_screen else _wait(session)
        session.stop(interrupted=interrupted)
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


def _factory(settings: Settings, lexicon: Lexicon) -> Callable[[], Recognizer] | None:
    """What loads the recogniser, in its own thread; a missing model is told at once."""
    if not settings.asr.enabled:
        return None
    from voicemon.asr.models import locate

    locate(settings.asr.model)

    def load() -> Recognizer:
        from voicemon.asr.whisper import WhisperRecognizer
        from voicemon.rules.text import prepare
        from voicemon.usage import yield_to_others

        yield_to_others()
        recognizer = WhisperRecognizer.from_settings(settings.asr)
        prepare(lexicon)
        return recognizer

    return load


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


def _wait(session: Live) -> bool:
    """Wait for the end without a screen; gives whether a signal asked for it."""
    stop = threading.Event()
    with interrupts(stop):
        while not stop.wait(POLL_S) and not session.finished:
            pass
    return stop.is_set()
