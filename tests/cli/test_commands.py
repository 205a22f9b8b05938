"""The commands as a person types them: exit codes, one line an error, events that others can read."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from voicemon import demo

CALL = str(demo.CALL)


def voicemon(
    *arguments: str, environment: Mapping[str, str] | None = None, timeout_s: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run the command as another process, English, outside any settings of the machine."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("VOICEMON_") or k == "VOICEMON_MODELS_DIR"}
    return subprocess.run(
        [sys.executable, "-m", "voicemon", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**kept, "LC_ALL": "C.UTF-8", **(environment or {})},
        timeout=timeout_s,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("arguments", "code", "names"),
    [
        (("replay",), 2, "FILE"),
        (("replay", CALL, "--bogus"), 2, "--bogus"),
        (("nosuch",), 2, "nosuch"),
        (("replay", CALL, "--target-level", "loud"), 2, "--target-level"),
        (("replay", CALL, "--pace", "-1"), 2, "--pace"),
        (("replay", CALL, "--lang", "fr"), 2, "--lang"),
        (("replay", CALL, "--target-rate", "9000"), 2, "rate.target_cpm"),
        (("replay", CALL, "--profile", "nobody"), 2, "nobody"),
        (("replay", CALL, "--settings", "nowhere.toml"), 2, "nowhere.toml"),
        (("replay", CALL, "--lexicon", "nowhere.yaml"), 2, "nowhere.yaml"),
        (("replay", CALL, "--no-asr", "--events", "no/such/folder/e.jsonl"), 2, "e.jsonl"),
        (("replay", "nowhere.wav"), 3, "nowhere.wav"),
        (("replay", "."), 3, "folder"),
        (("replay", CALL, "--agent-channel", "5"), 3, "channel 5"),
        (("replay", CALL, "--model", "nosuch"), 5, "nosuch"),
        (("models", "pull", "nosuch"), 5, "nosuch"),
    ],
)
def test_what_a_person_can_mend_is_one_line_with_the_right_code(
    arguments: tuple[str, ...], code: int, names: str
) -> None:
    done = voicemon(*arguments)
    assert done.returncode == code
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("voicemon: ")
    assert names in done.stderr


def test_an_unknown_setting_is_refused_by_name_with_the_one_that_was_meant(tmp_path: Path) -> None:
    settings = tmp_path / "s.toml"
    settings.write_text("[level]\ntarget_bd = 70\n", encoding="utf-8")
    done = voicemon("replay", CALL, "--settings", str(settings))
    assert done.returncode == 2
    assert "level.target_bd" in done.stderr
    assert "level.target_db" in done.stderr
    done = voicemon("replay", CALL, environment={"VOICEMON_RATE_TARGET": "200"})
    assert done.returncode == 2
    assert "rate.target" in done.stderr


def test_settings_come_from_file_environment_and_command_line_the_last_one_winning(tmp_path: Path) -> None:
    settings = tmp_path / "s.toml"
    settings.write_text("[level]\ntarget_db = 66\n[rate]\ntarget_cpm = 180\n[silence]\ndead_air_s = 9\n")
    events = tmp_path / "e.jsonl"
    done = voicemon(
        "replay", CALL, "--no-asr", "--settings", str(settings), "--target-level", "72", "--events", str(events),
        environment={"VOICEMON_RATE_TARGET_CPM": "190", "VOICEMON_LEVEL_TARGET_DB": "68"},
    )  # fmt: skip
    assert done.returncode == 0
    opening = records(events)[0]
    assert opening["targets"] == {"level_db": 72.0, "rate_cpm": 190.0}
    assert opening["settings"]["silence"]["dead_air_s"] == 9.0


def test_events_on_standard_output_leave_nothing_else_there() -> None:
    done = voicemon("replay", CALL, "--no-asr", "--events", "-", "--calibration-offset", "100")
    assert done.returncode == 0
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines[0]["type"] == "session"
    assert lines[-1]["type"] == "summary"
    assert all(line["v"] == 1 for line in lines)


def test_without_calibration_levels_are_dbfs_and_held_against_nothing(tmp_path: Path) -> None:
    events = tmp_path / "e.jsonl"
    assert voicemon("replay", CALL, "--no-asr", "--events", str(events)).returncode == 0
    found = records(events)
    assert {r["unit"] for r in found if r["type"] == "level"} == {"dBFS(A)"}
    assert found[0]["calibration"]["status"] == "uncalibrated"
    assert found[-1]["channels"]["agent"]["level_deviation_db"] is None
    assert not [r for r in found if r["type"] == "alert" and r["rule"] in ("too_loud", "too_quiet")]


def test_the_demo_ends_by_itself_without_a_terminal() -> None:
    done = voicemon("demo", "--no-asr", "--lang", "zh")
    assert done.returncode == 0
    assert "声音太响" in done.stdout
    assert "小结" in done.stdout


@pytest.mark.model
def test_the_demo_finds_what_the_sample_call_holds(
    tmp_path: Path, speech_model: str, sample_truth: dict[str, Any]
) -> None:
    events = tmp_path / "e.jsonl"
    done = voicemon("demo", "--events", str(events), "--lang", "en", timeout_s=300)
    assert done.returncode == 0
    summary = records(events)[-1]
    truths = [f for f in sample_truth["forbidden"] if f["who"] == "agent"]
    assert [h["id"] for h in summary["phrases"]] == ["f05", "f09"]
    for hit, truth in zip(summary["phrases"], truths, strict=True):
        assert hit["start"] < truth["end"]
        assert truth["start"] < hit["end"]
    raised = {r["rule"] for r in records(events) if r["type"] == "alert"}
    assert raised == {"forbidden_phrase", "interruption", "too_loud", "missing_closing"}
    agent = summary["channels"]["agent"]
    assert agent["active_db"] == pytest.approx(sample_truth["call"]["agent_level_dba"], abs=0.3)
    assert agent["speech_rate_cpm"] == pytest.approx(sample_truth["call"]["agent_cpm"], rel=0.03)
    assert agent["characters"] == pytest.approx(sample_truth["call"]["agent_chars"], abs=4)


def test_a_demo_without_a_model_says_so_and_shows_the_rest(tmp_path: Path) -> None:
    models = {"VOICEMON_MODELS_DIR": str(tmp_path / "none"), "VOICEMON_ASR_MODEL": "small"}
    done = voicemon("demo", "--lang", "en", environment=models)
    assert done.returncode == 0
    assert "small" in done.stderr
    assert "Too loud" in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_replay_still_writes_its_summary(tmp_path: Path, number: signal.Signals) -> None:
    events = tmp_path / "e.jsonl"
    command = [sys.executable, "-m", "voicemon", "replay", CALL, "--no-asr", "--pace", "1", "--events", str(events)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not (events.exists() and events.read_text().count("\n") >= 4):
        time.sleep(0.1)
    running.send_signal(number)
    _, errors = running.communicate(timeout=20)
    assert running.returncode == 130
    assert errors == ""
    last = records(events)[-1]
    assert last["type"] == "summary"
    assert 0 < last["duration_s"] < 30


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
def test_a_closed_pipe_ends_in_one_line_and_exit_code_6() -> None:
    command = [sys.executable, "-m", "voicemon", "replay", CALL, "--no-asr", "--events", "-"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stdout is not None
    running.stdout.readline()
    running.stdout.close()
    assert running.stderr is not None
    errors = running.stderr.read()
    assert running.wait(timeout=60) == 6
    assert len(errors.splitlines()) == 1
    assert "can no longer be written" in errors


def test_models_are_listed_and_devices_named_or_their_absence_explained() -> None:
    listed = voicemon("models", "list")
    assert listed.returncode == 0
    assert "base" in listed.stdout
    devices = voicemon("devices")
    assert devices.returncode in (0, 4)
    assert "Traceback" not in devices.stderr


def test_importing_voicemon_is_quick_and_brings_nothing_heavy() -> None:
    program = (
        "import sys, time; t = time.perf_counter(); import voicemon; s = time.perf_counter() - t; "
        "heavy = {'numpy', 'scipy', 'av', 'ctranslate2', 'faster_whisper', 'sounddevice', 'rich'} & set(sys.modules); "
        "print(s, sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    seconds, heavy = done.stdout.split(" ", 1)
    assert float(seconds) < 0.3
    assert heavy.strip() == "[]"


def test_a_replay_needs_no_portaudio(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['sounddevice'] = None\n"
        f"from voicemon.cli.main import run\nrun(['replay', {CALL!r}, '--no-asr', '--plain'])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
