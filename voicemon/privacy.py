"""Numbers that could name a person are masked in whatever is stored.  Pure text in, text out.

A telephone, card, identity or order number is four digits or more, however a recogniser writes it: ``13800138000``,
``138 0013-8000``, full width, ``一三八零零一三八``, with ``X`` at the end of an identity number.  What separates digits
does not hide a number: blanks, signs, invisible characters, words that a speaker fills in while dictating.
Shorter figures (24小时, 3%) stay, and so do decimals and times of day that stand alone (71.5, 10:30, 9:00-18:00):
figures of service and measurement.  In doubt a text is masked: a figure too few does no harm in a history.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

MARK: Final = "****"
"""Always four, whatever it stands for: the length of a number is part of it."""

FEWEST_DIGITS: Final = 4
"""The last four digits of a card or telephone already point to a person; three do not."""

_CHINESE_DIGITS: Final = frozenset("〇零○一二三四五六七八九幺两兩壹贰叁肆伍陆柒捌玖貳參叄弍陸廿卅洞拐勾")
"""Formal ones too, and those said over a bad line: 洞 0, 幺 1, 拐 7, 勾 9."""

_CHINESE_UNITS: Final = frozenset("十百千万亿萬億拾佰仟")
_CHECK_LETTERS: Final = frozenset("xXｘＸ×叉")
"""The last place of an identity number, and how it is said."""

_NO_SEPARATORS: Final = frozenset("%％‰*")
"""The star is our own mark; a percentage is a figure of its own."""

_SEPARATOR_CATEGORIES: Final = frozenset(
    ["Zs", "Zl", "Zp", "Cc", "Cf", "Mn", "Me", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sk", "So"]
)
"""Unicode's: blanks, controls, marks, punctuation and symbols, but not those of currency."""

_ONE_DIGIT: Final = r"[\d〇零一二两三四五六七八九]"
_FILLERS: Final = re.compile(rf"[嗯呃额啊唔哦噢诶欸双杠]|然后|那个|这个|就是|空格|(?<={_ONE_DIGIT})个(?={_ONE_DIGIT})")
"""What is said between the digits of one number: 一三八嗯零零一, 双零, 三个八."""

_RUN: Final = re.compile(r"D(?:[SU.:]*D)*(?:S*X(?![LXD*]))?")
"""On the classes of :func:`_class_of`: digits with whatever may stand between them, and a check letter; one before a
number (or the mark in its place) belongs to that."""

_PLAIN: Final = re.compile(r"D{1,3}\.D{1,2}|D{1,2}:DD(?::DD)?(?:S{1,3}D{1,2}:DD(?::DD)?)?")
"""A decimal, a time of day, a span of times."""

_COMMAS: Final = ",，、;；"
_COUNTED: Final = re.compile(r"\s*(?:小时|分钟|秒|天|周|个|次|元|块|折|岁|年|月|日|位|%|％|dB|char)")
"""What makes the last figure behind a comma one of its own: 13800138000，24小时."""

_CACHED_CHARACTERS: Final = 16_384


def mask(text: str) -> str:
    """``text`` with every number of four digits or more replaced by :data:`MARK`; idempotent."""
    parts: list[str] = []
    done = 0
    for start, end in spans(text):
        parts += [text[done:start], MARK]
        done = end
    return "".join([*parts, text[done:]])


def spans(text: str) -> tuple[tuple[int, int], ...]:
    """Where ``text`` has to be masked: (first, one past the last) index of each number, in order, apart."""
    classes = _classes_of(text)
    found = ((run.start(), _end_of_number(text, classes, run)) for run in _RUN.finditer(classes))
    return tuple((start, end) for start, end in found if _names_someone(classes[start:end]))


def mask_values(value: Any) -> Any:
    """A JSON value with all its texts masked, keys of objects included; figures are left as they are."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        return {mask(str(key)): mask_values(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [mask_values(item) for item in value]
    return value


def _end_of_number(text: str, classes: str, run: re.Match[str]) -> int:
    """Where ``run`` ends once a short figure of its own behind its last comma is left off."""
    comma = max(text.rfind(sign, run.start(), run.end()) for sign in _COMMAS)
    if comma < 0 or _digits(classes[comma : run.end()]) >= FEWEST_DIGITS or not _COUNTED.match(text, run.end()):
        return run.end()
    return run.start() + len(classes[run.start() : comma].rstrip("SU.:"))


def _digits(classes: str) -> int:
    return classes.count("D") + classes.count("X")


def _names_someone(run: str) -> bool:
    return _digits(run) >= FEWEST_DIGITS and _PLAIN.fullmatch(run) is None


def _classes_of(text: str) -> str:
    """A letter of :func:`_class_of` for each character; fillers are separators."""
    classes = list(map(_class_of, text))
    for filler in _FILLERS.finditer(text):
        classes[filler.start() : filler.end()] = "S" * (filler.end() - filler.start())
    return "".join(classes)


@lru_cache(maxsize=_CACHED_CHARACTERS)
def _class_of(char: str) -> str:
    """What ``char`` may be to a number: Digit, Unit, X, ``.``, ``:``, Separator, star, Letter or other, by one
    letter."""
    if char in _CHINESE_DIGITS or unicodedata.digit(char, None) is not None:
        return "D"
    for name, members in (("U", _CHINESE_UNITS), ("X", _CHECK_LETTERS), (".", ".．"), (":", ":："), ("*", "*")):
        if char in members:
            return name
    if char not in _NO_SEPARATORS and unicodedata.category(char) in _SEPARATOR_CATEGORIES:
        return "S"
    return "L" if "a" <= unicodedata.normalize("NFKC", char).lower() <= "z" else "o"
