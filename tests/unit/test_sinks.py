"""Event files: whole lines as they come, and a fault instead of an exception when they can no longer be written."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import pytest

from voicemon.errors import ConfigError
from voicemon.events import GapEvent
from voicemon.sinks import JsonLines


def event(cause: str = "溢出") -> GapEvent:
    return GapEvent(t=2.0, start=1.0, end=2.0, cause=cause)


def test_each_event_is_on_disk_as_soon_as_it_was_told(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    sink = JsonLines(path)
    for count in (1, 2, 3):
        sink(event())
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) == count
        assert json.loads(lines[-1])["cause"] == "溢出"
    sink.close()
    assert sink.fault is None
    assert path.read_bytes().endswith(b"}\n")
    assert b"\r" not in path.read_bytes()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_is_a_fault_and_no_exception() -> None:
    sink = JsonLines(Path("/dev/full"))
    sink(event())
    assert sink.fault is not None
    assert "No space" in sink.fault
    first = sink.fault
    sink(event())
    sink.close()
    assert sink.fault == first


def test_a_closed_pipe_is_a_fault_and_no_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with io.TextIOWrapper(io.FileIO(writer, "w"), encoding="utf-8", write_through=True) as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        sink = JsonLines(None)
        sink(event())
        sink.close()
    assert sink.fault is not None
    assert "pipe" in sink.fault.lower()


def test_a_closed_file_is_a_fault_and_no_exception(tmp_path: Path) -> None:
    sink = JsonLines(tmp_path / "events.jsonl")
    sink.close()
    sink(event())
    assert sink.fault is not None
    sink.close()


def test_standard_output_is_left_open(capsys: pytest.CaptureFixture[str]) -> None:
    sink = JsonLines(None)
    sink(event())
    sink.close()
    assert not sys.stdout.closed
    assert json.loads(capsys.readouterr().out)["type"] == "gap"


@pytest.mark.parametrize("name", ["missing/events.jsonl", "."])
def test_a_file_that_cannot_be_made_is_refused_with_a_remedy(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        JsonLines(tmp_path / name)
    assert caught.value.remedy
    assert str(tmp_path) in caught.value.message


def test_undecodable_bytes_of_a_file_name_are_still_json(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    broken = b"call-\xb0\xa1.wav".decode("utf-8", "surrogateescape")
    sink = JsonLines(path)
    sink(event(broken))
    sink.close()
    assert sink.fault is None
    assert json.loads(path.read_text(encoding="utf-8"))["cause"] == broken
