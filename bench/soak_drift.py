"""The drift of a soak's two clocks where the player did not stumble: ``python -m bench.soak_drift [RESULT.json]``.

A player that underruns plays all that follows later; such a step is the source's, not the program's.  Here the calls
between two steps are taken together, and the longest such stretch gives the slope of its calls' offsets.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np

from bench.report import RESULTS

STEP_S: Final = 0.03
"""Between two calls: edges are read on a grid of 10 ms, and a call's offset is the median of several."""


def stretches(offsets: Sequence[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    """Calls (start, offset; in s) in runs without a step from one to the next."""
    runs: list[list[tuple[float, float]]] = []
    for call in offsets:
        if not runs or abs(call[1] - runs[-1][-1][1]) > STEP_S:
            runs.append([])
        runs[-1].append(call)
    return runs


def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else RESULTS / "soak.json"
    result = json.loads(path.read_text(encoding="utf-8"))
    runs = stretches([(call["start_s"], call["offset_s"]) for call in result["calls"]])
    print(f"the player underran {result['player_underruns']} times; calls between steps: {[len(run) for run in runs]}")
    print("steps, ms:", [round(1000 * (b[0][1] - a[-1][1])) for a, b in pairwise(runs)])
    at_s, offset_s = np.array(max(runs, key=len)).T
    slope = float(np.polyfit(at_s, offset_s, 1)[0]) if len(at_s) > 1 else float("nan")
    print(
        f"longest: {len(at_s)} calls, {(at_s[-1] - at_s[0]) / 60:.0f} min, offsets within"
        f" {1000 * np.ptp(offset_s):.0f} ms, slope {slope * 3600 * 1000:+.2f} ms an hour"
    )


if __name__ == "__main__":
    main()
