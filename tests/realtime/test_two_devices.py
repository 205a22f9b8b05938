"""The whole program with a headset and a line beside it: what needs the customer is observed, and only while he is."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.conftest import Collected
from voicemon import demo
from voicemon.audio.portaudio import PortAudioHost
from voicemon.audio.recording import RecordingSource
from voicemon.audio.twin_blank import SAME_SOUND
from voicemon.phrases.lexicon import load as load_lexicon
from voicemon.session import Replay
from voicemon.settings import load

if TYPE_CHECKING:
    from conftest import VirtualMicrophone

pytestmark = pytest.mark.device

LINE = "line"
CLOCKS_SETTLE_S = 3.0
ASIDE_S = 0.1
"""The two players start one after the other; within the call that is one constant."""


@pytest.fixture
def line(virtual_microphone: VirtualMicrophone, tmp_path: Path) -> str:
    """A second sound card beside the first, with a clock of its own."""
    with (tmp_path / "asound.conf").open("a") as file:
        file.write('pcm.line { type pulse device line.monitor hint { show on description "virtual line" } }\n')
    module = ["module-null-sink", f"sink_name={LINE}", "rate=44100", "channels=1", "norewinds=1"]
    subprocess.run(["pactl", "load-module", *module], check=True, capture_output=True)
    PortAudioHost().refresh()
    if not any(device.name == LINE for device in PortAudioHost().devices()):
        pytest.skip("ALSA does not show the second device")
    return LINE


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def wait_for(path: Path, kind: str, **wanted: Any) -> None:
    end = time.monotonic() + 20
    while not any(r["type"] == kind and all(r.get(k) == v for k, v in wanted.items()) for r in records(path)):
        assert time.monotonic() < end, f"no {kind} {wanted}"
        time.sleep(0.05)


def sidecar(events: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "voicemon", "live", "--device", "pulse", "--no-asr", "--no-history", "--plain"]
    command += ["--lang", "en", "--events", str(events), *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=dict(os.environ))


@pytest.mark.slow
def test_both_sides_of_a_call_are_heard_from_two_devices(
    virtual_microphone: VirtualMicrophone, line: str, tmp_path: Path
) -> None:
    """The bundled call, one channel into each card, against the replay of the file."""
    for index, name in enumerate(("agent", "customer")):
        file = str(tmp_path / f"{name}.wav")
        subprocess.run(["sox", str(demo.CALL), file, "remix", str(index + 1)], check=True)
    events = tmp_path / "live.jsonl"
    running = sidecar(events, "--customer-device", line)
    wait_for(events, "level", channel="customer")
    players = [
        subprocess.Popen(["paplay", f"--device={sink}", "--latency-msec=500", str(tmp_path / f"{name}.wav")])
        for sink, name in (("voicemon", "agent"), (line, "customer"))
    ]
    for player in players:
        player.wait()
    time.sleep(1.0)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=20)
    assert running.returncode == 130, errors
    heard = records(events)
    assert [r for r in heard if r["type"] == "gap" and r["start"] > CLOCKS_SETTLE_S] == []

    sink = Collected()
    Replay(RecordingSource(demo.CALL), load(environment={}), load_lexicon(), "en", None, [sink]).run()
    offsets = dict[str, float]()
    for role in ("agent", "customer"):
        found = [r for r in heard if r["type"] == "utterance" and r["channel"] == role]
        true = [r for r in sink.records("utterance") if r["channel"] == role]
        starts = np.array([[f["start"] - t["start"] for f in found] for t in true])
        offsets[role] = float(np.median([row[np.argmin(np.abs(row - starts[0, 0]))] for row in starts]))
        assert np.all(np.min(np.abs(starts - offsets[role]), axis=1) < ASIDE_S), role
    # The two players do not start at once.
    assert offsets["agent"] == pytest.approx(offsets["customer"], abs=0.3)
    summary, replayed = heard[-1], sink.records("summary")[0]
    assert summary["interruptions"] == replayed["interruptions"]
    assert summary["response_delay_s"]["p50"] == pytest.approx(replayed["response_delay_s"]["p50"], abs=0.2)
    assert summary["customer_absent_s"] < 1.0


def test_a_line_that_falls_silent_for_good_is_told_and_is_no_dead_air(
    virtual_microphone: VirtualMicrophone, line: str, tmp_path: Path
) -> None:
    events = tmp_path / "live.jsonl"
    running = sidecar(events, "--customer-device", line)
    wait_for(events, "level", channel="customer")
    subprocess.run(["pactl", "suspend-sink", line, "1"], check=True)
    wait_for(events, "gap", channel="customer")
    gone_s = next(r["start"] for r in records(events) if r["type"] == "gap" and r["channel"] == "customer")
    wait_for(events, "level", channel="agent", end=float(math.ceil(gone_s) + 7))
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=20)
    assert running.returncode == 130, errors
    heard = records(events)
    assert not [r for r in heard if r["type"] == "alert"], "nobody is accused of what was not heard"
    assert heard[-1]["customer_absent_s"] > 5


@pytest.mark.slow
def test_a_stream_that_the_server_moves_to_the_headset_is_no_customer(
    virtual_microphone: VirtualMicrophone, line: str, tmp_path: Path
) -> None:
    """PulseAudio moves the stream of a device that is gone to another one, without a word."""
    events, file = tmp_path / "live.jsonl", str(tmp_path / "agent.wav")
    subprocess.run(["sox", str(demo.CALL), file, "remix", "1"], check=True)
    running = sidecar(events, "--customer-device", line)
    wait_for(events, "level", channel="customer")
    player = subprocess.Popen(["paplay", "--device=voicemon", "--latency-msec=500", file])
    time.sleep(5.0)
    modules = subprocess.run(["pactl", "list", "short", "modules"], check=True, capture_output=True, text=True).stdout
    number = next(row.split()[0] for row in modules.splitlines() if f"sink_name={line}" in row)
    subprocess.run(["pactl", "unload-module", number], check=True)
    time.sleep(12.0)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=20)
    player.kill()
    player.wait()
    heard = records(events)
    causes = {r["cause"] for r in heard if r["type"] == "gap" and r.get("channel") == "customer"}
    assert causes & {SAME_SOUND, "device lost"}, causes
    assert heard[-1]["customer_absent_s"] > 5
    assert "the agent's own sound" in errors or "device lost" in causes
    assert sum(r["type"] == "alert" and r["rule"] == "interruption" for r in heard) <= 1


def test_one_device_has_one_voicemon(virtual_microphone: VirtualMicrophone, tmp_path: Path) -> None:
    first = sidecar(tmp_path / "first.jsonl")
    wait_for(tmp_path / "first.jsonl", "level")
    second = sidecar(tmp_path / "second.jsonl")
    _, errors = second.communicate(timeout=30)
    assert second.returncode == 4
    assert f"process {first.pid}" in errors
    assert len(errors.strip().splitlines()) == 1
    first.send_signal(signal.SIGKILL)
    first.wait()
    third = sidecar(tmp_path / "third.jsonl")
    wait_for(tmp_path / "third.jsonl", "level")
    third.send_signal(signal.SIGTERM)
    third.communicate(timeout=20)
    assert records(tmp_path / "third.jsonl")[-1]["type"] == "summary"
