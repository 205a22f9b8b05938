"""IEC 61672-1:2013, 5.6: the reading follows the input level, over what 16 bits leave of it and over 100 dB of 24."""

from __future__ import annotations

import numpy as np
import pytest
from iec61672_meter import db, measure, measurement, sixteen_bits, tone

RATE = 48_000
CLASS1_DB = 0.8
CLASS1_STEP_DB = 0.3
OURS_DB = 0.1


def reading_db(frequency_hz: float, level_db: float) -> float:
    x = tone(frequency_hz, 1.2, RATE, amplitude=0.9 * 10 ** (level_db / 20))
    return db(measure(sixteen_bits(x), RATE).fast_ms[-1])


@pytest.mark.parametrize(
    ("frequency_hz", "lowest_db"), [(31.623, -30.0), (1000.0, -66.0), (3981.07, -66.0), (7943.28, -66.0)]
)
def test_range_and_steps_of_1_to_10_db(frequency_hz: float, lowest_db: float) -> None:
    """At 31.5 Hz the weighting takes 39 dB off the tone and nothing off the rounding to 16 bits: the range is less."""
    levels = np.arange(lowest_db, 0.0, 1.0 if frequency_hz == 1000 else 10.0)
    error = np.array([reading_db(frequency_hz, level) - level for level in levels])
    deviation = error - (reading_db(frequency_hz, -20.0) + 20.0)
    assert np.abs(deviation).max() <= CLASS1_DB
    for step in range(1, 11 if len(levels) > 10 else 2):
        assert np.abs(deviation[step:] - deviation[:-step]).max() <= CLASS1_STEP_DB


@pytest.mark.parametrize("frequency_hz", [1000.0, 3981.07])
@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000])
def test_100_db_of_24_bits(rate: int, frequency_hz: float) -> None:
    """Samples come as float32, whose 24 bits go with the level: what is left is the recording's own rounding."""
    if frequency_hz >= rate / 2:
        pytest.skip("past the Nyquist frequency")
    errors = []
    for level in np.arange(-100.0, 0.0, 5.0):
        x = tone(frequency_hz, 1.5, rate, amplitude=0.9 * 10 ** (level / 20))
        reading = measurement((np.round(x * 2.0**23) / 2.0**23).astype(np.float32), rate)
        assert reading.laeq_db is not None
        assert reading.lafmax_db is not None
        errors.append((reading.laeq_db - level, reading.lafmax_db - level))
    assert np.ptp(errors, axis=0).max() <= OURS_DB
