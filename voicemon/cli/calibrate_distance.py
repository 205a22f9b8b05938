"""Where before the lips a calibration is told: the setting's distance, or the one that the command line gives."""

from __future__ import annotations

from typing import Final

from voicemon.cli.calibrate_order import Order, Range
from voicemon.settings.ranges import RANGES
from voicemon.strings.calibration import calibration_text

REFERENCE_DISTANCE_RANGE_M: Final[Range] = RANGES["level.reference_distance_m"]


def distance_notes(order: Order) -> list[str]:
    """Nothing, or a line that ``live`` will show the level at another distance than what was just told.

    The ingredients are kept, not the offset: nothing of ``--reference-distance`` stays behind.
    """
    asked_m, set_m = order.reference_distance_m, order.set_distance_m
    if asked_m == set_m:
        return []
    return [calibration_text("only_here", order.language, asked=f"{asked_m:g}", set=f"{set_m:g}")]
