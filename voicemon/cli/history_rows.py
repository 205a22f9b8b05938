"""Calls and findings as rows of text."""

from __future__ import annotations

import time
from datetime import datetime

from voicemon.history import Call, CallState, Finding, FindingKind
from voicemon.strings import RULES, Language, rule_label
from voicemon.strings.history import history_text
from voicemon.strings.retell import retold
from voicemon.ui.cells import GAP


def described(call: Call, language: Language) -> list[str]:
    """The lines over the findings."""

    def line(key: str, *values: str) -> str:
        return f"  {history_text(key, language)}{GAP}{', '.join(v for v in values if v)}"

    unit = history_text("rate_unit", language)
    title = history_text("call", language, id=str(call.id))
    lines = [
        f"{title}{GAP}{local(call.started_utc)}{GAP}{clock(call.known_s)}{GAP}{state(call, language)}",
        line("source", call.source, call.profile or "", call.program),
        *([line("reference", call.reference)] if call.reference else []),
    ]
    if call.state is CallState.INTERRUPTED:
        return [*lines, f"  {history_text('interrupted_note', language, time=clock(call.known_s))}"]
    if call.state is CallState.RUNNING:
        return lines
    articulation = f"{history_text('articulation', language)} {figure(call.articulation_rate_cpm, 0)}"
    response = f"p50 {figure(call.response_p50_s, 1, ' s')}, p95 {figure(call.response_p95_s, 1, ' s')}"
    return [
        *lines,
        line("talk", clock(call.talk_s)),
        line("level", f"{level(call)} {call.unit}", figure(call.in_band_percent, 0, " %")),
        line("rate", f"{figure(call.speech_rate_cpm, 0)} {unit}", articulation),
        line("dead_air", count(call.dead_air_count), figure(call.dead_air_s, 1, " s")),
        line("interruptions", count(call.interruptions)),
        line("response", response),
        line("phrases", count(call.phrases)),
    ]


def finding_row(finding: Finding, language: Language) -> list[str]:
    told = [retold(finding.name, finding.text, language)]
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
    return [str(finding.number), clock(finding.start), history_text(finding.kind.value, language), GAP.join(told)]


def name_of(finding: Finding, language: Language) -> str:
    known = finding.kind is FindingKind.ALERT and finding.name in RULES
    return rule_label(finding.name, language) if known else finding.name


def state(call: Call, language: Language) -> str:
    key = "degraded" if call.degraded else call.state.value
    return history_text(key, language)


def level(call: Call) -> str:
    if call.active_db is None:
        return "–"
    deviation = "" if call.level_deviation_db is None else f" ({call.level_deviation_db:+.1f})"
    return f"{call.active_db:.1f}{deviation}"


def local(time_utc: datetime) -> str:
    return time_utc.astimezone().strftime("%Y-%m-%d %H:%M")


def clock(length_s: float | None) -> str:
    if length_s is None:
        return "–"
    return time.strftime("%H:%M:%S" if length_s >= 3600 else "%M:%S", time.gmtime(length_s))


def figure(value: float | None, decimals: int, unit: str = "") -> str:
    return "–" if value is None else f"{value:.{decimals}f}{unit}"


def count(value: int | None) -> str:
    return "–" if value is None else str(value)
