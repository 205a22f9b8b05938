"""An alert's message in the reader's language, made anew from the figures in the message that was stored."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from voicemon.strings.alerts import RULES, message_template
from voicemon.strings.language import LANGUAGES, Language
from voicemon.strings.template import fill

_PIECE: Final = re.compile(r"\[([^\[\]]*)\]|\{(\w+)\}")


def retold(rule: str, message: str, language: Language) -> str:
    """``message``, which an alert of ``rule`` was told with, in ``language``.

    What was not written by a sentence of this version (another version's rule or wording) stays as it is.
    """
    if rule not in RULES or _matcher(rule, language).fullmatch(message):
        return message
    for other in LANGUAGES:
        if found := _matcher(rule, other).fullmatch(message):
            figures = {name: value for name, value in found.groupdict().items() if value is not None}
            return fill(message_template(rule, language), figures)
    return message


@lru_cache(maxsize=2 * len(RULES))
def _matcher(rule: str, language: Language) -> re.Pattern[str]:
    """What every message of ``rule`` in ``language`` looks like, its figures as groups."""
    return re.compile(_pattern(message_template(rule, language)), re.DOTALL)


def _pattern(template: str) -> str:
    """``template`` (see :func:`~voicemon.strings.template.fill`) as a regular expression."""
    parts, at = [], 0
    for piece in _PIECE.finditer(template):
        parts.append(re.escape(template[at : piece.start()]))
        optional, slot = piece.groups()
        if slot is not None:
            parts.append(f"(?P<{slot}>.+?)")
        else:
            part, _, otherwise = optional.partition("|")
            parts.append(f"(?:{_pattern(part)}|{re.escape(otherwise)})")
        at = piece.end()
    return "".join([*parts, re.escape(template[at:])])
