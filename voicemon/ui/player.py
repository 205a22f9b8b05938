"""Where a replay stands: beside the snapshot, because the monitor does not know that it is being replayed."""

from __future__ import annotations

from dataclasses import dataclass

from voicemon.strings import Language, text
from voicemon.ui.canvas import Canvas
from voicemon.ui.figures import clock, finite, plain_number, share
from voicemon.ui.rows import Ink, Row, Span, fit_row, row_width


@dataclass(frozen=True, slots=True)
class PlayerView:
    """The player's state.  ``pace`` 1 is real time, 0 as fast as possible; ``analysed_s`` how far the monitor has come;
    ``marks`` the times of the alerts."""

    position_s: float
    duration_s: float | None
    pace: float = 1.0
    paused: bool = False
    analysed_s: float = 0.0
    marks: tuple[float, ...] = ()


def position_bar(player: PlayerView, language: Language, width: int) -> Row:
    """One row: state, position, the bar with the alerts on it, length and pace."""
    state = text("paused" if player.paused else "playing", language)
    pace = text("as_fast", language) if player.pace <= 0 else f"× {plain_number(player.pace)}"
    length = finite(player.duration_s)
    head = (Span(f" {'‖' if player.paused else '▸'} {state} ", Ink.STRONG), Span(clock(player.position_s) + " "))
    tail = (Span(f" {clock(length) if length is not None else '–'} "), Span(f"{pace} ", Ink.DIM))
    room = width - row_width(head) - row_width(tail)
    if room < 10 or not length or length <= 0:
        return fit_row((*head, *tail), width)
    return fit_row((*head, *_bar(player, length, room), *tail), width)


def _bar(player: PlayerView, length_s: float, width: int) -> list[Span]:
    def column(t: float) -> int:
        return min(width - 1, int(share(t, 0.0, length_s) * width))

    canvas = Canvas(width, "─")
    canvas.draw(range(column(player.analysed_s) + 1), "━", Ink.PLAIN)
    canvas.draw(map(column, player.marks), "┃", Ink.BAD)
    canvas.draw([column(player.position_s)], "●", Ink.STRONG)
    return canvas.spans()
