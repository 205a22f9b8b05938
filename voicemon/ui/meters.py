"""The level meter and the rate meter: a scale with its band drawn in, a needle, and the figures below."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from voicemon.strings import Language, text
from voicemon.types import Band, BandState, CalibrationStatus, LevelSnapshot, RateSnapshot
from voicemon.ui.canvas import Canvas
from voicemon.ui.cells import fit_right, width_of
from voicemon.ui.figures import finite, number, plain_number, share
from voicemon.ui.rows import Ink, Row, Span, box, fit_row, join, spread

_AXIS_TO_AMBER: Final = 2.0
"""The axis reaches this many half widths of the amber band to each side: ±10 dB, ±80 characters a minute by default."""

_DBFS_AXIS: Final = (-70.0, 0.0)
"""Without calibration: from a quiet room's noise to full scale."""

_DB_CELLS: Final = 4
"""71.8; from 100 dB on without the decimal."""
_DBFS_CELLS: Final = 5

_WIDE_TITLE: Final = 52
"""Narrower boxes have no room for words in their title."""

_SPARKS: Final = "▁▂▃▄▅▆▇█"
_NARROWEST_BAND: Final = 8
"""Fewer cells cannot hold two brackets and something between them."""

_SPARKLINE_CELLS: Final = 16
_SPARKLINE_FEWEST: Final = 5
"""Shorter than this a sparkline says nothing."""

_INKS: Final = {
    BandState.LOW: Ink.BAD,
    BandState.SLIGHTLY_LOW: Ink.NEAR,
    BandState.IN_BAND: Ink.GOOD,
    BandState.SLIGHTLY_HIGH: Ink.NEAR,
    BandState.HIGH: Ink.BAD,
}


@dataclass(frozen=True, slots=True)
class Meter:
    """What a meter shows, whatever it measures."""

    name: str
    unit: str
    short_unit: str
    """For narrow boxes."""
    verdict: Span
    band: Band | None
    axis: tuple[float, float]
    bar: float | None
    """The moving value, drawn as a bar."""
    needle: float | None
    """The judged value, drawn as the needle."""
    needle_ink: Ink
    figures: tuple[tuple[str, str], ...]
    """Name and written value of the figures below, the most wanted first."""
    needed_figures: int
    """How many of them matter more than the sparkline."""
    history: tuple[float | None, ...]

    @property
    def judged(self) -> str:
        """The figure that the needle stands for."""
        return self.figures[1 if self.needle is not self.bar else 0][1]


def level_meter(now: LevelSnapshot, held: LevelSnapshot, language: Language) -> Meter:
    """The level meter of ``now``, with the slower figures of ``held``."""
    status = now.calibration.status
    guess = "≈" if status is CalibrationStatus.ESTIMATED else ""
    name = text("level", language)
    labels = (text("now", language), "▲ " + text("utterance", language), text("so_far", language))
    values = (held.now_db, held.utterance_db, held.call_db)
    cells = len(guess) + (_DB_CELLS if now.band else _DBFS_CELLS)
    return Meter(
        name=name,
        unit=guess + now.calibration.unit + _shift(now, language, short=False),
        short_unit=guess + now.calibration.unit + _shift(now, language, short=True),
        verdict=_verdict("level", now.state if now.utterance_db is not None else None, language)
        if now.band
        else Span(text("no_band", language), Ink.DIM),
        band=now.band,
        axis=_axis(now.band) if now.band else _DBFS_AXIS,
        bar=now.now_db,
        needle=now.utterance_db,
        needle_ink=_ink(now.state if now.band else None),
        needed_figures=3,
        figures=tuple((label, number(value, 1, cells, guess)) for label, value in zip(labels, values, strict=True)),
        history=held.history,
    )


def _shift(now: LevelSnapshot, language: Language, *, short: bool) -> str:
    """A target that was moved for this customer must not be taken for the manuals'."""
    if now.band is None or now.target_shift_db == 0:
        return ""
    shift = f"{now.target_shift_db:+g} dB"
    return "  " + (shift if short else text("target_shift", language, shift=shift))


def rate_meter(now: RateSnapshot, held: RateSnapshot, language: Language) -> Meter:
    """The rate meter of ``now``, with the slower figures of ``held``."""
    labels = ("▲ " + text("now", language), text("so_far", language), text("articulation", language))
    values = (held.now_cpm, held.call_cpm, held.articulation_cpm)
    return Meter(
        name=text("rate", language),
        unit=text("rate_unit", language),
        short_unit=text("rate_unit", language),
        verdict=_verdict("rate", now.state if now.now_cpm is not None else None, language),
        band=now.band,
        axis=_axis(now.band),
        bar=now.now_cpm,
        needle=now.now_cpm,
        needle_ink=_ink(now.state),
        needed_figures=2,
        figures=tuple((label, number(value, 0, 4)) for label, value in zip(labels, values, strict=True)),
        history=held.history,
    )


def meter_box(meter: Meter, width: int, sparkline: bool) -> list[Row]:
    """The meter in five rows of ``width`` cells."""
    inner = max(0, width - 4)
    body = [_scale(meter.band, meter.axis, inner), _needle(meter, inner), _figures(meter, inner, sparkline)]
    title = (Span(f"{meter.name} ", Ink.STRONG), Span(meter.unit if width >= _WIDE_TITLE else meter.short_unit))
    return box(title, (meter.verdict,), [(Span(" "), *line) for line in body], width)


def meter_line(meter: Meter, width: int) -> Row:
    """The meter in one row: name, value, a scale with the needle on it, the verdict."""
    head = (Span(f" {meter.name} ", Ink.STRONG), Span(fit_right(meter.judged, 6), Ink.STRONG), Span(f" {meter.unit} "))
    verdict = (Span(" "), meter.verdict, Span(" "))
    room = width - width_of("".join(s.text for s in head)) - width_of("".join(s.text for s in verdict))
    if room < _SPARKLINE_FEWEST * 2:
        return spread(head, verdict, width)
    return fit_row((*head, *_overlaid(meter, room), *verdict), width)


def _verdict(kind: str, state: BandState | None, language: Language) -> Span:
    return Span(text(f"{kind}_{state.value}", language), _ink(state)) if state else Span("–", Ink.DIM)


def _ink(state: BandState | None) -> Ink:
    return Ink.STRONG if state is None else _INKS[state]


def _axis(band: Band) -> tuple[float, float]:
    below = max(1.0, band.target - band.low_amber)
    above = max(1.0, band.high_amber - band.target)
    return band.target - _AXIS_TO_AMBER * below, band.target + _AXIS_TO_AMBER * above


def _column(value: float, axis: tuple[float, float], width: int) -> int:
    return round(share(value, *axis) * max(0, width - 1))


def _track(band: Band | None, axis: tuple[float, float], width: int) -> Canvas:
    """The axis: thin outside, dashed in the amber band, heavy between brackets in the green one."""
    canvas = Canvas(width, "─")
    if band is None or width < _NARROWEST_BAND:
        return canvas
    low_amber, low, high, high_amber = (
        _column(edge, axis, width) for edge in (band.low_amber, band.low_green, band.high_green, band.high_amber)
    )
    canvas.draw(range(low_amber, high_amber + 1), "╌", Ink.NEAR)
    canvas.draw(range(low, high + 1), "━", Ink.GOOD)
    canvas.write(low, "╟", Ink.GOOD)
    canvas.write(high, "╢", Ink.GOOD)
    return canvas


@lru_cache(maxsize=8)
def _scale(band: Band | None, axis: tuple[float, float], width: int) -> Row:
    """The axis with its ends, the band's edges and the target written into it: the same for as long as the target."""
    canvas = _track(band, axis, width)
    low, high = (plain_number(end) for end in axis)
    canvas.write(0, low + " ", Ink.DIM)
    canvas.write(width - len(high) - 1, " " + high, Ink.DIM)
    if band is not None and width >= _NARROWEST_BAND:
        left, right, target = plain_number(band.low_green), plain_number(band.high_green), plain_number(band.target)
        first, last = _column(band.low_green, axis, width) + 1, _column(band.high_green, axis, width)
        if last - first > len(left) + len(right):
            canvas.write(first, left, Ink.GOOD)
            canvas.write(last - len(right), right, Ink.GOOD)
        canvas.write(_column(band.target, axis, width) - len(target) // 2, target, Ink.STRONG, clear=1)
    return tuple(canvas.spans())


def _needle(meter: Meter, width: int) -> list[Span]:
    """A bar up to the moving value, and the needle at the judged one."""
    canvas = Canvas(width)
    bar = finite(meter.bar)
    if bar is not None:
        canvas.draw(range(_column(bar, meter.axis, width) + 1), "▬", Ink.DIM)
    _place_needle(meter, canvas)
    return canvas.spans()


def _overlaid(meter: Meter, width: int) -> list[Span]:
    canvas = _track(meter.band, meter.axis, width)
    _place_needle(meter, canvas)
    return canvas.spans()


def _place_needle(meter: Meter, canvas: Canvas) -> None:
    """At an end of the axis an arrow points beyond it."""
    needle = finite(meter.needle)
    if needle is not None:
        char = "◂" if needle < meter.axis[0] else "▸" if needle > meter.axis[1] else "▲"
        canvas.draw([_column(needle, meter.axis, canvas.width)], char, meter.needle_ink)


def _figures(meter: Meter, width: int, sparkline: bool) -> Row:
    needed = meter.figures[: meter.needed_figures]
    parts = [(Span(f"{label} ", Ink.DIM), Span(value, Ink.STRONG)) for label, value in meter.figures]
    wanted = sum(width_of(label) + 1 + len(value) for label, value in needed) + 2 * (len(needed) - 1)
    room = min(_SPARKLINE_CELLS, width - wanted - 2)
    if not sparkline or room < _SPARKLINE_FEWEST:
        return join(parts, width, gap=2)
    return spread(join(parts, width - room - 1, gap=2), (Span(_spark(meter, room), Ink.DIM),), width)


def _spark(meter: Meter, cells: int) -> str:
    """The last ``cells`` values on the meter's own axis; seconds without a value stay blank."""
    drawn = [
        " " if finite(value) is None else _SPARKS[min(len(_SPARKS) - 1, int(share(value, *meter.axis) * len(_SPARKS)))]
        for value in meter.history[-cells:]
    ]
    return "".join(drawn).rjust(cells)
