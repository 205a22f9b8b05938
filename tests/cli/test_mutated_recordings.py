"""Hundreds of damaged recordings: each is read rightly or refused in one line; none hangs or passes as whole."""

from __future__ import annotations

import importlib
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
mutants = importlib.import_module("bench.mutants")

SOURCE_COUNT = 400
LIMIT_S = 10.0
LIMIT_MB = 200
EXIT_CODES = {0, 3, 6}

READER = """
import json, sys, time
from pathlib import Path
import numpy as np
from voicemon.audio.recording import RecordingSource
from voicemon.errors import InputError
from voicemon.types import Gap

def read(path):
    begun, at, parts, gaps = time.monotonic(), 0, [], 0
    try:
        source = RecordingSource(path)
        for item in source:
            assert item.start == at, "hole in the clock"
            at = item.end if isinstance(item, Gap) else at + item.samples.shape[1]
            gaps += isinstance(item, Gap)
            if not isinstance(item, Gap):
                assert np.isfinite(item.samples).all(), "not finite"
                parts.append(item.samples[0])
        samples = np.concatenate(parts) if parts else np.zeros(0, np.float32)
        report = {"gaps": gaps, "warnings": source.warnings, "truncated": source.truncated}
    except InputError as error:
        return None, {"error": str(error), "took_s": time.monotonic() - begun}
    return samples, report | {"samples": len(samples), "took_s": time.monotonic() - begun}

folder = Path(sys.argv[1])
originals, reports = {}, []
for mutant in json.loads((folder / "mutants.json").read_text()):
    samples, report = read(folder / mutant["file"])
    base = mutant["base"]
    if base and samples is not None:
        if base not in originals:
            originals[base] = read(folder / base)[0]
        report["same"] = np.array_equal(samples, originals[base])
        report["beginning"] = np.array_equal(samples, originals[base][:len(samples)])
    reports.append(mutant | report)
status = Path("/proc/self/status")
peak = [line.split()[1] for line in status.read_text().splitlines() if "VmHWM" in line] if status.exists() else []
print(json.dumps({"reports": reports, "peak_kb": int(peak[0]) if peak else None}))
"""


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("mutants")
    mutants.make_mutants(folder, SOURCE_COUNT, seed=2)
    run = subprocess.run(
        [sys.executable, "-c", READER, str(folder)], capture_output=True, text=True, timeout=300, check=False
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert run.stderr == ""
    result: dict[str, Any] = json.loads(run.stdout)
    return result


def test_there_are_enough_of_them(outcome: dict[str, Any]) -> None:
    assert len(outcome["reports"]) == SOURCE_COUNT
    assert len({report["kind"] for report in outcome["reports"]}) >= 20


def test_none_takes_long_or_eats_memory(outcome: dict[str, Any]) -> None:
    slowest = max(outcome["reports"], key=lambda report: report["took_s"])
    assert slowest["took_s"] < LIMIT_S, slowest
    assert outcome["peak_kb"] is None or outcome["peak_kb"] / 1024 < LIMIT_MB


def test_errors_are_one_line_with_a_remedy(outcome: dict[str, Any]) -> None:
    errors = [report["error"] for report in outcome["reports"] if "error" in report]
    assert len(errors) > 50
    for error in errors:
        assert "\n" not in error
        assert error.endswith(")")


def test_what_holds_no_sound_is_refused(outcome: dict[str, Any]) -> None:
    read = [report for report in outcome["reports"] if report["expect"] == mutants.UNREADABLE and "error" not in report]
    assert read == []


def test_what_is_whole_reads_the_same(outcome: dict[str, Any]) -> None:
    whole = [report for report in outcome["reports"] if report["expect"] == mutants.SAME]
    assert len(whole) >= 16
    for report in whole:
        assert report.get("same", True), report
        assert "error" not in report, report
        assert not report["truncated"], report


def test_what_was_cut_does_not_pass_as_whole(outcome: dict[str, Any]) -> None:
    cut = [report for report in outcome["reports"] if report["expect"] == mutants.CUT and "error" not in report]
    assert len(cut) >= 10
    for report in cut:
        assert report["truncated"], report
        assert report["warnings"], report
        assert report.get("beginning", True), report


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("voicemon.__main__") is None, reason="the command line is not there")
def test_the_command_answers_each_with_an_exit_code_and_one_line(tmp_path: Path) -> None:
    """One of each kind: every start of the program costs a second or two."""
    made = {mutant.kind: mutant for mutant in mutants.make_mutants(tmp_path, SOURCE_COUNT, seed=3)}
    for mutant in made.values():
        events = tmp_path / "events.jsonl"
        events.unlink(missing_ok=True)
        command = [sys.executable, "-m", "voicemon", "replay", str(tmp_path / mutant.file)]
        command += ["--no-asr", "--plain", "--events", str(events)]
        run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT)
        assert run.returncode in EXIT_CODES, (mutant, run.returncode, run.stderr[-500:])
        assert "Traceback" not in run.stderr, mutant
        if run.returncode == 3:
            assert len(run.stderr.strip().splitlines()) == 1, (mutant, run.stderr)
        else:
            kinds = [json.loads(line)["type"] for line in events.read_text().splitlines()]
            assert (kinds[0], kinds[-1]) == ("session", "summary"), mutant
        if mutant.expect == mutants.UNREADABLE:
            assert run.returncode == 3, mutant
        if mutant.expect == mutants.CUT:
            assert run.returncode in (3, 6), mutant
        if mutant.expect == mutants.SAME:
            assert run.returncode == 0, (mutant, run.stderr[-500:])
