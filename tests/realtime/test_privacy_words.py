"""Numbers that are dictated in a call, from the recogniser to what lies on disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from voicemon import demo
from voicemon.asr.recognizer import ScriptedRecognizer
from voicemon.audio.recording import RecordingSource
from voicemon.discretion import Discreet
from voicemon.history import HistorySink
from voicemon.logfile import log_to_file
from voicemon.logsink import LogSink
from voicemon.phrases.lexicon import load as load_lexicon
from voicemon.privacy import MARK
from voicemon.session import Replay
from voicemon.settings import load
from voicemon.sinks import JsonLines

SAID = (
    "王女士您的手机号是一三八零零幺三八零零零我不知道",
    "身份证是11010519491231002X这个不归我管",
    "卡号6222 0202 0001 2345我也没办法",
    "订单号幺二三嗯四五六嗯七八九没有",
)
SECRETS = ("一三八", "零零幺", "幺三八", "110105", "1949", "002X", "6222", "0202", "2345", "幺二三", "四五六", "七八九")
CUSTOMER = "王女士"


def call(folder: Path, *, keep_text: bool) -> list[dict[str, Any]]:
    """Replays the sample call with :data:`SAID` for its texts into all sinks; gives the records on file."""
    recognizer = ScriptedRecognizer(lambda job: SAID[job.utterance % len(SAID)])
    log = log_to_file("test", folder)
    sinks = [Discreet(JsonLines(folder / "live.jsonl"), keep_text=keep_text), HistorySink(folder / "history.sqlite3")]
    session = Replay(
        RecordingSource(demo.CALL), load(environment={}), load_lexicon(), "zh", recognizer, [*sinks, LogSink()]
    )
    session.run()
    for sink in sinks:
        sink.close()
        assert sink.fault is None
    log.close()
    assert recognizer.jobs
    return [json.loads(line) for line in (folder / "live.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("keep_text", [False, True])
def test_no_dictated_number_is_on_disk(tmp_path: Path, keep_text: bool) -> None:
    records = call(tmp_path, keep_text=keep_text)
    hits = [r for r in records if r["type"] == "phrase"]
    assert hits, "the test must hold hits, whose evidence quotes what was said"
    texts = [r["text"] for r in records if r["type"] == "transcript"]
    assert bool(texts) == keep_text
    assert all(MARK in text for text in texts)
    stored = [path for path in tmp_path.iterdir() if path.is_file()]
    assert {"live.jsonl", "history.sqlite3"} < {path.name for path in stored}
    for path in stored:
        content = path.read_bytes().decode("utf-8", "ignore")
        assert [secret for secret in SECRETS if secret in content] == [], path
        if not (keep_text and path.name == "live.jsonl"):
            assert CUSTOMER not in content, path
