"""The standard's tables, its test signals, and the meter under test driven as a live source would drive it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import numpy as np

from voicemon.dsp.level import FAST_S, FrameLevels, FrameMeter
from voicemon.dsp.meter import Measurement, SoundLevelMeter
from voicemon.dsp.weighting import Curve, Weighting
from voicemon.types import Float32

TABLES = Path(__file__).resolve().parents[3] / "calibration/tables"
BLOCKS = (1, 7, 160, 480, 1023, 1024, 30_011)
"""Lengths of successive blocks: no answer may depend on them."""

Row = dict[str, float]


def table(number: int) -> list[Row]:
    with (TABLES / f"iec61672_table{number}.csv").open(encoding="utf-8") as file:
        return [{key: float(value) for key, value in row.items() if value} for row in csv.DictReader(file)]


def exact_hz(row: Row) -> float:
    return float(1000 * 10 ** (row["exponent"] / 10))


def tone(frequency_hz: float, duration_s: float, rate: int, amplitude: float = 0.5) -> Float32:
    time_s = np.arange(round(duration_s * rate)) / rate
    return (amplitude * np.sin(2 * np.pi * frequency_hz * time_s)).astype(np.float32)


def odd_blocks(x: Float32) -> Iterator[Float32]:
    """``x`` cut as no grid expects it."""
    at, sizes = 0, cycle(BLOCKS)
    while at < len(x):
        block = x[at : at + next(sizes)]
        at += len(block)
        yield block


def measurement(x: Float32, rate: int) -> Measurement:
    """What the sound level meter shows after ``x``, handed over in odd blocks."""
    meter = SoundLevelMeter(rate)
    for block in odd_blocks(x):
        meter.process(block)
    return meter.measurement()


def sixteen_bits(x: Float32) -> Float32:
    return (np.round(x * np.float32(32768)) / 32768).astype(np.float32)


def measure(x: Float32, rate: int, curve: Curve = "A", time_constant_s: float = FAST_S) -> FrameLevels:
    """All frames of ``x``, handed over in odd blocks."""
    weighting, meter = Weighting(curve, rate), FrameMeter(rate, time_constant_s)
    parts = [meter.process(block, weighting.process(block)) for block in odd_blocks(x)]
    names = ("weighted_ms", "fast_ms", "fast_max_ms", "peak", "mean", "clipped")
    return FrameLevels(parts[0].first, *(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def db(mean_square: float | np.floating) -> float:
    return float(10 * np.log10(mean_square))
