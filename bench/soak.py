"""Hours of calls through a real sound system with the dashboard on: ``python -m bench.soak [--minutes 60] [--no-asr]``.

One player plays the agent's side of the development calls into a virtual microphone, in real time and with pauses.
``voicemon live`` listens to it on a terminal of 80 by 24, with its events and its history in a temporary folder.  From
outside we watch its threads, its memory and its open files; afterwards its events are held against what was played.
The run ends with ``q``.  Linux alone: needs PulseAudio, ALSA's ``pulse`` plug-in and tmux.
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from bench import soak_figures
from bench.matching import percentile, slope_an_hour
from bench.playlist import Playlist, playlist
from bench.report import SPEECH, table, write
from bench.running import Tail, Terminal, live_command
from bench.usage_of import Memory, ThreadClock, memory, open_files
from bench.virtual_mic import SINK_RATE_HZ, Player, VirtualMicrophone
from voicemon.history.database import FILE_NAME

SAMPLE_S: Final = 5.0
SCREEN_S: Final = 600.0
FIRST_SCREEN_S: Final = 45.0
READY_S: Final = 120.0
"""A model takes at most so long to load, on a machine that does other things."""
QUIT_S: Final = 60.0
SETTLED_S: Final = 3.0
"""After so much silence the texts of what was said are there: from then on the program has nothing to do."""


@dataclass(frozen=True)
class Sample:
    """The program at one moment: ``at_s`` since the player began, CPU seconds so far by thread."""

    at_s: float
    memory: Memory
    files: int
    cpu_s: dict[str, float]


@dataclass
class Watched:
    """What was seen from outside."""

    samples: list[Sample] = field(default_factory=list)
    screens: dict[str, list[str]] = field(default_factory=dict)
    ended_early: bool = False
    exit_code: int | None = None
    quit_s: float | None = None
    underruns: int = 0


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--no-asr", action="store_true")
    parser.add_argument("--speech", type=Path, default=SPEECH)
    parser.add_argument("--keep", type=Path, help="Keep the events and the logs in this folder.")
    parser.add_argument("--name", default="soak", help="Of the result; a dash writes none.")
    options = parser.parse_args(arguments)
    figures = run((options.speech / "calls").resolve(), options.minutes * 60, asr=not options.no_asr, keep=options.keep)
    print(show(figures))
    if options.name != "-":
        print(f"\nwritten: {write(options.name, figures).name}")


def run(calls: Path, length_s: float, *, asr: bool, keep: Path | None = None) -> dict[str, Any]:
    """Play, watch and judge; gives the figures."""
    plan = playlist(calls, length_s)
    known = soak_figures.reference(plan)
    with tempfile.TemporaryDirectory(prefix="soak") as name:
        folder = Path(name)
        tail = Tail(folder / "events.jsonl")
        with VirtualMicrophone(folder) as microphone:
            watched = watch(microphone, folder, tail, plan, () if asr else ("--no-asr",))
        tail.read()
        if keep is not None:
            shutil.copytree(folder, keep, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*socket*"))
        records = [record for _, record in tail.records]
        placed = soak_figures.place(plan, records, known)
        return {
            "minutes": length_s / 60,
            "asr": asr,
            "played_calls": len(plan.calls),
            "exit_code": watched.exit_code,
            "ended_early": watched.ended_early,
            "quit_s": watched.quit_s,
            "player_underruns": watched.underruns,
            "events": soak_figures.counts(records),
            "clock": soak_figures.clock(placed),
            "phrases": soak_figures.phrases(plan, records, placed) if asr else None,
            "threads": threads(watched.samples, plan),
            "memory": memory_of(watched.samples),
            "files": [watched.samples[0].files, watched.samples[-1].files] if watched.samples else None,
            "history_rows": history_rows(folder / "data" / FILE_NAME),
            "screens": watched.screens,
            "samples": [asdict(sample) for sample in watched.samples],
        }


def watch(microphone: VirtualMicrophone, folder: Path, tail: Tail, plan: Playlist, extra: Sequence[str]) -> Watched:
    """Run the program on its terminal while the player plays."""
    watched = Watched()
    terminal = Terminal(folder, live_command(folder / "events.jsonl", *extra), microphone.whole_environment())
    try:
        wanted = "off" if "--no-asr" in extra else "ready"
        if tail.wait_for(lambda r: r["type"] == "health" and r["asr"] == wanted, READY_S) is None:
            raise SystemExit("the program did not become ready:\n" + "\n".join(terminal.screen()))
        player = Player(microphone, plan.sound(SINK_RATE_HZ))
        look_on(watched, terminal, tail, player, plan)
        watched.underruns = player.underruns
        asked = time.monotonic()
        terminal.press("q")
        watched.exit_code = terminal.wait(QUIT_S)
        watched.quit_s = round(time.monotonic() - asked, 2)
        watched.screens["after q"] = terminal.screen()
        player.stop()
    finally:
        terminal.close()
    return watched


def look_on(watched: Watched, terminal: Terminal, tail: Tail, player: Player, plan: Playlist) -> None:
    """Take samples until everything has been played and the program has had the time to finish with it."""
    clock = ThreadClock(terminal.pid)
    end = player.begun + plan.length_s + SETTLED_S
    due, screen_due = player.begun, player.begun + min(FIRST_SCREEN_S, plan.length_s / 2)
    while (now := time.monotonic()) < end:
        tail.read()
        try:
            cpu_s = {name: round(used, 2) for name, used in clock.read().items()}
            sample = Sample(round(now - player.begun, 1), memory(terminal.pid), open_files(terminal.pid), cpu_s)
        except (ProcessLookupError, FileNotFoundError):
            watched.ended_early = True
            return
        watched.samples.append(sample)
        if now >= screen_due:
            watched.screens[f"{(now - player.begun) / 60:.0f} min"] = terminal.screen()
            screen_due += SCREEN_S
        due += SAMPLE_S
        time.sleep(max(0.0, min(due, end) - time.monotonic()))


def threads(samples: Sequence[Sample], plan: Playlist) -> dict[str, dict[str, float | None]]:
    """Percent of one core by thread: over all, in the busiest sample, and while nothing is played."""
    if len(samples) < 2:
        return {}
    steps = [(a, b) for a, b in pairwise(samples) if b.at_s > a.at_s]
    idle = [(a, b) for a, b in steps if _silent(plan, a.at_s - SETTLED_S, b.at_s)]
    found: dict[str, dict[str, float | None]] = {}
    for name in [*sorted(samples[-1].cpu_s, key=lambda n: -samples[-1].cpu_s[n]), "all"]:
        shares = [_share(a, b, name) for a, b in steps]
        rest = [_share(a, b, name) for a, b in idle]
        found[name] = {
            "mean_percent": round(_share(samples[0], samples[-1], name), 2),
            "p95_percent": percentile([round(s, 2) for s in shares], 95),
            "idle_percent": round(sum(rest) / len(rest), 2) if rest else None,
        }
    return found


def _share(before: Sample, after: Sample, name: str) -> float:
    def of(sample: Sample) -> float:
        return sum(sample.cpu_s.values()) if name == "all" else sample.cpu_s.get(name, 0.0)

    return 100 * (of(after) - of(before)) / (after.at_s - before.at_s)


def _silent(plan: Playlist, start_s: float, end_s: float) -> bool:
    return not any(call.start < end_s and start_s < call.end for call in plan.calls)


def memory_of(samples: Sequence[Sample]) -> dict[str, Any]:
    """Megabytes at the start (the model is loaded), every ten minutes and at the end, and how they grow."""
    if not samples:
        return {}
    half = [s for s in samples if s.at_s >= samples[-1].at_s / 2]
    tens: dict[int, Sample] = {}
    for sample in samples:
        tens.setdefault(int(sample.at_s // SCREEN_S) * round(SCREEN_S / 60), sample)
    return {
        "start_rss_mb": samples[0].memory.rss_mb,
        "end_rss_mb": samples[-1].memory.rss_mb,
        "start_pss_mb": samples[0].memory.pss_mb,
        "end_pss_mb": samples[-1].memory.pss_mb,
        "rss_mb_by_minute": {minute: sample.memory.rss_mb for minute, sample in tens.items()},
        "second_half_mb_an_hour": slope_an_hour([s.at_s for s in half], [s.memory.rss_mb for s in half]),
    }


def history_rows(database: Path) -> int | None:
    """Calls in the history."""
    if not database.exists():
        return None
    with sqlite3.connect(database) as connection:
        (rows,) = connection.execute("SELECT count(*) FROM calls").fetchone()
    connection.close()
    return int(rows)


def show(figures: dict[str, Any]) -> str:
    """The figures as tables, and the last screen."""
    parts = ["events", "clock", "phrases", "memory"]
    alone = ["minutes", "played_calls", "exit_code", "ended_early", "quit_s", "player_underruns", "history_rows"]
    rows: list[list[object]] = [[name, figures[name]] for name in alone]
    rows += [[f"{part}: {key}", value] for part in parts for key, value in (figures[part] or {}).items()]
    rows.append(["open files, start and end", figures["files"]])
    columns = ["mean_percent", "p95_percent", "idle_percent"]
    cpu = [[name, *(shares[c] for c in columns)] for name, shares in figures["threads"].items()]
    screens = [name for name in figures["screens"] if name != "after q"]
    last = "\n".join(figures["screens"][screens[-1]]) if screens else ""
    head = ["thread", "CPU %", "p95 of 5 s", "idle"]
    return table(["figure", "value"], rows) + "\n\n" + table(head, cpu) + "\n\n" + last


if __name__ == "__main__":
    main()
