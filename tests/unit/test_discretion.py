"""Live events leave without texts unless asked, and never with a number that names somebody."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from tests.conftest import Collected
from voicemon import events as records
from voicemon.discretion import Discreet
from voicemon.events import (
    AlertEvent,
    Event,
    HealthEvent,
    LevelEvent,
    LexiconEvent,
    PhraseEvent,
    SessionEvent,
    SummaryEvent,
    TranscriptEvent,
    to_json,
)
from voicemon.history import HistorySink
from voicemon.sinks import JsonLines
from voicemon.types import HitStatus, Role, Severity

NUMBER = "13800138000"


def transcript() -> TranscriptEvent:
    text = f"电话是{NUMBER}好的"
    chars = tuple((c, i * 0.1, i * 0.1 + 0.1) for i, c in enumerate(text))
    return TranscriptEvent(t=3.0, channel=Role.AGENT, start=0.0, end=2.0, text=text, chars=chars, final=True)


def test_transcripts_are_dropped_unless_asked_for(collected: Collected) -> None:
    Discreet(collected, keep_text=False)(transcript())
    assert collected.events == []


def test_a_kept_transcript_keeps_its_times_and_loses_its_numbers(collected: Collected) -> None:
    Discreet(collected, keep_text=True)(transcript())
    (kept,) = collected.events
    assert isinstance(kept, TranscriptEvent)
    assert NUMBER not in to_json(kept)
    assert [c[1:] for c in kept.chars] == [c[1:] for c in transcript().chars]
    assert "".join(c for c, _, _ in kept.chars) == "电话是***********好的"
    assert kept.text.startswith("电话是")


def test_hits_and_alerts_are_masked_and_other_events_pass_as_they_are(collected: Collected) -> None:
    sink = Discreet(collected, keep_text=False)
    sink(
        PhraseEvent(
            t=1.0, id="f12", phrase="您挂××电话吧", category="shirking", severity="warn", start=0.0, end=1.0,
            heard=f"您挂{NUMBER}电话吧", score=0.9, status=HitStatus.CONFIRMED,
        )
    )  # fmt: skip
    sink(
        AlertEvent(
            t=1.0, rule="forbidden_phrase", severity=Severity.CRITICAL, start=0.0, end=1.0, message="禁语",
            evidence={"heard": f"您挂{NUMBER}电话吧", "score": 0.9},
        )
    )  # fmt: skip
    level = LevelEvent(
        t=1.0, channel=Role.AGENT, start=0.0, end=1.0, laeq_db=70.0, lafmax_db=75.0, speech_s=1.0, unit="dB(A)",
        clipped=False,
    )  # fmt: skip
    sink(level)
    assert all(NUMBER not in to_json(event) for event in collected.events)
    assert collected.events[-1] is level


# ------------------------------------------------------------------------- every record, every way to say a number

WAYS = {
    "telephone": "13800138000",
    "telephone, spaced": "138 0013 8000",
    "telephone, hyphens": "138-0013-8000",
    "telephone, full width": "１３８００１３８０００",
    "telephone, said": "一三八零零幺三八零零零",
    "telephone, dictated": "一三八嗯零零幺三，然后八零零零",
    "telephone, mixed": "幺38 零零1三-8000",
    "identity": "11010519491231002X",
    "identity, said": "一一零一零五，一九四九，一二三一，零零二叉",
    "card": "6222 0202 0001 2345 678",
    "last four": "尾号八零零幺",
}
HIDDEN_IN_TEXT = frozenset("0123456789０１２３４５６７８９零幺一二三四五六八九叉")


def spoken(number: str) -> str:
    return f"您的{number}对吗"


def everything(said: str) -> list[Event]:
    """A record of each type with ``said`` wherever words that were spoken can come to stand."""
    chars = tuple((c, i * 0.1, i * 0.1 + 0.1) for i, c in enumerate(said))
    hit = {"id": "shirking", "phrase": "您挂××电话吧", "category": "shirking", "severity": "warn"}
    quoted = {"heard": said, "nested": [{"heard": said}]}
    nobody: dict[str, Any] = {"calibration": {}, "model": None, "lexicons": (), "targets": {}, "profile": None}
    empty: dict[str, Any] = {"dead_air": (), "interruptions": 0, "response_delay_s": None, "alerts": {}, "cost": {}}
    return [
        SessionEvent(t=0, source="pulse", sample_rate=1, channels=("agent",), duration_s=None, program="p", **nobody),
        TranscriptEvent(t=3, start=0, end=2, text=said, chars=chars, final=True),
        TranscriptEvent(t=3, start=0, end=2, text=said, chars=chars, final=False, rejected="looping"),
        *(PhraseEvent(t=3, **hit, start=0, end=2, heard=said, score=0.9, status=status) for status in HitStatus),
        *(
            AlertEvent(t=3, rule=rule, severity=Severity.WARN, start=0, end=2, message=f"「{said}」", evidence=quoted)
            for rule in ("forbidden_phrase", "limited_word", "wording", "missing_greeting")
        ),
        HealthEvent(
            t=3, asr_lag_s=None, dropped_audio_s=0, shed_utterances=0, overflows=0, cpu_percent=None, rss_mb=None,
            message=f"the recogniser failed: {said}",
        ),
        LexiconEvent(t=3, lexicons=(), error=f"own.yaml:3: {said}"),
        SummaryEvent(
            t=4, duration_s=4, unit="dB(A)", channels={}, phrases=({**hit, "heard": said},), required=({"id": said},),
            words={"limited": {said: 1}}, protocols=({"name": "hold", "detail": said},), coaching=(said,),
            degraded=False, **empty,
        ),
    ]  # fmt: skip


def texts(value: Any) -> list[str]:
    """All the strings in a JSON value, keys too."""
    if isinstance(value, dict):
        return [t for key, item in value.items() for t in [key, *texts(item)]]
    if isinstance(value, list):
        return [t for item in value for t in texts(item)]
    return [value] if isinstance(value, str) else []


def leaks(stored: str, number: str) -> list[str]:
    """Texts of the record in which two digits or more of ``number`` still stand together."""
    whole = "".join(c for c in number if c in HIDDEN_IN_TEXT)
    pairs = {whole[i : i + 2] for i in range(len(whole) - 1)}
    return [t for t in texts(json.loads(stored)) if any(pair in "".join(t.split()) for pair in pairs)]


@pytest.mark.parametrize("number", WAYS.values(), ids=WAYS.keys())
@pytest.mark.parametrize("keep_text", [False, True])
def test_no_number_is_left_in_any_record_however_it_was_said(
    collected: Collected, number: str, keep_text: bool
) -> None:
    sink = Discreet(collected, keep_text=keep_text)
    for event in everything(spoken(number)):
        sink(event)
    for event in collected.events:
        assert leaks(to_json(event), number) == [], event
    kept = [event for event in collected.events if isinstance(event, TranscriptEvent)]
    assert len(kept) == (2 if keep_text else 0)
    assert all("您的" in event.text for event in kept)


def test_every_type_of_record_that_can_hold_words_is_among_those() -> None:
    """A new record with a text in it must be thought of here and in the module under test."""
    # Codes of ours, never words of a caller.
    spares = {"unit", "kind", "who", "basis", "by", "cause", "type", "channel", "asr", "rule", "key", "reason"}
    known = {event.type for event in everything("x")}
    for found in Event.__subclasses__():
        hints = get_type_hints(found, vars(records))
        wordy = [f.name for f in fields(found) if f.name not in spares and "str" in str(hints[f.name])]
        assert found.type in known or wordy == [], found


def test_without_keep_text_an_alert_quotes_only_the_words_it_is_about(collected: Collected) -> None:
    said = "王女士您好我给您办一下"
    alert = AlertEvent(
        t=1, rule="missing_greeting", severity=Severity.WARN, start=0, end=1, message="没有问候语",
        evidence={"heard": said, "advice": "请问候"},
    )  # fmt: skip
    word = replace(alert, rule="limited_word", evidence={"word": "n01", "heard": "办一下"})
    Discreet(collected, keep_text=False)(alert)
    Discreet(collected, keep_text=False)(word)
    Discreet(collected, keep_text=True)(alert)
    evidence = [event.evidence for event in collected.events if isinstance(event, AlertEvent)]
    assert evidence == [{"advice": "请问候"}, {"word": "n01", "heard": "办一下"}, {"heard": said, "advice": "请问候"}]


def test_a_withdrawn_hit_quotes_nothing(collected: Collected) -> None:
    hits = [event for event in everything("我不知道") if isinstance(event, PhraseEvent)]
    for hit in hits:
        Discreet(collected, keep_text=False)(hit)
    quoted = {event.status: event.heard for event in collected.events if isinstance(event, PhraseEvent)}
    assert quoted[HitStatus.WITHDRAWN] == ""
    assert quoted[HitStatus.CONFIRMED] == "我不知道"


@pytest.mark.parametrize("number", WAYS.values(), ids=WAYS.keys())
def test_neither_the_events_file_nor_the_history_has_the_number_or_the_words(tmp_path: Path, number: str) -> None:
    words = "王女士的地址是"
    jsonl, database = tmp_path / "live.jsonl", tmp_path / "history.sqlite3"
    sinks = [Discreet(JsonLines(jsonl), keep_text=False), HistorySink(database)]
    for event in everything(spoken(number)):
        if isinstance(event, TranscriptEvent):
            for sink in sinks:
                sink(replace(event, text=words + event.text))
            continue
        for sink in sinks:
            sink(event)
    for sink in sinks:
        sink.close()
        assert sink.fault is None
    for line in jsonl.read_text(encoding="utf-8").splitlines():
        assert leaks(line, number) == []
    for path in tmp_path.iterdir():
        stored = path.read_bytes().decode("utf-8", "ignore")
        assert number not in stored
        assert words not in stored
