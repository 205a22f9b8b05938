"""The help that `?` lays over the panels: the keys, and what the figures mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from voicemon.strings import Language, text
from voicemon.ui.panels import keycap
from voicemon.ui.rows import EMPTY, Ink, Row, Span, box, row_width, wrap

_MEANINGS: Final = ("help_level", "help_calibration", "help_rate", "help_turns", "help_captions", "help_none")
_KEY_CELLS: Final = 7
_LINES_PER_MEANING: Final = 4


def help_box(keys: Sequence[str], language: Language, width: int, height: int) -> list[Row]:
    """Exactly ``height`` rows; keys in two columns, meanings below, what does not fit is left out from the end."""
    inner = max(4, width - 4)
    lines: list[Row] = [*_keys(keys, language, inner), EMPTY]
    for key in _MEANINGS:
        lines += [tuple(line) for line in wrap((Span(_meaning(key, keys, language)),), inner, _LINES_PER_MEANING)]
    lines = lines[: max(0, height - 2)]
    lines += [EMPTY] * (height - 2 - len(lines))
    title = (Span(text("help", language), Ink.STRONG),)
    close = (Span(text("help_close", language), Ink.DIM),)
    return box(title, close, [(Span(" "), *line) for line in lines], width)[:height]


def _meaning(key: str, keys: Sequence[str], language: Language) -> str:
    """What a figure means, and the key for it only where that key does something."""
    dispute = text("help_dispute", language) if key == "help_captions" and "d" in keys else ""
    return text(key, language) + dispute


def _keys(keys: Sequence[str], language: Language, width: int) -> list[Row]:
    column = width // 2
    rows: list[Row] = []
    for left, right in zip(keys[::2], [*keys[1::2], None], strict=False):
        entry = _entry(left, language)
        if right is not None:
            entry = (*entry, Span(" " * max(1, column - row_width(entry))), *_entry(right, language))
        rows.append(entry)
    return rows


def _entry(key: str, language: Language) -> Row:
    cap = keycap(key, language)
    gap = " " * max(1, _KEY_CELLS - row_width((Span(cap),)))
    return (Span(cap, Ink.STRONG), Span(gap), Span(text(f"key_{key}", language)))
