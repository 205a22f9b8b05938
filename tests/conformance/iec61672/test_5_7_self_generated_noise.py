"""IEC 61672-1:2013, 5.7: what the meter shows without sound, here the rounding of its own arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from iec61672_meter import db, measure, measurement, tone

RATE = 48_000
FLOOR_DB = -200.0
"""Far under any sample's rounding: 24 bits end at -149 dBFS."""


def test_silence_from_the_start_has_no_level() -> None:
    assert measurement(np.zeros(RATE, np.float32), RATE).laeq_db is None


@pytest.mark.parametrize("curve", ["A", "C"])
def test_nothing_is_left_of_a_loud_tone_after_a_second(curve: str) -> None:
    x = np.concatenate([tone(1000, 1.0, RATE, 0.9), np.zeros(2 * RATE, np.float32)])
    levels = measure(x, RATE, "A" if curve == "A" else "C")
    assert db(np.maximum(levels.weighted_ms[200:], 1e-300).max()) < FLOOR_DB
    assert db(levels.fast_ms[-1]) < db(0.9**2 / 2) - 2 * 34.7 + 1
