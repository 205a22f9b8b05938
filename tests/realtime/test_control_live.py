"""``voicemon call`` against a real ``voicemon live``: the softphone's calls become calls of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import VirtualMicrophone

pytestmark = [pytest.mark.device, pytest.mark.skipif(sys.platform != "linux", reason="PulseAudio")]

STARTED_S = 60.0


def records(events: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in events.read_text(encoding="utf-8").splitlines()] if events.exists() else []


@contextmanager
def live(device: str, events: Path, environment: dict[str, str], *options: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "voicemon", "live", "--plain", "--no-asr", "--device", device]
    runtime = Path(environment["XDG_RUNTIME_DIR"])
    session = subprocess.Popen(
        [*command, "--events", str(events), *options], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        end = time.monotonic() + STARTED_S
        # With the softphone in charge nothing is told before the first call.
        while not (list(runtime.rglob("*.sock")) if "--control" in options else records(events)):
            assert session.poll() is None
            assert time.monotonic() < end, "it does not start"
            time.sleep(0.1)
        yield session
    finally:
        session.kill()
        session.wait()


@pytest.fixture
def environment(virtual_microphone: VirtualMicrophone, tmp_path: Path) -> dict[str, str]:
    places = {"VOICEMON_DATA_DIR": str(tmp_path / "data"), "XDG_STATE_HOME": str(tmp_path / "state")}
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    return os.environ | places | {"XDG_RUNTIME_DIR": str(runtime), "LC_ALL": "C.UTF-8"}


def call(environment: dict[str, str], *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "voicemon", "call", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout + done.stderr


def test_calls_are_begun_and_ended_by_command(
    virtual_microphone: VirtualMicrophone, environment: dict[str, str], tmp_path: Path
) -> None:
    events = tmp_path / "events.jsonl"
    with live(virtual_microphone.name, events, environment, "--control") as session:
        assert call(environment, "end")[0] == 2  # there is none yet
        assert call(environment, "start") == (0, "Call begun.\n")
        assert call(environment, "end") == (0, "Call ended.\n")
        code, told = call(environment, "status", "--json")
        assert (code, json.loads(told)["in_call"]) == (0, False)
        assert call(environment, "end")[0] == 2  # told, not hushed up
        assert call(environment, "start", "--id", "queue-a") == (0, "Call begun.\n")
        status = json.loads(call(environment, "status", "--json")[1])
        assert (status["in_call"], status["call"], status["muted"]) == (True, 2, False)
        assert status["device"] == virtual_microphone.name
        assert call(environment, "mute")[0] == 0
        end = time.monotonic() + 5
        while not json.loads(call(environment, "status", "--json")[1])["muted"]:
            assert time.monotonic() < end
        assert call(environment, "unmute")[0] == 0
        session.send_signal(signal.SIGTERM)
        session.wait(20)
    kinds = [record["type"] for record in records(events) if record["type"] in ("session", "summary")]
    assert kinds == ["session", "summary"] * 2
    assert [path.suffix for path in (tmp_path / "runtime" / "voicemon").iterdir() if path.suffix == ".sock"] == []


def test_without_the_setting_nobody_listens(
    virtual_microphone: VirtualMicrophone, environment: dict[str, str], tmp_path: Path
) -> None:
    with live(virtual_microphone.name, tmp_path / "events.jsonl", environment):
        assert list((tmp_path / "runtime").rglob("*.sock")) == []
        code, told = call(environment, "start")
        assert code == 4
        assert "control = true" in told
