"""What the screen shows of a call at one moment: frozen, without logic."""

from __future__ import annotations

from dataclasses import dataclass, field

from voicemon.values import Band, BandState, Calibration, CharTime, PhraseHit, Severity, SourceInfo


@dataclass(frozen=True, slots=True)
class LevelSnapshot:
    """The level meter: the agent's channel, in the calibration's unit."""

    calibration: Calibration
    target_db: float | None
    band: Band | None
    """``None`` without calibration: dBFS cannot be held against a target in dB SPL."""
    now_db: float | None
    """LAF at this moment."""
    utterance_db: float | None
    """A-weighted level over the active speech of the current or last utterance."""
    call_db: float | None
    """The same over the call so far."""
    state: BandState | None
    history: tuple[float | None, ...] = ()
    """LAeq of the last seconds with speech in them, oldest first; ``None`` for seconds without."""
    clipped: bool = False
    target_shift_db: float = 0.0
    """By how much the target was moved for this customer."""
    suspect: bool = False
    """The gain has changed, or changes by itself: the level is not to be trusted."""


@dataclass(frozen=True, slots=True)
class RateSnapshot:
    """The rate meter in characters a minute: the agent's channel."""

    band: Band
    now_cpm: float | None
    articulation_cpm: float | None
    call_cpm: float | None
    basis: str | None
    """``nuclei`` or ``text``."""
    state: BandState | None
    history: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class TurnsSnapshot:
    """Who speaks.  ``customer`` values are ``None`` when the customer's channel is not there."""

    agent_speaking: bool
    customer_speaking: bool | None
    """``None`` also while the customer's device gives no sound."""
    silence_s: float
    """How long nobody has spoken (with one channel: how long the agent has not)."""
    silence_limit_s: float
    holding: bool
    """The agent has asked the customer to wait."""
    agent_strip: tuple[bool, ...] = ()
    """Speech in each of the last quarter seconds, oldest first."""
    customer_strip: tuple[bool, ...] | None = None
    agent_talk_s: float = 0.0
    customer_talk_s: float | None = None


@dataclass(frozen=True, slots=True)
class Caption:
    """An utterance's words on screen; ``hits`` are the phrases flagged in it."""

    utterance: int
    start: float
    end: float
    text: str
    chars: tuple[CharTime, ...]
    final: bool
    rejected: str | None = None
    hits: tuple[PhraseHit, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert on screen: ``message`` says what happened, ``advice`` what to do, in the chosen language."""

    t: float
    rule: str
    severity: Severity
    start: float
    end: float
    message: str
    advice: str = ""
    key: str = ""
    """What tells alerts of one rule at one place apart: a phrase's id."""
    disputed: bool = False
    """The agent has objected to it."""


@dataclass(frozen=True, slots=True)
class HealthSnapshot:
    """Whether the monitor itself can be trusted right now."""

    asr: str = "off"
    """``off``, ``loading``, ``ready``, ``behind`` or ``failed``."""
    asr_name: str | None = None
    asr_lag_s: float | None = None
    dropped_audio_s: float = 0.0
    shed_utterances: int = 0
    shed_provisional: int = 0
    overflows: int = 0
    device_lost: bool = False
    customer_lost: bool = False
    """The customer's own device gives no sound."""
    drift_ppm: float | None = None
    """How much faster the customer's device's clock runs than the agent's; ``None``: one device, or not known yet."""
    muted: bool = False
    only_zeros: bool = False
    """The microphone has delivered nothing but zeros: switched off, or kept from us by the system."""
    recording: bool = False
    lexicon_fault: bool = False
    """A changed lexicon could not be taken over: the one before it stays in force."""
    unwritten: bool = False
    """Events or history can no longer be written."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything the screen shows at one moment ``t`` of the source's clock; swapped as a whole, never changed."""

    t: float
    source: SourceInfo
    level: LevelSnapshot
    rate: RateSnapshot
    turns: TurnsSnapshot
    captions: tuple[Caption, ...] = ()
    alerts: tuple[AlertLine, ...] = ()
    """Newest last; bounded."""
    counts: dict[str, int] = field(default_factory=dict)
    """Alerts of the call so far, by rule."""
    health: HealthSnapshot = HealthSnapshot()
    marks: tuple[float, ...] = ()
    between_calls: str | None = None
    """Live, where no call runs: ``waiting`` for a voice to begin the next, or ``resting`` until somebody begins it."""
    notice: str | None = None
    """What the key that was just pressed came to, by the key of its words; for some seconds."""
