"""One source of settings laid over another, with unknown sections and keys refused by name."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

from voicemon.errors import ConfigError, did_you_mean
from voicemon.settings.conversion import convert
from voicemon.settings.model import Settings

_Section = TypeVar("_Section")


def apply(settings: Settings, layer: Mapping[str, Any], origin: str) -> Settings:
    """``settings`` with the values of ``layer``, {section: {field: value}}.  Raises :class:`ConfigError`."""
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
    remedy = did_you_mean(name, known, f"known: {', '.join(known)}")
    return ConfigError(f"{origin}: unknown {what} {name!r}", remedy)
