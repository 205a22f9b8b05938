"""What a call leaves on disk and whom the program speaks to: ``python -m bench.privacy [--seconds 30] [--keep-text]``.

The real program listens to the bundled sample call through the virtual microphone, once under ``strace`` and once under
Python's audit hook.  Every file opened for writing, every socket and every program started is printed with its kind;
what is of no known kind, or holds sound or words, is a finding, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import soxr

from bench.privacy_traces import FILES, PEERS, Trace, from_audit, from_strace, kind_of, wrong
from bench.report import table, write
from bench.virtual_mic import DEVICE, SINK_RATE_HZ, Player, VirtualMicrophone
from voicemon import demo
from voicemon.audio.recording import RecordingSource
from voicemon.types import Block, Int16

ROOT: Final = Path(__file__).resolve().parents[1]
STRACE: Final = ("strace", "-f", "-ff", "-qq", "-y", "-s", "300", "--seccomp-bpf")
STRACE_CALLS: Final = "trace=network,openat,open,openat2,creat,execve"
FIRST_METER_S: Final = 60.0
LAST_TEXTS_S: Final = 60.0
PIECE: Final = SINK_RATE_HZ // 10

LEAST_SOUND_BYTES_S: Final = 300
"""The most frugal speech codec in use (Codec 2 at 2400 bit/s) writes this much a second."""

LONGEST_TEXT: Final = 1_000
"""No field of a record holds more characters: sound written as text would."""

SPOKEN: Final = ("客户服务热线", "很高兴为您服务", "宽带账号", "改造线路")
"""Words of the sample call's agent that are no hit of the built-in lexicon."""


@dataclass(frozen=True)
class Watched:
    """One run: ``trace`` as ``tool`` saw it, ``sizes`` of the files left in the program's own folder, bytes."""

    tool: str
    seconds: float
    exit_code: int
    trace: Trace
    sizes: dict[str, int]
    findings: tuple[str, ...]
    kinds: dict[str, int]
    """Records of each type."""
    asr_passes: int
    """How often the recogniser worked; 0: nothing was put into words, and no words can have leaked."""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--keep-text", action="store_true", help="with transcripts in the file of events")
    parser.add_argument("--no-asr", action="store_true")
    options = parser.parse_args(arguments)
    extra = [flag for flag in ("--keep-text", "--no-asr") if getattr(options, flag[2:].replace("-", "_"))]
    runs = []
    for tool in ("strace", "audit hook"):
        if tool == "strace" and not can_strace():
            print("strace is not there, or may not watch other programs: left out")
            continue
        with tempfile.TemporaryDirectory() as name, VirtualMicrophone(Path(name)) as microphone:
            runs.append(watch(microphone, Path(name), tool, options.seconds, extra))
        print(report(runs[-1]))
    figures = [_figures(run) for run in runs]
    write("privacy", {"seconds": options.seconds, "arguments": extra, "runs": figures})
    raise SystemExit(1 if any(run.findings for run in runs) else 0)


def can_strace() -> bool:
    """Whether strace is installed and the system lets it watch a program."""
    if shutil.which("strace") is None:
        return False
    tried = subprocess.run(
        ["strace", "-f", "--seccomp-bpf", "-o", "/dev/null", "true"], capture_output=True, check=False
    )
    return tried.returncode == 0


def watch(microphone: VirtualMicrophone, folder: Path, tool: str, seconds: float, extra: Sequence[str] = ()) -> Watched:
    """Let the program listen for ``seconds`` of the sample call; ``folder`` is the microphone's."""
    traces, events = folder / "traces", folder / "live.jsonl"
    traces.mkdir()
    live = ["live", "--device", DEVICE, "--plain", "--lang", "en", "--events", str(events), *extra]
    if tool == "strace":
        command = [*STRACE, "-o", str(traces / "x"), "-e", STRACE_CALLS, sys.executable, "-m", "voicemon", *live]
    else:
        command = [sys.executable, "-m", "bench.audited", str(traces / "log"), *live]
    before = {path for path in folder.rglob("*") if path.is_file()}
    said = folder / "said.txt"
    with said.open("wb") as out:
        running = subprocess.Popen(
            command, env=microphone.whole_environment(), cwd=ROOT, stdout=out, stderr=subprocess.STDOUT
        )
        try:
            _wait_for_meter(events, running, said)
            player = Player(microphone, sample(seconds))
            player.join()
            # strace passes the signal on only where it has a terminal: the program itself is told.
            subprocess.run(["kill", "-INT", str(_child(running.pid) if tool == "strace" else running.pid)], check=True)
            running.wait(LAST_TEXTS_S)
        finally:
            if running.poll() is None:
                running.send_signal(signal.SIGKILL)
                running.wait()
    trace = from_strace(traces) if tool == "strace" else from_audit(traces / "log")
    left = {p for p in folder.rglob("*") if p.is_file() and traces not in p.parents and p != said} - before
    left -= {folder / "server.log"}
    sizes = {str(path): path.stat().st_size for path in sorted(left)}
    findings = [*wrong(trace, recording="--record" in extra), *_stored(left, trace, seconds, "--keep-text" in extra)]
    records = [json.loads(line) for line in events.read_text(encoding="utf-8").splitlines()]
    kinds = dict(Counter(record["type"] for record in records))
    passes = sum(record["cost"].get("asr_passes", 0) for record in records if record["type"] == "summary")
    return Watched(tool, seconds, running.returncode, trace, sizes, tuple(findings), kinds, passes)


def sample(seconds: float) -> Iterator[Int16]:
    """The sample call's agent over and over, mono at the virtual microphone's rate."""
    source = RecordingSource(demo.CALL, customer_channel=None)
    agent = np.concatenate([item.samples[0] for item in source if isinstance(item, Block)])
    sound = soxr.resample(agent, source.info.sample_rate, SINK_RATE_HZ)
    pcm = np.round(sound * 32_768).clip(-32_768, 32_767).astype(np.int16)
    for at in range(0, round(seconds * SINK_RATE_HZ), PIECE):
        yield np.take(pcm, range(at, at + PIECE), mode="wrap")


def _wait_for_meter(events: Path, running: subprocess.Popen[bytes], said: Path) -> None:
    end = time.monotonic() + FIRST_METER_S
    while not (events.exists() and '"type":"level"' in events.read_text(encoding="utf-8")):
        if running.poll() is not None or time.monotonic() > end:
            raise SystemExit(f"the program does not meter: {said.read_text(encoding='utf-8', errors='replace')[-500:]}")
        time.sleep(0.1)


def _child(pid: int) -> int:
    """The program that strace runs: its only child."""
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()[0])


# --------------------------------------------------------------------------------------------------- what was stored


def _stored(left: set[Path], trace: Trace, seconds: float, keep_text: bool) -> Iterator[str]:
    """Sound or words in the files that are left, and files that no trace told of."""
    told = {Path(path).name for path in trace.files}
    for path in sorted(left):
        kind = kind_of(str(path), FILES)
        if kind is None:
            yield f"a file that nobody asked for: {path}"
        elif kind == "events":
            yield from _in_events(path, keep_text)
        elif kind == "history" and path.suffix == ".sqlite3":
            yield from _in_history(path)
        elif kind in ("log", "one instance a device") and path.stat().st_size > LEAST_SOUND_BYTES_S * seconds:
            yield f"{path} grows as fast as sound would: {path.stat().st_size} bytes in {seconds:g} s"
        if kind != "events" or not keep_text:
            text = path.read_bytes().decode("utf-8", "ignore")
            yield from (f"{path} holds spoken words: {words}" for words in SPOKEN if words in text)
        if kind == "events" and path.name not in told:
            yield f"the trace missed {path}: it proves nothing"


def _in_events(path: Path, keep_text: bool) -> Iterator[str]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        record = json.loads(line)
        if record["type"] == "transcript" and not keep_text:
            yield f"{path}, line {number}: a transcript"
        if any(len(text) > LONGEST_TEXT for text in _texts(record)):
            yield f"{path}, line {number}: a text too long to be one"


def _in_history(path: Path) -> Iterator[str]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            for row in connection.execute(f"SELECT * FROM {name}"):
                if any(isinstance(value, bytes) for value in row):
                    yield f"{path}: bytes in table {name}"
    finally:
        connection.close()


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


# ----------------------------------------------------------------------------------------------------------- report


def report(run: Watched) -> str:
    """Tables of one run, as Markdown."""
    trace = run.trace
    rows: list[list[object]] = [[p, kind_of(p, FILES) or "?", _size(p, run.sizes)] for p in sorted(trace.files)]
    rows += [[f"{f} {where}", kind_of(where, PEERS) or "?", None] for f, where in sorted(trace.peers)]
    rows += [[f"socket {family}", None, None] for family in sorted(trace.families)]
    rows += [[f"program {program}", None, None] for program in trace.programs]
    told = f"exit code {run.exit_code}, {sum(run.kinds.values())} records, {run.asr_passes} passes of the recogniser"
    lines = [f"Under {run.tool}: {run.seconds:g} s of a call, {told}", ""]
    lines += [table(["opened for writing, or spoken to", "what it is", "bytes after"], rows), ""]
    lines += [f"FINDING {finding}" for finding in run.findings] or ["no finding"]
    return "\n".join(lines)


def _size(path: str, sizes: dict[str, int]) -> int | None:
    return next((size for name, size in sizes.items() if name == path or Path(name).name == path), None)


def _figures(run: Watched) -> dict[str, Any]:
    trace = run.trace
    return {
        "tool": run.tool,
        "exit_code": run.exit_code,
        "records": run.kinds,
        "asr_passes": run.asr_passes,
        "files": {Path(p).name: kind_of(p, FILES) for p in sorted(trace.files)},
        "bytes": {Path(p).name: size for p, size in run.sizes.items()},
        "socket_families": sorted(trace.families),
        "peers": sorted({f"{family}: {kind_of(where, PEERS)}" for family, where in trace.peers}),
        "programs": sorted({Path(p.split()[0]).name for p in trace.programs}),
        "findings": list(run.findings),
    }


if __name__ == "__main__":
    main()
