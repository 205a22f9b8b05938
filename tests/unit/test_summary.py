"""The summary of the sample call, its words given as they were spoken, held against the call's truth."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.conftest import Collected
from voicemon import demo
from voicemon.asr.recognizer import RecognizerInfo
from voicemon.audio.recording import RecordingSource
from voicemon.phrases.lexicon import load as load_lexicon
from voicemon.session import Replay
from voicemon.settings import load
from voicemon.types import CharTime, RecognitionJob, Transcript

PER_CHANNEL = (
    "talk_s",
    "active_db",
    "laeq_db",
    "level_deviation_db",
    "in_band_percent",
    "speech_rate_cpm",
    "articulation_rate_cpm",
    "characters",
    "pauses",
    "f0_range_st",
    "lasmax_db",
    "lcpeak_db",
    "l10_db",
    "l50_db",
    "l90_db",
)


class TruthRecognizer:
    """Hears exactly what the truth says was spoken."""

    info = RecognizerInfo("truth")

    def __init__(self, truth: dict[str, Any]) -> None:
        self._chars = [CharTime(*c) for c in truth["chars"]["agent"]]

    def recognize(self, job: RecognitionJob) -> Transcript:
        chars = tuple(c for c in self._chars if job.start <= (c.start + c.end) / 2 < job.end)
        text = "".join(c.char for c in chars)
        return Transcript(job.utterance, job.kind, job.start, job.end, text, chars, cpu_s=0.01)

    def close(self) -> None:
        return None


def replayed(truth: dict[str, Any], *, text: bool = True, offset_db: float | None = 100.0) -> list[dict[str, Any]]:
    sink = Collected()
    level = {"target_db": demo.TARGET_LEVEL_DB, "calibration_offset_db": offset_db}
    settings = load(environment={}, overrides={"level": level})
    recognizer = TruthRecognizer(truth) if text else None
    Replay(RecordingSource(demo.CALL), settings, load_lexicon(), "en", recognizer, [sink]).run()
    return sink.records()


@pytest.fixture(scope="module")
def records(sample_truth: dict[str, Any]) -> list[dict[str, Any]]:
    return replayed(sample_truth)


@pytest.fixture(scope="module")
def summary(records: list[dict[str, Any]]) -> dict[str, Any]:
    return records[-1]


@pytest.fixture(scope="module")
def agent(summary: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = summary["channels"]["agent"]
    return found


@pytest.fixture(scope="module")
def wordless(sample_truth: dict[str, Any]) -> dict[str, Any]:
    """The summary without recognition and without calibration."""
    return replayed(sample_truth, text=False, offset_db=None)[-1]


def test_it_is_the_last_record_and_says_how_long_the_call_was(
    summary: dict[str, Any], sample_truth: dict[str, Any]
) -> None:
    assert summary["type"] == "summary"
    assert summary["duration_s"] == pytest.approx(sample_truth["duration_s"], abs=0.02)
    assert summary["degraded"] is False


def test_every_channel_has_every_figure_of_the_contract(summary: dict[str, Any]) -> None:
    assert list(summary["channels"]) == ["agent", "customer"]
    for figures in summary["channels"].values():
        assert set(PER_CHANNEL) <= set(figures)
    assert summary["channels"]["customer"]["level_deviation_db"] is None
    assert summary["channels"]["customer"]["characters"] is None


def test_the_agents_figures_are_those_of_the_truth(agent: dict[str, Any], sample_truth: dict[str, Any]) -> None:
    truth = sample_truth["call"]
    assert agent["talk_s"] == pytest.approx(truth["agent_active_s"], rel=0.05)
    assert agent["active_db"] == pytest.approx(truth["agent_level_dba"], abs=1.0)
    assert agent["level_deviation_db"] == pytest.approx(agent["active_db"] - demo.TARGET_LEVEL_DB, abs=0.02)
    assert agent["speech_rate_cpm"] == pytest.approx(truth["agent_cpm"], rel=0.05)
    assert agent["articulation_rate_cpm"] == pytest.approx(truth["agent_cpm_articulation"], rel=0.05)
    assert agent["characters"] == truth["agent_chars"]
    assert agent["laeq_db"] < agent["active_db"]


def test_levels_of_the_whole_call_stand_in_their_order(agent: dict[str, Any], records: list[dict[str, Any]]) -> None:
    """By their definitions, and against the seconds that were told."""
    seconds = [r for r in records if r["type"] == "level" and r["channel"] == "agent"]
    assert agent["lasmax_db"] == max(r["lasmax_db"] for r in seconds if r["lasmax_db"] is not None)
    assert agent["lasmax_db"] < max(r["lafmax_db"] for r in seconds)
    assert agent["l90_db"] < agent["l50_db"] < agent["l10_db"] < max(r["lafmax_db"] for r in seconds)
    assert agent["laeq_db"] < agent["lasmax_db"] < agent["lcpeak_db"] - 6
    # Speech takes more than a tenth of the agent's time, and the room as well.
    assert agent["l10_db"] == pytest.approx(agent["active_db"], abs=5)
    assert agent["l90_db"] < agent["active_db"] - 20


def test_exposure_of_an_utterance_is_its_level_and_its_length(records: list[dict[str, Any]]) -> None:
    utterances = [r for r in records if r["type"] == "utterance"]
    assert utterances
    for r in utterances:
        length_db = 10 * math.log10(r["end"] - r["start"])
        assert r["lae_db"] == pytest.approx(r["laeq_db"] + length_db, abs=0.05)


def test_the_levels_without_calibration_are_those_in_dbfs(summary: dict[str, Any], wordless: dict[str, Any]) -> None:
    for name in ("lasmax_db", "lcpeak_db", "l10_db", "l50_db", "l90_db"):
        known, unknown = (s["channels"]["agent"][name] for s in (summary, wordless))
        assert known == pytest.approx(unknown + 100, abs=0.02)
        # The calibration is the agent's headset's and says nothing of the customer's line.
        assert summary["channels"]["customer"][name] == wordless["channels"]["customer"][name]


def test_the_reference_distance_is_told_where_levels_are_sound_pressure(sample_truth: dict[str, Any]) -> None:
    calibrated, unknown = (replayed(sample_truth, text=False, offset_db=offset)[0] for offset in (100.0, None))
    assert calibrated["calibration"]["reference_distance_m"] == 0.3
    assert unknown["calibration"]["reference_distance_m"] is None


def test_both_level_protocols_are_judged_or_say_why_not(summary: dict[str, Any]) -> None:
    assert {row["name"]: row["status"] for row in summary["protocols"]} == {
        "same_level_for_faint_customer": "not_observable",
        "slightly_louder_when_asked": "not_observable",
    }
    assert all(row["detail"] for row in summary["protocols"])


def test_talk_over_and_delays_are_those_of_the_truth(summary: dict[str, Any], sample_truth: dict[str, Any]) -> None:
    assert summary["interruptions"] == sum(o["kind"] == "interruption" for o in sample_truth["talk_over"])
    delays = sorted(d["delay_s"] for d in sample_truth["response_delays"] if d["delay_s"] > 0)
    assert summary["response_delay_s"]["p50"] == pytest.approx(delays[len(delays) // 2], abs=0.1)
    assert summary["response_delay_s"]["p95"] == pytest.approx(delays[-1], abs=0.15)
    assert summary["dead_air"] == []


def test_forbidden_sentences_are_those_of_the_truth(summary: dict[str, Any], sample_truth: dict[str, Any]) -> None:
    found = summary["phrases"]
    truth = sample_truth["forbidden"]
    assert len(found) == len(truth)
    for hit, spoken in zip(found, truth, strict=True):
        assert hit["start"] < spoken["end"]
        assert spoken["start"] < hit["end"]
    assert summary["alerts"]["forbidden_phrase"] == len(truth)


def test_alerts_are_counted_as_they_were_told(summary: dict[str, Any], records: list[dict[str, Any]]) -> None:
    told: dict[str, int] = {}
    for record in records:
        if record["type"] == "alert":
            told[record["rule"]] = told.get(record["rule"], 0) + 1
    assert summary["alerts"] == told
    assert told["too_loud"] == 2
    assert told["missing_closing"] == 1
    assert "missing_greeting" not in told


def test_required_lines_are_said_missing_or_cannot_be_told(summary: dict[str, Any]) -> None:
    status = {row["id"]: row["status"] for row in summary["required"]}
    assert status["r01"] == "said"
    assert set(status.values()) <= {"said", "missing", "not_observable"}
    closing = [line.id for line in load_lexicon().required if line.category == "closing"]
    assert closing
    assert {status[line] for line in closing} == {"missing"}
    at = {row["id"]: row["at"] for row in summary["required"]}
    assert at["r01"] == pytest.approx(1.4, abs=0.3)
    assert all((at[line] is None) == (status[line] != "said") for line in status)


def test_coaching_is_short_and_names_what_was_wrong(summary: dict[str, Any]) -> None:
    assert 1 <= len(summary["coaching"]) <= 4
    assert all(sentence and "{" not in sentence for sentence in summary["coaching"])


def test_without_text_what_needs_it_is_not_observable(wordless: dict[str, Any]) -> None:
    assert {row["status"] for row in wordless["required"]} == {"not_observable"}
    assert wordless["channels"]["agent"]["characters"] is None
    assert not wordless["words"]
    assert wordless["phrases"] is None


def test_without_calibration_no_level_is_held_against_a_target(wordless: dict[str, Any]) -> None:
    agent = wordless["channels"]["agent"]
    assert wordless["unit"] == "dBFS(A)"
    assert agent["active_db"] < 0
    assert agent["level_deviation_db"] is None
    assert agent["in_band_percent"] is None
    assert "too_loud" not in wordless["alerts"]


def test_the_rate_needs_no_text(wordless: dict[str, Any], sample_truth: dict[str, Any]) -> None:
    agent = wordless["channels"]["agent"]
    assert agent["rate_basis"] == "nuclei"
    assert agent["speech_rate_cpm"] == pytest.approx(sample_truth["call"]["agent_cpm"], rel=0.15)
