"""How the level of a voice falls with the distance from the mouth."""

from __future__ import annotations

import math
from typing import Final

REFERENCE_DISTANCE_M: Final = 0.30
"""Where the level target is meant to hold: only there are 73 and 70 dB the level of ordinary speech (ITU-T P.340's
nominal speech has 69.4 dB SPL there), and there a sound level meter can be held."""

VIRTUAL_SOURCE_M: Final = 0.006
"""The voice spreads as if from a point this far behind the lips: ITU-T P.340 gives 24.0 dB between the mouth reference
point (25 mm) and 50 cm, where 1/r from the lips would give 26.0 dB."""


def transfer_db(from_m: float, to_m: float) -> float:
    """What is added to a level at ``from_m`` metres before the lips to have the one at ``to_m``, on axis."""
    return 20 * math.log10((from_m + VIRTUAL_SOURCE_M) / (to_m + VIRTUAL_SOURCE_M))


def db_per_metre(distance_m: float) -> float:
    """How fast the level falls with the distance there, as a positive number."""
    return 20 / math.log(10) / (distance_m + VIRTUAL_SOURCE_M)
