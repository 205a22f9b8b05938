"""A screen as an SVG picture: every character at its own cell, so that Chinese and Latin stay in their columns.

(rich's own export stretches a run of text by its number of characters, which squeezes characters of two cells.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from rich.style import Style

from voicemon.ui.cells import width_of
from voicemon.ui.palette import STYLES, Depth
from voicemon.ui.rows import Ink, Row, Span

_CELL_W: Final = 10.0
_CELL_H: Final = 20.0
_BASELINE: Final = 15.0
_FONT_PX: Final = 16.4
"""Most monospaced fonts are 0.6 of their size wide: a cell of ten pixels."""
_MARGIN: Final = 14.0
_TITLE_H: Final = 34.0

_BACKGROUND: Final = "#16181d"
_TEXT: Final = "#e4e6eb"
_DIMMED: Final = "#8b919c"

_FONTS: Final = (
    'Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", "Sarasa Mono SC", "Noto Sans Mono CJK SC", "PingFang SC", '
    '"Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", monospace'
)
"""Latin ones first: Chinese fonts draw ▲, ● and ± two cells wide."""

_DRAWN_FROM, _DRAWN_TO = "\u2500", "\u259f"
"""Box drawing and block elements: drawn to the cell's full width, so that lines join whatever the font."""


def as_svg(rows: Sequence[Row], width: int, title: str) -> str:
    """``rows`` of ``width`` cells as one self-contained SVG document; it needs no font from anywhere else."""
    wide = width * _CELL_W + 2 * _MARGIN
    high = len(rows) * _CELL_H + _TITLE_H + _MARGIN
    lines = [line for number, row in enumerate(rows) for line in _row(row, _TITLE_H + number * _CELL_H)]
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:g} {high:g}" '
            f'width="{wide:g}" height="{high:g}" role="img">',
            f"<title>{escape(title)}</title>",
            f"<style>text{{font:{_FONT_PX}px {_FONTS};white-space:pre;fill:{_TEXT}}}{_classes()}</style>",
            f'<rect width="{wide:g}" height="{high:g}" rx="9" fill="{_BACKGROUND}"/>',
            f'<text x="{_MARGIN:g}" y="22" class="dim">{escape(title)}</text>',
            *lines,
            "</svg>\n",
        )
    )


def _classes() -> str:
    return "".join(f".{ink}{{{_css(style)}}}" for ink, style in STYLES[Depth.RICH].items())


def _css(style: Style) -> str:
    fill = _DIMMED if style.dim else _colour(style) or _TEXT
    rules = [f"fill:{fill}"]
    rules += ["font-weight:bold"] if style.bold else []
    rules += ["font-style:italic"] if style.italic else []
    rules += ["text-decoration:underline"] if style.underline else []
    return ";".join(rules)


def _colour(style: Style) -> str | None:
    return style.color.get_truecolor().hex if style.color is not None else None


def _ground(ink: Ink) -> str | None:
    style = STYLES[Depth.RICH][ink]
    return style.bgcolor.get_truecolor().hex if style.bgcolor is not None else None


def _row(row: Row, top: float) -> Iterator[str]:
    left = _MARGIN
    for span in row:
        wide = width_of(span.text) * _CELL_W
        ground = _ground(span.ink)
        if ground is not None:
            yield f'<rect x="{left:g}" y="{top:g}" width="{wide:g}" height="{_CELL_H:g}" fill="{ground}"/>'
        yield from _span(span, left, top + _BASELINE)
        left += wide


def _span(span: Span, left: float, baseline: float) -> Iterator[str]:
    for text, column, drawn in _runs(span.text):
        x = left + column * _CELL_W
        attributes = f'y="{baseline:g}" class="{span.ink}"'
        if drawn:
            length = f'textLength="{len(text) * _CELL_W:g}" lengthAdjust="spacingAndGlyphs"'
            yield f'<text x="{x:g}" {attributes} {length}>{text}</text>'
        elif text.strip():
            yield f'<text x="{_places(text, x)}" {attributes}>{escape(text)}</text>'


def _places(text: str, x: float) -> str:
    places = []
    for char in text:
        places.append(f"{x:g}")
        x += width_of(char) * _CELL_W
    return " ".join(places)


def _runs(text: str) -> Iterator[tuple[str, int, bool]]:
    """(run, its first cell, whether it is drawn lines) in order."""
    begin = column = 0
    for index in range(1, len(text) + 1):
        drawn = _DRAWN_FROM <= text[begin] <= _DRAWN_TO
        if index == len(text) or (_DRAWN_FROM <= text[index] <= _DRAWN_TO) != drawn:
            yield text[begin:index], column, drawn
            column += width_of(text[begin:index])
            begin = index
