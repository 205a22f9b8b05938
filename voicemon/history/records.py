"""What the history tells: calls, and what was found in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CallState(StrEnum):
    """How a call stands: ``interrupted`` ones have what was known at their last sign of life."""

    RUNNING = "running"
    FINISHED = "finished"
    INTERRUPTED = "interrupted"


class FindingKind(StrEnum):
    HIT = "hit"
    ALERT = "alert"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call, the agent's figures in the units of their names; ``None``: not measured, or lost when it broke off.

    ``reference`` is the softphone's own name for the call, where it gave one.  ``phrases``, ``dead_air_count`` and
    ``interruptions`` of a call without summary are counted from its findings.
    """

    id: int
    state: CallState
    started_utc: datetime
    ended_utc: datetime | None
    source: str
    profile: str | None
    reference: str | None
    program: str
    unit: str
    known_s: float
    talk_s: float | None
    active_db: float | None
    level_deviation_db: float | None
    in_band_percent: float | None
    speech_rate_cpm: float | None
    articulation_rate_cpm: float | None
    characters: int | None
    dead_air_count: int | None
    dead_air_s: float | None
    interruptions: int | None
    response_p50_s: float | None
    response_p95_s: float | None
    phrases: int | None
    alerts: int
    disputed: int
    degraded: bool | None
    summary: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A hit or an alert of a call under its ``number``; times in seconds from the call's start.

    ``name`` is the phrase's id or the alert's rule, ``text`` the phrase or the alert's message; ``heard``, ``score``
    and ``status`` belong to hits alone (an alert's status is ``raised`` or ``withdrawn``).
    """

    number: int
    kind: FindingKind
    name: str
    severity: str
    start: float
    end: float
    text: str
    status: str
    heard: str | None
    score: float | None
    disputed: bool
    dispute_note: str | None
