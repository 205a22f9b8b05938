"""What the gain watch can find."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class GainKind(StrEnum):
    """What happened to the level on its way from the mouth to the numbers."""

    STEP = "step"
    """Speech and noise rose or fell by the same amount: somebody, or some program, moved the slider."""
    SLOW_AGC = "slow_agc"
    """The noise rises all through the pauses and is back down behind each turn."""
    FAST_AGC = "fast_agc"
    """The noise comes up within a second after speech: a compressor."""
    GATE = "noise_gate"
    """The noise is cut off a moment after speech."""
    LIMITER = "limiter"
    """Peaks pile up at a ceiling below full scale."""
    MOVED = "microphone_moved"
    """Speech alone changed, and its low tones more than the others: the distance to the mouth is another."""

    @property
    def rule(self) -> str:
        """The alert that tells of it."""
        return "microphone_moved" if self is GainKind.MOVED else "gain_changed"


@dataclass(frozen=True, slots=True)
class GainFinding:
    """A change of the gain, told once; positions are frames of the source's clock."""

    kind: GainKind
    frame: int
    """When it became known."""
    since: int
    """The last frame at which it may have begun."""
    size_db: float
    """Step: change of gain.  Moved: change of the speech level.  AGC: rise in a pause.  Gate: depth of the cut.
    Limiter: ceiling in dBFS of peaks."""
    confidence: float
    """0 … 1: how far the evidence exceeds what is asked of it; no probability."""
    evidence: dict[str, float]
