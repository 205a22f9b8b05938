"""Lexicon notation → spoken patterns: slots for free words, alternatives, the short form derived from a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Final

from voicemon.phrases.align import WILDCARD
from voicemon.phrases.normalise import normalise

SLOTS: Final[Mapping[str, int]] = {"SURNAME": 2, "NAME": 3, "COMPANY": 10, "NUM": 8, "HOURS": 4}
"""Slots and the most syllables each may take; every one of them is optional."""

SLOT: Final = re.compile(r"\{([^{}]*)\}")
ALTERNATIVE: Final = "|"
MAX_VARIANTS: Final = 16
"""Alternatives multiply; beyond this a line is a grammar, not a phrase."""

_BLANKS: Final = re.compile(r"×+|[XY]{2,}")
"""How manuals print a place to be filled in."""
_CLAUSE_END: Final = re.compile(r"[^\w{}/|×()()]+")
_ASIDE: Final = re.compile(r"[((][^()()]*[))]")


class TemplateError(ValueError):
    """Notation that cannot be read; the message is one clause."""


def derive(original: str) -> str:
    """The normalised form of a sentence as written: no punctuation, slots kept, ``/`` between words an alternative."""
    text = _BLANKS.sub("{NUM}", _ASIDE.sub("", original))
    return ALTERNATIVE.join(_spoken(part) for part in text.replace("/", ALTERNATIVE).split(ALTERNATIVE))


def clauses(original: str) -> tuple[str, ...]:
    """The sentence's clauses between punctuation marks and alternatives, each spoken, without slots."""
    written = (piece for part in _CLAUSE_END.split(_BLANKS.sub("", original)) for piece in part.split("/"))
    parts = (normalise(SLOT.sub("", part)).text for part in written)
    return tuple(part for part in parts if part)


def expand(normalised: str, original: str) -> tuple[str, ...]:
    """All spoken variants of a template, slots as runs of wildcards.

    A bare ``|`` says that there are alternatives but not how far they reach; that is taken from the ``/`` in
    ``original`` where it has one.  Otherwise the alternatives are whole lines.  Raises :class:`TemplateError`.
    """
    if not set("{}|").intersection(normalised):
        return (normalised,)
    check(normalised)
    variants = [normalised]
    for left, right in _pairs(original, normalised.count(ALTERNATIVE)):
        variants = [chosen for text in variants for chosen in _choose(text, left, right)]
    variants = [part for text in variants for part in text.split(ALTERNATIVE)]
    spoken = tuple(dict.fromkeys(filter(None, (_with_wildcards(v) for v in variants))))
    if len(spoken) > MAX_VARIANTS:
        raise TemplateError(f"{len(spoken)} alternatives are more than {MAX_VARIANTS}")
    return spoken


def check(template: str) -> None:
    """Raise :class:`TemplateError` for slots that are not known and braces that do not match."""
    for name in SLOT.findall(template):
        if name not in SLOTS:
            raise TemplateError(f"slot {{{name}}} is not known: use {', '.join(f'{{{s}}}' for s in SLOTS)}")
    if set("{}") & set(SLOT.sub("", template)):
        raise TemplateError("a brace without its partner")


def _spoken(text: str) -> str:
    """``text`` normalised between its slots."""
    pieces = SLOT.split(text)  # text, slot, text, slot, … text
    return "".join(f"{{{p}}}" if i % 2 else normalise(p).text for i, p in enumerate(pieces))


def _with_wildcards(text: str) -> str:
    pieces = SLOT.split(text)
    return "".join(WILDCARD * SLOTS[p] if i % 2 else normalise(p).text for i, p in enumerate(pieces))


def _pairs(original: str, count: int) -> list[tuple[str, str]]:
    """The words left and right of each ``/`` in ``original``, as far as their clause reaches; at most ``count``."""
    found = []
    for clause in _CLAUSE_END.split(_BLANKS.sub("", _ASIDE.sub("", original))):
        parts = [normalise(SLOT.sub("", part)).text for part in clause.split("/")]
        found += [(a, b) for a, b in pairwise(parts) if a and b]
    return found[:count]


def _choose(text: str, left: str, right: str) -> list[str]:
    """``text`` with its first ``|`` resolved both ways, or unchanged where ``left`` and ``right`` are not beside it."""
    head, bar, tail = text.partition(ALTERNATIVE)
    after = re.match(rf"(?:\{{[^{{}}]*\}})?{re.escape(right)}", tail)
    common = next((left[i:] for i in range(len(left)) if head.endswith(left[i:])), "")
    before = re.search(rf"(?:\{{[^{{}}]*\}})?{re.escape(common)}$", head) if common else None
    if not bar or after is None or before is None:
        return [text]
    return [head + tail[after.end() :], head[: before.start()] + tail]
