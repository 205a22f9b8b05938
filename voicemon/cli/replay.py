"""``voicemon replay FILE``: a recording through the monitor."""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from voicemon.cli import common as shared
from voicemon.cli import options
from voicemon.cli.ending import ended
from voicemon.cli.interrupts import interrupts
from voicemon.errors import ConfigError, ModelError
from voicemon.settings import Settings
from voicemon.sinks import JsonLines, Sink

if TYPE_CHECKING:
    from voicemon.asr.whisper import WhisperRecognizer

DASHBOARD_BLOCK_S: Final = 0.125
PLAIN_BLOCK_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be replayed, and how."""

    file: Path
    settings: Settings
    pace: float | None
    agent_channel: int = 0
    customer_channel: str = "auto"
    events: str | None = None
    plain: bool = False
    words_optional: bool = False
    """Without a speech model go on without words, and say so, rather than fail."""


def register(app: typer.Typer) -> None:
    app.command("replay", help="Play a recording through the monitor.")(replay)


def replay(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Any recording: WAV, FLAC, MP3, OGG, M4A, G.711 …")],
    pace: Annotated[
        float | None, typer.Option("--pace", metavar="N", help="1: real time; 0: as fast as possible.")
    ] = None,
    agent_channel: Annotated[int, typer.Option("--agent-channel", metavar="N", help="The agent's channel.")] = 0,
    customer_channel: Annotated[
        str, typer.Option("--customer-channel", metavar="N|none", help="The customer's channel.")
    ] = "auto",
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
) -> int:
    """Play FILE through the monitor."""
    common = options.Common.of(context)
    if pace is not None and not 0 <= pace <= MOST_PACE:
        raise ConfigError(f"--pace {pace} is out of range", f"give a number from 0 to {MOST_PACE:g}")
    return run(Order(file, common.settings(), pace, agent_channel, customer_channel, events, plain))


MOST_PACE: Final = 100.0


def run(order: Order) -> int:
    """Carry out ``order``; gives the exit code."""
    from voicemon.audio.recording import RecordingSource
    from voicemon.audio.source import PacedSource, Source
    from voicemon.phrases.lexicon import chosen

    language = options.language_of(order.settings)
    on_screen = shared.on_screen(plain=order.plain, events=order.events)
    pace = order.pace if order.pace is not None else (1.0 if on_screen else 0.0)
    source: Source = RecordingSource(
        order.file,
        agent_channel=order.agent_channel,
        customer_channel=_customer(order.customer_channel),
        block_s=DASHBOARD_BLOCK_S if on_screen or pace else PLAIN_BLOCK_S,
    )
    lexicon = chosen(order.settings.phrases)
    recognizer = _recognizer(order)
    sinks: list[Sink] = []
    if order.events is not None:
        sinks.append(JsonLines(None if order.events == "-" else Path(order.events)))
    # Everything a person may have got wrong has been looked at: only now what takes long to load.
    from voicemon.session import Outcome, Replay

    stop = threading.Event()

    def analyse(source: Source, extra: list[Sink]) -> Replay:
        return Replay(source, order.settings, lexicon, language, recognizer, [*extra, *sinks])

    outcome: Outcome
    try:
        if on_screen:
            from voicemon.cli.screen import play

            outcome = play(analyse(source, []), language, order.settings.ui.frames_per_s, pace, stop)
        else:
            from voicemon.cli.lines import PlainLines

            lines: list[Sink] = [] if order.events == "-" else [PlainLines(language)]
            with interrupts(stop):
                outcome = analyse(PacedSource(source, pace) if pace else source, lines).run(stop=stop)
    finally:
        source.close()
        for sink in sinks:
            sink.close()
        if recognizer is not None:
            recognizer.close()
    return ended(outcome)


def _recognizer(order: Order) -> WhisperRecognizer | None:
    """The speech model of the settings; raises :class:`ModelError` where words are wanted and it is not there."""
    if not order.settings.asr.enabled:
        return None
    from voicemon.asr.whisper import WhisperRecognizer

    try:
        return WhisperRecognizer.from_settings(order.settings.asr)
    except ModelError as error:
        if not order.words_optional:
            raise
        print(f"voicemon: without words: {error}", file=sys.stderr)
        return None


def _customer(text: str) -> int | Literal["auto"] | None:
    if text == "auto":
        return "auto"
    if text == "none":
        return None
    if not text.isdigit():
        raise ConfigError(f"--customer-channel {text} is no channel", "give its number from 0 on, or none")
    return int(text)
