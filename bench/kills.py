"""What a SIGKILL at a random moment costs: ``python -m bench.kills [--count 200] [--seed 1]``.

A child tells calls to the JSON lines and to the history as fast as it can, or at the pace of a busy day, and says over
a pipe what it has told and when.  It is killed, and what it had told is looked for in both files.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.report import table, write
from voicemon.events import AlertEvent, Event, LevelEvent, PhraseEvent, RateEvent, SessionEvent, SummaryEvent
from voicemon.history import History, HistorySink
from voicemon.sinks import JsonLines
from voicemon.types import HitStatus, Role, Severity

MOST_LOST_S: Final = 1.0
LONGEST_LIFE_S: Final = 2.0
STEPS_A_CALL: Final = 150
PAUSES_S: Final = (0.0005, 0.02)
"""Between two seconds of the child's call: batches that are full, and batches whose time is up."""


@dataclass(frozen=True)
class Kill:
    """What was left after one kill; ``wrong`` is empty when it was as promised."""

    lived_s: float
    told_events: int
    jsonl_lost_s: float
    jsonl_torn: bool
    history_lost_s: float
    calls: int
    wrong: list[str] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child", nargs=3, metavar=("JSONL", "DATABASE", "PAUSE"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.child:
        tell(Path(options.child[0]), Path(options.child[1]), float(options.child[2]))
        return
    kills = run(options.count, options.seed)
    figures = summary(kills)
    print(table(list(figures), [list(figures.values())]))
    for kill in kills:
        for line in kill.wrong:
            print(f"WRONG after {kill.lived_s:.3f} s: {line}")
    write("kills", {"seed": options.seed, **figures, "all": [asdict(kill) for kill in kills]})
    raise SystemExit(1 if figures["wrong"] else 0)


def run(count: int, seed: int, longest_s: float = LONGEST_LIFE_S) -> list[Kill]:
    """``count`` children in files of their own, killed at moments up to ``longest_s`` drawn from ``seed``."""
    chance = random.Random(seed)
    kills = []
    for number in range(count):
        with tempfile.TemporaryDirectory() as name:
            kills.append(kill(Path(name), chance.uniform(0, longest_s), PAUSES_S[number % len(PAUSES_S)]))
    return kills


def summary(kills: Sequence[Kill]) -> dict[str, Any]:
    """The figures over all kills."""
    lost = sorted(kill.history_lost_s for kill in kills)
    return {
        "kills": len(kills),
        "events told": sum(kill.told_events for kill in kills),
        "torn last lines": sum(kill.jsonl_torn for kill in kills),
        "JSONL lost, worst s": max(kill.jsonl_lost_s for kill in kills),
        "history lost, median s": lost[len(lost) // 2],
        "history lost, worst s": lost[-1],
        "wrong": sum(bool(kill.wrong) for kill in kills),
    }


def kill(folder: Path, after_s: float, pause_s: float) -> Kill:
    """Start a child, kill it ``after_s`` after its first event, and judge what it left."""
    jsonl, database = folder / "events.jsonl", folder / "history.sqlite3"
    command = [sys.executable, "-m", "bench.kills", "--child", str(jsonl), str(database), str(pause_s)]
    root = Path(__file__).resolve().parents[1]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root) as child:
        assert child.stdout is not None
        told = [_stamp(child.stdout.readline())]
        os.set_blocking(child.stdout.fileno(), False)
        rest = b""
        end = time.monotonic() + after_s
        while time.monotonic() < end:
            rest += child.stdout.read() or b""
            time.sleep(min(0.01, max(0.0, end - time.monotonic())))
        killed = time.monotonic()
        child.send_signal(signal.SIGKILL)
        child.wait()
        os.set_blocking(child.stdout.fileno(), True)
        rest += child.stdout.read()
    told += [_stamp(line) for line in rest.splitlines(keepends=True) if line.endswith(b"\n")]
    return judge(jsonl, database, [step for step in told if step.at <= killed], killed, after_s)


@dataclass(frozen=True)
class Step:
    """The child has told second ``t`` of its call number ``call``, ``events`` events in all, by ``at``."""

    call: int
    t: int
    events: int
    at: float


def judge(jsonl: Path, database: Path, told: Sequence[Step], killed: float, lived_s: float) -> Kill:
    """Hold both files against what was told before ``killed``."""
    lines = jsonl.read_bytes().split(b"\n")
    torn = lines.pop() != b""
    wrong = [f"JSONL line {n + 1} is not JSON" for n, line in enumerate(lines) if not _is_json(line)]
    jsonl_lost_s = max((killed - step.at for step in told if step.events > len(lines)), default=0.0)
    history_lost_s, calls = 0.0, 0
    with sqlite3.connect(database) as connection:
        (verdict,) = connection.execute("PRAGMA integrity_check").fetchone()
        orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
        measured = set(connection.execute("SELECT call_id, t FROM measures WHERE speech_rate_cpm IS NOT NULL"))
        found = {table: set(connection.execute(f"SELECT call_id, end FROM {table}")) for table in ("hits", "alerts")}
        (calls,) = connection.execute("SELECT count(*) FROM calls").fetchone()
    connection.close()
    wrong += [f"integrity: {verdict}"] if verdict != "ok" else []
    wrong += [f"{len(orphans)} rows without their call"] if orphans else []
    for step in told:
        whole = (step.call, step.t) in measured
        if step.t % EVERY == 0:
            whole = whole and all((step.call, float(step.t)) in rows for rows in found.values())
        if not whole:
            history_lost_s = max(history_lost_s, killed - step.at)
    if max(jsonl_lost_s, history_lost_s) > MOST_LOST_S:
        wrong.append(f"lost: JSONL {jsonl_lost_s:.3f} s, history {history_lost_s:.3f} s")
    if len(History(database).calls()) != calls:
        wrong.append("the history does not list its calls")
    figures = (round(lived_s, 4), told[-1].events, round(jsonl_lost_s, 4), torn, round(history_lost_s, 4), calls)
    return Kill(*figures, wrong)


def _is_json(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _stamp(line: bytes) -> Step:
    call, t, events, at = line.split()
    return Step(int(call), int(t), int(events), float(at))


# ------------------------------------------------------------------------------------------------------- the child

EVERY: Final = 3
"""Seconds of the child's call between two hits."""


def tell(jsonl: Path, database: Path, pause_s: float) -> None:
    """Tell call after call until killed, with a stamp behind each of their seconds."""
    sinks = (JsonLines(jsonl), HistorySink(database))
    call = count = 0
    while True:
        call += 1
        for t, events in enumerate(one_call()):
            for event in events:
                for sink in sinks:
                    sink(event)
            count += len(events)
            if 0 < t <= STEPS_A_CALL:
                os.write(sys.stdout.fileno(), f"{call} {t} {count} {time.monotonic():.6f}\n".encode())
            time.sleep(pause_s)


def one_call() -> Iterator[list[Event]]:
    """The events of a call, second by second."""
    nobody: dict[str, Any] = {"calibration": {}, "model": None, "lexicons": (), "targets": {}, "profile": None}
    channels = ("agent", "customer")
    yield [SessionEvent(t=0, source="x", sample_rate=1, channels=channels, duration_s=None, program="b", **nobody)]
    for second in range(1, STEPS_A_CALL + 1):
        yield [*one_second(float(second))]
    empty: dict[str, Any] = {"dead_air": (), "interruptions": 0, "response_delay_s": None, "phrases": (), "words": {}}
    nothing: dict[str, Any] = {"required": (), "protocols": (), "alerts": {}, "coaching": (), "cost": {}}
    end = float(STEPS_A_CALL)
    yield [SummaryEvent(t=end, duration_s=end, unit="dB(A)", channels={}, degraded=False, **empty, **nothing)]


def one_second(t: float) -> Iterator[Event]:
    """Level and rate; every few seconds a phrase that is confirmed, with its alert."""
    at: dict[str, Any] = {"t": t, "channel": Role.AGENT}
    if t % EVERY == 0:
        words = {"id": "f01", "phrase": "不知道", "category": "refusal", "severity": "critical", "heard": "不知道"}
        for status in (HitStatus.PROVISIONAL, HitStatus.CONFIRMED):
            yield PhraseEvent(**at, **words, start=t - 1, end=t, score=0.9, status=status)
        span = {"start": t - 1, "end": t, "severity": Severity.CRITICAL}
        yield AlertEvent(**at, **span, rule="forbidden_phrase", message="禁语：不知道")
    figures: dict[str, Any] = {"lafmax_db": 75.0, "speech_s": 0.8, "unit": "dB(A)", "clipped": False}
    yield LevelEvent(**at, start=t - 1, end=t, laeq_db=70.0, **figures)
    yield RateEvent(**at, window_s=15.0, speech_rate_cpm=200.0, articulation_rate_cpm=220.0, basis="nuclei")


if __name__ == "__main__":
    main()
