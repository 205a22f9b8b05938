"""All that can be set, one frozen dataclass a concern, with the manuals' or the field's figure as the default.

Sources, weakest first: the defaults here, a TOML file, ``VOICEMON_SECTION_FIELD`` variables, the command line.  A key
that is not known here is refused by name: a setting with a typing error must not look as if it worked.
"""

from __future__ import annotations

import dataclasses
import difflib
import os
import tomllib
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from voicemon.conversion import convert
from voicemon.errors import ConfigError

ENV_PREFIX: Final = "VOICEMON_"
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
    padding_s: float = 8.0
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


def load(
    path: Path | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    profile: str | None = None,
    overrides: Mapping[str, Mapping[str, Any]] | None = None,
) -> Settings:
    """Settings from ``path`` (TOML), environment and ``overrides`` ({section: {field: value}}), the last one winning.

    ``profile`` names a ``[profiles.NAME]`` table of the file whose sections are laid over the file's own.
    Raises :class:`ConfigError` naming the key and the remedy.
    """
    document = _read_toml(path) if path is not None else {}
    profiles = document.pop("profiles", {})
    layers: list[tuple[str, Mapping[str, Any]]] = [(str(path), document)]
    variables = _from_environment(os.environ if environment is None else environment)
    name = profile or variables.pop("profile", None) or document.get("profile")
    if name is not None:
        layers.append((f"{path}: profiles.{name}", _profile(profiles, str(name), path)))
    layers.append(("environment", variables))
    layers.append(("command line", overrides or {}))
    merged = Settings(profile=name)
    for origin, layer in layers:
        merged = _apply(merged, {k: v for k, v in layer.items() if k != "profile"}, origin)
    _check(merged)
    return merged


def as_dict(settings: Settings) -> dict[str, Any]:
    """The settings as nested plain values."""
    return dataclasses.asdict(settings)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"settings file {path} cannot be read: {error.strerror}"
        raise ConfigError(message, "check the name after --settings") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"settings file {path} is not valid TOML: {error}", "mend that line") from error


def _profile(profiles: object, name: str, path: Path | None) -> Mapping[str, Any]:
    known = sorted(profiles) if isinstance(profiles, dict) else []
    if isinstance(profiles, dict) and isinstance(profiles.get(name), dict):
        return typing.cast("Mapping[str, Any]", profiles[name])
    remedy = f"{path} has: {', '.join(known)}" if known else "give a settings file with a [profiles.NAME] table"
    raise ConfigError(f"no profile called {name!r}", remedy)


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """``VOICEMON_LEVEL_TARGET_DB=70`` → {"level": {"target_db": "70"}}; texts are converted when they are applied."""
    found: dict[str, Any] = {}
    for key, text in environment.items():
        if not key.startswith(ENV_PREFIX):
            continue
        rest = key[len(ENV_PREFIX) :].lower()
        if rest in ("profile",):
            found[rest] = text
        elif rest in _ENVIRONMENT_ONLY:
            continue
        else:
            section, _, name = rest.partition("_")
            found.setdefault(section, {})[name] = text
    return found


_ENVIRONMENT_ONLY: Final = frozenset({"models_dir", "data_dir", "settings", "calibration_dir"})
"""Variables that name places rather than settings; read where they are used."""

_Section = TypeVar("_Section")


def _apply(settings: Settings, layer: Mapping[str, Any], origin: str) -> Settings:
    sections = {f.name: f for f in dataclasses.fields(Settings) if f.name != "profile"}
    changes: dict[str, Any] = {}
    for name, values in layer.items():
        if name not in sections:
            raise _unknown("section", name, list(sections), origin)
        if not isinstance(values, Mapping):
            raise ConfigError(f"{origin}: {name} must be a table", f"write [{name}] and its keys below it")
        changes[name] = _apply_section(getattr(settings, name), name, values, origin)
    return dataclasses.replace(settings, **changes)


def _apply_section(section: _Section, name: str, values: Mapping[str, Any], origin: str) -> _Section:
    hints = typing.get_type_hints(type(section))
    changes: dict[str, Any] = {}
    for key, value in values.items():
        if key not in hints:
            raise _unknown("key", f"{name}.{key}", [f"{name}.{k}" for k in hints], origin)
        changes[key] = convert(value, hints[key], f"{name}.{key}", origin)
    return dataclasses.replace(section, **changes)  # type: ignore[type-var]


def _unknown(what: str, name: str, known: list[str], origin: str) -> ConfigError:
    near = difflib.get_close_matches(name, known, n=1)
    remedy = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
    return ConfigError(f"{origin}: unknown {what} {name!r}", remedy)


_RANGES: Final[Mapping[str, tuple[float, float]]] = {
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


def _check(settings: Settings) -> None:
    for name, (low, high) in _RANGES.items():
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
