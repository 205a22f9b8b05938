"""Values of settings as their annotated types, from TOML, the environment or the command line."""

from __future__ import annotations

import math
import os
import types
import typing
from typing import Any, Final

from voicemon.errors import ConfigError


def convert(value: Any, hint: Any, name: str, origin: str) -> Any:
    """``value`` as the annotated type ``hint``; texts from the environment are read as that type."""
    options = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    if value is None and type(None) in options:
        return None
    for option in options:
        if option is not type(None):
            converted = _as_type(value, option)
            if converted is not None:
                return converted
    wanted = " or ".join(getattr(o, "__name__", str(o)) for o in options if o is not type(None))
    raise ConfigError(f"{origin}: {name} = {value!r} is not a {wanted}", f"give {name} as {wanted}")


_TRUTHS: Final = dict.fromkeys(("1", "true", "yes", "on"), True) | dict.fromkeys(("0", "false", "no", "off"), False)


def _as_type(value: Any, wanted: Any) -> Any:
    """``value`` as ``wanted``, or ``None`` where it is not one."""
    if wanted is bool:
        return _TRUTHS.get(str(value).lower()) if isinstance(value, (bool, str)) else None
    if typing.get_origin(wanted) is tuple:
        items = [item for item in value.split(os.pathsep) if item] if isinstance(value, str) else value
        return tuple(items) if isinstance(items, (list, tuple)) and all(isinstance(i, str) for i in items) else None
    if wanted is str:
        return value if isinstance(value, str) else None
    return None if isinstance(value, bool) else _as_number(value, wanted)


def _as_number(value: Any, wanted: type[int] | type[float]) -> int | float | None:
    try:
        number = wanted(value) if isinstance(value, (int, float, str)) else None
    except (ValueError, OverflowError):
        return None
    if number is None or not math.isfinite(number) or (wanted is int and float(value) != number):
        return None
    return number
