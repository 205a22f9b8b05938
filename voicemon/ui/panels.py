"""Turns, alerts so far, the call's figures and the keys: each a pure function to rows of one width."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from voicemon.strings import Language, rule_label, text
from voicemon.types import AlertLine, Severity, Snapshot, TurnsSnapshot
from voicemon.ui.cells import clean, fit
from voicemon.ui.figures import clock, finite, number, plain_number, seconds, share
from voicemon.ui.rows import EMPTY, Ink, Row, Span, box, fit_row, join, row_width, spread

_NEAR_LIMIT: Final = 0.6
"""From this share of the limit on the silence bar is amber: three of five seconds."""

_GAUGE_CELLS: Final = 14
_LABEL_CELLS: Final = 8


# ---------------------------------------------------------------------------------------------------------- turns


def turns_box(turns: TurnsSnapshot, language: Language, width: int) -> list[Row]:
    """Both strips under each other on one time axis, the silence against its limit beside them: four rows."""
    inner = max(0, width - 2)
    right = [fit_row(row, _silence_cells(turns, language)) for row in _silence(turns, language)]
    room = max(0, inner - _LABEL_CELLS - row_width(right[0]) - 4)
    strips = [
        (_speaker("agent", turns.agent_speaking, language), _strip(turns.agent_strip, room, "█")),
        (_speaker("customer", turns.customer_speaking, language), _customer_strip(turns, language, room)),
    ]
    body = [(Span(" "), *label, *strip, Span("   "), *right[i]) for i, (label, strip) in enumerate(strips)]
    return box((Span(text("turns", language), Ink.STRONG),), (), body, width)


def turns_line(turns: TurnsSnapshot, language: Language, width: int) -> Row:
    """Who speaks and the silence against its limit, in one row."""
    counter, gauge = _silence(turns, language)
    speakers = [_speaker("agent", turns.agent_speaking, language)]
    if turns.customer_strip is not None:
        speakers.append(_speaker("customer", turns.customer_speaking, language))
    left = [(Span(" "), *(span for speaker in speakers for span in speaker))]
    cells = _silence_cells(turns, language)
    return join([*left, fit_row(counter, cells), gauge], width, gap=1)


def _speaker(who: str, speaking: bool | None, language: Language) -> Row:
    dot = Span("● ", Ink.STRONG) if speaking else Span("○ ", Ink.DIM)
    return (Span(fit(text(who, language), _LABEL_CELLS - 2), Ink.STRONG if speaking else Ink.PLAIN), dot)


def _strip(strip: Sequence[bool], cells: int, mark: str) -> Row:
    drawn = "".join(mark if on else "·" for on in strip[-cells:]) if cells else ""
    return (Span(drawn.rjust(cells)),)


def _customer_strip(turns: TurnsSnapshot, language: Language, cells: int) -> Row:
    if turns.customer_strip is None:
        return (Span(fit(text("not_observable", language), cells), Ink.DIM),)
    return _strip(turns.customer_strip, cells, "▓")


def _silence_name(turns: TurnsSnapshot, language: Language) -> str:
    return text("not_speaking" if turns.customer_strip is None else "silence", language)


def _silence_cells(turns: TurnsSnapshot, language: Language) -> int:
    """Room for the widest that the counter can become, so that nothing beside it moves."""
    widest = (Span(f"{_silence_name(turns, language)} 9999.0 / {plain_number(turns.silence_limit_s)} s"),)
    return max(row_width(widest), _GAUGE_CELLS + 2 + row_width((Span(text("over_limit", language)),)) + 1)


def _silence(turns: TurnsSnapshot, language: Language) -> tuple[Row, Row]:
    """The counter and the gauge."""
    if turns.customer_strip is None:
        # The customer may be speaking: there is no limit to that.
        return (Span(_silence_name(turns, language) + " "), Span(f"{seconds(turns.silence_s).rjust(4)} s")), ()
    limit = max(0.1, finite(turns.silence_limit_s) or 0.1)
    used = share(turns.silence_s, 0.0, limit)
    over = used >= 1 and not turns.holding
    ink = Ink.BAD if over else Ink.NEAR if used >= _NEAR_LIMIT and not turns.holding else Ink.PLAIN
    counter = (
        Span(_silence_name(turns, language) + " "),
        Span(seconds(turns.silence_s).rjust(4), ink),
        Span(f" / {plain_number(limit)} s", Ink.DIM),
    )
    if turns.holding:
        return counter, (Span(text("holding", language), Ink.GOOD),)
    full = int(used * _GAUGE_CELLS)
    gauge = (Span("▕"), Span("█" * full, ink), Span("░" * (_GAUGE_CELLS - full), Ink.DIM), Span("▏"))
    return counter, (*gauge, Span(text("over_limit", language), Ink.BAD)) if over else gauge


# --------------------------------------------------------------------------------------------------- alerts, call


_SENTENCE_RULES: Final = frozenset({"forbidden_phrase", "limited_word", "missing_greeting", "missing_closing"})
"""Their advice is a sentence worth looking up later; that of the others was for the moment only."""


def alert_rows(alerts: Sequence[AlertLine], language: Language, width: int, height: int) -> list[Row]:
    """The last alerts, newest first, in exactly ``height`` rows: what happened, without asking for anything."""
    if height <= 0:
        return []
    rows = [_alert(alert, language, index == 0, width) for index, alert in enumerate(reversed(alerts[-height:]))]
    if not rows:
        rows = [fit_row((Span(f" {text('no_alerts', language)}", Ink.DIM),), width)]
    return rows + [fit_row(EMPTY, width)] * (height - len(rows))


def _alert(alert: AlertLine, language: Language, newest: bool, width: int) -> Row:
    """Under the time at which what it tells of began: that names it in the history and in a dispute too."""
    ink = {Severity.CRITICAL: Ink.BAD, Severity.WARN: Ink.NEAR, Severity.INFO: Ink.PLAIN}[alert.severity]
    mark = {Severity.CRITICAL: "!!", Severity.WARN: "! ", Severity.INFO: "· "}[alert.severity]
    head = Span(f" {'▸' if newest else ' '} {clock(alert.start)} ", Ink.DIM)
    advice = clean(alert.advice) if alert.rule in _SENTENCE_RULES else ""
    disputed = (Span(f"{text('disputed', language)}  ", Ink.STRONG),) if alert.disputed else ()
    message = (Span(clean(alert.message), Ink.DIM if alert.disputed else Ink.PLAIN), Span(f"  {advice}", Ink.DIM))
    return fit_row((head, Span(f"{mark} ", ink), *disputed, *message), width)


def call_box(snapshot: Snapshot, language: Language, width: int, height: int) -> list[Row]:
    """The call so far in figures, for wide windows: exactly ``height`` rows."""
    lines = [*_talk(snapshot.turns, language), *_against_targets(snapshot, language)]
    lines += _counts(snapshot.counts, language)
    dropped = finite(snapshot.health.dropped_audio_s) or 0.0
    lines.append((text("audio_lost", language), f"{seconds(dropped)} s"))
    inner = max(0, width - 4)
    body: list[Row] = [(Span(" "), *spread((Span(name),), (Span(value),), inner)) for name, value in lines]
    body = body[: max(0, height - 2)]
    body += [EMPTY] * (height - 2 - len(body))
    return box((Span(text("so_far_title", language), Ink.STRONG),), (), body, width)


def _talk(turns: TurnsSnapshot, language: Language) -> list[tuple[str, str]]:
    talk, customer = text("talk", language), finite(turns.customer_talk_s)
    agent = finite(turns.agent_talk_s) or 0.0
    lines = [(f"{talk} {text('agent', language)}", clock(agent))]
    lines.append((f"{talk} {text('customer', language)}", "–" if customer is None else clock(customer)))
    both = agent + (customer or 0.0)
    part = "–" if customer is None or both <= 0 else f"{share(agent, 0.0, both):.0%}"
    return [*lines, (text("talk_share", language), part)]


def _against_targets(snapshot: Snapshot, language: Language) -> list[tuple[str, str]]:
    level, rate = snapshot.level, snapshot.rate
    mean, target = finite(level.call_db), finite(level.target_db)
    off = None if mean is None or target is None or level.band is None else mean - target
    pace = finite(rate.call_cpm)
    away = None if pace is None else pace - rate.band.target
    return [
        ("", ""),
        (f"{text('level', language)} {level.calibration.unit}", number(mean, 1, 6)),
        (f"  {text('against_target', language)}", "–" if off is None else f"{off:+.1f} dB"),
        (f"{text('rate', language)} {text('rate_unit', language)}", number(pace, 0, 6)),
        (f"  {text('against_target', language)}", "–" if away is None else f"{away:+.0f}"),
        ("", ""),
    ]


def _counts(counts: Mapping[str, int], language: Language) -> list[tuple[str, str]]:
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    lines = [(clean(rule_label(rule, language)), str(count)) for rule, count in most if count > 0]
    return lines or [(text("no_alerts", language), "")]


# ----------------------------------------------------------------------------------------------------------- keys

LIVE_KEYS: Final = ("q", "?", "n_live", "m", "x", "d", "c")
REPLAY_KEYS: Final = ("q", "?", "space", "left", "n", "+", "m")

_KEYCAPS: Final = {"left": "←/→", "n": "n/p", "+": "+/−", "n_live": "n"}


@lru_cache(maxsize=4)
def footer_row(keys: tuple[str, ...], marks: int, language: Language, width: int, notice: str | None = None) -> Row:
    """The keys that do something here; the last ones give way.  A ``notice``, what a key came to, stands first."""
    told = [(Span(f"▸ {text(notice, language)} ", Ink.NEAR),)] if notice is not None else []
    caps = [(keycap(key, language), text(f"key_{key}", language)) for key in keys]
    parts = [(Span(f"{cap} ", Ink.STRONG), Span(does, Ink.DIM)) for cap, does in caps]
    right = (Span(f"  {text('marks', language, count=str(marks))} ", Ink.DIM),) if marks else ()
    return spread((Span(" "), *join([*told, *parts], max(0, width - 1 - row_width(right)), gap=2)), right, width)


def keycap(key: str, language: Language) -> str:
    """What stands on the key."""
    return text("space", language) if key == "space" else _KEYCAPS.get(key, key)
