"""A terminal's other screen: rows are drawn where they changed, and what was there before comes back at the end."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Mapping, Sequence
from typing import Final, Self, TextIO

from rich.console import Console

from voicemon.ui.cells import width_of
from voicemon.ui.keys import TerminalGoneError
from voicemon.ui.palette import depth_of, sgr
from voicemon.ui.rows import Row

_ENTER: Final = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J"
"""Other screen, no cursor, no wrapping (should a terminal draw a character wider than we count it), empty."""
_LEAVE: Final = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l"
_BEGIN: Final = "\x1b[?2026h"
_END: Final = "\x1b[?2026l"
"""Terminals that know these show the frame at once; the others ignore them."""

_ASCII: Final = {
    "█": "#", "▓": "=", "░": ".", "▬": "-", "━": "=", "─": "-", "╌": "~", "│": "|", "┃": "|", "▕": "[", "▏": "]",
    "╭": "+", "╮": "+", "╰": "+", "╯": "+", "┏": "#", "┓": "#", "┗": "#", "┛": "#", "╟": "[", "╢": "]",
    "▲": "^", "▼": "v", "▸": ">", "◂": "<", "●": "@", "○": "o", "✓": "*", "‖": "|", "·": ".", "…": "~", "–": "-",
    "−": "-", "±": "~", "≈": "~", "×": "x", "←": "<", "→": ">", "▁": "_", "▂": "_", "▃": "_", "▄": "-", "▅": "-",
    "▆": "=", "▇": "=", "“": '"', "”": '"',
}  # fmt: skip
"""For terminals whose encoding lacks a character: one of the same single cell."""


def substitutes(encoding: str) -> dict[int, str]:
    """For :meth:`str.translate`: the drawing characters that ``encoding`` lacks."""
    return {ord(char): plain for char, plain in _ASCII.items() if not _encodable(char, encoding)}


def _encodable(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeError:
        return False
    return True


class Terminal:
    """Draws on ``stream`` between ``with`` and its end; :class:`TerminalGoneError` when nobody is there to see it."""

    def __init__(self, stream: TextIO, environment: Mapping[str, str] | None = None) -> None:
        console = Console(file=stream, force_terminal=True, _environ=environment)
        self._stream = stream
        self._codes = sgr(depth_of(console.color_system, console.no_color), console.color_system)
        self._encoding = getattr(stream, "encoding", None) or "ascii"
        self._substitutes = substitutes(self._encoding)
        self._shown: list[Row] = []
        self._size = (0, 0)

    def __enter__(self) -> Self:
        if os.name == "nt":
            os.system("")  # makes older Windows consoles obey escape sequences
        self._write(_ENTER)
        return self

    def __exit__(self, *failure: object) -> None:
        with contextlib.suppress(TerminalGoneError):
            self._write(_LEAVE)

    def size(self) -> tuple[int, int]:
        """Columns and lines right now."""
        try:
            columns, lines = os.get_terminal_size(self._stream.fileno())
        except (OSError, ValueError):
            columns, lines = shutil.get_terminal_size()
        return columns, lines

    def draw(self, rows: Sequence[Row], size: tuple[int, int]) -> None:
        """Show ``rows``: those that changed since the last frame, or all of them after a change of ``size``."""
        out = []
        if size != self._size:
            out.append("\x1b[0m\x1b[2J")
            self._shown, self._size = [], size
        for index in range(max(len(rows), len(self._shown))):
            row = rows[index] if index < len(rows) else ()
            if index < len(self._shown) and self._shown[index] == row:
                continue
            out.append(f"\x1b[{index + 1};1H{self._coded(row)}" + ("" if row else "\x1b[2K"))
        self._shown = list(rows)
        if out:
            self._write(_BEGIN + "".join(out) + _END)

    def _coded(self, row: Row) -> str:
        line = "".join(f"{codes[0]}{text}{codes[1]}" for text, ink in row for codes in (self._codes[ink],))
        return self._writable(line) if self._substitutes else line

    def _writable(self, line: str) -> str:
        """``line`` in the characters of the encoding; what it lacks becomes question marks of the same width."""
        plain = line.translate(self._substitutes)
        if _encodable(plain, self._encoding):
            return plain
        return "".join(char if _encodable(char, self._encoding) else "?" * width_of(char) for char in plain)

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError) as error:
            _detach(self._stream)
            raise TerminalGoneError(str(error)) from error


def _detach(stream: TextIO) -> None:
    """Point a dead terminal's stream at nothing, so that the interpreter's last flush does not fail as well."""
    try:
        descriptor = stream.fileno()
        nothing = os.open(os.devnull, os.O_WRONLY)
    except (OSError, ValueError):
        return
    os.dup2(nothing, descriptor)
    os.close(nothing)
