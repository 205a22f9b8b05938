"""Judgement of level and rate: the thresholds, once a turn, and where a new turn begins."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from voicemon import demo
from voicemon.audio.recording import RecordingSource
from voicemon.events import AlertEvent
from voicemon.monitor import Monitor
from voicemon.phrases.model import Lexicon
from voicemon.rules.delivery import DeliveryRules, Finding
from voicemon.rules.targets import level_band
from voicemon.settings import Settings, load
from voicemon.types import Block, Role, SourceInfo

OFFSET_DB = 100.0
SETTINGS = load(environment={}, overrides={"level": {"target_db": 73.0, "calibration_offset_db": OFFSET_DB}})


def rules(settings: Settings = SETTINGS, *, calibrated: bool = True) -> DeliveryRules:
    if not calibrated:
        return DeliveryRules(settings, None, None)
    return DeliveryRules(settings, level_band(settings.level, settings.target_level_db), OFFSET_DB)


def name(finding: Finding | None) -> str | None:
    return None if finding is None else finding.rule


@pytest.mark.parametrize(
    ("level_db", "rule"),
    [(60, "too_quiet"), (67.9, "too_quiet"), (68, None), (73, None), (78, None), (78.1, "too_loud"), (90, "too_loud")],
)
def test_levels_beyond_the_amber_band_are_told(level_db: float, rule: str | None) -> None:
    found = rules().level(10.0, 12.0, level_db - OFFSET_DB, 2.0)
    assert name(found) == rule
    if found is not None:
        assert (found.start, found.end) == (10.0, 12.0)
        assert found.evidence == pytest.approx({"active_db": level_db, "target_db": 73.0, "active_s": 2.0})
        assert found.figures.deviation_db == pytest.approx(level_db - 73)


def test_a_level_without_calibration_is_not_judged() -> None:
    assert rules(calibrated=False).level(0.0, 3.0, -5.0, 3.0) is None


def test_short_or_silent_speech_is_not_judged() -> None:
    judge = rules()
    assert judge.level(0.0, 1.2, -10.0, 0.99) is None
    assert judge.level(0.0, 1.2, None, 2.0) is None
    assert name(judge.level(1.5, 3.0, -10.0, 1.0)) == "too_loud"


def test_a_level_is_told_once_a_turn() -> None:
    judge = rules()
    assert name(judge.level(0.0, 3.0, -10.0, 3.0)) == "too_loud"
    assert judge.level(3.6, 6.0, -10.0, 2.0) is None
    assert judge.level(8.0, 9.5, -10.0, 1.5) is None, "2 s of pause are still the same turn"
    assert name(judge.level(11.6, 13.0, -10.0, 1.4)) == "too_loud"


def test_when_the_customer_has_spoken_it_is_a_new_turn() -> None:
    judge = rules()
    assert judge.level(0.0, 3.0, -10.0, 3.0) is not None
    judge.customer_spoke(3.2)
    assert judge.level(4.0, 6.0, -10.0, 2.0) is not None


def test_level_and_rate_do_not_silence_each_other() -> None:
    judge = rules()
    assert judge.level(0.0, 3.0, -10.0, 3.0) is not None
    assert name(judge.rate(0.0, 3.0, 20, "text")) == "too_fast"


@pytest.mark.parametrize(
    ("cpm", "rule"), [(149, "too_slow"), (150, None), (200, None), (275, None), (276, "too_fast"), (400, "too_fast")]
)
def test_the_limits_of_rate(cpm: float, rule: str | None) -> None:
    found = rules().rate(5.0, 15.0, cpm / 6, "text")
    assert name(found) == rule
    if found is not None:
        assert found.evidence["speech_rate_cpm"] == pytest.approx(cpm)
        assert found.evidence["basis"] == "text"
        assert (found.start, found.end) == (5.0, 15.0)


def test_less_than_twelve_characters_say_nothing_of_rate() -> None:
    judge = rules()
    assert judge.rate(0.0, 1.0, 11, "text") is None
    assert name(judge.rate(1.2, 2.0, 1, "text")) == "too_fast"


def test_short_pauses_belong_to_the_rate_of_a_turn() -> None:
    """20 characters in 2 s, 2 s of pause, 20 in 4 s: 300 a minute, told over the whole turn, once."""
    judge = rules(load(environment={}, overrides={"rate": {"alert_fast_cpm": 290.0, "alert_min_chars": 40}}))
    assert judge.rate(0.0, 2.0, 20, "text") is None
    found = judge.rate(4.0, 8.0, 20, "text")
    assert found is not None
    assert found.evidence["speech_rate_cpm"] == pytest.approx(300)
    assert (found.start, found.end) == (0.0, 8.0)
    assert judge.rate(8.5, 9.0, 20, "text") is None


def test_text_without_length_has_no_rate() -> None:
    judge = rules(load(environment={}, overrides={"rate": {"alert_min_chars": 1}}))
    assert judge.rate(4.0, 4.0, 3, "text") is None


def loud_again(gap_s: float) -> tuple[list[Any], Settings]:
    """Two loud utterances of the agent, the customer's short answer between them: agent's channel, customer's."""
    source = RecordingSource(demo.CALL)
    call = np.concatenate([b.samples for b in source if isinstance(b, Block)], axis=1)
    rate = source.info.sample_rate

    def cut(channel: int, start: float, end: float) -> Any:
        return call[channel, round(start * rate) : round(end * rate)]

    agent, customer = cut(0, 28.1, 32.0), cut(1, 47.9, 49.4)
    quiet = cut(0, 49.45, 49.65)
    still = np.tile(quiet, 60)

    def spread(parts: list[tuple[float, Any]], seconds: float) -> Any:
        line = still[: round(seconds * rate)].copy()
        for at, sound in parts:
            line[round(at * rate) : round(at * rate) + len(sound)] = sound
        return line

    after = 2.0 + 3.9
    again = after + gap_s + 1.45
    lines = [spread([(2.0, agent), (again, agent)], 12.0), spread([(after + gap_s - 0.1, customer)], 12.0)]
    settings = load(
        environment={},
        overrides={"level": {"target_db": 70.0, "calibration_offset_db": 100.0}, "asr": {"enabled": False}},
    )
    return lines, settings


def test_a_quick_answer_of_the_customer_parts_two_turns_of_the_agent() -> None:
    """The customer answers before the agent's end-point: both loud turns are told, not only the first."""
    lines, settings = loud_again(gap_s=0.25)
    monitor = Monitor(SourceInfo("made", 16_000, (Role.AGENT, Role.CUSTOMER)), settings, Lexicon(), "en")
    events = [*monitor.process(Block(0, np.stack(lines).astype(np.float32))), *monitor.end()]
    loud = [e for e in events if isinstance(e, AlertEvent) and e.rule == "too_loud"]
    assert len(loud) == 2
