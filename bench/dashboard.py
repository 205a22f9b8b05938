"""What the dashboard costs: processor time of its thread at eight frames a second, and how much it writes.

``python bench/dashboard.py [--out FILE.json] [--seconds 8]``.  The dashboard runs on a pseudo-terminal of its own whose
output is read and thrown away; the snapshots are made up beforehand.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import platform
import pty
import struct
import termios
import threading
import time
from pathlib import Path

from voicemon.strings import Language
from voicemon.types import Snapshot
from voicemon.ui.dashboard import Dashboard
from voicemon.ui.player import PlayerView
from voicemon.ui.sample import sample_snapshot

FRAMES_PER_S = 8.0
GOAL_PERCENT = 3.0
WIDTHS = (60, 80, 120)
HEIGHT = 24
BEGIN_S = 200.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--seconds", type=float, default=8.0)
    given = parser.parse_args()
    rows = [measure(width, language, given.seconds) for width in WIDTHS for language in ("zh", "en")]
    print("width  lang  % of a core  ms a frame  kB/s written")
    for row in rows:
        print(
            f"{row['width']:>5}  {row['language']}    {row['core_percent']:>10.2f}  {row['ms_per_frame']:>10.2f}"
            f"  {row['written_kb_per_s']:>10.2f}"
        )
    result = {"machine": machine(), "goal_percent": GOAL_PERCENT, "frames_per_s": FRAMES_PER_S, "rows": rows}
    if given.out:
        given.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def measure(width: int, language: Language, duration_s: float) -> dict[str, object]:
    """One run of the real loop on a pseudo-terminal of ``width`` columns."""
    frames = [sample_snapshot(BEGIN_S + k / FRAMES_PER_S, language) for k in range(int(duration_s * FRAMES_PER_S))]
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, width, 0, 0))
    written = [0]
    reader = threading.Thread(target=drain, args=(master, written), name="terminal", daemon=True)
    reader.start()
    position = iter(frames)

    def next_frame() -> tuple[Snapshot, PlayerView | None] | None:
        snapshot = next(position, None)
        return None if snapshot is None else (snapshot, None)

    with os.fdopen(slave, "w", encoding="utf-8", closefd=False) as stream, os.fdopen(os.dup(slave), "r") as keys:
        cpu, wall = time.thread_time(), time.monotonic()
        Dashboard(language, stream=stream, stdin=keys).run(next_frame, lambda _key: None, FRAMES_PER_S)
        cpu, wall = time.thread_time() - cpu, time.monotonic() - wall
    os.close(slave)
    reader.join(timeout=1.0)
    return {
        "width": width,
        "language": language,
        "core_percent": round(100 * cpu / wall, 3),
        "ms_per_frame": round(1000 * cpu / len(frames), 3),
        "written_kb_per_s": round(written[0] / wall / 1000, 3),
    }


def drain(master: int, written: list[int]) -> None:
    while True:
        try:
            data = os.read(master, 65536)
        except OSError:
            return
        if not data:
            return
        written[0] += len(data)


def machine() -> dict[str, object]:
    return {"system": platform.platform(), "python": platform.python_version(), "cores": os.cpu_count()}


if __name__ == "__main__":
    main()
