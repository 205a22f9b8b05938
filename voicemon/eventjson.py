"""An event record as one line of JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from voicemon.events import Event

FORMAT_VERSION: Final = 1

_DECIMALS_BY_SUFFIX: Final = (("_db", 2), ("_cpm", 1), ("_hz", 1), ("_st", 2), ("_percent", 1))
_DECIMALS_DEFAULT: Final = 3


def as_record(event: Event) -> dict[str, Any]:
    """The event as plain JSON values, keys in the contract's order."""
    record: dict[str, Any] = {"v": FORMAT_VERSION, "type": event.type, "t": _plain(event.t, "t")}
    if event.channel is not None:
        record["channel"] = event.channel.value
    for item in fields(event):
        if item.name not in ("t", "channel"):
            record[item.name] = _plain(getattr(event, item.name), item.name)
    return record


def to_json(event: Event) -> str:
    """One line of JSON, without the newline."""
    return json.dumps(as_record(event), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _plain(value: Any, name: str) -> Any:
    """``value`` as JSON can hold it; figures rounded by the unit in their ``name``, not-a-number as ``None``."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float):
        return _rounded(value, name)
    if isinstance(value, Mapping):
        return {str(key): _plain(item, str(key)) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(item, name) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: _plain(getattr(value, item.name), item.name) for item in fields(value)}
    return value


def _rounded(value: float, name: str) -> float | None:
    if not math.isfinite(value):
        return None
    for suffix, decimals in _DECIMALS_BY_SUFFIX:
        if name.endswith(suffix):
            return round(value, decimals)
    return round(value, _DECIMALS_DEFAULT)
