"""What a program may rely on."""

from __future__ import annotations

from pathlib import Path

import pytest

import voicemon
from tests.conftest import Collected
from voicemon import demo
from voicemon.errors import ConfigError, InputError
from voicemon.sinks import JsonLines


def test_a_recording_in_one_call(collected: Collected) -> None:
    outcome = voicemon.replay(demo.CALL, sinks=[collected])
    assert outcome.summary.duration_s == pytest.approx(54.8, abs=0.05)
    assert collected.records("session")[0]["source"] == "call.flac"


def test_an_input_that_is_not_there_is_an_input_error() -> None:
    with pytest.raises(InputError):
        voicemon.replay("nowhere.wav")


def test_events_never_replace_a_file_that_holds_none(tmp_path: Path) -> None:
    recording = tmp_path / "call.flac"
    recording.write_bytes(demo.CALL.read_bytes())
    with pytest.raises(ConfigError, match="will not be overwritten"):
        JsonLines(recording)
    assert recording.read_bytes() == demo.CALL.read_bytes()


def test_an_older_record_is_replaced_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    events = tmp_path / "e.jsonl"
    for _ in range(2):
        sink = JsonLines(events)
        voicemon.replay(demo.CALL, sinks=[sink])
        sink.close()
    assert events.stat().st_mode & 0o777 == 0o600
    assert events.read_text(encoding="utf-8").count('"type":"session"') == 1
