"""Calls and findings as rows of text."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Final

from voicemon.history import Call, CallState, Finding, FindingKind
from voicemon.strings import RULES, Language, rule_label
from voicemon.strings.history import history_text
from voicemon.ui.cells import clean, fit, fit_right, width_of

GAP: Final = "  "

_HEADS: Final = (
    "id", "started", "profile", "length", "talk", "level", "in_band", "rate", "dead_air", "interruptions", "phrases",
    "alerts", "state",
)  # fmt: skip


def heads(language: Language) -> list[str]:
    return [history_text(name, language) for name in _HEADS]


def row(call: Call, language: Language) -> list[str]:
    return [
        str(call.id),
        _local(call.started_utc),
        call.profile or "–",
        _clock(call.known_s),
        _clock(call.talk_s),
        _level(call),
        _figure(call.in_band_percent, 0, " %"),
        _figure(call.speech_rate_cpm, 0),
        _count(call.dead_air_count),
        _count(call.interruptions),
        _count(call.phrases),
        str(call.alerts),
        _state(call, language),
    ]


def described(call: Call, language: Language) -> list[str]:
    """The lines over the findings."""

    def line(key: str, *values: str) -> str:
        return f"  {history_text(key, language)}{GAP}{', '.join(v for v in values if v)}"

    unit = history_text("rate_unit", language)
    title = history_text("call", language, id=str(call.id))
    lines = [
        f"{title}{GAP}{_local(call.started_utc)}{GAP}{_clock(call.known_s)}{GAP}{_state(call, language)}",
        line("source", call.source, call.profile or "", call.program),
    ]
    if call.state is CallState.INTERRUPTED:
        return [*lines, f"  {history_text('interrupted_note', language, time=_clock(call.known_s))}"]
    if call.state is CallState.RUNNING:
        return lines
    articulation = f"{history_text('articulation', language)} {_figure(call.articulation_rate_cpm, 0)}"
    response = f"p50 {_figure(call.response_p50_s, 1, ' s')}, p95 {_figure(call.response_p95_s, 1, ' s')}"
    return [
        *lines,
        line("talk", _clock(call.talk_s)),
        line("level", f"{_level(call)} {call.unit}", _figure(call.in_band_percent, 0, " %")),
        line("rate", f"{_figure(call.speech_rate_cpm, 0)} {unit}", articulation),
        line("dead_air", _count(call.dead_air_count), _figure(call.dead_air_s, 1, " s")),
        line("interruptions", _count(call.interruptions)),
        line("response", response),
        line("phrases", _count(call.phrases)),
    ]


def finding_row(finding: Finding, language: Language) -> list[str]:
    told = [finding.text]
    if finding.kind is FindingKind.HIT:
        told = [name_of(finding, language), finding.text]
        if finding.heard:
            told.append(history_text("heard", language, heard=finding.heard))
        if finding.score is not None:
            told.append(f"{finding.score:.2f}")
    if finding.status in ("withdrawn", "provisional"):
        told.append(history_text(finding.status, language))
    if finding.disputed:
        note = {"note": finding.dispute_note} if finding.dispute_note else {}
        told.append(history_text("disputed", language, **note))
    return [str(finding.number), _clock(finding.start), history_text(finding.kind.value, language), GAP.join(told)]


def name_of(finding: Finding, language: Language) -> str:
    known = finding.kind is FindingKind.ALERT and finding.name in RULES
    return rule_label(finding.name, language) if known else finding.name


def _state(call: Call, language: Language) -> str:
    key = "degraded" if call.degraded else call.state.value
    return history_text(key, language)


def _level(call: Call) -> str:
    if call.active_db is None:
        return "–"
    deviation = "" if call.level_deviation_db is None else f" ({call.level_deviation_db:+.1f})"
    return f"{call.active_db:.1f}{deviation}"


def _local(time_utc: datetime) -> str:
    return time_utc.astimezone().strftime("%Y-%m-%d %H:%M")


def _clock(length_s: float | None) -> str:
    if length_s is None:
        return "–"
    return time.strftime("%H:%M:%S" if length_s >= 3600 else "%M:%S", time.gmtime(length_s))


def _figure(value: float | None, decimals: int, unit: str = "") -> str:
    return "–" if value is None else f"{value:.{decimals}f}{unit}"


def _count(value: int | None) -> str:
    return "–" if value is None else str(value)


def aligned(rows: list[list[str]], right: int = 0) -> list[str]:
    """Columns side by side by the cells they take; the last one as long as it is."""
    cells = [[clean(cell) for cell in row] for row in rows]
    widths = [max(width_of(row[i]) for row in cells) for i in range(len(cells[0]))]
    widths[-1] = 0
    return [
        GAP.join(
            cell if w == 0 else (fit_right if i < right else fit)(cell, w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in cells
    ]
