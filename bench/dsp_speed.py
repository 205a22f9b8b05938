"""How many times faster than real time the chain without words runs on one core: ``python -m bench.dsp_speed``.

The whole chain (:mod:`bench.chain_speed`; with ``--chain`` that alone), and each level stage by itself: best of several
runs over the same noise, in blocks of 1 s (a recording) and of 20 ms (live), CPU time of this thread.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from bench.chain_speed import chain_rows
from bench.report import table, write
from voicemon.dsp.active import ActiveSpeechLevel
from voicemon.dsp.level import FrameMeter
from voicemon.dsp.pitch import f0_track
from voicemon.dsp.weighting import Weighting, design
from voicemon.types import Float32

RATES: Final = (16_000, 48_000)
BLOCKS_S: Final = (1.0, 0.02)
DURATION_S: Final = 20
REPEATS: Final = 7

Stage = Callable[[Float32], object]


def stages(rate: int) -> dict[str, Stage]:
    """Each stage as a function of one block, with its own state."""
    weighting, meter, active = Weighting("A", rate), FrameMeter(rate), ActiveSpeechLevel(rate)
    both, chained = Weighting("A", rate), FrameMeter(rate)
    return {
        "A-weighting": weighting.process,
        "frame meter": lambda x: meter.process(x, x.astype(np.float64)),
        "weighting + meter": lambda x: chained.process(x, both.process(x)),
        "active speech level": active.process,
    }


def times_real_time(stage: Stage, blocks: list[Float32], rate: int) -> float:
    """The best of the repeats."""
    return max(_once(stage, blocks, rate) for _ in range(REPEATS))


def main() -> None:
    chain = chain_rows()
    head = ["whole", "rate, Hz", "channels", "block, s", "times real time", "ms of CPU a second"]
    keys = ("stage", "rate", "channels", "block_s")
    print(table(head, [[*(r[k] for k in keys), round(r["times"]), f"{1000 / r['times']:.2f}"] for r in chain]) + "\n")
    if "--chain" in sys.argv[1:]:
        return
    noise = (0.1 * np.random.default_rng(0).standard_normal(DURATION_S * max(RATES))).astype(np.float32)
    rows: list[dict[str, Any]] = []
    for rate in RATES:
        x = noise[: DURATION_S * rate]
        for block_s in BLOCKS_S:
            blocks = list(x.reshape(-1, round(block_s * rate)))
            rows += [
                {"stage": name, "rate": rate, "block_s": block_s, "times": times_real_time(stage, blocks, rate)}
                for name, stage in stages(rate).items()
            ]
        rows.append({"stage": "pitch (20 s utterance)", "rate": rate, "block_s": None, "times": _pitch(x, rate)})
    head = ["stage", "rate, Hz", "block, s", "times real time", "ms of CPU a second"]
    cells = [[r["stage"], r["rate"], r["block_s"], round(r["times"]), f"{1000 / r['times']:.2f}"] for r in rows]
    print(table(head, cells))
    design_ms = _design_ms()
    path = write("dsp_speed", {"rows": rows, "chain": chain, "design_ms": design_ms})
    print(f"\ndesign of a weighting: {design_ms:.1f} ms; written to {path}")


def _once(stage: Stage, blocks: list[Float32], rate: int) -> float:
    began = time.thread_time()
    for block in blocks:
        stage(block)
    return sum(map(len, blocks)) / rate / (time.thread_time() - began)


def _pitch(x: Float32, rate: int) -> float:
    return times_real_time(lambda block: f0_track(block, rate), [x], rate)


def _design_ms() -> float:
    times = []
    for _ in range(REPEATS):
        design.cache_clear()
        began = time.perf_counter()
        design("A", 48_000)
        times.append(time.perf_counter() - began)
    return 1000 * min(times)


if __name__ == "__main__":
    main()
