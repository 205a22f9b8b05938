"""From token times to character times (pure).

A token of Whisper's byte-level vocabulary may be a part of a Chinese character or several characters.  Time is spread
evenly over a token's bytes, so that each character gets the stretch of its own bytes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final

import numpy as np
import zhconv

from voicemon.types import CharTime

Span = tuple[float, float]

DECIMAL_POINTS: Final = ".．"

ALIGN_STEP_S: Final = 0.02
"""The encoder halves the frames of 10 ms."""


def decode(data: bytes) -> list[tuple[str, int, int]]:
    """Characters of UTF-8 ``data`` with their byte ranges; bytes that make no character (a cut one) are left out."""
    found: list[tuple[str, int, int]] = []
    position = 0
    while position < len(data):
        length = _sequence_length(data[position])
        try:
            found.append((data[position : position + length].decode("utf-8"), position, position + length))
            position += length
        except UnicodeDecodeError:
            position += 1
    return found


def _sequence_length(lead: int) -> int:
    return 1 if lead < 0xC0 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4


def to_simplified(text: str) -> str:
    """``text`` in simplified script, of the same length.

    Script only (``zh-hans``): the regional conversion would also exchange words, and so claim what was not said.
    """
    converted: str = zhconv.convert(text, "zh-hans")
    if len(converted) == len(text):
        return converted
    singly = (zhconv.convert(c, "zh-hans") for c in text)
    return "".join(s if len(s) == 1 else c for c, s in zip(text, singly, strict=True))


def is_spoken(char: str) -> bool:
    """Whether a character is pronounced: a letter, a digit, or a sign that is read aloud (%, ℃, …); not punctuation."""
    return unicodedata.category(char)[0] in "LN" or char in "%％℃°＋+＝=￥$€"


def spread(characters: Sequence[tuple[str, int, int]], byte_ends: Sequence[int], bounds: Sequence[float]) -> list[Span]:
    """Time spans of ``characters`` by linear interpolation over bytes.

    ``byte_ends``: where each token ends in bytes; ``bounds``: the token borders in seconds, one more than tokens.
    """
    at = [0, *byte_ends]
    starts = np.interp([b for _, b, _ in characters], at, bounds)
    ends = np.interp([e for _, _, e in characters], at, bounds)
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def clamp(span: Span, voiced: Sequence[Span]) -> Span:
    """``span`` drawn in to the speech: Whisper stretches characters over the silence before and after them.

    A span that lies wholly in a silence becomes the nearest edge of speech.  Without ``voiced`` it stays as it is.
    """
    start, end = span
    touching = [(a, b) for a, b in voiced if a < end and b > start]
    if touching:
        return max(start, touching[0][0]), min(end, touching[-1][1])
    if not voiced:
        return span
    middle = (start + end) / 2
    edge = min((e for pair in voiced for e in pair), key=lambda e: abs(e - middle))
    return edge, edge


def place(characters: Sequence[str], spans: Sequence[Span], job: Span, voiced: Sequence[Span]) -> tuple[CharTime, ...]:
    """Spoken characters with times inside the ``job`` and its speech, in order: no start or end runs backwards."""
    placed: list[CharTime] = []
    low = job[0]
    for index, (char, span) in enumerate(zip(characters, spans, strict=True)):
        if not (is_spoken(char) or _is_decimal_point(characters, index)):
            continue
        start, end = clamp(span, voiced)
        start = min(max(start, low), job[1])
        end = min(max(end, start), job[1])
        placed.append(CharTime(char, start, end))
        low = start
    return tuple(placed)


def _is_decimal_point(characters: Sequence[str], index: int) -> bool:
    """1.2 is read 一点二."""
    around = characters[index - 1 : index], characters[index + 1 : index + 2]
    return index > 0 and characters[index] in DECIMAL_POINTS and all(c and c[0].isdecimal() for c in around)


def token_bounds(aligned: Sequence[tuple[int, int]], n_tokens: int, duration_s: float) -> list[float]:
    """Borders of the tokens in seconds from the job's start, ``n_tokens`` + 1 of them.

    ``aligned``: the warping path as (token, encoder frame) pairs; a token begins where the path reaches it.
    """
    begins: dict[int, float] = {}
    for token, frame in aligned:
        begins.setdefault(token, frame * ALIGN_STEP_S)
    bounds = [begins.get(i, duration_s) for i in range(n_tokens + 1)]
    return [min(b, duration_s) for b in bounds]
