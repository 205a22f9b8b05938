"""CPU seconds that an hour of 48 kHz sound costs the level meter, beside other libraries: ``python -m bench.meters``.

Our chain is A-weighting, F, LAeq, peak and clipping; the whole meter adds S, LAE, percentiles, LCpeak and offset.
SciPy only filters with the same sections, which is the floor under any meter in Python.  pyloudnorm measures something
else, the loudness of BS.1770 (K-weighting, gated mean) of a whole file, and is the usual tool for levels of speech.
All take turns in each round, so that a busy machine hits all alike; the median over rounds is given.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any, Final

import numpy as np
from scipy.signal import sosfilt

from bench.report import table, write
from voicemon.dsp.leq import Leq
from voicemon.dsp.level import FrameMeter
from voicemon.dsp.meter import SoundLevelMeter
from voicemon.dsp.weighting import Weighting, design
from voicemon.types import Float32

RATE: Final = 48_000
DURATION_S: Final = 60
ROUNDS: Final = 7
BLOCKS_S: Final = (0.02, 1.0)
HOUR_S: Final = 3600

Chain = Callable[[list[Float32]], object]


def ours(blocks: list[Float32]) -> float | None:
    """A-weighting, F with its maxima, LAeq, peak and clipping."""
    weighting, meter, leq = Weighting("A", RATE), FrameMeter(RATE), Leq()
    for block in blocks:
        leq.process(meter.process(block, weighting.process(block)).weighted_ms)
    return leq.level_db()


def whole_meter(blocks: list[Float32]) -> float | None:
    """Everything that :class:`SoundLevelMeter` shows."""
    meter = SoundLevelMeter(RATE)
    for block in blocks:
        meter.process(block)
    return meter.measurement().laeq_db


def scipy_filter(blocks: list[Float32]) -> float:
    """The same A-weighting alone, no level."""
    sections = np.array(design("A", RATE))
    state = np.zeros((len(sections), 2))
    for block in blocks:
        _, state = sosfilt(sections, block, zi=state)
    return float(state[0, 0])


def loudness(blocks: list[Float32]) -> float:
    """BS.1770 of all at once: pyloudnorm has no other way."""
    meter: Any = importlib.import_module("pyloudnorm").Meter(RATE)
    return float(meter.integrated_loudness(np.concatenate(blocks).astype(np.float64)))


def contenders(x: Float32) -> dict[tuple[str, str], Callable[[], object]]:
    """Each chain with the size of its blocks, ready to run."""
    runs: dict[tuple[str, str], Callable[[], object]] = {}
    chains: Mapping[str, Chain] = {"A, F, LAeq, peak": ours, "whole meter": whole_meter, "scipy sosfilt": scipy_filter}
    for block_s in BLOCKS_S:
        blocks = list(x.reshape(-1, round(block_s * RATE)))
        for name, chain in chains.items():
            runs[name, f"{block_s:g} s"] = _bound(chain, blocks)
    runs["scipy sosfilt", "whole"] = _bound(scipy_filter, [x])
    runs["pyloudnorm meter", "whole"] = _bound(loudness, [x])
    return runs


def main() -> None:
    loud = np.repeat(np.random.default_rng(1).uniform(0.005, 0.2, DURATION_S * 5), RATE // 5)
    x = (loud * np.random.default_rng(0).standard_normal(DURATION_S * RATE)).astype(np.float32)
    runs = contenders(x)
    seconds: dict[tuple[str, str], list[float]] = {key: [] for key in runs}
    for run in runs.values():
        run()
    for _ in range(ROUNDS):
        for key, run in runs.items():
            began = time.thread_time()
            run()
            seconds[key].append((time.thread_time() - began) * HOUR_S / DURATION_S)
    rows = [
        {"chain": name, "block": block, "cpu_s_per_hour": median(s), "least": min(s), "most": max(s)}
        for (name, block), s in seconds.items()
    ]
    head = ["chain", "blocks", "CPU s an hour", "least", "most"]
    cells = [[r["chain"], r["block"], *(f"{r[k]:.2f}" for k in ("cpu_s_per_hour", "least", "most"))] for r in rows]
    print(table(head, cells))
    print(f"\nwritten to {write('meters', {'rate': RATE, 'duration_s': DURATION_S, 'rounds': ROUNDS, 'rows': rows})}")


def _bound(chain: Chain, blocks: list[Float32]) -> Callable[[], object]:
    return lambda: chain(blocks)


if __name__ == "__main__":
    main()
