"""``voicemon live``: the agent's sidecar.  Plain command lines reach it by a shorter way (:mod:`.quick`)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voicemon.cli import options


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
    customer_device: Annotated[
        str | None,
        typer.Option(
            "--customer-device",
            metavar="NAME",
            help="Where the customer is heard: a loopback or monitor device, or --device again for its second channel.",
        ),
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
    no_history: Annotated[bool, typer.Option("--no-history", help="Leave these calls out of the history.")] = False,
    record: Annotated[
        Path | None,
        typer.Option(
            "--record", metavar="DIR", help="Record the calls' sound there; deleted after [record] keep_days."
        ),
    ] = None,
    control: Annotated[
        bool, typer.Option("--control", help="Let voicemon call start and end calls, through a local socket.")
    ] = False,
) -> int:
    """Listen to the agent's headset until stopped."""
    from voicemon.cli.listening import run
    from voicemon.cli.live_order import order_of

    return run(order_of(context.params))
