"""IEC 61672-1:2013, 5.5: the weightings against Table 3 at the exact frequencies, as the meter shows a steady tone."""

from __future__ import annotations

import numpy as np
import pytest
from iec61672_meter import Row, db, exact_hz, measure, table, tone

from voicemon.dsp.weighting import Curve, Weighting, design, design_goal_db

TABLE3 = table(3)
SETTLED_FRAME = 30
HIGH_RATES = [44_100, 48_000, 88_200, 96_000, 176_400, 192_000]
SPEECH_RATES = [8_000, 11_025, 16_000, 22_050, 24_000, 32_000]
OURS_DB = 0.1
"""What we hold ourselves to: tighter than class 1 and than what is asked of speech rates (0.5 dB)."""
CURVES: tuple[Curve, Curve] = ("A", "C")


def rows_below(limit_hz: float) -> list[Row]:
    return [row for row in TABLE3 if exact_hz(row) < limit_hz]


def named(row: Row) -> str:
    return f"{row['nominal_hz']:g}Hz"


def reading_db(curve: Curve, frequency_hz: float, rate: int) -> float:
    """What the meter shows for a steady tone, relative to the tone's own level."""
    levels = measure(tone(frequency_hz, 1.3, rate), rate, curve)
    return db(levels.weighted_ms[SETTLED_FRAME:].mean()) - db(0.125)


@pytest.mark.parametrize("row", TABLE3, ids=named)
@pytest.mark.parametrize("curve", CURVES)
def test_table_3_agrees_with_annex_e(curve: Curve, row: Row) -> None:
    goal = design_goal_db(curve, np.array(exact_hz(row)))
    assert float(goal) == pytest.approx(row[f"{curve.lower()}_db"], abs=0.06)


@pytest.mark.parametrize("row", TABLE3, ids=named)
@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("rate", HIGH_RATES)
def test_class_1_at_every_nominal_frequency(rate: int, curve: Curve, row: Row) -> None:
    error = reading_db(curve, exact_hz(row), rate) - row[f"{curve.lower()}_db"]
    assert row["class1_lower_db"] <= error <= row["class1_upper_db"]


@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("rate", HIGH_RATES)
def test_the_design_goal_up_to_10_khz(rate: int, curve: Curve) -> None:
    for row in rows_below(10_100):
        frequency = exact_hz(row)
        goal = design_goal_db(curve, np.array(frequency))
        assert reading_db(curve, frequency, rate) == pytest.approx(goal, abs=OURS_DB), named(row)


@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("rate", SPEECH_RATES)
def test_the_design_goal_up_to_08_nyquist(rate: int, curve: Curve) -> None:
    for row in rows_below(0.4 * rate):
        frequency = exact_hz(row)
        goal = design_goal_db(curve, np.array(frequency))
        assert reading_db(curve, frequency, rate) == pytest.approx(goal, abs=OURS_DB), named(row)


@pytest.mark.parametrize("rate", SPEECH_RATES + HIGH_RATES)
def test_z_changes_nothing(rate: int) -> None:
    x = np.random.default_rng(0).standard_normal(1000).astype(np.float32)
    assert np.array_equal(Weighting("Z", rate).process(x), x)
    assert design_goal_db("Z", np.array([10.0, 1000.0])).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("rate", SPEECH_RATES + HIGH_RATES)
@pytest.mark.parametrize("curve", CURVES)
def test_no_ripple_between_the_nominal_frequencies(rate: int, curve: Curve) -> None:
    frequency = np.geomspace(10, min(20_000, 0.98 * rate / 2), 2000)
    delay = np.exp(-2j * np.pi * frequency / rate)
    powers = np.stack([np.ones_like(delay), delay, delay**2])
    sections = design(curve, rate)
    response = 20 * np.log10(np.abs(np.prod((sections[:, :3] @ powers) / (sections[:, 3:] @ powers), axis=0)))
    assert np.abs(response - design_goal_db(curve, frequency)).max() < 0.1
