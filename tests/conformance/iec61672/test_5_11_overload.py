"""IEC 61672-1:2013, 5.11: overload is indicated before it falsifies a level, and stays indicated."""

from __future__ import annotations

import numpy as np
import pytest
from iec61672_meter import measurement, sixteen_bits, tone

RATE = 48_000
CLASS1_DB = 0.8
HIGHEST = 32767 / 32768


def overdriven(frequency_hz: float, excess_db: float) -> np.ndarray:
    """A tone that would pass full scale by ``excess_db``, as a converter gives it."""
    return np.clip(sixteen_bits(tone(frequency_hz, 1.0, RATE, 10 ** (excess_db / 20))), -1, HIGHEST).astype(np.float32)


@pytest.mark.parametrize("frequency_hz", [31.62, 1000.0, 3981.07])
@pytest.mark.parametrize("excess_db", [0.5, 1.0, 3.0, 10.0, 20.0])
def test_a_clipped_tone_is_told_and_an_untold_one_is_true(frequency_hz: float, excess_db: float) -> None:
    reading, reference = (
        measurement(overdriven(frequency_hz, excess_db), RATE),
        measurement(tone(frequency_hz, 1.0, RATE, 0.5), RATE),
    )
    assert reading.laeq_db is not None
    assert reference.laeq_db is not None
    error = reading.laeq_db - reference.laeq_db - excess_db - 20 * np.log10(2)
    assert reading.clipped_runs > 0 or abs(error) <= CLASS1_DB


@pytest.mark.parametrize("frequency_hz", [31.62, 1000.0, 7943.28])
def test_a_tone_just_under_full_scale_is_not_an_overload(frequency_hz: float) -> None:
    assert measurement(sixteen_bits(tone(frequency_hz, 1.0, RATE, 0.979)), RATE).clipped_runs == 0


def test_both_half_cycles_count_and_the_indication_stays() -> None:
    up, down = np.zeros(RATE, np.float32), np.zeros(RATE, np.float32)
    up[1000:1005], down[1000:1005] = HIGHEST, -1.0
    for x in (up, down):
        reading = measurement(np.concatenate([x, np.zeros(RATE, np.float32)]), RATE)
        assert (reading.clipped_runs, reading.clipped_samples) == (1, 5)
