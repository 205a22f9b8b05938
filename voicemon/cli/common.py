"""What the commands share besides the description of their options: the settings those add up to, the language."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voicemon.errors import ConfigError
from voicemon.settings import Settings, load
from voicemon.strings import Language, resolve

if TYPE_CHECKING:
    import typer


def on_screen(*, plain: bool, events: str | None) -> bool:
    """Whether the dashboard is to be drawn: on a terminal that nothing else is written to."""
    # Without a console (pythonw) there is no standard output at all.
    return sys.stdout is not None and sys.stdout.isatty() and not plain and events != "-"


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
        return cls.among(context.params)

    @classmethod
    def among(cls, given: Mapping[str, Any]) -> Common:
        """The shared options among parameters, by name; those that are not there were not given."""
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
