"""Numbers in a lexicon's sentences, which recognisers write in digits or in words: 20分钟 or 二十分钟.

Text that was heard is read digit by digit, since nothing in it tells an amount from a telephone number.  So a sentence
with a number is searched for both ways.  Pure.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from voicemon.phrases.percent import DIGITS, PLACES, amount

WRITTEN: Final = re.compile(r"(?<![\d.])[1-9]\d{1,3}(?![\d.%‰])")
"""Digits that may be an amount; single ones are read alike, longer numbers are read digit by digit."""

IN_WORDS: Final = re.compile("(?<!分之)[一二三四五六七八九十百千零]{2,}")
"""But not percentages: heard ones are read as amounts."""

_NUMERAL: Final = "零一二三四五六七八九十百千"
_PLACED: Final = re.compile("([一二三四五六七八九])?([十百千])")


def other_readings(spoken: str, original: str) -> tuple[str, ...]:
    """Normalised ``spoken`` as it reads where a recogniser writes its numbers the other way; empty without numbers.

    ``original`` tells which of its numerals were written as digits: those of 三四天 are no number 34.
    """
    as_amounts = spoken
    for digits in WRITTEN.findall(unicodedata.normalize("NFKC", original)):
        alone = rf"(?<![{_NUMERAL}]){_digit_by_digit(digits)}(?![{_NUMERAL}])"
        as_amounts = re.sub(alone, amount(int(digits)), as_amounts)
    as_digits = IN_WORDS.sub(_as_digits, spoken)
    return tuple(text for text in dict.fromkeys((as_amounts, as_digits)) if text != spoken)


def value(words: str) -> int | None:
    """The number that ``words`` are the amount of (二十 is 20), or ``None`` where they are none that is said so."""
    placed = _PLACED.findall(words)
    total = sum((DIGITS.index(digit) if digit else 1) * 10 ** PLACES.index(place) for digit, place in placed)
    total += max(0, DIGITS.find(words[-1]))
    return total if placed and amount(total) == words else None


def _as_digits(words: re.Match[str]) -> str:
    number = value(words[0])
    return words[0] if number is None else _digit_by_digit(str(number))


def _digit_by_digit(digits: str) -> str:
    return "".join(DIGITS[int(digit)] for digit in digits)
