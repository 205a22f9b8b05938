"""Settings that make no sense are refused by name: out of their range, or at odds with each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from voicemon.errors import ConfigError
from voicemon.settings.model import MANUAL_LEVEL_DB, Settings

RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "level.target_db": (40, 110),
    "level.green_db": (0.5, 20),
    "level.amber_db": (0.5, 30),
    "level.alert_min_active_s": (0.1, 60),
    "level.calibration_offset_db": (0, 200),
    "level.calibration_uncertainty_db": (0, 20),
    "level.reference_distance_m": (0.05, 2),
    "rate.target_cpm": (60, 500),
    "rate.green_cpm": (1, 200),
    "rate.amber_cpm": (1, 300),
    "rate.alert_fast_cpm": (100, 1000),
    "rate.alert_slow_cpm": (10, 400),
    "rate.alert_min_chars": (1, 1000),
    "rate.window_s": (3, 120),
    "rate.pause_limit_s": (0.2, 10),
    "silence.dead_air_s": (1, 600),
    "silence.pause_s": (0.2, 60),
    "silence.interruption_s": (0.1, 10),
    "asr.threads": (0, 64),
    "asr.end_silence_s": (0.2, 3),
    "asr.max_utterance_s": (3, 28),
    "asr.padding_s": (2, 27),
    "history.keep_days": (0, 36_500),
    "calls.end_after_silence_s": (0, 86_400),
    "record.keep_days": (0, 36_500),
    "ui.frames_per_s": (1, 30),
}


def check(settings: Settings) -> None:
    """Raises :class:`ConfigError`."""
    for name, (low, high) in RANGES.items():
        section, _, key = name.partition(".")
        value = getattr(getattr(settings, section), key)
        if value is not None and not low <= value <= high:
            raise ConfigError(f"{name} = {value} is out of range", f"give a value from {low} to {high}")
    if settings.level.voice not in (None, *MANUAL_LEVEL_DB):
        raise ConfigError(f"level.voice = {settings.level.voice!r} is not known", "use male or female")
    if settings.ui.language not in (None, "zh", "en"):
        raise ConfigError(f"ui.language = {settings.ui.language!r} is not known", "use zh or en")
    if settings.level.green_db > settings.level.amber_db:
        raise ConfigError("level.green_db is wider than level.amber_db", "make the amber band the wider one")
    if settings.rate.green_cpm > settings.rate.amber_cpm:
        raise ConfigError("rate.green_cpm is wider than rate.amber_cpm", "make the amber band the wider one")
    slow_cpm, fast_cpm = settings.rate.limits_cpm
    if not slow_cpm < settings.rate.target_cpm < fast_cpm:
        raise ConfigError(
            f"rate alerts below {slow_cpm:g} and above {fast_cpm:g} leave no room for a target of"
            f" {settings.rate.target_cpm:g}",
            "set rate.alert_slow_cpm under the target and rate.alert_fast_cpm over it",
        )
