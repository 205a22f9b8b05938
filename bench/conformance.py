"""How far the level meter stands from IEC 61672-1:2013 class 1, row by row: ``python -m bench.conformance``.

The error is what the meter shows less the design goal (the exact one of Annex E, the one-pole formula for bursts and
decay); the margin is what the acceptance limits of the table leave beside the error from the table's own, rounded goal.
A negative margin fails.  At rates below 44.1 kHz the rows end under the Nyquist frequency.  What follows the tables
(linearity, decay, peak) is in :mod:`bench.conformance_levels`.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.conformance_levels import decay_rows, linear_range_rows, linearity_rows, peak_rows
from bench.report import table, write
from voicemon.dsp.level import FAST_S, SLOW_S, FrameLevels, FrameMeter
from voicemon.dsp.meter import SoundLevelMeter
from voicemon.dsp.weighting import Curve, Weighting, design_goal_db
from voicemon.types import Float32

TABLES: Final = Path(__file__).resolve().parents[1] / "calibration/tables"
RATES: Final = (8_000, 16_000, 44_100, 48_000, 96_000)
CURVES: Final[tuple[Curve, Curve]] = ("A", "C")
KINDS: Final = {"f": "LAFmax", "s": "LASmax", "sel": "LAE"}
BURST_HZ: Final = 4_000.0
LOWEST_BURST_RATE: Final = 16_000
"""At 8 kHz the standard's 4 kHz burst is the Nyquist frequency."""
SETTLED_FRAME: Final = 50


def main() -> None:
    weighting = [row for curve in CURVES for rate in RATES for row in weighting_rows(curve, rate)]
    bursts = [row for rate in RATES if rate >= LOWEST_BURST_RATE for row in burst_rows(rate)]
    linearity = [row for rate in RATES for row in linearity_rows(rate)]
    ranges = [row for rate in RATES for row in linear_range_rows(rate)]
    decay = [row for rate in RATES for row in decay_rows(rate)]
    peak = [row for rate in RATES for row in peak_rows(rate, _read("iec61672_table5.csv"))]
    for curve in CURVES:
        print(f"\n5.5 {curve}-weighting, error in dB (margin to class 1)\n")
        print(_grid([row for row in weighting if row["curve"] == curve], "hz"))
    for kind, name in KINDS.items():
        print(f"\n5.9 4 kHz tonebursts, {name}, error in dB (margin to class 1)\n")
        print(_grid([row for row in bursts if row["kind"] == kind], "burst_ms"))
    for bits, hz in sorted({(row["bits"], row["hz"]) for row in linearity}):
        print(f"\n5.6 linearity, {hz:g} Hz, {bits} bits: dB re full scale, error in dB (margin to class 1)\n")
        print(_grid([row for row in linearity if (row["bits"], row["hz"]) == (bits, hz)], "level_db"))
    print("\n5.6 linear range: dB below full scale within class 1, every 1 to 10 dB step within 0.3 dB\n")
    print(
        table(
            ["Hz", "bits", "rate, Hz", "range, dB"],
            [[f"{r['hz']:g}", r["bits"], r["rate"], r["range_db"]] for r in ranges],
        )
    )
    print("\n5.8 decay, error in dB/s (margin to class 1)\n")
    print(_grid(decay, "weighting"))
    print("\n5.13 LCpeak, error in dB (margin to class 1)\n")
    print(_grid(peak, "signal"))
    groups = {"weighting": weighting, "bursts": bursts, "linearity": linearity, "decay": decay, "peak": peak}
    worst = {name: min(row["margin_db"] for row in rows) for name, rows in groups.items()}
    path = write("conformance", {**groups, "linear_range": ranges, "worst_margin_db": worst})
    print(f"\nworst margins: {', '.join(f'{n} {m:.2f} dB' for n, m in worst.items())}; written to {path}")


def weighting_rows(curve: Curve, rate: int) -> list[dict[str, Any]]:
    """One row a nominal frequency below the Nyquist frequency."""
    rows = []
    for row in _read("iec61672_table3.csv"):
        frequency = 1000 * 10 ** (row["exponent"] / 10)
        if frequency >= rate / 2:
            continue
        levels = _measure(_tone(frequency, 2.0, rate), rate, curve)
        reading = _db(float(levels.weighted_ms[SETTLED_FRAME:].mean())) - _db(0.125)
        error = reading - float(design_goal_db(curve, np.array(frequency)))
        margin = _margin(reading - row[f"{curve.lower()}_db"], row, "class1")
        rows.append({"curve": curve, "rate": rate, "hz": row["nominal_hz"], "error_db": error, "margin_db": margin})
    return rows


def burst_rows(rate: int) -> list[dict[str, Any]]:
    """F, S and sound exposure level of each toneburst."""
    steady = _db(float(_measure(_tone(BURST_HZ, 1.0, rate), rate).weighted_ms[SETTLED_FRAME:].mean()))
    rows = []
    for row in _read("iec61672_table4.csv"):
        duration = row["burst_ms"] / 1000
        silence = np.zeros(round(0.1037 * rate), np.float32)
        x = np.concatenate([silence, _tone(BURST_HZ, duration, rate), silence])
        meter = SoundLevelMeter(rate)
        meter.process(x)
        shown = meter.measurement()
        readings = {
            "f": (_shown(shown.lafmax_db) - steady, _db(1 - np.exp(-duration / FAST_S))),
            "s": (_shown(shown.lasmax_db) - steady, _db(1 - np.exp(-duration / SLOW_S))),
            "sel": (_shown(shown.lae_db) - steady, _db(duration)),
        }
        for kind, (reading, goal) in readings.items():
            column = f"{kind}_db" if kind == "sel" else f"{kind}_max_db"
            if column not in row:
                continue
            margin = _margin(reading - row[column], row, f"class1_{'s' if kind == 's' else 'f'}")
            rows.append(
                {
                    "kind": kind,
                    "rate": rate,
                    "burst_ms": row["burst_ms"],
                    "error_db": reading - goal,
                    "margin_db": margin,
                }
            )
    return rows


def _read(name: str) -> list[dict[str, float]]:
    with (TABLES / name).open(encoding="utf-8") as file:
        return [{key: float(value) for key, value in row.items() if value} for row in csv.DictReader(file)]


def _tone(frequency_hz: float, duration_s: float, rate: int) -> Float32:
    time_s = np.arange(round(duration_s * rate)) / rate
    return (0.5 * np.sin(2 * np.pi * frequency_hz * time_s)).astype(np.float32)


def _measure(x: Float32, rate: int, curve: Curve = "A") -> FrameLevels:
    return FrameMeter(rate).process(x, Weighting(curve, rate).process(x))


def _shown(level_db: float | None) -> float:
    return -np.inf if level_db is None else level_db


def _db(mean_square: float) -> float:
    return float(10 * np.log10(mean_square))


def _margin(error: float, row: dict[str, float], limits: str) -> float:
    return min(row[f"{limits}_upper_db"] - error, error - row[f"{limits}_lower_db"])


def _grid(rows: list[dict[str, Any]], key: str) -> str:
    rates = sorted({row["rate"] for row in rows})
    cells = {(row[key], row["rate"]): f"{row['error_db']:+.2f} ({row['margin_db']:.2f})" for row in rows}
    names = list(dict.fromkeys(row[key] for row in rows))
    return table(
        [key, *(f"{rate} Hz" for rate in rates)],
        [[n if isinstance(n, str) else f"{n:g}", *(cells.get((n, r)) for r in rates)] for n in names],
    )


if __name__ == "__main__":
    main()
