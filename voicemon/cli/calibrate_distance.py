"""Where before the lips a calibration is told: the setting's distance, or the one that the command line gives."""

from __future__ import annotations

from typing import Final

from voicemon.cli.calibrate_order import Order, Range
from voicemon.settings.ranges import RANGES
from voicemon.strings.template import Pair, fill

REFERENCE_DISTANCE_RANGE_M: Final[Range] = RANGES["level.reference_distance_m"]

_ONLY_HERE: Final = Pair(
    "level.reference_distance_m 仍为 {set}，live 按该距离换算；要改用 {asked}，请修改设置。",
    "Told for {asked} m here alone: live goes by level.reference_distance_m = {set} until the settings say otherwise.",
)


def distance_notes(order: Order) -> list[str]:
    """Nothing, or a line that ``live`` will show the level at another distance than what was just told.

    The ingredients are kept, not the offset: nothing of ``--reference-distance`` stays behind.
    """
    asked_m, set_m = order.reference_distance_m, order.set_distance_m
    if asked_m == set_m:
        return []
    return [fill(_ONLY_HERE.get(order.language), {"asked": f"{asked_m:g}", "set": f"{set_m:g}"})]
