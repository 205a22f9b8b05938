"""From the command to the first meter on screen: ``python -m bench.startup [--runs 5] [--device pulse] [--no-asr]``.

Runs ``voicemon live`` on a pseudo-terminal and watches for the first frame that shows a level in figures.  Needs a
device that records, with some sound on it; a virtual one will do.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import statistics
import sys
import time
from collections.abc import Sequence
from typing import Final

from bench.report import write

FIGURE: Final = re.compile(rb"now (?:\x1b\[[0-9;]*m|\s)*-?\d+\.\d")
LIMIT_S: Final = 30.0
SIZE: Final = (24, 80)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--device", default="pulse")
    parser.add_argument("--no-asr", action="store_true")
    options = parser.parse_args(arguments)
    extra = ["--no-asr"] if options.no_asr else []
    times = [first_meter([*extra, "--device", options.device, "--lang", "en"]) for _ in range(options.runs)]
    median = statistics.median(times)
    print(f"first meter after {median:.2f} s (median of {len(times)}: {', '.join(f'{t:.2f}' for t in times)})")
    write("startup", {"first_meter_s": times, "median_s": median, "asr": not options.no_asr})


def first_meter(arguments: Sequence[str]) -> float:
    """Seconds from starting the process to the first level in figures on its terminal."""
    import fcntl
    import pty
    import struct
    import termios

    began = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execv(sys.executable, [sys.executable, "-m", "voicemon", "live", *arguments])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
    seen = b""
    try:
        while time.perf_counter() - began < LIMIT_S:
            seen += os.read(terminal, 65536)
            if FIGURE.search(seen):
                return time.perf_counter() - began
        raise SystemExit(f"no meter within {LIMIT_S:g} s; the terminal shows: {seen[-400:]!r}")
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)


if __name__ == "__main__":
    main()
