"""A reading that stands apart from the others: which one, and reading it again."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Final

from voicemon.calibration.model import Reading
from voicemon.calibration.offset import difference_db
from voicemon.calibration.speech import MOST_SPREAD_DB

ODD_DB: Final = MOST_SPREAD_DB
"""As far from the others' middle as all readings together may scatter (one standard deviation): one such reading among
three is still allowed, up to 2.6 dB, and by itself shifts the result by half a decibel."""


def odd_one(readings: Sequence[Reading]) -> tuple[int, float] | None:
    """The reading farthest from the middle of the others, and how far in dB, where that is beyond :data:`ODD_DB`.

    Of fewer than three nobody can say which is the odd one.
    """
    if len(readings) < 3:
        return None
    differences = [difference_db(reading) for reading in readings]
    off = [own - median(differences[:i] + differences[i + 1 :]) for i, own in enumerate(differences)]
    index = max(range(len(off)), key=lambda i: abs(off[i]))
    return (index, off[index]) if abs(off[index]) > ODD_DB else None
