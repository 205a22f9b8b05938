"""Text in terminal cells: what comes from outside made safe, and cut or filled to a width."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Final

from rich.cells import cell_len, get_character_cell_size

ELLIPSIS: Final = "…"

GAP: Final = "  "
"""Between two columns of a table."""

_LONGEST_SHOWN: Final = 600
"""Characters of one text that are ever looked at: fifteen seconds of the fastest speech have about a hundred."""


@lru_cache(maxsize=1024)
def clean(text: str) -> str:
    """``text`` with only characters that stand in one or two cells of their own.

    Control characters go, so that a device name or a lexicon cannot steer the terminal; so do combining marks and
    joiners, whose width terminals do not agree on.  Any kind of blank becomes a space.
    """
    text = text[:_LONGEST_SHOWN]
    if text.isascii() and text.isprintable():
        return text
    return "".join(filter(None, map(_safe, text)))


def _safe(char: str) -> str:
    if char.isspace():
        return " "
    return char if char.isprintable() and get_character_cell_size(char) > 0 else ""


@lru_cache(maxsize=4096)
def width_of(text: str) -> int:
    """Cells that a clean ``text`` takes."""
    return cell_len(text)


@lru_cache(maxsize=2048)
def cut(text: str, width: int) -> str:
    """``text`` in at most ``width`` cells, an ellipsis at the end where something was left out."""
    if cell_len(text) <= width:
        return text
    if width <= 0:
        return ""
    kept, used = [], 0
    for char in text:
        size = get_character_cell_size(char)
        if used + size > width - 1:
            break
        kept.append(char)
        used += size
    return "".join(kept) + ELLIPSIS


def fit(text: str, width: int) -> str:
    """``text`` in exactly ``width`` cells."""
    short = cut(text, width)
    return short + " " * (width - cell_len(short))


def fit_right(text: str, width: int) -> str:
    """``text`` in exactly ``width`` cells, set to the right."""
    short = cut(text, width)
    return " " * (width - cell_len(short)) + short


def aligned(rows: Sequence[Sequence[str]], right: Collection[int] = ()) -> list[str]:
    """Rows of as many cells each, side by side in columns as wide as they need; those in ``right`` stand right."""
    cells = [[clean(cell) for cell in row] for row in rows]
    widths = [max(map(width_of, column)) for column in zip(*cells, strict=True)]
    return [
        GAP.join((fit_right if i in right else fit)(cell, widths[i]) for i, cell in enumerate(row)).rstrip()
        for row in cells
    ]
