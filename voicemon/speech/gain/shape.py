"""Did the noise change by a gain, all bands alike, or is it another noise?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

UNIFORM_DB: Final = 3.0
"""Bands of the same noise, a gain apart, differ by less than this (largest less smallest change)."""

BAND_SILENT_DB: Final = -105.0
"""A band below this is empty (as above a telephone's limit) and says nothing."""

FEWEST_BANDS: Final = 2


def uniform(before_db: Sequence[float], after_db: Sequence[float], tolerance_db: float = UNIFORM_DB) -> bool:
    """Whether all bands that are heard changed by the same amount; levels in dBFS."""
    changes = [
        after - before for before, after in zip(before_db, after_db, strict=True) if min(before, after) > BAND_SILENT_DB
    ]
    return len(changes) >= FEWEST_BANDS and max(changes) - min(changes) <= tolerance_db
