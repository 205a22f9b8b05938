"""The event records that external programs read; :mod:`voicemon.eventjson` makes lines of JSON of them.

Field names are a contract.  Every record carries ``v``, ``type``, ``t`` (seconds on the source's clock at which it
became known) and, where it belongs to one, ``channel``.  Times are rounded to the millisecond, other figures to what
their unit can carry; a value that could not be measured is left as ``null``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from voicemon.eventjson import FORMAT_VERSION as FORMAT_VERSION  # noqa: PLC0414 - a public name of this module
from voicemon.eventjson import as_record as as_record  # noqa: PLC0414 - a public name of this module
from voicemon.eventjson import to_json as to_json  # noqa: PLC0414 - a public name of this module
from voicemon.types import CheckedBy, HitStatus, Role, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all records."""

    type: ClassVar[str]
    t: float
    channel: Role | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEvent(Event):
    """First record: what was listened to, against which targets, with which model and lexicons."""

    type: ClassVar[str] = "session"
    source: str
    sample_rate: int
    channels: tuple[str, ...]
    duration_s: float | None
    profile: str | None
    targets: Mapping[str, float | None]
    calibration: Mapping[str, Any]
    model: Mapping[str, str | None] | None
    lexicons: tuple[Mapping[str, str], ...]
    program: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    number: int | None = None
    """Which call of a longer session this is."""
    reference: str | None = None
    """The softphone's own name for the call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelEvent(Event):
    """One second of level."""

    type: ClassVar[str] = "level"
    start: float
    end: float
    laeq_db: float | None
    lafmax_db: float | None
    lasmax_db: float | None = None
    """Largest S-weighted level: what a sound level meter set to Slow shows."""
    speech_s: float
    unit: str
    clipped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UtteranceEvent(Event):
    type: ClassVar[str] = "utterance"
    start: float
    end: float
    laeq_db: float | None
    active_db: float | None
    active_s: float
    f0_median_hz: float | None = None
    f0_range_st: float | None = None
    lae_db: float | None = None
    """Sound exposure level: a second of it would hold the whole utterance's energy."""
    unit: str = "dBFS(A)"
    utterance: int | None = None
    """Its number on its channel; the agent's transcripts carry the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateEvent(Event):
    type: ClassVar[str] = "rate"
    window_s: float
    speech_rate_cpm: float | None
    articulation_rate_cpm: float | None
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceEvent(Event):
    """``who``: agent, customer or both; ``kind``: pause, dead_air or hold."""

    type: ClassVar[str] = "silence"
    start: float
    end: float
    who: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlapEvent(Event):
    """``by``: who came in on the other; ``kind``: interruption or backchannel, ``None`` for neither."""

    type: ClassVar[str] = "overlap"
    start: float
    end: float
    by: Role
    kind: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptEvent(Event):
    type: ClassVar[str] = "transcript"
    start: float
    end: float
    text: str
    chars: tuple[tuple[str, float, float], ...]
    final: bool
    rejected: str | None = None
    utterance: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseEvent(Event):
    type: ClassVar[str] = "phrase"
    id: str
    phrase: str
    category: str
    severity: str
    start: float
    end: float
    heard: str
    score: float
    status: HitStatus
    distance: float | None = None
    check: CheckedBy = CheckedBy.TEXT
    probability: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertEvent(Event):
    type: ClassVar[str] = "alert"
    rule: str
    severity: Severity
    start: float
    end: float
    message: str
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeEvent(Event):
    """The agent objects to the alert of ``rule`` from ``start`` to ``end``; it stays counted."""

    type: ClassVar[str] = "dispute"
    rule: str
    start: float
    end: float
    key: str = ""
    """What tells alerts of one rule at one place apart: a phrase's id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawnEvent(Event):
    """The alert of ``rule`` from ``start`` to ``end`` is taken back: it counts no more, since ``reason``."""

    type: ClassVar[str] = "withdrawn"
    rule: str
    start: float
    end: float
    reason: str
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetEvent(Event):
    """The agent's level target was moved for this customer: now ``level_db``, ``shift_db`` off the settings'."""

    type: ClassVar[str] = "target"
    level_db: float
    shift_db: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GapEvent(Event):
    """Audio that is not there: all of it, or with ``channel`` that of one speaker alone."""

    type: ClassVar[str] = "gap"
    start: float
    end: float
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LexiconEvent(Event):
    """A changed lexicon was taken over: these are in force now; with ``error`` it could not be, and these stay."""

    type: ClassVar[str] = "lexicon"
    lexicons: tuple[Mapping[str, str], ...]
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkEvent(Event):
    """The person at the screen pressed the mark key."""

    type: ClassVar[str] = "mark"


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthEvent(Event):
    type: ClassVar[str] = "health"
    asr_lag_s: float | None
    dropped_audio_s: float
    shed_utterances: int
    overflows: int
    cpu_percent: float | None
    rss_mb: float | None
    asr: str = "off"
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryEvent(Event):
    """Last record: the call as a whole."""

    type: ClassVar[str] = "summary"
    duration_s: float
    unit: str
    channels: Mapping[str, Mapping[str, Any]]
    dead_air: tuple[Mapping[str, float], ...] | None
    """``None`` without the customer's sound: who was silent there cannot be told from who was listening."""
    interruptions: int | None
    response_delay_s: Mapping[str, float | None] | None
    phrases: tuple[Mapping[str, Any], ...] | None
    """``None`` without recognition: nothing was listened for."""
    required: tuple[Mapping[str, Any], ...]
    words: Mapping[str, Any]
    protocols: tuple[Mapping[str, Any], ...]
    alerts: Mapping[str, int]
    coaching: tuple[str, ...]
    degraded: bool
    cost: Mapping[str, Any]
    complete: bool = True
    """The source was heard to its end: what only the end can show was judged."""
    whole_s: float | None = None
    """How long the source says it is."""
    start: float = 0.0
    """When the call began, on the source's clock."""
    number: int | None = None
    """Which call of a longer session this is."""
    reference: str | None = None
    """The softphone's own name for the call."""
    disputed: Mapping[str, int] = field(default_factory=dict)
    """Alerts that the agent objects to, by rule; they stand in ``alerts`` too."""
    lexicons: tuple[Mapping[str, str], ...] = ()
    """Those in force at the end; the first record has those of the beginning."""
    customer_absent_s: float = 0.0
    """How long the customer's own device gave no sound: nothing that needs the customer covers it."""
