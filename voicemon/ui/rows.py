"""Rows of inked text: what every panel draws into.

A row is a tuple of spans.  Panels fit their rows to the width that they are given, so that a screen is a stack of rows
of one width, whatever the figures.  Rows become terminal codes, rich segments or a picture elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from voicemon.ui.cells import ELLIPSIS, cut, width_of


class Ink(StrEnum):
    """What a span means; the palette decides how that looks."""

    PLAIN = "plain"
    DIM = "dim"
    STRONG = "strong"
    GOOD = "good"
    NEAR = "near"
    BAD = "bad"
    FLAG = "flag"
    FAULT = "fault"
    PROVISIONAL = "provisional"
    CUE_CRITICAL = "cue_critical"
    CUE_WARN = "cue_warn"


class Span(NamedTuple):
    text: str
    ink: Ink = Ink.PLAIN


Row = tuple[Span, ...]

EMPTY: Final[Row] = ()


def row_width(row: Iterable[Span]) -> int:
    """Cells that ``row`` takes."""
    return sum([width_of(span.text) for span in row])


def fit_row(spans: Iterable[Span], width: int) -> Row:
    """The spans in exactly ``width`` cells: filled with blanks, or cut with an ellipsis in the last cell."""
    row = tuple(spans)
    size = row_width(row)
    if size <= width:
        return (*row, Span(" " * (width - size))) if size < width else row
    kept: list[Span] = []
    left = max(0, width)
    for span in row:
        size = width_of(span.text)
        if size >= left:
            short = cut(span.text + ELLIPSIS, left)
            kept.append(Span(short + " " * (left - width_of(short)), span.ink))
            break
        kept.append(span)
        left -= size
    return tuple(kept)


def spread(left: Sequence[Span], right: Sequence[Span], width: int) -> Row:
    """``left`` and ``right`` at the two ends of ``width`` cells; the left one gives way where they do not fit."""
    tail = fit_row(right, min(width, row_width(right)))
    return fit_row(left, width - row_width(tail)) + tail


def join(parts: Sequence[Sequence[Span]], width: int, gap: int = 3) -> Row:
    """As many of ``parts`` as fit, first ones first, ``gap`` blanks between them: a part is shown whole or not at all.

    The first part is cut rather than left out.
    """
    out: list[Span] = []
    used = 0
    for part in parts:
        size = row_width(part)
        space = gap if out else 0
        if out and used + space + size > width:
            continue
        if space:
            out.append(Span(" " * space))
        out.extend(part)
        used += space + size
    return fit_row(out, width)


def wrap(spans: Iterable[Span], width: int, most: int) -> list[list[Span]]:
    """The spans over at most ``most`` lines of ``width`` cells; what is left over ends in an ellipsis."""
    lines: list[list[Span]] = [[]]
    left = width
    for span in spans:
        text = span.text
        while text:
            head, text, size = _take(text, left)
            if head:
                lines[-1].append(Span(head, span.ink))
                left -= size
            if not text:
                break
            if len(lines) == most:
                lines[-1] = list(fit_row([*lines[-1], Span(text, span.ink)], width))
                return lines
            lines.append([])
            left = width
            if width < 2:
                return lines
    return lines


def _take(text: str, width: int) -> tuple[str, str, int]:
    """What of ``text`` fits into ``width`` cells, the rest, and the cells taken."""
    size = width_of(text)
    if size <= width:
        return text, "", size
    used = 0
    for index, char in enumerate(text):
        step = width_of(char)
        if used + step > width:
            return text[:index], text[index:], used
        used += step
    return text, "", used


def box(title: Sequence[Span], right: Sequence[Span], body: Sequence[Sequence[Span]], width: int) -> list[Row]:
    """A frame of ``width`` cells with ``title`` and ``right`` set into its upper edge."""
    inner = max(0, width - 2)
    rows = [_edge(title, right, width)]
    side = Span("│", Ink.DIM)
    rows += [fit_row((side, *fit_row(line, inner), side), width) for line in body]
    rows.append(fit_row((Span("╰" + "─" * inner + "╯", Ink.DIM),), width))
    return rows


def _edge(title: Sequence[Span], right: Sequence[Span], width: int) -> Row:
    room, ink = width - 6, Ink.DIM
    head = [Span("╭─ ", ink), *title, Span(" ", ink)]
    tail = [Span(" ", ink), *right, Span(" ─╮", ink)] if right else [Span("─╮", ink)]
    if row_width(title) + row_width(right) > room:
        head = [Span("╭─ ", ink), *fit_row(title, max(0, room - row_width(right))), Span(" ", ink)]
    line = "─" * max(0, width - row_width(head) - row_width(tail))
    return fit_row([*head, Span(line, ink), *tail], width)


def beside(left: Sequence[Row], right: Sequence[Row]) -> list[Row]:
    """Two stacks of rows side by side; both must have the same height."""
    return [a + b for a, b in zip(left, right, strict=True)]
