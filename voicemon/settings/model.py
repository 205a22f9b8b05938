"""What can be set: one frozen dataclass a concern, with the manuals' or the field's figure as the default."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Final

MANUAL_LEVEL_DB: Final = {"male": 73.0, "female": 70.0}
SLOW_OF_TARGET: Final = 0.75
FAST_OF_TARGET: Final = 1.375
UNNAMED_LEVEL_DB: Final = 71.5
"""Between the manuals' two targets: used until a profile or a setting says which of them holds."""


@dataclass(frozen=True, slots=True)
class LevelSettings:
    """Level in dB(A).  The target is compared with the level of active speech only, never with a mean over pauses."""

    target_db: float | None = None
    """Target; ``None``: 73 or 70 dB by ``voice``."""
    voice: str | None = None
    """``male`` or ``female``: which of the manuals' two targets holds."""
    green_db: float = 3.0
    """Half width of the green band about the target."""
    amber_db: float = 5.0
    """Half width of the amber band; an utterance beyond it is too loud or too quiet."""
    alert_min_active_s: float = 1.0
    """Less active speech than this is not judged."""
    calibration_offset_db: float | None = None
    """SPL of 0 dBFS (RMS, full-scale square wave); ``None``: uncalibrated, shown in dBFS(A)."""
    calibration_uncertainty_db: float | None = None
    """Expanded uncertainty (k = 2) of the offset, where it is known."""
    calibration_estimated: bool = False
    """The offset is a nominal or an expired one: shown as estimated."""
    reference_distance_m: float = 0.3
    """From the lips to where the level holds that is shown and compared with the target."""


@dataclass(frozen=True, slots=True)
class RateSettings:
    """Speech rate in characters a minute."""

    target_cpm: float = 200.0
    green_cpm: float = 20.0
    amber_cpm: float = 40.0
    alert_fast_cpm: float | None = None
    """A turn faster than this raises an alert; ``None``: 1.375 times the target (275 for 200)."""
    alert_slow_cpm: float | None = None
    """A turn slower than this raises an alert; ``None``: 0.75 times the target (150 for 200)."""
    alert_min_chars: int = 12
    window_s: float = 15.0
    """The live reading looks back over this much time."""
    pause_limit_s: float = 1.0
    """Longer pauses end a turn and are left out of the speech rate."""

    @property
    def limits_cpm(self) -> tuple[float, float]:
        """The slowest and the fastest turn that raise no alert."""
        slow = SLOW_OF_TARGET * self.target_cpm if self.alert_slow_cpm is None else self.alert_slow_cpm
        fast = FAST_OF_TARGET * self.target_cpm if self.alert_fast_cpm is None else self.alert_fast_cpm
        return slow, fast


@dataclass(frozen=True, slots=True)
class SilenceSettings:
    dead_air_s: float = 5.0
    """Nobody speaks for longer than this, unannounced: dead air (service manual, scene 3: 5 s)."""
    pause_s: float = 1.0
    """Silences of one speaker from this length on are reported."""
    interruption_s: float = 0.4
    """Both go on speaking this long after the agent came in on the customer: an interruption."""


@dataclass(frozen=True, slots=True)
class AsrSettings:
    enabled: bool = True
    model: str = "base"
    """Name of an installed model, or a folder with a CTranslate2 Whisper model."""
    threads: int = 0
    """0: chosen from the machine."""
    end_silence_s: float = 0.5
    """An utterance ends after this much silence."""
    max_utterance_s: float = 15.0
    padding_s: float = 3.0
    """Silence put behind the utterance in the recogniser's window; shorter windows make Whisper loop."""
    provisional: bool = True


@dataclass(frozen=True, slots=True)
class PhraseSettings:
    lexicons: tuple[str, ...] = ()
    builtin: bool = True


@dataclass(frozen=True, slots=True)
class HistorySettings:
    """The agent's own record of calls: figures and hits, never sound, never whole texts."""

    enabled: bool = True
    keep_days: int = 90


@dataclass(frozen=True, slots=True)
class CallsSettings:
    """Where one call ends and the next begins, in a live session."""

    end_after_silence_s: float = 180.0
    """A call in which nobody has spoken for this long is over; 0: only a key or a command ends it."""
    control: bool = False
    """Listen on a local socket (Windows: a named pipe) for ``voicemon call start`` and ``end``."""


@dataclass(frozen=True, slots=True)
class RecordSettings:
    """Sound on disk: only where a folder is named."""

    folder: str | None = None
    keep_days: int = 7
    """Recordings are deleted when they are older."""


@dataclass(frozen=True, slots=True)
class UiSettings:
    language: str | None = None
    """``zh`` or ``en``; ``None``: by locale."""
    frames_per_s: float = 8.0


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set."""

    profile: str | None = None
    level: LevelSettings = field(default_factory=LevelSettings)
    rate: RateSettings = field(default_factory=RateSettings)
    silence: SilenceSettings = field(default_factory=SilenceSettings)
    asr: AsrSettings = field(default_factory=AsrSettings)
    phrases: PhraseSettings = field(default_factory=PhraseSettings)
    history: HistorySettings = field(default_factory=HistorySettings)
    calls: CallsSettings = field(default_factory=CallsSettings)
    record: RecordSettings = field(default_factory=RecordSettings)
    ui: UiSettings = field(default_factory=UiSettings)

    @property
    def target_level_db(self) -> float:
        """The level target in force, dB(A)."""
        if self.level.target_db is not None:
            return self.level.target_db
        return MANUAL_LEVEL_DB.get(self.level.voice or "", UNNAMED_LEVEL_DB)


def as_dict(settings: Settings) -> dict[str, Any]:
    """The settings as nested plain values."""
    return dataclasses.asdict(settings)
