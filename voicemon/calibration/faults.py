"""What can speak against a measurement that is to become a calibration."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    SHORT = "short"
    """Less sound than is needed; seconds."""
    BROKEN = "broken"
    """Sound was lost in the middle; seconds."""
    CLIPPED = "clipped"
    """Samples, or percent of the time, at full scale."""
    NOISE = "noise"
    """The tone does not stand out of what else there is; dB."""
    FREQUENCY = "frequency"
    """Not the calibrator's; Hz."""
    DISTORTED = "distorted"
    """Harmonics; percent."""
    UNSTEADY = "unsteady"
    """The level wanders; dB."""
    ROOM = "room"
    """The voice does not stand over the room's noise at our microphone; dB."""
    ROOM_AT_METER = "room_at_meter"
    """Nor at the sound level meter; dB."""
    NO_SPEECH = "no_speech"
    """What was heard does not rise and fall as speech does; dB between loud and quiet moments."""
    SPREAD = "spread"
    """The readings do not agree with each other; dB."""
    GAIN = "gain"
    """A step of the level did not come through: automatic gain; dB read, dB expected."""
    SMALL_STEP = "small_step"
    """A step too small to tell; dB."""


@dataclass(frozen=True, slots=True)
class Fault:
    """``value`` is what was found, ``limit`` what it was held against, in the kind's unit."""

    kind: FaultKind
    value: float
    limit: float
