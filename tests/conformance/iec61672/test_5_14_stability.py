"""IEC 61672-1:2013, 5.14: the reading of a steady 1 kHz tone over half an hour of continuous operation."""

from __future__ import annotations

import pytest
from iec61672_meter import db, tone

from voicemon.dsp.level import FrameMeter
from voicemon.dsp.weighting import Weighting

RATE = 8_000
CLASS1_DB = 0.1


def test_half_an_hour_of_a_steady_tone() -> None:
    second = tone(1000, 1.0, RATE)
    weighting, meter = Weighting("A", RATE), FrameMeter(RATE)
    readings = [db(meter.process(second, weighting.process(second)).fast_ms[-1]) for _ in range(1800)]
    assert readings[-1] == pytest.approx(readings[2], abs=CLASS1_DB / 100)
