"""The sidecar on a virtual sound card: what it hears through the microphone is what the recording holds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import wave
from pathlib import Path
from signal import SIGINT, SIGTERM
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import soxr
from scipy import signal

from tests.conftest import Collected
from voicemon import demo
from voicemon.asr.models import models_dir
from voicemon.audio.recording import RecordingSource
from voicemon.phrases.lexicon import load as load_lexicon
from voicemon.session import Replay
from voicemon.settings import load
from voicemon.types import SPEECH_RATE_HZ, Block, Float32

if TYPE_CHECKING:
    from conftest import VirtualMicrophone

pytestmark = pytest.mark.device

STORE = models_dir()
"""The user's own store, before the virtual sound card gives the tests another home."""

LENGTH_S = 24.0
"""To a pause: what the sound server drops while it drains is not in the comparison."""

EDGE_S = 0.05
LEVEL_DB = 0.3


def agent_alone(path: Path) -> Path:
    """The first seconds of the sample call's agent, as a mono recording."""
    source = RecordingSource(demo.CALL, customer_channel=None)
    samples = np.concatenate([b.samples[0] for b in source if isinstance(b, Block)])[: round(LENGTH_S * 16_000)]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(np.round(samples * 32768).clip(-32768, 32767).astype("<i2").tobytes())
    return path


def sidecar(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "voicemon", "live", "--device", "pulse", "--plain", "--lang", "en", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def wait_for_first_record(path: Path) -> None:
    deadline = time.monotonic() + 20
    while not any(r["type"] == "level" for r in records(path)):
        assert time.monotonic() < deadline, "the sidecar does not meter"
        time.sleep(0.05)


def sound_of(path: Path) -> Float32:
    """The one channel of a recording, at 16 kHz."""
    source = RecordingSource(path, customer_channel=None)
    samples = np.concatenate([b.samples[0] for b in source if isinstance(b, Block)])
    at_speech_rate: Float32 = soxr.resample(samples, source.info.sample_rate, SPEECH_RATE_HZ)
    return at_speech_rate


def later_s(heard: Path, played: Path) -> float:
    """By how much the sound of ``played`` comes later in ``heard``."""
    whole, part = sound_of(heard), sound_of(played)
    likeness = signal.correlate(whole, part, "full", "fft")
    return (int(likeness.argmax()) - (len(part) - 1)) / SPEECH_RATE_HZ


def heard_and_replayed(
    virtual_microphone: VirtualMicrophone, tmp_path: Path
) -> tuple[float, list[tuple[dict[str, Any], dict[str, Any]]]]:
    """The utterances of one recording, through the microphone and from the file, pair by pair; and by how much the
    recording's sound lies later on the microphone's clock."""
    recording, events = agent_alone(tmp_path / "agent.wav"), tmp_path / "live.jsonl"
    kept = tmp_path / "kept"
    kept.mkdir()
    running = sidecar("--no-asr", "--events", str(events), "--record", str(kept))
    wait_for_first_record(events)
    virtual_microphone.play(recording).wait()
    time.sleep(1.0)
    running.send_signal(SIGINT)
    _, errors = running.communicate(timeout=20)
    assert running.returncode == 130, errors
    heard = records(events)
    assert heard[-1]["type"] == "summary"
    assert [r for r in heard if r["type"] == "gap"] == []

    sink = Collected()
    Replay(RecordingSource(recording), load(environment={}), load_lexicon(), "en", None, [sink]).run()
    true = sink.records("utterance")
    found = [r for r in heard if r["type"] == "utterance"]
    assert len(found) == len(true)
    (flac,) = kept.glob("*.flac")
    return later_s(flac, recording), list(zip(found, true, strict=True))


def test_the_microphone_gives_what_a_replay_of_the_file_gives(
    virtual_microphone: VirtualMicrophone, tmp_path: Path
) -> None:
    offset_s, pairs = heard_and_replayed(virtual_microphone, tmp_path)
    for live, replayed in pairs:
        assert live["start"] - offset_s == pytest.approx(replayed["start"], abs=EDGE_S)
        assert live["end"] - offset_s == pytest.approx(replayed["end"], abs=EDGE_S)
        assert live["laeq_db"] == pytest.approx(replayed["laeq_db"], abs=LEVEL_DB)
        assert live["active_db"] == pytest.approx(replayed["active_db"], abs=LEVEL_DB)


def test_a_lost_device_is_told_and_the_sidecar_goes_on(virtual_microphone: VirtualMicrophone, tmp_path: Path) -> None:
    events = tmp_path / "live.jsonl"
    running = sidecar("--no-asr", "--events", str(events))
    wait_for_first_record(events)
    virtual_microphone.pull_out()
    deadline = time.monotonic() + 5
    while not any(r["type"] == "alert" and r["rule"] == "device_lost" for r in records(events)):
        assert time.monotonic() < deadline, "the loss was not told"
        time.sleep(0.05)
    virtual_microphone.plug_in()
    told = len([r for r in records(events) if r["type"] == "level"])
    deadline = time.monotonic() + 15
    while len([r for r in records(events) if r["type"] == "level"]) <= told:
        assert time.monotonic() < deadline, "no meter after the device came back"
        time.sleep(0.1)
    running.send_signal(SIGTERM)
    output, _ = running.communicate(timeout=20)
    assert running.returncode == 130
    assert "device is gone" in output
    gaps = [r for r in records(events) if r["type"] == "gap"]
    assert {g["cause"] for g in gaps} == {"device lost"}
    assert records(events)[-1]["degraded"]


def test_a_call_leaves_figures_in_the_history_and_neither_sound_nor_text_anywhere(
    virtual_microphone: VirtualMicrophone, tmp_path: Path, speech_model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording, events = agent_alone(tmp_path / "agent.wav"), tmp_path / "live.jsonl"
    data = tmp_path / "data"
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    monkeypatch.setenv("VOICEMON_DATA_DIR", str(data))
    monkeypatch.setenv("VOICEMON_MODELS_DIR", str(STORE))
    running = sidecar("--events", str(events), "--calibration-offset", "100")
    wait_for_first_record(events)
    virtual_microphone.play(recording).wait()
    time.sleep(3.0)
    running.send_signal(SIGINT)
    _, errors = running.communicate(timeout=30)
    assert running.returncode == 130, errors
    done = subprocess.run(
        [sys.executable, "-m", "voicemon", "history", "--lang", "en"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "done" in done.stdout, errors
    kinds = {r["type"] for r in records(events)}
    assert "transcript" not in kinds
    assert {"phrase", "alert", "utterance", "summary"} <= kinds
    model_copy = tmp_path / ".cache/voicemon/models"
    written = {p for p in tmp_path.rglob("*") if p.is_file() and not p.is_relative_to(model_copy)} - before
    allowed = {"live.jsonl", "history.sqlite3", "history.sqlite3-wal", "history.sqlite3-shm", "cookie"}
    assert {path.name for path in written if path.suffix not in (".log", ".lock")} <= allowed, written
    for path in written:
        assert "帮助您" not in path.read_bytes().decode("utf-8", "ignore") or path.name == "live.jsonl"


def test_no_such_device_is_one_line_with_those_there_are(virtual_microphone: VirtualMicrophone) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "voicemon", "live", "--device", "no such headset", "--no-asr"],
        capture_output=True, text=True, check=False, timeout=30, env=os.environ | virtual_microphone.environment,
    )  # fmt: skip
    assert done.returncode == 4
    assert len(done.stderr.splitlines()) == 1
    assert "no such headset" in done.stderr
    assert "pulse" in done.stderr
