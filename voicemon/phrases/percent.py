"""Percentages as they are spoken: 15% is 百分之十五, the sign first and the number as an amount.  Pure.

Recognisers also write half of one (百分之15): the number behind the words is an amount there too.
"""

from __future__ import annotations

import re
from typing import Final

PERCENT: Final = re.compile(r"(\d{1,4})(?:\.(\d{1,4}))?([%‰])")
"""On text with one character a piece.  Longer numbers are not percentages that anyone says."""

HALF_WRITTEN: Final = re.compile(r"(?<=([百千])分之)(\d{1,4})(?:\.(\d{1,4}))?(?![\d%‰])")
"""The number of a percentage whose sign is written in words."""

WORDS: Final = {"%": "百分之", "‰": "千分之"}
WHOLE: Final = {"%": ("100", "百"), "‰": ("1000", "千")}
"""百分之百, not 百分之一百."""

SIGNS: Final = {"百": "%", "千": "‰"}

DIGITS: Final = "零一二三四五六七八九"
PLACES: Final = ("", "十", "百", "千")


def spoken_percent(found: re.Match[str]) -> str:
    """A match of :data:`PERCENT` in words."""
    whole, decimals, sign = found.groups()
    return WORDS[sign] + _share(whole, decimals, sign)


def spoken_half(found: re.Match[str]) -> str:
    """A match of :data:`HALF_WRITTEN` in words."""
    unit, whole, decimals = found.groups()
    return _share(whole, decimals, SIGNS[unit])


def _share(whole: str, decimals: str | None, sign: str) -> str:
    number, word = WHOLE[sign]
    if whole == number and decimals is None:
        return word
    point = "" if decimals is None else "点" + "".join(DIGITS[int(d)] for d in decimals)
    return amount(int(whole)) + point


def amount(number: int) -> str:
    """0 to 9999 as an amount: 15 十五, 105 一百零五, 110 一百一十."""
    if number == 0:
        return DIGITS[0]
    said, skipped = "", False
    digits = str(number)
    for place, digit in zip(range(len(digits) - 1, -1, -1), digits, strict=True):
        if digit == "0":
            skipped = True
            continue
        said += ("零" if skipped else "") + DIGITS[int(digit)] + PLACES[place]
        skipped = False
    return said.removeprefix("一") if 10 <= number < 20 else said
