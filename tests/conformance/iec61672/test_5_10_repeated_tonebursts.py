"""IEC 61672-1:2013, 5.10: the time-averaged level of a train of tonebursts, by its duty under the steady tone."""

from __future__ import annotations

import numpy as np
import pytest
from iec61672_meter import db, measure, tone

from voicemon.dsp.leq import Leq

CLASS1_DB = 1.0
OURS_DB = 0.1


@pytest.mark.parametrize("burst_ms", [0.25, 1, 10, 100])
@pytest.mark.parametrize("duty", [0.5, 0.1, 0.01])
@pytest.mark.parametrize("rate", [16_000, 48_000])
def test_laeq_of_a_train(rate: int, duty: float, burst_ms: float) -> None:
    burst = tone(4000, burst_ms / 1000, rate)
    pause = np.zeros(round(len(burst) * (1 / duty - 1)), np.float32)
    train = np.tile(np.concatenate([burst, pause]), max(3, round(rate / (len(burst) + len(pause)))))
    levels = measure(np.concatenate([train, np.zeros(rate // 10, np.float32)]), rate)
    steady = measure(tone(4000, 1.0, rate), rate).weighted_ms[50:].mean()
    leq = Leq()
    leq.process(levels.weighted_ms)
    laeq = leq.level_db()
    assert laeq is not None
    total_s = len(levels.weighted_ms) / 100
    expected = db(steady) + db(duty * len(train) / rate / total_s)
    assert laeq == pytest.approx(expected, abs=OURS_DB if burst_ms >= 1 else CLASS1_DB)
