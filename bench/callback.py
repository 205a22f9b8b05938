"""How long the sound card's callback takes on a machine that has other things to do: ``python -m bench.callback``.

``[--seconds 60] [--block-ms 20 50]``.  A virtual microphone at 48 kHz, recorded through PortAudio, while two processes
keep the cores busy and a thread of ours stands in for a recogniser that lets nobody else run: once in Python, which
gives way every 5 ms, and once inside one call into C, which does not give way at all.  ``Capture.callback`` is timed
from outside.  A callback waits for the interpreter before its first line runs: that shows as lateness, the time since
the last callback beyond a block.  Needs PulseAudio.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.report import table, write
from bench.virtual_mic import DEVICE, VirtualMicrophone
from voicemon.audio.capture import Capture
from voicemon.audio.microphone import MicrophoneSource
from voicemon.types import Gap

RATE_HZ: Final = 48_000
BUSY_PROCESSES: Final = 2
BURST_S: Final = 0.05
SETTLE_S: Final = 1.0
"""The server hands over what it has gathered at first."""

BUSY: Final = "while True: pass"
MS_A_NS: Final = 1e-6


@dataclass(frozen=True)
class Row:
    """What became of one run.  Times in ms."""

    load: str
    block_ms: float
    seconds: float
    callbacks: int
    took_median_ms: float
    took_p999_ms: float
    took_worst_ms: float
    worst_of_block_percent: float
    late_p999_ms: float
    late_worst_ms: float
    overflows: int
    gaps: dict[str, int]
    """By cause."""
    lost_ms: float


class Stopwatch:
    """When each callback began and ended, in ns; room for ``limit`` of them."""

    def __init__(self, limit: int) -> None:
        self._times = np.zeros((limit, 2), np.int64)
        self._count = 0

    @property
    def times(self) -> Any:
        return self._times[: self._count]

    @contextlib.contextmanager
    def on(self) -> Iterator[None]:
        """Within it every :class:`Capture` is timed."""
        inner: Callable[..., None] = Capture.callback

        def timed(capture: Capture, *arguments: Any) -> None:
            begun = time.perf_counter_ns()
            inner(capture, *arguments)
            ended = time.perf_counter_ns()
            if self._count < len(self._times):
                self._times[self._count] = begun, ended
                self._count += 1

        Capture.callback = timed  # type: ignore[method-assign]
        try:
            yield
        finally:
            Capture.callback = inner  # type: ignore[method-assign]


def python_bursts(stop: threading.Event) -> None:
    """A loop in Python for :data:`BURST_S`, and as long a rest."""
    while not stop.wait(BURST_S):
        end = time.perf_counter() + BURST_S
        while time.perf_counter() < end:
            pass


def held_bursts(stop: threading.Event) -> None:
    """The same inside one call into C that keeps the interpreter to itself."""
    size = 100_000
    begun = time.perf_counter()
    sum(range(size))
    size = round(size * BURST_S / (time.perf_counter() - begun))
    while not stop.wait(BURST_S):
        sum(range(size))


LOADS: Final[dict[str, Callable[[threading.Event], None] | None]] = {
    "busy cores": None,
    "busy cores, bursts in Python": python_bursts,
    "busy cores, interpreter held": held_bursts,
}


@contextlib.contextmanager
def loaded(burst: Callable[[threading.Event], None] | None) -> Iterator[None]:
    """Busy processes, and ``burst`` on a thread."""
    processes = [subprocess.Popen([sys.executable, "-S", "-c", BUSY]) for _ in range(BUSY_PROCESSES)]
    stop = threading.Event()
    thread = threading.Thread(target=burst or threading.Event.wait, args=(stop,), name="slow-recogniser", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(2)
        for process in processes:
            process.kill()
            process.wait()


def measure(load: str, block_s: float, seconds: float) -> Row:
    watch = Stopwatch(round(2 * (seconds + SETTLE_S) / block_s) + 100)
    source = MicrophoneSource(DEVICE, sample_rate=RATE_HZ, block_s=block_s)
    gaps: list[Gap] = []

    def read() -> None:
        gaps.extend(item for item in source if isinstance(item, Gap))

    reader = threading.Thread(target=read, name="dsp", daemon=True)
    with watch.on(), loaded(LOADS[load]):
        reader.start()
        time.sleep(SETTLE_S + seconds)
        source.close()
        reader.join(5)
    times = watch.times
    times = times[times[:, 0] > times[0, 0] + SETTLE_S * 1e9]
    took = (times[:, 1] - times[:, 0]) * MS_A_NS
    late = np.maximum(0.0, np.diff(times[:, 0]) * MS_A_NS - block_s * 1e3)
    return Row(
        load,
        block_s * 1e3,
        seconds,
        len(took),
        round(float(np.median(took)), 4),
        round(float(np.quantile(took, 0.999)), 4),
        round(float(took.max()), 4),
        round(float(took.max()) / (block_s * 1e3) * 100, 2),
        round(float(np.quantile(late, 0.999)), 2),
        round(float(late.max()), 2),
        source.overflows,
        dict(Counter(gap.cause for gap in gaps)),
        round(sum(gap.end - gap.start for gap in gaps) / RATE_HZ * 1e3, 1),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0, help="of each run")
    parser.add_argument("--block-ms", type=float, nargs="+", default=[20.0, 50.0])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, VirtualMicrophone(Path(folder)) as microphone:
        os.environ.update(microphone.environment)
        rows = [measure(load, block / 1e3, given.seconds) for block in given.block_ms for load in LOADS]
    path = write("callback", {"rate_hz": RATE_HZ, "rows": [asdict(row) for row in rows]})
    heads = ["load", "block", "callbacks", "median ms", "99.9 % ms", "worst ms", "of block %", "late 99.9 % ms"]
    heads += ["late worst ms", "overflows", "gaps", "lost ms"]
    told = [asdict(row) | {"gaps": ", ".join(f"{n} {cause}" for cause, n in row.gaps.items()) or 0} for row in rows]
    print(table(heads, [[v for k, v in row.items() if k != "seconds"] for row in told]))
    print(path)


if __name__ == "__main__":
    main()
