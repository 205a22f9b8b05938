"""One row of single cells that are drawn into one by one: scales, needles, position bars."""

from __future__ import annotations

from collections.abc import Iterable

from voicemon.ui.rows import Ink, Span


class Canvas:
    """``width`` cells, blank at first, for characters of one cell; labels keep clear of what was written before."""

    def __init__(self, width: int, blank: str = " ", ink: Ink = Ink.DIM) -> None:
        self.width = max(0, width)
        self._chars = [blank] * self.width
        self._inks = [ink] * self.width
        self._written = [False] * self.width

    def draw(self, columns: Iterable[int], char: str, ink: Ink) -> None:
        """``char`` into each of ``columns`` that exists."""
        for column in columns:
            if 0 <= column < self.width:
                self._chars[column], self._inks[column] = char, ink

    def write(self, column: int, label: str, ink: Ink, *, clear: int = 0) -> None:
        """``label`` from ``column`` on, unless that or ``clear`` cells to its sides were written before."""
        end = column + len(label)
        if column < 0 or end > self.width or any(self._written[max(0, column - clear) : end + clear]):
            return
        for index, char in enumerate(label, column):
            self._chars[index], self._inks[index], self._written[index] = char, ink, True

    def spans(self) -> list[Span]:
        """Neighbouring cells of one ink as one span."""
        spans: list[Span] = []
        begin = 0
        for index in range(1, self.width + 1):
            if index == self.width or self._inks[index] is not self._inks[begin]:
                spans.append(Span("".join(self._chars[begin:index]), self._inks[begin]))
                begin = index
        return spans
