"""A working day in minutes: ``python -m bench.day [--hours 8] [--rate 16000] [--one-call] [--trace]``.

The agent's side of the development calls comes in the blocks of a sound card, as fast as it is taken, through a live
session with its threads, its events file and its history.  Every period runs on the clock of the sound.  The words come
from the truth, so that all rules on text have work.  By default a call ends when nobody speaks for some seconds, as a
live session does it; with ``--one-call`` all day is one call.  Each simulated half hour we look at what grew.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
import tracemalloc
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from bench.day_source import Counting, Day, Look, Truth
from bench.matching import slope_an_hour
from bench.playlist import DEV_CALLS, Playlist, agent_sound, playlist
from bench.report import SPEECH, table, write
from voicemon.discretion import Discreet
from voicemon.history.sink import HistorySink
from voicemon.phrases.lexicon import load as load_lexicon
from voicemon.settings import load
from voicemon.sidecar import Live
from voicemon.sinks import JsonLines, Sink

WARM_S: Final = 3600.0
"""Everything that looks back is full by then: growth is judged from here on."""
CALL_ENDS_S: Final = 5.0
"""Between two calls nobody speaks for longer; within most of them on one channel too, which makes the more calls."""
GROWN: Final = 12


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--rate", type=int, default=16_000)
    parser.add_argument("--one-call", action="store_true")
    parser.add_argument("--no-asr", action="store_true")
    parser.add_argument("--trace", action="store_true", help="Say which lines' memory grew; some times slower.")
    parser.add_argument("--speech", type=Path, default=SPEECH)
    parser.add_argument("--name", default="day", help="Of the result; a dash writes none.")
    options = parser.parse_args(arguments)
    plan = playlist((options.speech / "calls").resolve(), options.hours * 3600, DEV_CALLS)
    if options.trace:
        tracemalloc.start()
    figures = run(plan, options.rate, asr=not options.no_asr, one_call=options.one_call)
    print(show(figures))
    if options.name != "-":
        print(f"\nwritten: {write(options.name, figures).name}")


def run(plan: Playlist, rate: int, *, asr: bool, one_call: bool) -> dict[str, Any]:
    """The whole day; gives the figures."""
    calls = {"end_after_silence_s": 0.0 if one_call else CALL_ENDS_S}
    settings = load(environment={}, overrides={"level": {"calibration_offset_db": 100.0}, "calls": calls})
    count = Counting()
    source = Day(plan, rate, count)
    with tempfile.TemporaryDirectory(prefix="day") as name:
        folder = Path(name)
        history = HistorySink(folder / "history.sqlite3")
        lines = JsonLines(folder / "events.jsonl")
        truth = Truth(plan)
        recognizer = (lambda: truth) if asr else None
        sinks: list[Sink] = [count, Discreet(lines, keep_text=False), history]
        session = Live(source, settings, load_lexicon(), "en", recognizer, sinks, clock=source.clock)
        source.session = session
        for call in plan.calls:
            agent_sound(plan.folder, call.id)  # what we keep of the recordings is not the program's
        source.looks.append(source.look())
        session.start()
        outcome = session.outcome()
        source.looks.append(source.look())
        for sink in sinks:
            sink.close()
        sizes = {path.name: round(path.stat().st_size / 1e6, 2) for path in sorted(folder.iterdir())}
        with sqlite3.connect(folder / "history.sqlite3") as connection:
            (rows,) = connection.execute("SELECT count(*) FROM calls").fetchone()
        connection.close()
        last = session._calls.current.monitor  # nothing but a bench asks for the very end of the clock
        if last.ended_s is None:
            last.end()  # between two calls nobody has those frames decided that are heard a little ahead of
        kept_s = last.now
    return figures_of(source, count, plan) | {
        "clock_error_samples": round(kept_s * rate) - source.position,
        "one_call": one_call,
        "asr": asr,
        "faults": list(outcome.faults),
        "history_rows": rows,
        "file_mb": sizes,
    }


def figures_of(source: Day, count: Counting, plan: Playlist) -> dict[str, Any]:
    """What grew, what was told, and whether the clock was kept to the sample."""
    looks = source.looks
    later = [look for look in looks if look.hour * 3600 >= min(WARM_S, source.clock() / 2)]
    told_s = sum(duration for _, duration in count.summaries)
    return {
        "hours": round(source.clock() / 3600, 3),
        "rate": source.info.sample_rate,
        "times_real_time": round(source.clock() / looks[-1].wall_s, 1),
        "played_calls": len(plan.calls),
        "events": dict(count.kinds),
        "shed_utterances": count.shed,
        "outside_calls_s": round(source.clock() - told_s, 3),
        "rss_mb": [round(looks[0].rss_mb, 1), round(later[0].rss_mb, 1), round(looks[-1].rss_mb, 1)],
        "rss_mb_an_hour": slope_an_hour([x.hour * 3600 for x in later], [x.rss_mb for x in later]),
        "objects": [looks[0].objects, later[0].objects, looks[-1].objects],
        "grown_types": grown(later),
        "grown_lines": lines_grown(source.traced),
        "looks": [{k: v for k, v in asdict(look).items() if k != "types"} for look in looks],
    }


def grown(looks: Sequence[Look]) -> dict[str, list[int]]:
    """Types of which there are more at each look than at the one before, with their numbers: those that grew most."""
    inside = looks[:-1] if len(looks) > 2 else looks  # the last look is after the end of all
    names = set(inside[-1].types)
    rising = {
        name: numbers
        for name in names
        if (numbers := [look.types[name] for look in inside]) == sorted(numbers) and numbers[-1] > numbers[0]
    }
    return dict(sorted(rising.items(), key=lambda item: item[1][0] - item[1][-1])[:GROWN])


def lines_grown(traced: Sequence[tracemalloc.Snapshot]) -> list[str]:
    """Lines of the program whose memory grew most between the second look and the last but one."""
    if len(traced) < 4:
        return []
    return [str(difference) for difference in traced[-2].compare_to(traced[1], "lineno")[:GROWN]]


def show(figures: dict[str, Any]) -> str:
    """The figures, then what there was each half hour."""
    apart = ("looks", "grown_types", "grown_lines")
    rows: list[list[object]] = [[k, v] for k, v in figures.items() if k not in apart]
    rows += [[f"more and more: {name}", numbers] for name, numbers in figures["grown_types"].items()]
    columns = ("hour", "rss_mb", "objects", "events", "wall_s", "cpu_s", "queued")
    half_hours = table(columns, [[look[column] for column in columns] for look in figures["looks"]])
    return "\n\n".join([table(["figure", "value"], rows), half_hours, "\n".join(figures["grown_lines"])])


if __name__ == "__main__":
    main()
