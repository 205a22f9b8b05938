"""Options that several commands share, each described once, and the settings they add up to."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any

import typer

from voicemon.errors import ConfigError
from voicemon.settings import Settings, load
from voicemon.strings import Language, resolve

Events = Annotated[
    str | None, typer.Option("--events", metavar="FILE.jsonl", help="Write events as JSON lines; - is standard output.")
]
SettingsFile = Annotated[
    Path | None, typer.Option("--settings", metavar="FILE.toml", help="Settings file.", envvar="VOICEMON_SETTINGS")
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


@dataclass(frozen=True, slots=True)
class Common:
    """The shared options of one command line."""

    settings_file: Path | None = None
    profile: str | None = None
    lexicons: tuple[Path, ...] = ()
    no_builtin_lexicon: bool = False
    calibration_offset: float | None = None
    target_level: float | None = None
    target_rate: float | None = None
    model: str | None = None
    no_asr: bool = False
    lang: str | None = None

    @classmethod
    def of(cls, context: typer.Context) -> Common:
        """The shared options among a command's parameters."""
        given = context.params
        values = {f.name: given[f.name] for f in fields(cls) if f.name in given and f.name != "lexicons"}
        return cls(**values, lexicons=tuple(given.get("lexicon") or ()))

    def settings(self) -> Settings:
        """File, environment and these options, the last winning.  Raises :class:`ConfigError`."""
        given: dict[str, dict[str, Any]] = {
            "level": {"calibration_offset_db": self.calibration_offset, "target_db": self.target_level},
            "rate": {"target_cpm": self.target_rate},
            "asr": {"model": self.model, "enabled": False if self.no_asr else None},
            "phrases": {
                "lexicons": tuple(map(str, self.lexicons)) or None,
                "builtin": False if self.no_builtin_lexicon else None,
            },
            "ui": {"language": self.lang},
        }
        overrides = {name: {k: v for k, v in keys.items() if v is not None} for name, keys in given.items()}
        if self.lang not in (None, "zh", "en"):
            raise ConfigError(f"--lang {self.lang} is not known", "use zh or en")
        return load(self.settings_file, profile=self.profile, overrides=overrides)


def language_of(settings: Settings) -> Language:
    """The language to speak: as set, else by locale."""
    return resolve(settings.ui.language, os.environ)
