"""Level linearity, decay and peak of the sound level meter, for :mod:`bench.conformance`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from voicemon.dsp.level import FAST_S, SLOW_S, FrameMeter
from voicemon.dsp.meter import SoundLevelMeter
from voicemon.dsp.peak import CPeak
from voicemon.dsp.slow import SlowLevel
from voicemon.dsp.weighting import Weighting
from voicemon.types import Float32, Float64

LINEARITY_HZ: Final = (1000.0, 4000.0)
BITS: Final = (16, 24)
LINEARITY_DB: Final = 0.8
STEP_DB: Final = 0.3
"""Class 1: over the range, and over any step of 1 to 10 dB."""
LOWEST_DB: Final = -110
TABLE_STEP_DB: Final = 10
LARGEST_STEP_DB: Final = 10
REFERENCE_DB: Final = -20
"""The level whose reading is taken as true."""
FULL_SCALE: Final = 0.98
"""0 dB here: the largest tone that is no overload."""

SILENCE_DB: Final = -999.0
"""Shown for a tone that rounding to 16 bits left nothing of."""

DECAYS: Final = {"F": (FAST_S, 31.0, 38.5), "S": (SLOW_S, 3.6, 5.1)}
"""Time constant, and the limits of class 1 in dB/s."""
EXACT_HZ: Final = {31.5: 31.623, 500.0: 501.19, 8000.0: 7943.28}


def linearity_rows(rate: int) -> list[dict[str, Any]]:
    """One row each 10 dB, each frequency below Nyquist and each depth of samples."""
    rows = []
    for hz, bits, levels, error in _linearity(rate):
        at = levels % TABLE_STEP_DB == 0
        for level, deviation in zip(levels[at].tolist(), error[at].tolist(), strict=True):
            row = {"hz": hz, "bits": bits, "rate": rate, "level_db": level, "error_db": deviation}
            if _in_range(bits, level):
                rows.append({**row, "margin_db": LINEARITY_DB - abs(deviation)})
    return rows


def linear_range_rows(rate: int) -> list[dict[str, Any]]:
    """How far below full scale the reading keeps both limits of class 1, in steps of 1 dB."""
    rows = []
    for hz, bits, levels, error in _linearity(rate):
        good = np.abs(error) <= LINEARITY_DB
        for step in range(1, LARGEST_STEP_DB + 1):
            good[step:] &= np.abs(error[step:] - error[:-step]) <= STEP_DB
        first_bad = int(np.argmin(good)) if not good.all() else len(good)
        rows.append({"hz": hz, "bits": bits, "rate": rate, "range_db": -int(levels[first_bad - 1])})
    return rows


def decay_rows(rate: int) -> list[dict[str, Any]]:
    """Decay after a 4 kHz (at 8 kHz: 1 kHz) tone is switched off, in dB/s over the following second."""
    hz = 4000.0 if rate > 2 * 4000 else 1000.0
    x = np.concatenate([_tone(hz, 3.0, rate, 0.5), np.zeros(2 * rate, np.float32)])
    frames = FrameMeter(rate).process(x, Weighting("A", rate).process(x))
    levels = {"F": frames.fast_ms, "S": SlowLevel().process(frames.weighted_ms)}
    rows = []
    for name, (time_constant, lowest, highest) in DECAYS.items():
        decay = float(10 * np.log10(levels[name][305] / levels[name][405]))
        goal = 10 * np.log10(np.e) / time_constant
        margin = min(decay - lowest, highest - decay)
        rows.append({"weighting": name, "rate": rate, "db_s": decay, "error_db": decay - goal, "margin_db": margin})
    return rows


def peak_rows(rate: int, table5: Sequence[dict[str, float]]) -> list[dict[str, Any]]:
    """LCpeak of one cycle and of half cycles, less LC of the steady tone."""
    rows = []
    silence = np.zeros(rate // 5, np.float32)
    for row in table5:
        hz = EXACT_HZ[row["hz"]]
        if hz >= 0.4 * rate:
            continue
        part = np.sign(row["cycles"]) * _tone(hz, abs(row["cycles"]) / hz, rate, 0.5)
        meter = CPeak(rate)
        meter.process(np.concatenate([silence, part, silence]).astype(np.float32))
        steady = _tone(hz, 1.5, rate, 0.5)
        level = FrameMeter(rate).process(steady, Weighting("C", rate).process(steady)).weighted_ms[50:].mean()
        error = (meter.level_db() or -np.inf) - float(10 * np.log10(level)) - row["difference_db"]
        margin = min(row["class1_upper_db"] - error, error - row["class1_lower_db"])
        signal = f"{row['cycles']:+g} cycle {row['hz']:g} Hz"
        rows.append({"signal": signal, "rate": rate, "error_db": error, "margin_db": margin})
    return rows


def _linearity(rate: int) -> list[tuple[float, int, Float64, Float64]]:
    """Frequency, bits, levels from 0 dB down by 1 dB, and the error of LAeq at each."""
    levels = np.arange(0, LOWEST_DB - 1, -1)
    found = []
    for hz in LINEARITY_HZ:
        if hz >= rate / 2:
            continue
        tone = _tone(hz, 0.6, rate, FULL_SCALE)
        for bits in BITS:
            steps = 2.0 ** (bits - 1)
            reading = np.array([_laeq_db(np.round(tone * 10 ** (db / 20) * steps) / steps, rate) for db in levels])
            error = reading - levels
            found.append((hz, bits, levels.astype(np.float64), error - error[-REFERENCE_DB]))
    return found


def _in_range(bits: int, level_db: float) -> bool:
    """At 16 bits the standard's 60 dB and six more; at 24 the whole 90 dB that is promised."""
    return level_db >= (-70 if bits == 16 else -100)


def _laeq_db(x: Float64, rate: int) -> float:
    meter = SoundLevelMeter(rate)
    meter.process(x[: len(x) // 3].astype(np.float32))
    meter.restart()
    meter.process(x[len(x) // 3 :].astype(np.float32))
    level = meter.measurement().laeq_db
    return SILENCE_DB if level is None else level


def _tone(frequency_hz: float, duration_s: float, rate: int, amplitude: float) -> Float32:
    time_s = np.arange(round(duration_s * rate)) / rate
    return (amplitude * np.sin(2 * np.pi * frequency_hz * time_s)).astype(np.float32)
