"""Written text as it is spoken: one simplified character or letter a syllable, each with its place in the original.

Recognisers write numbers, percent signs, full-width letters and Traditional characters as they like; matching and
counting need what the mouth did.  All functions are pure.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from voicemon.phrases.percent import HALF_WRITTEN, PERCENT, spoken_half, spoken_percent

DIGITS: Final = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
"""Digits are read one by one: exact for numbers of telephones and orders, one or two short for amounts."""

SYMBOLS: Final = {"%": "百分之", "‰": "千分之", "°": "度", "+": "加", "=": "等于", "&": "和", "@": "at"}
"""Signs that are spoken, with the words they are spoken as."""

DECIMAL_POINT: Final = "点"

VARIANTS: Final = dict(zip("妳麽麼嚒甚祂〇乾著幺", "你么么么什他零干着一", strict=True))
"""Forms that recognisers mix in and that a per-character conversion leaves or sends elsewhere; 幺 is the 1 of numbers
read digit by digit, which recognisers write as a digit."""

STILL_CONVERTED: Final = frozenset("「」『』乾谘菸薹拚捱摺吒後徵夥馀渖甯榘於钜镟锺麴醣醯麽")
"""All characters of GB 2312, the character set of simplified Chinese, that the table of conversions changes."""

CACHED_CHARACTERS: Final = 16_384
"""More than the characters of everyday Chinese, and bounded."""


@dataclass(frozen=True, slots=True)
class Normalised:
    """``text`` with one character a syllable; ``origin[i]`` is the index in the original that ``text[i]`` came from."""

    text: str
    origin: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.text)


def normalise(text: str) -> Normalised:
    """``text`` as spoken: NFKC, simplified, digits and signs as words, letters in lower case, the rest left out."""
    return normalise_pieces(text)


def normalise_pieces(pieces: Sequence[str]) -> Normalised:
    """The same for pieces written one after the other; ``origin`` counts pieces (of a text: its characters)."""
    written = [(char, index) for index, piece in enumerate(pieces) for char in unicodedata.normalize("NFKC", piece)]
    text = "".join(char for char, _ in written)
    percentages = _percentages(text)
    spoken: list[str] = []
    origin: list[int] = []
    for at, (char, index) in enumerate(written):
        said = percentages.get(at)
        if said is None:
            said = DECIMAL_POINT if char == "." and _between_digits(text, at) else _spoken(char)
        spoken.append(said)
        origin.extend([index] * len(said))
    return Normalised("".join(spoken), tuple(origin))


def spoken_syllables(text: str) -> int:
    """How many syllables ``text`` was said with, for the speech rate: Han 1, digit 1, letter 1, 15% 5 (百分之十五).

    Retroflex 儿 counts as a character of its own: the rate is in characters a minute.
    """
    return len(normalise(text))


def simplified(text: str) -> str:
    """``text`` with each Traditional character replaced by its simplified form; the length stays."""
    return "".join(_simplified(c) for c in text)


def _percentages(text: str) -> dict[int, str]:
    """What the characters of percentages are spoken as: the words in order, shared out evenly."""
    said: dict[int, str] = {}
    for pattern, spoken in ((PERCENT, spoken_percent), (HALF_WRITTEN, spoken_half)):
        for found in pattern.finditer(text):
            words, first, count = spoken(found), found.start(), found.end() - found.start()
            bounds = [round(i * len(words) / count) for i in range(count + 1)]
            said |= {first + i: words[bounds[i] : bounds[i + 1]] for i in range(count)}
    return said


def _between_digits(text: str, at: int) -> bool:
    return text[at - 1 : at].isdecimal() and text[at + 1 : at + 2].isdecimal()


@lru_cache(maxsize=CACHED_CHARACTERS)
def _spoken(char: str) -> str:
    """The syllables of one NFKC character: none for punctuation, blanks and what is not spoken."""
    if char.isdecimal():
        return DIGITS[str(unicodedata.digit(char))]
    if char in SYMBOLS:
        return SYMBOLS[char]
    if "a" <= char.lower() <= "z":
        return char.lower()
    if char == "〇" or unicodedata.category(char) == "Lo":
        return _simplified(char)
    return ""


@lru_cache(maxsize=CACHED_CHARACTERS)
def _simplified(char: str) -> str:
    if char in VARIANTS:
        return VARIANTS[char]
    if ord(char) < 0x2E80:  # before the first CJK block there is nothing to convert
        return char
    if _plain(char):
        return char
    import zhconv

    changed: str = zhconv.convert(char, "zh-hans")
    return changed if len(changed) == 1 else char


def _plain(char: str) -> bool:
    """Certainly simplified: in GB 2312, and not one of the few that are simplified further.

    Spares the recogniser's start, or a lexicon's loading, the table of conversions where there is nothing to convert.
    """
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return char not in STILL_CONVERTED
