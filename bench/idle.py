"""What ``voicemon live`` costs while nobody speaks: ``python -m bench.idle [--seconds 60] [--device NAME]``.

Processor time of the whole process over the seconds measured, thread by thread, and its memory, with the dashboard on
a pseudo-terminal and without it.  Needs Linux; without ``--device`` a virtual microphone is made.  White noise is
played to PulseAudio's default sink meanwhile, whose monitor the device should be: no room is without a sound.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pty
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from bench.report import table, write
from bench.startup import set_size
from bench.virtual_mic import ROOM_DB, device_or_virtual, noise

SETTLE_S: Final = 12.0
"""Until the model is loaded and warm."""
TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
END_S: Final = 20.0


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--settle", type=float, default=SETTLE_S)
    parser.add_argument("--device")
    parser.add_argument("--noise-db", type=float, default=ROOM_DB, help="level of the noise in dBFS")
    parser.add_argument("--no-asr", action="store_true")
    parser.add_argument("--only", choices=("dashboard", "plain"))
    options = parser.parse_args(arguments)
    faces = (options.only,) if options.only else ("dashboard", "plain")
    rows = []
    with device_or_virtual(options.device) as device:
        command = [sys.executable, "-m", "voicemon", "live", "--device", device, "--lang", "en", "--no-history"]
        command += ["--no-asr"] if options.no_asr else []
        for face in faces:
            with noise(options.noise_db, options.settle + options.seconds + END_S):
                rows.append({"face": face, **measure(command, face == "dashboard", options.settle, options.seconds)})
    head = ["face", "% of a core", "threads, %", "resident, MB", "largest, MB"]
    cells = [
        [r["face"], r["cpu_percent"], " ".join(f"{t:.2f}" for t in r["threads_percent"]), r["rss_mb"], r["peak_mb"]]
        for r in rows
    ]
    print(table(head, cells))
    write("idle", {"noise_db": options.noise_db, "asr": not options.no_asr, "seconds": options.seconds, "rows": rows})


def measure(command: Sequence[str], dashboard: bool, settle_s: float, seconds: float) -> dict[str, Any]:
    """Start ``command``, let it settle, and watch it for ``seconds``."""
    with _started(command, dashboard) as process:
        time.sleep(settle_s)
        before, threads_before = _cpu_s(f"/proc/{process}/stat"), _threads(process)
        began = time.monotonic()
        time.sleep(seconds)
        wall_s = time.monotonic() - began
        used = _cpu_s(f"/proc/{process}/stat") - before
        threads = {t: s - threads_before.get(t, 0.0) for t, s in _threads(process).items()}
        status = _status(process)
    return {
        "cpu_percent": 100 * used / wall_s,
        "threads_percent": [100 * s / wall_s for s in sorted(threads.values(), reverse=True) if s > 0],
        "rss_mb": status["VmRSS"],
        "peak_mb": status["VmHWM"],
    }


@contextlib.contextmanager
def _started(command: Sequence[str], dashboard: bool) -> Iterator[int]:
    """The command's process id, its output read and dropped; ended as by SIGTERM."""
    if not dashboard:
        process = subprocess.Popen([*command, "--plain"], stdout=subprocess.DEVNULL)
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait(END_S)
        return
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execv(command[0], list(command))
    set_size(terminal)
    threading.Thread(target=_drain, args=(terminal,), daemon=True).start()
    try:
        yield child
    finally:
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
        os.close(terminal)


def _drain(terminal: int) -> None:
    with contextlib.suppress(OSError):
        while os.read(terminal, 65536):
            pass


def _cpu_s(stat: str) -> float:
    """User and system time of a process or thread, in seconds (proc(5), fields 14 and 15)."""
    fields = Path(stat).read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def _threads(process: int) -> dict[str, float]:
    return {task.name: _cpu_s(f"{task}/stat") for task in Path(f"/proc/{process}/task").iterdir()}


def _status(process: int) -> dict[str, float]:
    """The memory figures of proc(5)'s status, in MB."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return {k: int(v.split()[0]) / 1000 for k, v in (x.split(":", 1) for x in lines) if v.endswith("kB")}


if __name__ == "__main__":
    main()
