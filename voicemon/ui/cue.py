"""The one cue that asks for action, and the calm word when none does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from voicemon.strings import Language, text
from voicemon.types import AlertLine, BandState, Severity, Snapshot
from voicemon.ui.cells import clean, fit, width_of
from voicemon.ui.figures import clock
from voicemon.ui.rows import Ink, Row, Span, fit_row, row_width

_HOLD_S: Final = {Severity.INFO: 6.0, Severity.WARN: 8.0, Severity.CRITICAL: 12.0}
"""How long a cue stays: time to catch it between two sentences; a critical one has a sentence to be read."""

_RANK: Final = {Severity.INFO: 0, Severity.WARN: 1, Severity.CRITICAL: 2}

_QUIET_WORTH_SAYING_S: Final = 60.0
"""From here on the time without an alert is shown: a good stretch is worth a word."""

_MENDED: Final = {
    "too_loud": frozenset({BandState.IN_BAND, BandState.SLIGHTLY_LOW, BandState.LOW}),
    "too_quiet": frozenset({BandState.IN_BAND, BandState.SLIGHTLY_HIGH, BandState.HIGH}),
    "too_fast": frozenset({BandState.IN_BAND, BandState.SLIGHTLY_LOW, BandState.LOW}),
    "too_slow": frozenset({BandState.IN_BAND, BandState.SLIGHTLY_HIGH, BandState.HIGH}),
}
"""Where the reading has to be for the cue to go at once: the agent has done it."""


def active_cue(snapshot: Snapshot) -> AlertLine | None:
    """The gravest alert that still asks for something, the newest of equals; ``None`` when there is nothing to do."""
    asking = [alert for alert in snapshot.alerts if _asks(alert, snapshot)]
    return max(asking, key=lambda alert: (_RANK[alert.severity], alert.t), default=None)


def _asks(alert: AlertLine, snapshot: Snapshot) -> bool:
    if alert.disputed or snapshot.between_calls is not None:
        return False
    if snapshot.health.muted or (snapshot.health.device_lost and alert.rule != "device_lost"):
        return False  # nothing is heard that could be done better
    standing = _standing(alert.rule, snapshot)
    if standing is not None:
        return standing
    age_s = snapshot.t - alert.t
    if not 0 <= age_s <= _HOLD_S[alert.severity]:
        return False
    state = snapshot.level.state if alert.rule in ("too_loud", "too_quiet") else snapshot.rate.state
    return state not in _MENDED.get(alert.rule, ())


def _standing(rule: str, snapshot: Snapshot) -> bool | None:
    """For alerts about a state that the snapshot shows: whether it still holds.  ``None`` for all others."""
    if rule == "dead_air":
        turns = snapshot.turns
        return turns.silence_s >= turns.silence_limit_s and not turns.holding
    if rule == "device_lost":
        return snapshot.health.device_lost
    if rule == "asr_behind":
        return snapshot.health.asr in ("behind", "failed")
    return None


def cue_panel(snapshot: Snapshot, language: Language, width: int) -> list[Row]:
    """Four rows that are always there, so that nothing moves when a cue comes: what to do, and below it why.

    The frame is heavy and the block filled for a cue, thin and empty without one: the shape alone can be caught from
    the corner of an eye.
    """
    cue = active_cue(snapshot)
    if cue is None:
        return _framed("╭─╮│╰╯", [calm(snapshot, language), quiet(snapshot, language)], width, Ink.DIM, None)
    ink = Ink.CUE_CRITICAL if cue.severity is Severity.CRITICAL else Ink.CUE_WARN
    lines = [(Span(f"▸▸ {_first(cue)}", ink),), (Span(f"   {_second(cue)}", ink),)]
    return _framed("┏━┓┃┗┛", lines, width, ink, ink)


def cue_line(snapshot: Snapshot, language: Language, width: int) -> Row:
    """The same in one row, for small windows."""
    cue = active_cue(snapshot)
    if cue is None:
        return fit_row((Span(" "), *calm(snapshot, language)), width)
    ink = Ink.CUE_CRITICAL if cue.severity is Severity.CRITICAL else Ink.CUE_WARN
    line = f" ▸▸ {_first(cue)}"
    whole = f"{line}  {_second(cue)}"
    return (Span(fit(whole if width_of(whole) <= width else line, width), ink),)


def _first(cue: AlertLine) -> str:
    return clean(cue.advice or cue.message)


def _second(cue: AlertLine) -> str:
    return clean(cue.message if cue.advice else "")


def calm(snapshot: Snapshot, language: Language) -> Row:
    """What goes well, where it was measured."""
    good_level = snapshot.level.state is BandState.IN_BAND
    good_rate = snapshot.rate.state is BandState.IN_BAND
    if snapshot.health.muted:
        return (Span(text("muted_calm", language), Ink.DIM),)
    if snapshot.between_calls is not None:
        return (Span(text(f"call_{snapshot.between_calls}", language), Ink.DIM),)
    off = {snapshot.level.state, snapshot.rate.state} & {BandState.LOW, BandState.HIGH}
    if off or not (good_level or good_rate):
        return (Span(text("listening", language), Ink.DIM),)
    key = "all_good" if good_level and good_rate else "level_good" if good_level else "rate_good"
    return (Span("✓ ", Ink.GOOD), Span(text(key, language), Ink.GOOD))


def quiet(snapshot: Snapshot, language: Language) -> Row:
    """How long nothing had to be said, once that is worth a word."""
    quiet_s = snapshot.t - max((alert.t for alert in snapshot.alerts), default=0.0)
    if quiet_s < _QUIET_WORTH_SAYING_S:
        return ()
    return (Span("  " + text("quiet_for", language, time=clock(quiet_s)), Ink.DIM),)


def _framed(corners: str, lines: Sequence[Row], width: int, ink: Ink, fill: Ink | None) -> list[Row]:
    top_left, line, top_right, side, low_left, low_right = tuple(corners)
    inner = max(0, width - 2)
    rows = [fit_row((Span(top_left + line * inner + top_right, ink),), width)]
    for content in lines:
        padded = fit_row((Span(" ", fill or Ink.PLAIN), *content), inner)
        if fill is not None:
            blank = inner - row_width(padded[:-1])
            padded = (*padded[:-1], Span(" " * blank, fill)) if not padded[-1].text.strip() else padded
        rows.append(fit_row((Span(side, ink), *padded, Span(side, ink)), width))
    rows.append(fit_row((Span(low_left + line * inner + low_right, ink),), width))
    return rows
