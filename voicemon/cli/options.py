"""Options that several commands share, each described once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Final

import typer

from voicemon.cli.common import Common, language_of
from voicemon.strings import Language

__all__ = [
    "Common",
    "Events",
    "Lang",
    "Lexicons",
    "Model",
    "NoAsr",
    "NoBuiltin",
    "Offset",
    "Plain",
    "Profile",
    "SettingsFile",
    "TargetLevel",
    "TargetRate",
    "language_of",
    "spoken",
]

SETTINGS_VARIABLE: Final = "VOICEMON_SETTINGS"

Events = Annotated[
    str | None, typer.Option("--events", metavar="FILE.jsonl", help="Write events as JSON lines; - is standard output.")
]
SettingsFile = Annotated[
    Path | None, typer.Option("--settings", metavar="FILE.toml", help="Settings file.", envvar=SETTINGS_VARIABLE)
]
Profile = Annotated[
    str | None, typer.Option("--profile", metavar="NAME", help="A [profiles.NAME] of the settings file.")
]
Lexicons = Annotated[
    list[Path] | None,
    typer.Option("--lexicon", metavar="FILE.yaml", help="A lexicon added to the built-in one; may be repeated."),
]
NoBuiltin = Annotated[bool, typer.Option("--no-builtin-lexicon", help="Leave the built-in lexicon out.")]
Offset = Annotated[
    float | None, typer.Option("--calibration-offset", metavar="DB", help="SPL = dBFS(RMS) + DB, where it is known.")
]
TargetLevel = Annotated[float | None, typer.Option("--target-level", metavar="DB", help="Level target in dB(A).")]
TargetRate = Annotated[
    float | None, typer.Option("--target-rate", metavar="CPM", help="Rate target in characters a minute.")
]
Model = Annotated[str | None, typer.Option("--model", metavar="NAME_OR_DIR", help="Speech model.")]
NoAsr = Annotated[bool, typer.Option("--no-asr", help="No speech recognition: meters, silence and turns only.")]
Lang = Annotated[str | None, typer.Option("--lang", metavar="zh|en", help="Language of screen and messages.")]
Plain = Annotated[bool, typer.Option("--plain", help="One line an alert, no live screen.")]


def spoken(lang: str | None) -> Language:
    """The language of a command without other settings: after ``--lang``, else by settings file, else by locale."""
    name = os.environ.get(SETTINGS_VARIABLE)
    return language_of(Common(lang=lang, settings_file=Path(name) if name else None).settings())
