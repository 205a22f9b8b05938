"""Sentences with parts that stand only where their figures are known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from voicemon.strings.language import Language


class Pair(NamedTuple):
    """One sentence in both languages: a table of pairs cannot lack a translation."""

    zh: str
    en: str

    def get(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


_OPTIONAL: Final = re.compile(r"\[([^\[\]]*)\]")
_SLOT: Final = re.compile(r"\{(\w+)\}")


def fill(template: str, figures: Mapping[str, str]) -> str:
    """``template`` with its ``{name}`` slots filled from ``figures``.

    A part in square brackets is left out as a whole when one of its figures is missing, or gives way to what stands
    behind a bar in it: ``[say: {better}|put it another way]``.  A slot outside brackets must be there
    (:class:`KeyError` otherwise: that is a defect of the caller, not of the call).
    """

    def optional(match: re.Match[str]) -> str:
        part, _, otherwise = match.group(1).partition("|")
        return part if all(name in figures for name in _SLOT.findall(part)) else otherwise

    chosen = _OPTIONAL.sub(optional, template)
    return _SLOT.sub(lambda match: figures[match.group(1)], chosen)


def slots(template: str) -> frozenset[str]:
    """The names of all figures that ``template`` may show."""
    return frozenset(_SLOT.findall(template))
