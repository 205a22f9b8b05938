"""From the command to the first meter on screen: ``python -m bench.startup [--runs 5] [--device NAME] [--no-asr]``.

Runs ``voicemon live`` on a pseudo-terminal and watches for the first frame that shows a level in figures.  Without
``--device`` on a virtual microphone.  The byte code is there from a start that does not count, as it is once a package
has been installed.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import re
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.report import write
from bench.virtual_mic import ROOM_DB, device_or_virtual, noise

FIGURE: Final = re.compile(rb"now (?:\x1b\[[0-9;]*m|\s)*-?\d+\.\d")
LIMIT_S: Final = 30.0
SIZE: Final = (24, 80)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--device")
    parser.add_argument("--no-asr", action="store_true")
    options = parser.parse_args(arguments)
    extra = ["--no-asr"] if options.no_asr else []
    with (
        device_or_virtual(options.device) as device,
        noise(ROOM_DB, LIMIT_S * options.runs),
        tempfile.TemporaryDirectory(prefix="byte-code") as cache,
    ):
        command = [*extra, "--device", device, "--lang", "en"]
        runs = [first_meter(command, cache) for _ in range(1 + options.runs)][1:]
    times, cpu_times = [wall_s for wall_s, _ in runs], [cpu_s for _, cpu_s in runs]
    median, cpu_median = statistics.median(times), statistics.median(cpu_times)
    each = ", ".join(f"{t:.2f}" for t in times)
    load = os.getloadavg()[0]
    print(f"first meter after {median:.2f} s (median of {len(times)}: {each})")
    print(f"CPU till then {cpu_median:.2f} s; load of the machine {load:.1f}")
    figures = {"first_meter_s": times, "median_s": median, "cpu_s": cpu_times, "load": load}
    write("startup", {**figures, "asr": not options.no_asr})


def first_meter(arguments: Sequence[str], cache: str) -> tuple[float, float]:
    """Seconds from starting the process to the first level in figures on its terminal, and of CPU it used till then.

    ``cache``: the folder of the byte code.  The second figure hardly depends on what else the machine does.
    """
    began = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ |= {"TERM": "xterm-256color", "PYTHONPYCACHEPREFIX": cache}
        os.execv(sys.executable, [sys.executable, "-m", "voicemon", "live", *arguments])
    set_size(terminal)
    seen = b""
    try:
        while time.perf_counter() - began < LIMIT_S:
            seen += os.read(terminal, 65536)
            if FIGURE.search(seen):
                return time.perf_counter() - began, cpu_s(child)
        raise SystemExit(f"no meter within {LIMIT_S:g} s; the terminal shows: {seen[-400:]!r}")
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)


def cpu_s(process: int) -> float:
    """User and system time of a process so far (proc(5), fields 14 and 15 of stat)."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def set_size(terminal: int) -> None:
    """Give a pseudo-terminal a size; a program on it finds none otherwise."""
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))


if __name__ == "__main__":
    main()
