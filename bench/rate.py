"""Speech rate from sound alone against character times: ``python -m bench.rate [--recordings DIR] [--spoken DIR]``.

Windows of 15 s, one every 5 s, with at least 5 s of speech in them: the true rate is the characters in the window
over the time of the turns in it (pauses to 1 s within, the same spans for truth and estimate, so the figures are those
of the counter alone).  People's sentences have no character times: they are put together, in order, to about 15 s.
Sets whose voices the weights were trained on are marked; every set is run clean and worsened in stated ways with noise
never used in training.  The peer is the recipe of de Jong & Wempe (2009): intensity peaks between 2 dB dips, voiced.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from scipy import ndimage, signal

from bench.rate_truth import (
    FRAMES_PER_S,
    RATE,
    Float32,
    Float64,
    by_window,
    conditions,
    human_pieces,
    sets,
)
from voicemon.dsp.nuclei import NucleusDetector, density_of

INTENSITY_SIGMA_S = 0.016
"""About the width of Praat's intensity window at a pitch floor of 50 Hz, as the recipe asks for."""

Counter = Callable[[Float32], Float64]


@dataclass(frozen=True)
class Row:
    """One line of the table: how the estimates in one set and condition compare with the truth."""

    method: str
    set: str
    condition: str
    held_out: bool
    windows: int
    slowest_cpm: float
    fastest_cpm: float
    r: float
    bias_percent: float
    mean_error_percent: float


def recipe(samples: Float32) -> Float64:
    """De Jong & Wempe's nuclei, one count in the frame of each, in the authors' settings (-25 dB, 2 dB dips)."""
    frame = RATE // FRAMES_PER_S
    power = ndimage.gaussian_filter1d(samples.astype(np.float64) ** 2, INTENSITY_SIGMA_S * RATE)[frame // 2 :: frame]
    level_db = 10 * np.log10(power + 1e-12)
    silence_db = np.quantile(level_db, 0.99) - 25
    peaks, _ = signal.find_peaks(level_db, height=silence_db, prominence=2)
    low = signal.sosfilt(signal.butter(2, 900, fs=RATE, output="sos"), samples)
    counts = np.zeros(len(samples) // frame)
    for peak in peaks:
        piece = low[max(0, (peak - 2) * frame) : (peak + 3) * frame]
        spectrum = np.abs(np.fft.rfft(piece * np.hanning(len(piece)), 2048)) ** 2
        match = np.fft.irfft(spectrum)
        lag = match[RATE // 400 : RATE // 75].max() / max(match[0], 1e-12)
        if lag > 0.45 and peak < len(counts):
            counts[peak] += 1
    return counts


def row_of(method: str, name: str, condition: str, held_out: bool, pairs: Sequence[tuple[float, float]]) -> Row:
    """Correlation, bias and mean error of (true, estimated) pairs."""
    true, got = np.array(pairs).T
    error = got / true - 1
    r = float(np.corrcoef(true, got)[0, 1]) if len(pairs) > 2 else float("nan")
    bias = 100 * (got.sum() / true.sum() - 1)
    return Row(
        method, name, condition, held_out, len(pairs), true.min(), true.max(), r, bias, 100 * np.abs(error).mean()
    )


def measure(
    recordings: Path, spoken: Path | None, counters: dict[str, Counter], only: str | None = None
) -> Iterator[Row]:
    """Every row of the table, set by set."""
    worsen = conditions(recordings)
    for name, (takes, held_out) in sets(recordings, spoken).items():
        if only not in (None, name):
            continue
        for condition, change in worsen.items():
            heard = [change(take.samples) for take in takes]
            for method, counter in counters.items():
                pairs = [p for take, x in zip(takes, heard, strict=True) for p in by_window(take, counter(x))]
                if pairs:
                    yield row_of(method, name, condition, held_out, pairs)
    pieces = human_pieces(recordings / "human") if only in (None, "people") else []
    for condition, change in worsen.items():
        for method, counter in counters.items():
            pairs = [
                (p.characters / p.minutes, float(counter(change(p.samples))[p.inside].sum()) / p.minutes)
                for p in pieces
            ]
            if pairs:
                yield row_of(method, "people", condition, True, pairs)


def cost_ms_per_s(block_s: float) -> float:
    """CPU time for a second of sound in blocks of ``block_s``: the least of three runs over a minute."""
    x = np.random.default_rng(0).normal(0, 0.01, 60 * RATE).astype(np.float32)
    size = round(block_s * RATE)
    times = []
    for _ in range(3):
        detector = NucleusDetector()
        begun = time.process_time()
        for at in range(0, len(x), size):
            detector.process(x[at : at + size])
        times.append(time.process_time() - begun)
    return 1000 * min(times) / 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recordings", type=Path, default=Path(__file__).resolve().parents[2] / "shared" / "speech")
    parser.add_argument("--spoken", type=Path, help="folder of eval_*.npz takes from 120 to 320 characters a minute")
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--only", help="one set")
    parser.add_argument("--json", type=Path)
    a = parser.parse_args()
    counters: dict[str, Counter] = {"voicemon": density_of} | ({} if a.no_peer else {"peak recipe": recipe})
    rows = []
    print(f"{'set':26} {'condition':13} {'method':12} held-out    n   cpm range     r    bias   mean error")
    for row in measure(a.recordings, a.spoken, counters, a.only):
        rows.append(row)
        print(
            f"{row.set:26} {row.condition:13} {row.method:12} {'yes' if row.held_out else 'no':8} {row.windows:4}"
            f"  {row.slowest_cpm:4.0f}-{row.fastest_cpm:3.0f}  {row.r:6.3f}"
            f"  {row.bias_percent:+5.1f} %  {row.mean_error_percent:5.1f} %",
            flush=True,
        )
    cost = {f"blocks of {block_s:g} s": cost_ms_per_s(block_s) for block_s in (1.0, 0.02)}
    print("CPU a second of sound:", ", ".join(f"{ms:.2f} ms in {name}" for name, ms in cost.items()))
    print(f"latency at most {NucleusDetector().latency_s:.2f} s")
    if a.json:
        machine = {"machine": platform.machine(), "python": platform.python_version(), "cost_ms_per_s": cost}
        a.json.write_text(
            json.dumps({**machine, "rows": [asdict(row) for row in rows]}, indent=1) + "\n", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
