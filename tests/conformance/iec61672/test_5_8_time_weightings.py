"""IEC 61672-1:2013, 5.8: decay after a tone is switched off, and the agreement of F and S on a steady one."""

from __future__ import annotations

import numpy as np
import pytest
from iec61672_meter import db, measure, tone

from voicemon.dsp.level import FAST_S, SLOW_S
from voicemon.dsp.slow import SlowLevel

OURS = 0.01
"""Share of the design goals, 34.7 and 4.34 dB/s."""
RATES = [16_000, 22_050, 44_100, 48_000]


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(
    ("time_constant_s", "slowest_db_s", "fastest_db_s"), [(FAST_S, 31.0, 38.5), (SLOW_S, 3.6, 5.1)], ids=["F", "S"]
)
def test_decay_rate(time_constant_s: float, slowest_db_s: float, fastest_db_s: float, rate: int) -> None:
    x = np.concatenate([tone(4000, 2.0, rate), np.zeros(2 * rate, np.float32)])
    level = 10 * np.log10(measure(x, rate, time_constant_s=time_constant_s).fast_ms)
    decay = -np.diff(level[205:350]) * 100
    assert slowest_db_s <= decay.min()
    assert decay.max() <= fastest_db_s
    assert decay == pytest.approx(10 * np.log10(np.e) / time_constant_s, rel=OURS)


@pytest.mark.parametrize("rate", RATES)
def test_decay_rate_of_s_on_frames(rate: int) -> None:
    x = np.concatenate([tone(4000, 2.0, rate), np.zeros(2 * rate, np.float32)])
    decay = -np.diff(10 * np.log10(SlowLevel().process(measure(x, rate).weighted_ms))[205:350]) * 100
    assert decay.min() >= 3.6
    assert decay.max() <= 5.1
    assert decay == pytest.approx(4.343, rel=OURS)


@pytest.mark.parametrize("rate", RATES)
def test_fast_and_slow_agree_on_a_steady_tone(rate: int) -> None:
    x = tone(1000, 10.0, rate)
    slow_of_frames = db(SlowLevel().process(measure(x, rate).weighted_ms)[-1])
    fast, slow = (db(measure(x, rate, time_constant_s=t).fast_ms[-1]) for t in (FAST_S, SLOW_S))
    assert fast == pytest.approx(slow, abs=0.1)
    assert fast == pytest.approx(slow_of_frames, abs=0.1)
    assert fast == pytest.approx(db(0.125), abs=0.05)
