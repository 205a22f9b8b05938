"""The values that flow through voicemon below the screen: sound, words, judgement.  Frozen, without logic.

Positions on the audio are sample indices of the source's clock (``int``) below the monitor and seconds on the same
clock (``float``, suffix ``_s`` or the names ``start``/``end``) above it.  ``None`` always means "not measurable".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from voicemon.soundcheck import CheckedBy

if TYPE_CHECKING:
    from voicemon.soundcheck import Examine, SoundCheck

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


NOT_BEGUN: Final = "not begun"
"""Why the customer's sound is absent before his device has delivered any."""


@dataclass(frozen=True, slots=True)
class PairedBlock(Block):
    """A block of two devices' sound; rows: agent, customer."""

    absent: tuple[Gap, ...] = ()
    """Where within the block, on its own clock, the customer's row is not sound but stands for none; and why."""


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
    examine: Examine | None = field(default=None, compare=False)
    """Weighs doubtful phrases against the sound, in the recogniser's thread while it has the sound at hand."""


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
    heard: bool = True
    """The model was asked; where it was not, that there is no text says nothing of what was spoken."""
    checks: tuple[SoundCheck, ...] = ()
    """Phrases in doubt that were weighed against the sound."""


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
    distance: float | None = None
    """How far the words heard are off, a unit of weight: 0 the same sounds, 1 unrelated."""
    check: CheckedBy = CheckedBy.TEXT
    probability: float | None = None
    """That it was said, where the sound was asked."""


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
    reference_distance_m: float | None = None
    """How far before the lips the levels are meant, on axis; ``None`` where nothing is known in dB SPL."""

    @property
    def unit(self) -> str:
        return "dBFS(A)" if self.offset_db is None else "dB(A)"
