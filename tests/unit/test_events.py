"""The contract of the event records: names, order of keys, rounding, and null for what was not measured."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from voicemon import events
from voicemon.events import Event, LevelEvent, PhraseEvent, TranscriptEvent, as_record, to_json
from voicemon.types import HitStatus, Role, Severity

NAMES: dict[str, str] = {
    "session": "source sample_rate channels duration_s profile targets calibration model lexicons program",
    "level": "start end laeq_db lafmax_db speech_s unit clipped",
    "utterance": "start end laeq_db active_db f0_median_hz f0_range_st",
    "rate": "window_s speech_rate_cpm articulation_rate_cpm basis",
    "silence": "start end who kind",
    "overlap": "start end by kind",
    "transcript": "start end text chars final rejected",
    "phrase": "id phrase category severity start end heard score status",
    "alert": "rule severity start end message evidence",
    "gap": "start end cause",
    "health": "asr_lag_s dropped_audio_s shed_utterances overflows cpu_percent rss_mb",
    "summary": (
        "duration_s dead_air interruptions response_delay_s phrases required words protocols coaching degraded cost"
    ),
}
"""The names that external programs rely on, by record type: fields may be added, none renamed."""

SAMPLES: dict[str, dict[str, Any]] = {
    "session": {
        "source": "call.wav",
        "sample_rate": 8000,
        "channels": ("agent", "customer"),
        "duration_s": None,
        "profile": None,
        "targets": {"level_db": 73.0, "rate_cpm": 200.0},
        "calibration": {"status": "calibrated", "offset_db": 100.0, "uncertainty_db": None},
        "model": None,
        "lexicons": (),
        "program": "voicemon",
    },
    "lexicon": {"lexicons": ({"name": "own.yaml", "sha256": "0"},), "error": None},
    "level": {
        "start": 1.0,
        "end": 2.0,
        "laeq_db": -30.0,
        "lafmax_db": -25.0,
        "speech_s": 0.5,
        "unit": "dBFS(A)",
        "clipped": False,
    },
    "utterance": {"start": 1.0, "end": 2.0, "laeq_db": -30.0, "active_db": -29.0, "active_s": 1.0},
    "rate": {"window_s": 15.0, "speech_rate_cpm": 200.0, "articulation_rate_cpm": 220.0, "basis": "nuclei"},
    "silence": {"start": 1.0, "end": 9.0, "who": "both", "kind": "dead_air"},
    "overlap": {"start": 1.0, "end": 2.0, "by": Role.AGENT, "kind": "interruption"},
    "transcript": {"start": 1.0, "end": 2.0, "text": "您好", "chars": (("您", 1.0, 1.2),), "final": True},
    "phrase": {
        "id": "f01",
        "phrase": "喂",
        "category": "threat",
        "severity": "critical",
        "start": 1.0,
        "end": 2.0,
        "heard": "为",
        "score": 0.9,
        "status": HitStatus.CONFIRMED,
    },
    "alert": {"rule": "too_loud", "severity": Severity.WARN, "start": 1.0, "end": 2.0, "message": "Too loud"},
    "gap": {"start": 1.0, "end": 2.0, "cause": "overflow"},
    "mark": {},
    "dispute": {"rule": "too_loud", "start": 1.0, "end": 2.0},
    "withdrawn": {"rule": "dead_air", "start": 1.0, "end": 6.0, "reason": "the call had ended"},
    "target": {"level_db": 73.0, "shift_db": 3.0},
    "health": {
        "asr_lag_s": None,
        "dropped_audio_s": 0.0,
        "shed_utterances": 0,
        "overflows": 0,
        "cpu_percent": None,
        "rss_mb": None,
    },
    "summary": {
        "duration_s": 60.0,
        "unit": "dB(A)",
        "channels": {"agent": {"talk_s": 20.0}},
        "dead_air": ({"start": 1.0, "end": 9.0},),
        "interruptions": None,
        "response_delay_s": None,
        "phrases": (),
        "required": (),
        "words": {},
        "protocols": (),
        "alerts": {},
        "coaching": (),
        "degraded": False,
        "cost": {"audio_s": 60.0},
    },
}

TYPES: dict[str, type[Event]] = {
    kind.type: kind
    for kind in vars(events).values()
    if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
}


def sample(kind: str, **changes: Any) -> Event:
    return TYPES[kind](t=3.0, channel=Role.AGENT, **{**SAMPLES[kind], **changes})


def test_there_is_a_sample_of_every_type() -> None:
    assert set(SAMPLES) == set(TYPES)
    assert set(NAMES) <= set(TYPES)


@pytest.mark.parametrize("kind", SAMPLES)
def test_every_name_of_the_contract_stands_in_the_record(kind: str) -> None:
    record = json.loads(to_json(sample(kind)))
    assert list(record)[:4] == ["v", "type", "t", "channel"]
    assert (record["v"], record["type"], record["t"], record["channel"]) == (1, kind, 3.0, "agent")
    assert set(NAMES.get(kind, "").split()) <= set(record)


@pytest.mark.parametrize("kind", NAMES)
def test_keys_stand_in_the_contracts_order(kind: str) -> None:
    names = NAMES[kind].split()
    assert [key for key in as_record(sample(kind)) if key in names] == names


def test_a_record_of_no_channel_has_none() -> None:
    assert "channel" not in as_record(TYPES["gap"](t=1.0, **SAMPLES["gap"]))


def test_a_record_is_one_line_of_utf8_without_escapes() -> None:
    line = to_json(sample("transcript", text="您好\n再见"))
    assert "\n" not in line
    assert "您好" in line
    assert json.loads(line)["text"] == "您好\n再见"


def test_times_are_rounded_to_the_millisecond_and_figures_by_their_unit() -> None:
    record = as_record(
        LevelEvent(
            t=1.23456,
            start=0.99951,
            end=2.00049,
            laeq_db=-30.12345,
            lafmax_db=-25.999,
            speech_s=0.12345,
            unit="dBFS(A)",
            clipped=False,
        )
    )
    assert (record["t"], record["start"], record["end"]) == (1.235, 1.0, 2.0)
    assert (record["laeq_db"], record["lafmax_db"], record["speech_s"]) == (-30.12, -26.0, 0.123)
    rate = as_record(sample("rate", speech_rate_cpm=203.456))
    assert rate["speech_rate_cpm"] == 203.5
    voice = as_record(sample("utterance", f0_median_hz=123.456, f0_range_st=7.891))
    assert (voice["f0_median_hz"], voice["f0_range_st"]) == (123.5, 7.89)


def test_rounding_reaches_into_what_is_nested() -> None:
    event = TranscriptEvent(t=1.0, start=0.0, end=1.0, text="好", chars=(("好", 0.12345, 0.98765),), final=True)
    assert as_record(event)["chars"] == [["好", 0.123, 0.988]]
    alert = sample("alert", evidence={"level_db": 81.23456, "spans": [{"rate_cpm": 200.04}]})
    assert as_record(alert)["evidence"] == {"level_db": 81.23, "spans": [{"rate_cpm": 200.0}]}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), None])
def test_what_could_not_be_measured_is_null(value: float | None) -> None:
    line = to_json(sample("level", laeq_db=value))
    assert json.loads(line)["laeq_db"] is None
    assert "NaN" not in line
    assert "Infinity" not in line


def test_numpy_floats_are_figures() -> None:
    assert json.loads(to_json(sample("level", laeq_db=np.float64(-30.126))))["laeq_db"] == -30.13


def test_enumerations_are_their_words() -> None:
    event = PhraseEvent(t=1.0, **SAMPLES["phrase"])
    assert as_record(event)["status"] == "confirmed"
    assert type(as_record(event)["status"]) is str
    assert as_record(sample("overlap"))["by"] == "agent"
    assert as_record(sample("alert"))["severity"] == "warn"
