"""A calibration as TOML: written by hand, so that its figures can carry what they mean; read strictly."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from voicemon.calibration.geometry import REFERENCE_DISTANCE_M
from voicemon.calibration.model import FORMAT_VERSION, Device, Ingredients, Method, Reading, StepTest
from voicemon.calibration.offset import offset_db
from voicemon.calibration.uncertainty import budget
from voicemon.errors import CalibrationError

REMEDY: Final = "calibrate again (voicemon calibrate), or delete that file"

_DEVICE: Final = {"name": str, "host_api": str, "sample_rate": int, "os_gain_db": float}
_READING: Final = {"reference_db": float, "measured_dbfs": float, "room_reference_db": float, "room_dbfs": float}
_STEP: Final = {"expected_db": float, "measured_db": float}
_OWN: Final = {
    "version": int,
    "method": str,
    "made": datetime,
    "valid_days": int,
    "distance_m": float,
    "reference_class": int,
    "meter_adjusted": bool,
    "note": str,
    "device": dict,
    "readings": list,
    "step": dict,
}


class DamagedError(ValueError):
    """What is wrong with a document, in a few words."""


def to_toml(ingredients: Ingredients) -> str:
    """The document; what follows from the ingredients stands in it as a comment."""
    result = budget(ingredients)
    lines = [
        "# A calibration of voicemon: what was measured. The offset follows from it and is worked out at each start:",
        f"# {offset_db(ingredients):.2f} dB ± {result.expanded_db:.2f} dB (k = {result.coverage_factor:.2f})"
        f" at {REFERENCE_DISTANCE_M:.2f} m.",
        f"version = {FORMAT_VERSION}",
        *_lines(
            ingredients, ("method", "made", "valid_days", "distance_m", "reference_class", "meter_adjusted", "note")
        ),
        "",
        "[device]",
        *_lines(ingredients.device, tuple(_DEVICE)),
    ]
    for reading in ingredients.readings:
        lines += ["", "[[readings]]", *_lines(reading, tuple(_READING))]
    if ingredients.step is not None:
        lines += ["", "[step]", *_lines(ingredients.step, tuple(_STEP))]
    return "\n".join(lines) + "\n"


def from_toml(text: str) -> Ingredients:
    """The ingredients; raises :class:`DamagedError`."""
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise DamagedError(f"not valid TOML: {error}") from error
    version = document.get("version")
    if version != FORMAT_VERSION:
        raise DamagedError(f"its version is {version!r}, not {FORMAT_VERSION}")
    own = _checked(document, _OWN, "", required=("method", "made", "distance_m", "device", "readings"))
    own.pop("version")
    ingredients = Ingredients(
        **{
            **own,
            "method": _method(own["method"]),
            "device": Device(**_checked(own["device"], _DEVICE, "device.", ("name", "host_api", "sample_rate"))),
            "readings": tuple(_reading(r) for r in own["readings"]),
            "step": StepTest(**_checked(own["step"], _STEP, "step.", tuple(_STEP))) if "step" in own else None,
        }
    )
    _check(ingredients)
    return ingredients


def _reading(table: object) -> Reading:
    return Reading(**_checked(table, _READING, "readings.", ("reference_db", "measured_dbfs")))


def _method(name: str) -> Method:
    try:
        return Method(name)
    except ValueError as error:
        raise DamagedError(f"its method {name!r} is not known") from error


def _checked(table: object, kinds: Mapping[str, type], where: str, required: tuple[str, ...]) -> dict[str, Any]:
    """The table's values in their kinds; whole numbers may stand for others."""
    if not isinstance(table, Mapping):
        raise DamagedError(f"{where.rstrip('.')} is not a table")
    if missing := [key for key in required if key not in table]:
        raise DamagedError(f"{where}{missing[0]} is missing")
    found: dict[str, Any] = {}
    for key, value in table.items():
        if key not in kinds:
            raise DamagedError(f"{where}{key} is not known")
        taken = _float(value) if kinds[key] is float and type(value) is int else value
        if not isinstance(taken, kinds[key]) or (isinstance(taken, bool) and kinds[key] is not bool):
            raise DamagedError(f"{where}{key} = {value!r} is of the wrong kind")
        found[key] = taken
    return found


def _float(number: int) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf


_RANGES: Final = {
    "reference_db": (0, 180),
    "measured_dbfs": (-200, 20),
    "room_reference_db": (-20, 180),
    "room_dbfs": (-300, 20),
    "expected_db": (-100, 100),
    "measured_db": (-100, 100),
    "os_gain_db": (-200, 200),
}


def _check(ingredients: Ingredients) -> None:
    """What can be typed but cannot be."""
    if not ingredients.readings:
        raise DamagedError("it has no readings")
    if ingredients.made.tzinfo is None:
        raise DamagedError("made has no time zone")
    if not 0.001 <= ingredients.distance_m <= 10:
        raise DamagedError(f"distance_m = {ingredients.distance_m} is out of range")
    if ingredients.reference_class not in (None, 1, 2):
        raise DamagedError(f"reference_class = {ingredients.reference_class} is not known")
    if not 0 <= ingredients.valid_days <= 36_500 or ingredients.device.sample_rate <= 0:
        raise DamagedError("valid_days or sample_rate is out of range")
    for where, part in _parts(ingredients):
        for name, (low, high) in _RANGES.items():
            value = getattr(part, name, None)
            if value is not None and not low <= value <= high:
                raise DamagedError(f"{where}.{name} = {value} is out of range")
    try:
        offset_db(ingredients)
        _ = ingredients.expires
    except (ValueError, OverflowError) as error:
        raise DamagedError(str(error)) from error


def _parts(ingredients: Ingredients) -> list[tuple[str, object]]:
    readings: list[tuple[str, object]] = [("readings", reading) for reading in ingredients.readings]
    return [("device", ingredients.device), ("step", ingredients.step), *readings]


def damaged(path: object, error: Exception) -> CalibrationError:
    return CalibrationError(f"the calibration in {path} cannot be used: {error}", REMEDY)


def _lines(values: object, names: tuple[str, ...]) -> list[str]:
    pairs = [(name, getattr(values, name)) for name in names]
    return [f"{name} = {_written(value)}" for name, value in pairs if value is not None]


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, float):
        return repr(round(value, 4))
    if isinstance(value, int):
        return str(value)
    # JSON's strings are TOML's basic strings, but for the delete character.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
