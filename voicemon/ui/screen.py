"""The whole screen: which panels stand where at a given size.  A pure function of what there is to show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rich.console import Console, ConsoleOptions
from rich.segment import Segment

from voicemon.strings import Language, text
from voicemon.types import Snapshot
from voicemon.ui.captions import caption_rows
from voicemon.ui.cells import clean
from voicemon.ui.cue import active_cue, cue_line, cue_panel
from voicemon.ui.health import health_row
from voicemon.ui.help import help_box
from voicemon.ui.meters import Meter, level_meter, meter_box, meter_line, rate_meter
from voicemon.ui.palette import STYLES, Depth
from voicemon.ui.panels import (
    LIVE_KEYS,
    REPLAY_KEYS,
    alert_rows,
    call_box,
    footer_row,
    turns_box,
    turns_line,
)
from voicemon.ui.player import PlayerView, position_bar
from voicemon.ui.rows import EMPTY, Ink, Row, Span, beside, box, fit_row

MIN_WIDTH: Final = 40
MIN_HEIGHT: Final = 10
_FULL_HEIGHT: Final = 22
"""From this height the meters stand in boxes; below they take one row each."""
_FULL_WIDTH: Final = 56
_BESIDE_WIDTH: Final = 76
"""From this width the two meters stand beside each other and the turns have their strip."""
_CALL_WIDTH: Final = 110
"""From this width the call's figures stand to the right."""
_CALL_CELLS: Final = 34
_MOST_ALERTS: Final = 6
_LEVEL_MORE_CELLS: Final = 4
"""The level meter has one figure more than the rate meter."""


@dataclass(frozen=True, slots=True)
class View:
    """What a screen shows.  ``held`` is the snapshot of the last full second: figures change once a second, needles
    at every frame.  ``keys`` are the keys that the footer and the help offer."""

    now: Snapshot
    held: Snapshot
    language: Language
    player: PlayerView | None = None
    help: bool = False
    keys: tuple[str, ...] | None = None

    @property
    def offered_keys(self) -> tuple[str, ...]:
        if self.keys is not None:
            return self.keys
        return LIVE_KEYS if self.player is None else REPLAY_KEYS


def screen(view: View, width: int, height: int) -> list[Row]:
    """At most ``height`` rows of exactly ``width`` cells."""
    if width <= 0 or height <= 0:
        return []
    if width < MIN_WIDTH or height < MIN_HEIGHT:
        return _tiny(view, width, height)
    top = [health_row(view.now, view.held, view.language, width)]
    bottom = [footer_row(view.offered_keys, len(view.now.marks), view.language, width, view.now.notice)]
    if view.player is not None:
        bottom.insert(0, position_bar(view.player, view.language, width))
    room = height - len(top) - len(bottom)
    return [*top, *_body(view, width, room, full=height >= _FULL_HEIGHT and width >= _FULL_WIDTH), *bottom]


def _body(view: View, width: int, height: int, full: bool) -> list[Row]:
    cue = cue_panel(view.now, view.language, width) if full else [cue_line(view.now, view.language, width)]
    room = height - len(cue)
    if view.help:
        return [*cue, *help_box(view.offered_keys, view.language, width, room)]
    if full and width >= _CALL_WIDTH:
        side = call_box(view.held, view.language, _CALL_CELLS, room)
        return [*cue, *beside(_panels(view, width - _CALL_CELLS, room, full), side)]
    return [*cue, *_panels(view, width, room, full)]


def _panels(view: View, width: int, height: int, full: bool) -> list[Row]:
    """Meters, turns, captions and alerts in exactly ``height`` rows."""
    language, turns = view.language, view.now.turns
    rows = _meters(view, width, full)
    strips = full and width >= _BESIDE_WIDTH
    rows += turns_box(turns, language, width) if strips else [turns_line(turns, language, width)]
    left = height - len(rows)
    alerts = max(1, min(_MOST_ALERTS, left // 3))
    captions = max(0, left - alerts)
    asr = view.now.health.asr
    if full and captions >= 3:
        words = caption_rows(view.now.captions, asr, language, width - 4, captions - 2)
        rows += box((Span(text("captions", language), Ink.STRONG),), (), [(Span(" "), *row) for row in words], width)
    else:
        words = caption_rows(view.now.captions, asr, language, width - 2, captions)
        rows += [fit_row((Span(" "), *row), width) for row in words]
    rows += alert_rows(view.now.alerts, language, width, alerts)
    return [*rows, *[fit_row(EMPTY, width)] * (height - len(rows))][:height]


def _both(view: View) -> tuple[Meter, Meter]:
    level = level_meter(view.now.level, view.held.level, view.language)
    return level, rate_meter(view.now.rate, view.held.rate, view.language)


def _meters(view: View, width: int, full: bool) -> list[Row]:
    level, rate = _both(view)
    if not full:
        return [meter_line(level, width), meter_line(rate, width)]
    if width < _BESIDE_WIDTH:
        return [*meter_box(level, width, sparkline=False), *meter_box(rate, width, sparkline=False)]
    right = width // 2 - _LEVEL_MORE_CELLS
    return beside(meter_box(level, width - right, sparkline=True), meter_box(rate, right, sparkline=True))


def _tiny(view: View, width: int, height: int) -> list[Row]:
    """Level, rate and alarm in whatever room there is, and a line that says why there is no more."""
    level, rate = _both(view)
    cue = active_cue(view.now)
    alarm = (Span(f"▸ {clean(cue.advice or cue.message)}", Ink.BAD),) if cue else ()
    stacked = height >= _TINY_ROWS
    words = width >= (_WORDS_WIDTH if stacked else _WORDS_WIDTH * 3)
    readings = [_short(level, words), _short(rate, words)]
    why = (Span(f"{text('too_small', view.language)} (<{MIN_WIDTH}×{MIN_HEIGHT})", Ink.DIM),)
    if not stacked:
        one = fit_row((*readings[0], Span("  "), *readings[1], Span("  "), *(alarm or why)), width)
        return [one, fit_row(why, width)][:height] if alarm else [one]
    return [fit_row(alarm, width), *(fit_row(reading, width) for reading in readings), fit_row(why, width)]


_WORDS_WIDTH: Final = 24
"""Narrower than this a reading is its figure and its sign."""
_TINY_ROWS: Final = 4


def _short(meter: Meter, words: bool) -> Row:
    value = meter.judged.strip()
    if not words:
        return (Span(value, Ink.STRONG), Span(meter.verdict.text.split()[-1][-1], meter.verdict.ink))
    return (Span(f"{meter.name} "), Span(value, Ink.STRONG), Span(" "), meter.verdict)


class Screen:
    """A view as a rich renderable, for captures, pictures and tests."""

    def __init__(self, view: View, width: int, height: int, depth: Depth = Depth.RICH) -> None:
        self._rows = screen(view, width, height)
        self._depth = depth

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        styles = STYLES[self._depth]
        for row in self._rows:
            for span in row:
                yield Segment(span.text, styles[span.ink])
            yield Segment.line()
