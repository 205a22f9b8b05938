"""Alarm latency of forbidden phrases through the live session, paced as a microphone is.

    python -m bench.latency [ID …]

Every call is played in real time (so this takes as long as the calls last) through the threads of a live session.  The
latency of an alarm is the wall-clock time at which its first record reached the sink, on the clock of the sound, minus
the end of the sentence or, where the alarm came on a part of it, of that part: processing is in it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from bench.calls import SLACK_S, SPL_OF_0_DBFS
from bench.report import SPEECH, table, write
from voicemon.asr.whisper import WhisperRecognizer
from voicemon.audio.recording import RecordingSource
from voicemon.audio.source import PacedSource
from voicemon.events import Event, as_record
from voicemon.phrases.lexicon import load as load_lexicon
from voicemon.settings import load
from voicemon.sidecar import Live

WITH_PHRASES: Final = ("dev04", "dev05", "dev06", "dev07", "dev08", "dev10")
BLOCK_S: Final = 0.05


class Stamped:
    """A sink that notes when each record reached it."""

    def __init__(self) -> None:
        self.fault: str | None = None
        self.began = 0.0
        self.records: list[tuple[float, dict[str, Any]]] = []

    def __call__(self, event: Event) -> None:
        if event.type == "session":
            self.began = time.perf_counter()
        self.records.append((time.perf_counter() - self.began, as_record(event)))

    def close(self) -> None:
        return None


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ids", nargs="*", default=WITH_PHRASES)
    parser.add_argument("--speech", type=Path, default=SPEECH)
    options = parser.parse_args(arguments)
    rows, every, cost = [], [], []
    for name in options.ids:
        found, summary = play(options.speech / "calls", name)
        cost.append((summary["cost"]["cpu_s"], summary["cost"]["audio_s"]))
        every += found
        used, lasted = cost[-1]
        rows.append([name, len(found), max(found, default=None), used / lasted])
    print(table(["call", "alarms", "latest s", "cores"], rows))
    p50 = statistics.median(every)
    p95 = statistics.quantiles(every, n=20, method="inclusive")[-1]
    cores = sum(c for c, _ in cost) / sum(a for _, a in cost)
    print(f"\nalarm latency with processing: p50 {p50:.2f} s, p95 {p95:.2f} s, n = {len(every)}; {cores:.2f} cores")
    write("latency", {"latency_s": every, "p50_s": p50, "p95_s": p95, "cores": cores, "rows": rows})


def play(folder: Path, name: str) -> tuple[list[float], dict[str, Any]]:
    """Play one call; gives the latency of each true phrase that was found, and the summary."""
    truth = json.loads((folder / f"{name}.truth.json").read_text(encoding="utf-8"))
    settings = load(environment={}, overrides={"level": {"calibration_offset_db": SPL_OF_0_DBFS}})
    recognizer = WhisperRecognizer.from_settings(settings.asr)
    sink = Stamped()
    source = PacedSource(RecordingSource(folder / f"{name}.flac", block_s=BLOCK_S), pace=1.0)
    session = Live(source, settings, load_lexicon(), "en", lambda: recognizer, [sink])
    session.start()
    outcome = session.outcome()
    phrases = [(at, r) for at, r in sink.records if r["type"] == "phrase" and r["status"] != "withdrawn"]
    latency = []
    for sentence in truth["forbidden"]:
        hits = [
            at - min(sentence["end"], r["end"])
            for at, r in phrases
            if sentence["who"] == "agent"
            and r["start"] < sentence["end"] + SLACK_S
            and sentence["start"] < r["end"] + SLACK_S
        ]
        latency += [min(hits)] if hits else []
    return latency, as_record(outcome.summary)


if __name__ == "__main__":
    main()
