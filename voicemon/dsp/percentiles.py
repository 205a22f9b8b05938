"""Percentile levels L10, L50, L90: the level exceeded in N per cent of the time (ISO 1996-1:2016, 3.1.3).

Levels are counted in classes of 0.1 dB, so that a day takes no more memory than a second.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from voicemon.dsp.level import to_db
from voicemon.types import Float64

STEP_DB: Final = 0.1
LOWEST_DB: Final = -160.0
"""Under the rounding of 24-bit samples; whatever is lower counts as no sound."""
HIGHEST_DB: Final = 20.0
"""Samples in floating point may pass full scale."""
_CLASSES: Final = round((HIGHEST_DB - LOWEST_DB) / STEP_DB)


class LevelPercentiles:
    """A histogram of levels over 180 dB; any block size gives the same answer."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Start a new measurement."""
        self._counts = np.zeros(_CLASSES + 1, np.int64)

    def process(self, mean_squares: Float64) -> None:
        """Count frames, shape (m,): as a rule the F-weighted mean squares, so that L10 lies beside LAFmax."""
        level = np.clip((to_db(mean_squares) - LOWEST_DB) / STEP_DB, -1, _CLASSES - 1)
        self._counts += np.bincount(np.floor(level).astype(np.int64) + 1, minlength=_CLASSES + 1)

    def add(self, other: LevelPercentiles) -> None:
        """Count the frames of ``other`` too."""
        self._counts += other._counts

    @property
    def frames(self) -> int:
        """Frames counted."""
        return int(self._counts.sum())

    def level_db(self, exceeded_percent: float) -> float | None:
        """L_N in dB, the middle of its class (± 0.05 dB); ``None`` without frames or where it is no sound."""
        if not 0 <= exceeded_percent <= 100:
            raise ValueError(f"{exceeded_percent} is no percentage")
        above = np.cumsum(self._counts[::-1])
        if not above[-1]:
            return None
        at = int(np.searchsorted(above, max(1.0, above[-1] * exceeded_percent / 100)))
        index = _CLASSES - at - 1
        return None if index < 0 else LOWEST_DB + (index + 0.5) * STEP_DB
