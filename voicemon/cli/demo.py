"""``voicemon demo``: the bundled sample call, everything on."""

from __future__ import annotations

from typing import Annotated

import typer

from voicemon.cli import options
from voicemon.cli.replay import Order, run


def register(app: typer.Typer) -> None:
    app.command("demo", help="Play the bundled sample call, everything on.")(demo)


def demo(
    pace: Annotated[
        float | None, typer.Option("--pace", metavar="N", help="1: real time; 0: as fast as possible.")
    ] = None,
    events: options.Events = None,
    model: options.Model = None,
    no_asr: options.NoAsr = False,
    lang: options.Lang = None,
    plain: options.Plain = False,
) -> int:
    """Play the bundled sample call."""
    from voicemon import demo as sample

    common = options.Common(
        calibration_offset=sample.CALIBRATION_OFFSET_DB,
        target_level=sample.TARGET_LEVEL_DB,
        model=model,
        no_asr=no_asr,
        lang=lang,
    )
    return run(Order(sample.CALL, common.settings(), pace, events=events, plain=plain, words_optional=model is None))
