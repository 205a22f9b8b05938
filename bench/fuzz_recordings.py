"""Damaged recordings through the command itself.

    python -m bench.fuzz_recordings [--count 200] [--seed 1]

Each is replayed by a process of its own.  Right is exit code 0, 3 or 6, one line of error where it is refused, no
traceback, in time; an exit code 3 leaves no summary behind that could be taken for a whole one.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from bench.mutants import Mutant, make_mutants
from bench.report import table, write

LIMIT_S: Final = 30.0
RIGHT_CODES: Final = (0, 3, 6)


@dataclass(frozen=True)
class Verdict:
    """How one replay went; ``wrong`` is empty when it went right."""

    file: str
    kind: str
    code: int
    took_s: float
    wrong: str


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        verdicts = [replay(folder, mutant) for mutant in make_mutants(folder, options.count, options.seed)]
    print(show(verdicts))
    wrong = [v for v in verdicts if v.wrong]
    for verdict in wrong:
        print(f"WRONG {verdict.file} ({verdict.kind}): exit {verdict.code}: {verdict.wrong}")
    figures = {"seed": options.seed, "count": len(verdicts), "wrong": len(wrong)}
    write("fuzz_recordings", {**figures, "replays": [asdict(v) for v in verdicts]})
    raise SystemExit(1 if wrong else 0)


def replay(folder: Path, mutant: Mutant) -> Verdict:
    """Replay one damaged recording without words and judge how it ended."""
    events = folder / "events.jsonl"
    events.unlink(missing_ok=True)
    command = [sys.executable, "-m", "voicemon", "replay", str(folder / mutant.file), "--no-asr", "--plain",
               "--events", str(events)]  # fmt: skip
    began = time.perf_counter()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        return Verdict(mutant.file, mutant.kind, -1, LIMIT_S, "hangs")
    took_s = time.perf_counter() - began
    return Verdict(mutant.file, mutant.kind, done.returncode, took_s, _wrong(done, events))


def _wrong(done: subprocess.CompletedProcess[str], events: Path) -> str:
    lines = done.stderr.splitlines()
    text = events.read_text(encoding="utf-8") if events.exists() else ""
    kinds = [json.loads(line)["type"] for line in text.splitlines()]
    checks = {
        f"exit code {done.returncode}": done.returncode not in RIGHT_CODES,
        "traceback": "Traceback" in done.stderr,
        f"{len(lines)} lines of error": done.returncode == 3 and len(lines) != 1,
        "degraded without a word": done.returncode == 6 and not lines,
        "no summary": done.returncode in (0, 6) and kinds[-1:] != ["summary"],
        "a summary in spite of exit code 3": done.returncode == 3 and "summary" in kinds,
    }
    return "; ".join(name for name, bad in checks.items() if bad)


def show(verdicts: Sequence[Verdict]) -> str:
    """A row a kind of damage, with how its replays ended."""
    rows = []
    for kind in sorted({v.kind for v in verdicts}):
        these = [v for v in verdicts if v.kind == kind]
        codes = Counter(v.code for v in these)
        rows.append([kind, len(these), codes[0], codes[6], codes[3], sum(bool(v.wrong) for v in these),
                     max(v.took_s for v in these)])  # fmt: skip
    head = ["kind", "replays", "read (0)", "degraded (6)", "refused (3)", "wrong", "longest s"]
    return table(head, rows) + f"\n\n{len(verdicts)} replays, {sum(bool(v.wrong) for v in verdicts)} wrong"


if __name__ == "__main__":
    main()
