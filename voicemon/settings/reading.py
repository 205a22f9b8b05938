"""Settings read from a TOML file, the environment and the command line."""

from __future__ import annotations

import os
import tomllib
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from voicemon.errors import ConfigError
from voicemon.settings.layers import apply
from voicemon.settings.model import Settings
from voicemon.settings.ranges import check

ENV_PREFIX: Final = "VOICEMON_"

_ENVIRONMENT_ONLY: Final = frozenset({"models_dir", "data_dir", "settings", "calibration_dir"})
"""Variables that name places rather than settings; read where they are used."""


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
        merged = apply(merged, {k: v for k, v in layer.items() if k != "profile"}, origin)
    check(merged)
    return merged


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
