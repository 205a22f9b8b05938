"""Lexicon notation → spoken patterns: slots for free words, alternatives, the short form derived from a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Final

from voicemon.phrases.align import WILDCARD
from voicemon.phrases.normalise import normalise
from voicemon.phrases.numbers import other_readings

SLOTS: Final[Mapping[str, int]] = {"SURNAME": 2, "NAME": 3, "COMPANY": 10, "NUM": 8, "HOURS": 4}
"""Slots and the most syllables each may take; every one of them is optional."""

SLOT: Final = re.compile(r"\{([^{}]*)\}")
ALTERNATIVE: Final = "|"
MAX_VARIANTS: Final = 16
"""Alternatives multiply; beyond this a line is a grammar, not a phrase."""

ALIKE: Final = (
    ("您", "你", "他", "她", "它", "我", "咱", "您们", "你们", "他们", "她们", "我们", "咱们"),
    ("先生", "女士", "小姐", "太太", "同志", "老师"),
    ("吗", "嘛", "么", "呢", "吧", "啊", "呀", "啦"),
)
"""Words that manuals set beside one another with a stroke."""

HALVES_DIFFER: Final = 1.5
"""Two halves of a sentence differ in length by this factor at most; 先生/女士您真难伺候 is one word against four."""

SENTENCE: Final = 3
"""Syllables from which a line is a sentence: none of its alternatives can be a single syllable."""

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
    ``original`` where it has one.  Otherwise the alternatives are whole lines.  A line with numbers is followed by
    what it reads as where they are written the other way.  Raises :class:`TemplateError`.
    """
    spoken = _chosen(normalised, original) if set("{}|").intersection(normalised) else (normalised,)
    numbered = tuple(other for text in spoken for other in other_readings(text, original))
    return spoken if len(spoken) + len(numbered) > MAX_VARIANTS else (*spoken, *numbered)


def _chosen(normalised: str, original: str) -> tuple[str, ...]:
    """The variants with each alternative chosen and slots as wildcards."""
    check(normalised)
    variants = [normalised]
    for lefts, right in _pairs(original, normalised.count(ALTERNATIVE)):
        variants = [chosen for text in variants for chosen in _choose(text, lefts, right)]
    variants = [part for text in variants for part in text.split(ALTERNATIVE)]
    spoken = tuple(dict.fromkeys(filter(None, (_with_wildcards(v) for v in variants))))
    if len(spoken) > MAX_VARIANTS:
        raise TemplateError(f"{len(spoken)} alternatives are more than {MAX_VARIANTS}")
    counts = [sum(char != WILDCARD for char in text) for text in spoken]
    if min(counts, default=0) < 2 and max(counts, default=0) >= SENTENCE:
        raise TemplateError(f"one alternative would be {spoken[counts.index(min(counts))]!r} alone")
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


def _pairs(original: str, count: int) -> list[tuple[tuple[str, ...], str]]:
    """For each ``/`` in ``original`` what may stand left of it and what stands right of it in its place."""
    found: list[tuple[tuple[str, ...], str]] = []
    for clause in _CLAUSE_END.split(_BLANKS.sub("", _ASIDE.sub("", original))):
        parts = [_spoken_pieces(part) for part in clause.split("/")]
        row: tuple[str, ...] = ()
        for left, right in pairwise(parts):
            if left[-1] and right[0]:
                ends, begins = _interchangeable(left[-1], right[0])
                row = (ends, *row)
                found.append((row, begins))
    return found[:count]


def _spoken_pieces(text: str) -> list[str]:
    """What is spoken before, between and behind the slots of ``text``."""
    return [normalise(piece).text for piece in SLOT.split(text)[::2]]


def _interchangeable(left: str, right: str) -> tuple[str, str]:
    """The end of ``left`` and the beginning of ``right`` that are alternatives.

    A pair of words of the same kind, as in 跟您/你没关系 and 先生/女士请稍等; or two halves of about the same length,
    谢谢您的来电/欢迎再次致电; otherwise the shorter is a word, and as much of the longer, as in 太慢/贵了.
    """
    for words in ALIKE:
        ends = max((word for word in words if left.endswith(word)), key=len, default="")
        begins = max((word for word in words if right.startswith(word)), key=len, default="")
        if ends and begins:
            return ends, begins
    short, long = sorted((len(left), len(right)))
    if long <= HALVES_DIFFER * short:
        return left, right
    return left[-short:], right[:short]


def _choose(text: str, lefts: tuple[str, ...], right: str) -> list[str]:
    """``text`` with its first ``|`` resolved both ways; unchanged where ``right`` and no ``lefts`` are beside it."""
    head, bar, tail = text.partition(ALTERNATIVE)
    after = re.match(rf"(\{{[^{{}}]*\}})?{re.escape(right)}", tail)
    ends = (left[i:] for left in lefts for i in range(len(left)) if head.endswith(left[i:]))
    common = max(ends, key=len, default="")
    before = re.search(rf"(\{{[^{{}}]*\}})?{re.escape(common)}$", head) if common else None
    if not bar or after is None or before is None:
        return [text]
    kept = before.start() if after[1] else before.start() + len(before[1] or "")  # a slot before both is of both
    return [head + tail[after.end() :], head[:kept] + tail]
