"""Figures as the screen writes them: fixed width, so that nothing shifts when a digit is added."""

from __future__ import annotations

import math
from typing import Final

from voicemon.ui.cells import fit_right

NOT_MEASURABLE: Final = "–"

_LARGEST: Final = 9999.0
"""Beyond this a reading is a defect; it is shown clamped rather than widening its field."""

_HOUR_S: Final = 3600


def finite(value: float | None) -> float | None:
    """``value``, or ``None`` where it is not a number that can be shown."""
    return value if value is not None and math.isfinite(value) else None


def share(value: float | None, low: float, high: float) -> float:
    """Where ``value`` lies between ``low`` and ``high``, as 0 … 1; beyond the ends it is the end, unknown is 0."""
    known = finite(value)
    if known is None or known <= low or high <= low:
        return 0.0
    return 1.0 if known >= high else (known - low) / (high - low)


def number(value: float | None, decimals: int = 1, width: int = 5, prefix: str = "") -> str:
    """``value`` set to the right in ``width`` cells, ``–`` where it could not be measured (never 0)."""
    known = finite(value)
    if known is None:
        return fit_right(NOT_MEASURABLE, width)
    clamped = max(-_LARGEST, min(_LARGEST, known))
    written = f"{clamped:.{decimals}f}"
    if len(prefix + written) > width:
        written = f"{clamped:.0f}"
    return fit_right(prefix + written, width)


def plain_number(value: float) -> str:
    """A setting: 73 rather than 73.0."""
    return f"{round(value, 1):g}"


def clock(seconds: float) -> str:
    """``mm:ss``, from an hour on ``h:mm:ss``."""
    whole = max(0, int(finite(seconds) or 0))
    minutes = f"{whole % _HOUR_S // 60:02d}:{whole % 60:02d}"
    return minutes if whole < _HOUR_S else f"{whole // _HOUR_S}:{minutes}"


def seconds(value: float) -> str:
    """A short time with one decimal; clamped to what a field can hold."""
    return f"{max(0.0, min(_LARGEST, finite(value) or 0.0)):.1f}"
