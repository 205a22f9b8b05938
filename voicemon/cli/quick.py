"""The plain command lines of ``voicemon live`` read without Typer, whose import takes a quarter of a second.

The first meter has to be on screen within a second of the start.  Typer describes the options (:mod:`.live`) and has
the last word: whatever is not plain here (help, a mistake, a value that needs judging) is left to it altogether.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

COMMAND: Final = "live"

FLAGS: Final = frozenset({"--no-builtin-lexicon", "--no-asr", "--plain", "--keep-text", "--no-history", "--control"})
TEXTS: Final = frozenset({"--device", "--host-api", "--customer-device", "--events", "--profile", "--model", "--lang"})
NUMBERS: Final = frozenset({"--calibration-offset", "--target-level", "--target-rate"})
FILES: Final = frozenset({"--settings", "--lexicon", "--record"})

NAMES: Final = {"--settings": "settings_file"}
"""Parameters that are not called as their options are."""

MANY: Final = "--lexicon"
"""It may be repeated; of all others the last one counts."""

SETTINGS_VARIABLE: Final = "VOICEMON_SETTINGS"
"""Stands in for ``--settings`` where that is not given; empty, it is as good as not set."""

_NUMBER: Final = re.compile(r"-?\d{1,6}(\.\d{1,6})?", re.ASCII)
_EXPANDED_ON_WINDOWS: Final = frozenset("*?[~$%")


def parameters(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> dict[str, Any] | None:
    """What Typer would hand to the command, without those that were not given; ``None``: let Typer see to it."""
    if not arguments or arguments[0] != COMMAND:
        return None
    settings = environment.get(SETTINGS_VARIABLE)
    given: dict[str, Any] = {}
    rest = iter(("--settings", settings, *arguments[1:]) if settings else arguments[1:])
    for option in rest:
        value = True if option in FLAGS else _value(option, next(rest, ""))
        if value is None:
            return None
        name = NAMES.get(option, option.removeprefix("--").replace("-", "_"))
        given[name] = [*given.get(name, ()), value] if option == MANY else value
    return given


def _value(option: str, text: str) -> str | float | Path | None:
    """``None`` where it is not plain what it means."""
    if option in NUMBERS:
        return float(text) if _NUMBER.fullmatch(text) else None
    # A text that begins with a dash is more likely a forgotten value; one that does not print may not be Unicode.
    if not text or text.startswith("-") or not text.isprintable():
        return None
    if os.name == "nt" and not _EXPANDED_ON_WINDOWS.isdisjoint(text):
        return None
    if option in FILES:
        return Path(text) if os.access(text, os.R_OK) or not os.path.exists(text) else None
    return text if option in TEXTS else None
