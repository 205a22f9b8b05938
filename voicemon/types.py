"""The values that flow through voicemon: frozen, without logic.

Positions on the audio are sample indices of the source's clock (``int``) below the monitor and seconds on the same
clock (``float``, suffix ``_s`` or the names ``start``/``end``) above it.  ``None`` always means "not measurable".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int16 = NDArray[np.int16]
Bool = NDArray[np.bool_]

FRAMES_PER_S: Final = 100
"""Analysis frames a second: every feature and decision lives on this 10 ms grid of the source's clock."""

FRAME_S: Final = 1 / FRAMES_PER_S

SPEECH_RATE_HZ: Final = 16_000
"""The rate at which voice activity, nuclei and the recogniser work."""

SPEECH_FRAME: Final = SPEECH_RATE_HZ // FRAMES_PER_S


class Role(StrEnum):
    """Whose voice a channel carries."""

    AGENT = "agent"
    CUSTOMER = "customer"


# ---------------------------------------------------------------------------------------------------------- audio


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What a source says of itself before the first block.

    ``roles`` has one entry a channel of the blocks it yields, in order.  ``duration_s`` is ``None`` for a live source
    or where the container does not say.
    """

    name: str
    sample_rate: int
    roles: tuple[Role, ...]
    duration_s: float | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """Samples that arrived together: shape (channels, n), ±1 full scale; ``start`` is the first one's index."""

    start: int
    samples: Float32


@dataclass(frozen=True, slots=True)
class Gap:
    """Audio that was lost: samples ``start`` (inclusive) to ``end`` (exclusive) never arrived."""

    start: int
    end: int
    cause: str


# --------------------------------------------------------------------------------------------------- recognition


class Pass(StrEnum):
    """Why an utterance is being recognised."""

    PROVISIONAL = "provisional"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class RecognitionJob:
    """One piece of speech to be put into words.

    ``samples``: mono float32 at :data:`SPEECH_RATE_HZ`; ``start`` the source time of its first sample in seconds;
    ``voiced_s`` the speech within it; ``voiced`` the speech spans in seconds on the source's clock, for clamping times.
    """

    utterance: int
    kind: Pass
    samples: Float32
    start: float
    end: float
    voiced_s: float
    level_over_floor_db: float
    voiced: tuple[tuple[float, float], ...] = ()
    pausing: bool = False
    """The speaker has just paused: unless speech goes on, the final job will be this very sound."""


@dataclass(frozen=True, slots=True)
class CharTime:
    """One written character and when it was spoken, seconds on the source's clock."""

    char: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """What the recogniser made of a job.

    ``chars`` leaves out punctuation and blanks.  ``rejected`` names the check that the text failed (then it must never
    alarm); ``cpu_s`` is what the pass cost.
    """

    utterance: int
    kind: Pass
    start: float
    end: float
    text: str
    chars: tuple[CharTime, ...]
    avg_logprob: float | None = None
    no_speech_prob: float | None = None
    rejected: str | None = None
    cpu_s: float = 0.0
    settled: bool = False
    """The speaker had stopped: the last word is not one that was cut off in the middle."""


class HitStatus(StrEnum):
    """How far a phrase hit is to be believed."""

    PROVISIONAL = "provisional"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class PhraseHit:
    """A phrase of the lexicon that was heard: ``score`` 1 is an exact match, ``heard`` the text it rests on."""

    id: str
    phrase: str
    category: str
    severity: str
    start: float
    end: float
    heard: str
    score: float
    status: HitStatus
    better: str | None = None
    """What the manual would have the agent say instead, where it has a line for it."""


# ---------------------------------------------------------------------------------------------------- judgement


class Severity(StrEnum):
    INFO = "info"
    WARN = "warn"
    CRITICAL = "critical"


class BandState(StrEnum):
    """Where a reading stands against its band, after hysteresis."""

    LOW = "low"
    SLIGHTLY_LOW = "slightly_low"
    IN_BAND = "in_band"
    SLIGHTLY_HIGH = "slightly_high"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Band:
    """A target with a green band inside an amber one, all in the reading's own unit."""

    low_amber: float
    low_green: float
    target: float
    high_green: float
    high_amber: float


class CalibrationStatus(StrEnum):
    CALIBRATED = "calibrated"
    ESTIMATED = "estimated"
    UNCALIBRATED = "uncalibrated"


@dataclass(frozen=True, slots=True)
class Calibration:
    """How dBFS (RMS, full-scale square wave) becomes dB SPL; ``uncertainty_db`` is expanded, k = 2."""

    status: CalibrationStatus = CalibrationStatus.UNCALIBRATED
    offset_db: float | None = None
    uncertainty_db: float | None = None

    @property
    def unit(self) -> str:
        return "dBFS(A)" if self.offset_db is None else "dB(A)"


# ------------------------------------------------------------------------------------------------------- screen


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
    muted: bool = False
    recording: bool = False


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
