"""Which of the two languages a person reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

Language = Literal["zh", "en"]

LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")

_LOCALE_VARIABLES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
"""POSIX order of precedence for the language of messages: the first one that is set and not empty decides."""


def resolve(language: str | None, environment: Mapping[str, str]) -> Language:
    """The language to speak: ``language`` where it names one of ours, else by locale, else English.

    Any Chinese locale (``zh_CN.UTF-8``, ``zh_TW``, ``zh-Hans``) gives simplified Chinese.
    """
    if language in LANGUAGES:
        return "zh" if language == "zh" else "en"
    locale = next((environment[name] for name in _LOCALE_VARIABLES if environment.get(name)), "")
    return "zh" if locale.lower().startswith("zh") else "en"
