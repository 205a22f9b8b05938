"""Events as plain lines, for pipes, logs and terminals without a live screen."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import singledispatch
from typing import Any, Final

from voicemon.events import (
    AlertEvent,
    DisputeEvent,
    Event,
    GapEvent,
    LexiconEvent,
    PhraseEvent,
    SessionEvent,
    SummaryEvent,
    WithdrawnEvent,
)
from voicemon.strings import RULES, AlertFigures, Language, alert_text, rule_label, text
from voicemon.types import CalibrationStatus, HitStatus, Severity
from voicemon.ui.cells import clean
from voicemon.ui.figures import clock, plain_number, seconds

_NAMED_PHRASES: Final = 3
"""Phrases named in the summary; the report has them all."""

MUTED: Final = "muted"

_MARKS: Final = {Severity.INFO: "·", Severity.WARN: "!", Severity.CRITICAL: "!!"}


def plain_line(event: Event, language: Language) -> str | None:
    """``event`` in words: a line for the session, alerts, withdrawals, gaps, several for a summary; else ``None``."""
    return _line(event, language)


@singledispatch
def _line(_event: Event, _language: Language) -> str | None:
    return None


@_line.register
def _session(event: SessionEvent, language: Language) -> str | None:
    status = str(event.calibration.get("status", CalibrationStatus.UNCALIBRATED.value))
    uncertainty = _figure(event.calibration, "uncertainty_db", 1)
    calibration = text(status, language, **({} if uncertainty is None else {"uncertainty": uncertainty}))
    parts = ["voicemon", clean(event.source), calibration]
    if targets := _targets(event.targets, status):
        parts.append(text("targets", language, **targets))
    return " · ".join(parts)


def _targets(targets: Mapping[str, float | None], status: str) -> dict[str, str]:
    """The targets that the call is held against: without a calibration there is none for the level."""
    level = None if status == CalibrationStatus.UNCALIBRATED else targets.get("level_db")
    known = {"level": level, "rate": targets.get("rate_cpm")}
    return {name: plain_number(value) for name, value in known.items() if value is not None}


@_line.register
def _alert(event: AlertEvent, language: Language) -> str | None:
    # As screen and history have it: when what it tells of began, not when that was clear.
    head = f"{clock(event.start)}  {text(f'severity_{event.severity.value}', language)} {_MARKS[event.severity]}"
    advice = _advice(event, language)
    return f"{head}  {clean(event.message)}" + (f"  → {advice}" if advice else "")


def _advice(event: AlertEvent, language: Language) -> str:
    """The evidence's own advice, else the rule's, with the better sentence where the evidence has one."""
    advice, better = event.evidence.get("advice"), event.evidence.get("better")
    if isinstance(advice, str):
        return clean(advice)
    if event.rule not in RULES:
        return ""
    return clean(alert_text(event.rule, language, AlertFigures(better=better if isinstance(better, str) else None))[1])


@_line.register
def _phrase(event: PhraseEvent, language: Language) -> str | None:
    """A withdrawal takes back a line that was already printed; the hit itself is told by its alert."""
    if event.status is not HitStatus.WITHDRAWN:
        return None
    return f"{clock(event.t)}  {text('withdrawn', language, phrase=clean(event.phrase))}"


@_line.register
def _withdrawn(event: WithdrawnEvent, language: Language) -> str | None:
    return f"{clock(event.t)}  {text('withdrawn', language, phrase=clean(rule_label(event.rule, language)))}"


@_line.register
def _dispute(event: DisputeEvent, language: Language) -> str | None:
    return f"{clock(event.t)}  {text('dispute', language, rule=clean(rule_label(event.rule, language)))}"


@_line.register
def _lexicon(event: LexiconEvent, language: Language) -> str | None:
    if event.error is not None:
        told = text("lexicon_kept", language, error=clean(event.error))
        return f"{clock(event.t)}  {text('severity_warn', language)} !  {told}"
    names = ", ".join(clean(source["name"]) for source in event.lexicons)
    return f"{clock(event.t)}  {text('lexicon_now', language, names=names)}"


@_line.register
def _gap(event: GapEvent, language: Language) -> str | None:
    lost = text(
        "gap_customer" if event.channel is not None else "muted_gap" if event.cause == MUTED else "gap",
        language,
        seconds=seconds(event.end - event.start),
        cause=clean(event.cause),
    )
    return f"{clock(event.t)}  {text('severity_warn', language)} !  {lost}"


@_line.register
def _summary(event: SummaryEvent, language: Language) -> str | None:
    agent = event.channels.get("agent", {})
    lines = [f"{text('summary', language)}  {_extent(event, language)}"]
    if event.degraded:
        lines.append(text("summary_degraded", language))
    lines += [_level(agent, event.unit, language), _rate(agent, language), _silence(event, language)]
    lines.append(_phrases(event, language))
    if event.alerts:
        counts = "  ".join(f"{clean(rule_label(rule, language))} {count}" for rule, count in event.alerts.items())
        lines.append(text("summary_alerts", language, counts=counts))
    lines += [text("summary_coaching", language, sentence=clean(sentence)) for sentence in event.coaching]
    return "\n  ".join(lines)


def _extent(event: SummaryEvent, language: Language) -> str:
    """How long the call was, or how far it was heard."""
    time = clock(event.duration_s)
    if event.complete:
        return text("summary_duration", language, time=time)
    whole = {} if event.whole_s is None else {"whole": clock(event.whole_s)}
    return text("summary_stopped", language, time=time, **whole)


def _level(agent: Mapping[str, Any], unit: str, language: Language) -> str:
    figures = {
        "level": _figure(agent, "active_db", 1) or "–",
        "deviation": _figure(agent, "level_deviation_db", 1, "+"),
        "percent": _figure(agent, "in_band_percent", 0),
    }
    return text("summary_level", language, unit=unit, **_known(figures))


def _rate(agent: Mapping[str, Any], language: Language) -> str:
    figures = {
        "rate": _figure(agent, "speech_rate_cpm", 0) or "–",
        "articulation": _figure(agent, "articulation_rate_cpm", 0),
    }
    return text("summary_rate", language, **_known(figures))


def _silence(event: SummaryEvent, language: Language) -> str:
    longest = max((gap["end"] - gap["start"] for gap in event.dead_air or ()), default=None)
    interruptions = "–" if event.interruptions is None else str(event.interruptions)
    figures = {"count": _count(event.dead_air), "longest": None if longest is None else seconds(longest)}
    return text("summary_silence", language, interruptions=interruptions, **_known(figures))


def _phrases(event: SummaryEvent, language: Language) -> str:
    standing = [hit for hit in event.phrases or () if hit.get("status") != HitStatus.WITHDRAWN]
    named = [clean(str(hit.get("phrase", ""))) for hit in standing]
    shown = "、".join(named[:_NAMED_PHRASES]) + (" …" if len(named) > _NAMED_PHRASES else "")
    figures = {"count": _count(None if event.phrases is None else standing), "phrases": shown or None}
    return text("summary_phrases", language, **_known(figures))


def _count(found: Sequence[object] | None) -> str | None:
    """How many; ``None`` where that could not be observed."""
    return None if found is None else str(len(found))


def _figure(values: Mapping[str, Any], name: str, decimals: int, sign: str = "") -> str | None:
    value = values.get(name)
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return f"{value:{sign}.{decimals}f}"


def _known(figures: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in figures.items() if value is not None}
