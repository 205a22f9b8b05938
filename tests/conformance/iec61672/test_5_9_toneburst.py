"""IEC 61672-1:2013, 5.9: responses to 4 kHz tonebursts against Table 4, relative to the steady tone."""

from __future__ import annotations

import numpy as np
import pytest
from iec61672_meter import Row, db, measure, measurement, table, tone

from voicemon.dsp.level import FAST_S, SLOW_S

TABLE4 = table(4)
RATES = [16_000, 44_100, 48_000, 96_000]
TIME_CONSTANTS = {"f": FAST_S, "s": SLOW_S}
EXACT_FROM_MS = 2.0
EXACT_DB = 0.1
ROUNDED_DB = 0.05
LEAD_S = 0.1037
"""Silence before the burst: not a whole number of frames."""
TAIL_S = 0.1


def named(row: Row) -> str:
    return f"{row['burst_ms']:g}ms"


def burst(row: Row, rate: int) -> np.ndarray:
    lead, tail = (np.zeros(round(s * rate), np.float32) for s in (LEAD_S, TAIL_S))
    return np.concatenate([lead, tone(4000, row["burst_ms"] / 1000, rate), tail])


def steady_db(rate: int) -> float:
    return db(measure(tone(4000, 1.0, rate), rate).weighted_ms[50:].mean())


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(
    ("weighting", "row"),
    [(weighting, row) for weighting in TIME_CONSTANTS for row in TABLE4 if f"{weighting}_max_db" in row],
    ids=lambda value: value if isinstance(value, str) else named(value),
)
def test_maximum_of_f_and_s(weighting: str, rate: int, row: Row) -> None:
    time_constant = TIME_CONSTANTS[weighting]
    response = db(measure(burst(row, rate), rate, time_constant_s=time_constant).fast_max_ms.max()) - steady_db(rate)
    error = response - row[f"{weighting}_max_db"]
    assert row[f"class1_{weighting}_lower_db"] <= error <= row[f"class1_{weighting}_upper_db"]
    if row["burst_ms"] >= EXACT_FROM_MS:
        one_pole = db(1 - np.exp(-row["burst_ms"] / 1000 / time_constant))
        assert response == pytest.approx(one_pole, abs=EXACT_DB)


@pytest.mark.parametrize("row", TABLE4, ids=named)
@pytest.mark.parametrize("rate", RATES)
def test_sound_exposure_level(rate: int, row: Row) -> None:
    response = db(measure(burst(row, rate), rate).weighted_ms.sum() / 100) - steady_db(rate)
    error = response - row["sel_db"]
    assert row["class1_f_lower_db"] <= error <= row["class1_f_upper_db"]
    if row["burst_ms"] >= EXACT_FROM_MS:
        assert response == pytest.approx(db(row["burst_ms"] / 1000), abs=EXACT_DB)


@pytest.mark.parametrize("row", TABLE4, ids=named)
@pytest.mark.parametrize("rate", RATES)
def test_the_sound_level_meter_shows_the_same(rate: int, row: Row) -> None:
    """LAFmax, LASmax (followed in frames) and LAE of the meter that a call is measured with."""
    reading, steady = measurement(burst(row, rate), rate), steady_db(rate)
    for level, kind in ((reading.lafmax_db, "f"), (reading.lasmax_db, "s"), (reading.lae_db, "sel")):
        column, limits = ("sel_db", "class1_f") if kind == "sel" else (f"{kind}_max_db", f"class1_{kind}")
        if column in row:
            assert level is not None
            error = level - steady - row[column]
            assert row[f"{limits}_lower_db"] <= error <= row[f"{limits}_upper_db"], kind
            if row["burst_ms"] >= EXACT_FROM_MS:
                assert abs(error) <= EXACT_DB + ROUNDED_DB, kind
