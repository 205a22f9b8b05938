"""IEC 61672-1:2013, 5.13: LCpeak of one cycle and of half cycles, less LC of the steady tone, against Table 5."""

from __future__ import annotations

import numpy as np
import pytest
from iec61672_meter import Row, db, measure, odd_blocks, table, tone

from voicemon.dsp.peak import CPeak

TABLE5 = table(5)
EXACT_HZ = {31.5: 31.623, 500: 501.19, 8000: 7943.28}
SILENCE_S = 0.2
OURS_DB = 0.15


def named(row: Row) -> str:
    return f"{row['cycles']:+g}x{row['hz']:g}Hz"


def difference_db(row: Row, rate: int) -> float:
    """LCpeak of the short signal less LC of the steady one."""
    frequency = EXACT_HZ[row["hz"]]
    part = np.sign(row["cycles"]) * tone(frequency, abs(row["cycles"]) / frequency, rate)
    silence = np.zeros(round(SILENCE_S * rate), np.float32)
    meter = CPeak(rate)
    for block in odd_blocks(np.concatenate([silence, part, silence]).astype(np.float32)):
        meter.process(block)
    peak, steady = meter.level_db(), measure(tone(frequency, 1.5, rate), rate, "C").weighted_ms[50:].mean()
    assert peak is not None
    return peak - db(steady)


@pytest.mark.parametrize("row", TABLE5, ids=named)
@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000, 192_000])
def test_class_1(rate: int, row: Row) -> None:
    error = difference_db(row, rate) - row["difference_db"]
    assert row["class1_lower_db"] <= error <= row["class1_upper_db"]


@pytest.mark.parametrize("row", [row for row in TABLE5 if row["hz"] <= 500], ids=named)
@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000])
def test_the_reference_where_samples_lie_close(rate: int, row: Row) -> None:
    assert difference_db(row, rate) == pytest.approx(row["difference_db"], abs=OURS_DB)


@pytest.mark.parametrize("level_db", [-80.0, -40.0, 0.0])
def test_linearity(level_db: float) -> None:
    meter = CPeak(48_000)
    x = tone(1000, 1.0, 48_000, 0.9 * 10 ** (level_db / 20))
    meter.process(x)
    meter.restart()
    meter.process(x)
    assert meter.level_db() == pytest.approx(level_db + 20 * np.log10(0.9), abs=0.05)
