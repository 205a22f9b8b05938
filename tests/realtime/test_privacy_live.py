"""The promises of privacy, held against what the system saw the real program do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import run
from typing import Any

import numpy as np
import pytest

from bench.audited import __file__ as audited
from bench.privacy import SPOKEN, STRACE, STRACE_CALLS, Watched, can_strace, watch
from bench.privacy_traces import FILES, Trace, from_audit, from_strace, kind_of, wrong
from bench.virtual_mic import VirtualMicrophone
from voicemon.audio.recording import RecordingSource
from voicemon.types import Block

CALL_S = 25.0
PERMITTED = pytest.mark.skipif(not can_strace(), reason="strace is not installed or may not watch programs here")
LEAK = """
import socket, sys
open(sys.argv[1], "wb").write(b"sound")
with socket.socket() as talking:
    talking.connect_ex(("127.0.0.1", 9))
with socket.socket(socket.AF_UNIX) as talking:
    talking.connect_ex("/tmp/somebody-else")
"""
"""A program that does what ours promises not to do: the watchers must see it."""


@pytest.fixture
def microphone(tmp_path: Path) -> Iterator[VirtualMicrophone]:
    try:
        entered = VirtualMicrophone(tmp_path).__enter__()
    except SystemExit as missing:
        pytest.skip(str(missing))
    try:
        yield entered
    finally:
        entered.__exit__(None, None, None)


def holds(seen: Watched) -> None:
    assert seen.findings == ()
    assert seen.exit_code == 130
    assert seen.asr_passes > 0, "nothing was put into words, so nothing could have leaked"
    assert {"session", "level", "utterance", "summary"} <= set(seen.kinds)
    assert "transcript" not in seen.kinds
    assert {"events", "history"} <= {kind_of(path, FILES) for path in seen.trace.files}


@pytest.mark.device
@pytest.mark.slow
@pytest.mark.model
@PERMITTED
def test_no_call_of_the_system_leaves_sound_or_words_or_opens_the_network(
    microphone: VirtualMicrophone, tmp_path: Path, speech_model: str
) -> None:
    seen = watch(microphone, tmp_path, "strace", CALL_S)
    holds(seen)
    assert seen.trace.families <= {"AF_UNIX"}


@pytest.mark.device
@pytest.mark.slow
@pytest.mark.model
def test_python_itself_opens_no_socket_at_all(microphone: VirtualMicrophone, tmp_path: Path, speech_model: str) -> None:
    seen = watch(microphone, tmp_path, "audit hook", CALL_S)
    holds(seen)
    assert seen.trace.families == set()


@pytest.mark.device
@pytest.mark.slow
@pytest.mark.model
def test_words_that_are_kept_on_request_stand_in_the_events_and_nowhere_else(
    microphone: VirtualMicrophone, tmp_path: Path, speech_model: str
) -> None:
    """And so the recogniser does understand the words that the other tests look for."""
    seen = watch(microphone, tmp_path, "audit hook", CALL_S, ["--keep-text"])
    assert seen.findings == ()
    assert seen.kinds["transcript"] > 0
    kept = (tmp_path / "live.jsonl").read_text(encoding="utf-8")
    assert any(words in kept for words in SPOKEN)


@pytest.mark.device
@pytest.mark.slow
def test_a_recording_that_was_asked_for_is_its_owners_alone_and_the_only_sound_on_disk(
    microphone: VirtualMicrophone, tmp_path: Path
) -> None:
    folder = tmp_path / "calls"
    seen = watch(microphone, tmp_path, "audit hook", 8.0, ["--no-asr", "--record", str(folder)])
    assert seen.findings == ()
    (path,) = folder.iterdir()
    assert kind_of(str(path), FILES) == "recording"
    assert path.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    sound = np.concatenate([b.samples[0] for b in RecordingSource(path) if isinstance(b, Block)])
    assert sound.size / RecordingSource(path).info.sample_rate >= 8.0
    assert np.abs(sound).max() > 0.05


# ------------------------------------------------------------------------------------------ the watchers themselves


@PERMITTED
def test_strace_tells_of_a_file_and_of_both_sockets(tmp_path: Path) -> None:
    traces = tmp_path / "traces"
    traces.mkdir()
    watched = [*STRACE, "-o", str(traces / "x"), "-e", STRACE_CALLS]
    run([*watched, sys.executable, "-c", LEAK, str(tmp_path / "call.wav")], check=True)
    found = "\n".join(wrong(from_strace(traces)))
    assert f"a file that nobody asked for: {tmp_path / 'call.wav'}" in found
    assert "a socket: AF_INET" in found
    assert "127.0.0.1" in found
    assert "/tmp/somebody-else" in found


def test_the_audit_hook_tells_of_a_file_and_of_sockets(tmp_path: Path) -> None:
    program = f"from bench.audited import install\nimport sys\ninstall(sys.argv[2])\n{LEAK}"
    root = Path(audited).resolve().parents[1]
    run([sys.executable, "-c", program, str(tmp_path / "call.wav"), str(tmp_path / "log")], check=True, cwd=root)
    found = "\n".join(wrong(from_audit(tmp_path / "log")))
    assert f"a file that nobody asked for: {tmp_path / 'call.wav'}" in found
    assert "a socket: socket.connect" in found


def test_the_words_that_are_looked_for_are_said_in_the_sample_call(sample_truth: dict[str, Any]) -> None:
    said = "".join(turn["text"] for turn in sample_truth["turns"] if turn["who"] == "agent")
    assert all(words in said for words in SPOKEN)


@pytest.mark.parametrize(
    "path",
    ["/home/a/call.wav", "/tmp/tmpabc", "/home/a/voicemon/history.sqlite3.bak", "/dev/shm/voicemon", "/home/a/x.flac"],
)
def test_any_other_file_is_a_finding(path: str) -> None:
    assert list(wrong(Trace(files={path}))) == [f"a file that nobody asked for: {path}"]


def test_a_recording_is_a_finding_unless_it_was_asked_for() -> None:
    trace = Trace(files={"/home/a/calls/voicemon-20260101-120000-1.flac"})
    assert len(list(wrong(trace))) == 1
    assert list(wrong(trace, recording=True)) == []
