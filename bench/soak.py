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
from pathlib import Path
from typing import Any, Final

from bench import soak_figures
from bench.playlist import Playlist, playlist
from bench.report import SPEECH, table, write
from bench.running import Tail, Terminal, live_command
from bench.soak_clock import against_replay, by_call, clock, place
from bench.soak_samples import SAMPLE_S, SCREEN_S, SETTLED_S, Sample, host, memory_of, outages, threads
from bench.usage_of import ThreadClock, machine, memory, open_files
from bench.virtual_mic import SINK_RATE_HZ, Player, VirtualMicrophone
from voicemon.history.database import FILE_NAME

FIRST_SCREEN_S: Final = 45.0
READY_S: Final = 120.0
"""A model takes at most so long to load, on a machine that does other things."""
QUIT_S: Final = 60.0
LATE_S: Final = 60.0
"""A player that had to stand still may end so much later than planned."""


@dataclass
class Watched:
    """What was seen from outside."""

    samples: list[Sample] = field(default_factory=list)
    screens: dict[str, list[str]] = field(default_factory=dict)
    ended_early: bool = False
    exit_code: int | None = None
    quit_s: float | None = None
    underruns: int = 0
    began_s: float | None = None
    """The program's clock, as the events tell it, as the player began."""
    played_s: float = 0.0


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
        placed = place(plan, records, known, watched.began_s)
        return {
            "minutes": length_s / 60,
            "asr": asr,
            "played_calls": len(plan.calls),
            "exit_code": watched.exit_code,
            "ended_early": watched.ended_early,
            "quit_s": watched.quit_s,
            "player_underruns": watched.underruns,
            "played_s": watched.played_s,
            "player_began_s": watched.began_s,
            "events": soak_figures.counts(records),
            "clock": clock(placed),
            "against_replay": against_replay(placed),
            "calls": by_call(placed),
            "phrases": soak_figures.phrases(plan, records, placed.course) if asr else None,
            "host": host(watched.samples),
            "outages": outages(records, watched.samples, watched.began_s or 0.0),
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
        watched.began_s = began(tail, player.begun)
        look_on(watched, terminal, tail, player, plan)
        watched.underruns = player.underruns
        watched.played_s = round(player.written / SINK_RATE_HZ, 3)
        asked = time.monotonic()
        terminal.press("q")
        watched.exit_code = terminal.wait(QUIT_S)
        watched.quit_s = round(time.monotonic() - asked, 2)
        watched.screens["after q"] = terminal.screen()
        player.stop()
    finally:
        terminal.close()
    return watched


def began(tail: Tail, begun: float) -> float | None:
    """The program's clock at the moment ``begun`` of the monotonic one.

    A record is seen when its time is over: of all that were seen before, the one that was seen soonest knows best.
    """
    return max((record["t"] + begun - seen for seen, record in tail.records), default=None)


def look_on(watched: Watched, terminal: Terminal, tail: Tail, player: Player, plan: Playlist) -> None:
    """Take samples until everything has been played and the program has had the time to finish with it.

    The player itself says when that is, within :data:`LATE_S`: it plays later than planned if it had to stand still.
    """
    threads_of = ThreadClock(terminal.pid)
    end = player.begun + plan.length_s + SETTLED_S
    last = end + LATE_S
    due, screen_due = player.begun, player.begun + min(FIRST_SCREEN_S, plan.length_s / 2)
    while True:
        now = time.monotonic()
        if player.is_alive():
            end = min(max(end, now + SETTLED_S), last)
        if now >= end:
            return
        tail.read()
        try:
            watched.samples.append(sample(round(now - player.begun, 1), terminal.pid, threads_of))
        except (ProcessLookupError, FileNotFoundError):
            watched.ended_early = True
            return
        if now >= screen_due:
            watched.screens[f"{(now - player.begun) / 60:.0f} min"] = terminal.screen()
            screen_due += SCREEN_S
        due += SAMPLE_S
        time.sleep(max(0.0, min(due, end) - time.monotonic()))


def sample(at_s: float, pid: int, threads_of: ThreadClock) -> Sample:
    """Raises :class:`ProcessLookupError` or :class:`FileNotFoundError` once the program is gone."""
    cpu_s = {name: round(used, 2) for name, used in threads_of.read().items()}
    return Sample(at_s, memory(pid), open_files(pid), cpu_s, machine())


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
    parts = ["events", "clock", "against_replay", "phrases", "host", "memory"]
    alone = ["minutes", "played_calls", "exit_code", "ended_early", "quit_s", "player_underruns", "played_s",
             "outages", "history_rows"]  # fmt: skip
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
