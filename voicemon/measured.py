"""What was measured of one speaker: an utterance, a second, the call so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from voicemon.energy import Energy
from voicemon.speech.segmenter import Piece
from voicemon.types import FRAMES_PER_S


@dataclass(frozen=True, slots=True)
class Spoken:
    """An utterance that has ended, measured: levels in dBFS(A)."""

    piece: Piece
    laeq_db: float | None
    active_db: float | None
    active_s: float
    pauses: int
    """Pauses of 200 ms and more within it."""
    lae_db: float | None = None
    """Sound exposure level."""


@dataclass(slots=True)
class Totals:
    """One speaker's call so far."""

    active: Energy = field(default_factory=Energy)
    """Active speech, for its level."""
    talk_frames: int = 0
    sound: Energy = field(default_factory=Energy)
    trailing: Energy = field(default_factory=Energy)
    """The part of ``sound`` behind the second after the last one in which anyone spoke."""
    pauses: int = 0
    in_band_s: float = 0.0
    judged_s: float = 0.0
    aimed_db_s: float = 0.0
    """Targets in force when the judged speech was spoken, times its length."""
    f0_range_st_s: float = 0.0
    """Semitones times seconds of speech they were measured over."""
    f0_s: float = 0.0

    @property
    def talk_s(self) -> float:
        """Speech, pauses under 200 ms included."""
        return self.talk_frames / FRAMES_PER_S


@dataclass(frozen=True, slots=True)
class Second:
    """A stretch of at most a second, measured: levels in dBFS(A)."""

    laeq_db: float | None
    lafmax_db: float | None
    speech_s: float
    clipped_frames: int
    start: int
    end: int
    """Its first frame with sound, and the one after its last."""
    lasmax_db: float | None = None
