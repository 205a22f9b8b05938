"""Calls through the virtual microphone against a replay of the same file: ``python -m bench.live_vs_replay [ID …]``.

Each call's agent channel is played in real time to a ``voicemon live`` of its own, and the same mono recording is given
to ``voicemon replay`` with the same settings.  One constant, the median difference of the utterances' starts, is taken
out before edges are compared: the two clocks begin at different moments.
"""

from __future__ import annotations

import argparse
import itertools
import json
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from bench.calls import SPL_OF_0_DBFS
from bench.matching import Record, offset_between, pairs_of, percentile
from bench.playlist import DEV_CALLS, agent_pcm, agent_sound, pieces, silence
from bench.report import SPEECH, table, write
from bench.running import ROOT, Tail, plain
from bench.virtual_mic import SINK_RATE_HZ, Player, VirtualMicrophone
from voicemon.types import Int16

READY_S: Final = 60.0
LEAD_S: Final = 1.0
TAIL_S: Final = 3.0
"""Silence behind the call, so that the last utterance ends by itself and what the server swallows in draining is none
of it."""
LAST_TEXT_S: Final = 15.0
QUIT_S: Final = 60.0
EDGE_S: Final = 0.05
LEVEL_DB: Final = 0.3
"""The goals: edges and levels that differ by no more."""

MOST_OFFSET_S: Final = 120.0
SETTINGS: Final = ("--calibration-offset", str(SPL_OF_0_DBFS), "--lang", "en")


@dataclass(frozen=True)
class Row:
    """One call."""

    id: str
    utterances: int
    matched: int
    extra: int
    edges_ms: list[float]
    laeq_db: list[float]
    active_db: list[float]
    same_phrases: bool
    phrases_live: list[str]
    phrases_replay: list[str]
    texts: int
    same_texts: int
    gaps: int
    exit_code: int | None
    underruns: int


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("ids", nargs="*", default=DEV_CALLS)
    parser.add_argument("--no-asr", action="store_true")
    parser.add_argument("--speech", type=Path, default=SPEECH)
    parser.add_argument("--name", default="live_vs_replay", help="Of the result; a dash writes none.")
    options = parser.parse_args(arguments)
    calls = (options.speech / "calls").resolve()
    rows = [compare(calls, name, asr=not options.no_asr) for name in options.ids]
    print(show(rows))
    figures = {"asr": not options.no_asr, **total(rows), "calls": [asdict(row) for row in rows]}
    if options.name != "-":
        print(f"\nwritten: {write(options.name, figures).name}")


def compare(calls: Path, name: str, *, asr: bool) -> Row:
    """Play one call both ways."""
    extra = SETTINGS if asr else (*SETTINGS, "--no-asr")
    with tempfile.TemporaryDirectory(prefix="versus") as temporary:
        folder = Path(temporary)
        replayed = replay(mono(calls, name, folder / f"{name}.wav"), folder / "replay.jsonl", extra)
        tail = Tail(folder / "live.jsonl")
        with VirtualMicrophone(folder) as microphone:
            code, underruns = listen(microphone, tail, folder / "live.jsonl", calls, name, (*extra, "--keep-text"))
    live = [record for _, record in tail.records]
    return row(name, live, replayed, code, underruns)


def mono(calls: Path, name: str, path: Path) -> Path:
    """The agent's channel as a recording of its own, at its own rate."""
    rate = agent_sound(calls, name)[1]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(agent_pcm(calls, name, rate).tobytes())
    return path


def replay(recording: Path, events: Path, extra: Sequence[str]) -> list[Record]:
    """The events of a replay, as fast as it goes."""
    command = [sys.executable, "-m", "voicemon", "replay", str(recording), "--events", str(events), *extra]
    subprocess.run([*command, "--plain", "--pace", "0"], check=True, capture_output=True, cwd=ROOT)
    return [json.loads(line) for line in events.read_text(encoding="utf-8").splitlines()]


def listen(
    microphone: VirtualMicrophone, tail: Tail, events: Path, calls: Path, name: str, extra: Sequence[str]
) -> tuple[int | None, int]:
    """Play the call to the program; gives its exit code and the player's underruns."""
    program = plain(microphone, events, *extra)
    try:
        if tail.wait_for(lambda r: r["type"] == "health" and r["asr"] in ("off", "ready"), READY_S) is None:
            raise SystemExit("the program did not become ready")
        player = Player(microphone, around(agent_pcm(calls, name, SINK_RATE_HZ)))
        player.join()
        wait_for_last_text(tail)
        program.send_signal(signal.SIGINT)
        code: int | None = program.wait(QUIT_S)
        tail.read()
        return code, player.underruns
    finally:
        program.kill()
        program.wait()


def around(samples: Int16) -> itertools.chain[Int16]:
    """``samples`` between two silences."""
    lead, rest = round(LEAD_S * SINK_RATE_HZ), round(TAIL_S * SINK_RATE_HZ)
    return itertools.chain(silence(lead, SINK_RATE_HZ), pieces(samples, SINK_RATE_HZ), silence(rest, SINK_RATE_HZ))


def wait_for_last_text(tail: Tail) -> None:
    """Until each utterance has its text, where there is a recogniser, or for so long at most."""
    end = time.monotonic() + LAST_TEXT_S
    while time.monotonic() < end:
        tail.read()
        texts = [r for r in tail.of("transcript") if r["final"]]
        if len(texts) >= len(tail.of("utterance")) or tail.of("health")[-1]["asr"] == "off":
            return
        time.sleep(0.2)


def row(name: str, live: Sequence[Record], replayed: Sequence[Record], code: int | None, underruns: int) -> Row:
    """The two runs side by side."""
    heard, true = ([r for r in records if r["type"] == "utterance"] for records in (live, replayed))
    starts = [u["start"] for u in heard], [u["start"] for u in true]
    offset_s = offset_between(*starts, 0.0, MOST_OFFSET_S) or 0.0
    near = pairs_of(heard, true, offset_s)
    constant = statistics.median(h["start"] - t["start"] for h, t in near) if near else 0.0
    edges = [1000 * (h[e] - t[e] - constant) for h, t in near for e in ("start", "end")]
    hits = [hits_of(live, constant), hits_of(replayed, 0.0)]
    texts = texts_of(live, heard), texts_of(replayed, true)
    words = [(texts[0].get(h["utterance"]), texts[1].get(t["utterance"])) for h, t in near]
    return Row(
        id=name,
        utterances=len(true),
        matched=len(near),
        extra=len(heard) - len(near),
        edges_ms=[round(e, 1) for e in edges],
        laeq_db=_differences(near, "laeq_db"),
        active_db=_differences(near, "active_db"),
        same_phrases=hits[0] == hits[1],
        phrases_live=hits[0],
        phrases_replay=hits[1],
        texts=sum(b is not None for _, b in words),
        same_texts=sum(b is not None and a == b for a, b in words),
        gaps=sum(r["type"] == "gap" for r in live),
        exit_code=code,
        underruns=underruns,
    )


def _differences(near: Sequence[tuple[Record, Record]], key: str) -> list[float]:
    return [round(h[key] - t[key], 2) for h, t in near if h[key] is not None and t[key] is not None]


def hits_of(records: Sequence[Record], offset_s: float) -> list[str]:
    """Phrases that stand at the end, with the second they begin in and their last status."""
    last: dict[tuple[str, int], str] = {}
    for r in records:
        if r["type"] == "phrase":
            last[r["id"], round((r["start"] - offset_s) / 2)] = r["status"]
    return sorted(f"{name} {status}" for (name, _), status in last.items() if status != "withdrawn")


def texts_of(records: Sequence[Record], utterances: Sequence[Record]) -> dict[int, str]:
    """The final text by utterance; a rejected one is its reason."""
    numbers = {u["utterance"] for u in utterances}
    finals = [r for r in records if r["type"] == "transcript" and r["final"] and r["utterance"] in numbers]
    return {r["utterance"]: r["rejected"] or r["text"] for r in finals}


def total(rows: Sequence[Row]) -> dict[str, Any]:
    """All calls together."""
    edges = [abs(e) for r in rows for e in r.edges_ms]
    laeq, active = ([abs(d) for r in rows for d in getattr(r, key)] for key in ("laeq_db", "active_db"))
    return {
        "utterances": sum(r.utterances for r in rows),
        "matched": sum(r.matched for r in rows),
        "extra": sum(r.extra for r in rows),
        "edge_p50_ms": percentile(edges, 50),
        "edge_p95_ms": percentile(edges, 95),
        "edge_max_ms": max(edges, default=None),
        "edges_beyond_goal": sum(e > 1000 * EDGE_S for e in edges),
        "laeq_max_db": max(laeq, default=None),
        "active_p95_db": percentile(active, 95),
        "active_max_db": max(active, default=None),
        "levels_beyond_goal": sum(d > LEVEL_DB for d in laeq + active),
        "calls_with_same_phrases": f"{sum(r.same_phrases for r in rows)}/{len(rows)}",
        "same_texts": f"{sum(r.same_texts for r in rows)}/{sum(r.texts for r in rows)}",
        "gaps": sum(r.gaps for r in rows),
    }


def show(rows: Sequence[Row]) -> str:
    """A row a call, then the whole."""
    head = ["call", "utterances", "matched", "extra", "edge p50 ms", "max", "LAeq max dB", "active max dB",
            "phrases live", "replay", "texts same", "gaps", "exit"]  # fmt: skip
    lines: list[list[object]] = []
    for r in rows:
        edges = [abs(e) for e in r.edges_ms]
        worst = [max((abs(d) for d in values), default=None) for values in (r.laeq_db, r.active_db)]
        phrases = [" ".join(hits) or None for hits in (r.phrases_live, r.phrases_replay)]
        lines.append([r.id, r.utterances, r.matched, r.extra, percentile(edges, 50), max(edges, default=None), *worst,
                      *phrases, f"{r.same_texts}/{r.texts}", r.gaps, r.exit_code])  # fmt: skip
    return table(head, lines) + "\n\n" + table(["all calls", "value"], [[k, v] for k, v in total(rows).items()])


if __name__ == "__main__":
    main()
