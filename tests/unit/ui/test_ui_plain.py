"""Events as plain lines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from voicemon.events import AlertEvent, GapEvent, LevelEvent, LexiconEvent, PhraseEvent, SessionEvent, SummaryEvent
from voicemon.types import HitStatus, Role, Severity
from voicemon.ui.plain import plain_line

ALERT = AlertEvent(
    t=219.4, rule="too_fast", severity=Severity.WARN, start=210.0, end=219.0, message="语速太快：281 字/分"
)

SUMMARY = SummaryEvent(
    t=402.0,
    duration_s=402.0,
    unit="dB(A)",
    channels={
        "agent": {
            "active_db": 71.93,
            "level_deviation_db": 1.93,
            "in_band_percent": 84.2,
            "speech_rate_cpm": 203.4,
            "articulation_rate_cpm": 231.0,
        }
    },
    dead_air=({"start": 164.0, "end": 170.1}, {"start": 20.0, "end": 25.5}),
    interruptions=None,
    response_delay_s=None,
    phrases=(
        {"phrase": "这不关我的事", "status": HitStatus.CONFIRMED},
        {"phrase": "撤回的", "status": HitStatus.WITHDRAWN},
    ),
    required=(),
    words={},
    protocols=(),
    alerts={"too_fast": 2, "dead_air": 1},
    coaching=("句号处停一下。",),
    degraded=True,
    cost={},
)


def test_an_alert_is_one_line_with_what_to_do() -> None:
    assert plain_line(ALERT, "zh") == "03:30  注意 !  语速太快：281 字/分  → 慢一点"


def test_the_evidence_brings_the_better_sentence() -> None:
    alert = replace(ALERT, rule="forbidden_phrase", message="禁语", evidence={"better": "对不起"})
    assert plain_line(alert, "zh") == "03:30  注意 !  禁语  → 可以说：对不起"
    assert str(plain_line(replace(alert, evidence={"advice": "轻一点"}), "zh")).endswith("→ 轻一点")


def test_an_alert_of_an_unknown_rule_is_still_said() -> None:
    assert plain_line(replace(ALERT, rule="new_rule"), "en") == "03:30  warning !  语速太快：281 字/分"


def test_lost_audio_is_said() -> None:
    assert plain_line(GapEvent(t=62.0, start=60.0, end=61.5, cause="overflow"), "en") == (
        "01:02  warning !  audio lost: 1.5 s (overflow)"
    )


def test_measurements_are_not_lines() -> None:
    level = LevelEvent(t=1, start=0, end=1, laeq_db=70, lafmax_db=75, speech_s=1, unit="dB(A)", clipped=False)
    assert plain_line(level, "zh") is None


def test_the_session_says_against_what_is_judged() -> None:
    session = SessionEvent(
        t=0.0,
        source="call\x1b.wav",
        sample_rate=16_000,
        channels=("agent",),
        duration_s=10.0,
        profile=None,
        targets={"level_db": 71.5, "rate_cpm": 200.0},
        calibration={"status": "calibrated", "uncertainty_db": 1.8},
        model=None,
        lexicons=(),
        program="voicemon",
    )
    assert plain_line(session, "zh") == "voicemon · call.wav · 已校准 ± 1.8 dB · 目标 71.5 dB(A) 200 字/分"
    assert "calibrated ± 1.8 dB ·" in str(plain_line(session, "en"))
    bare = replace(session, calibration={"status": "uncalibrated"})
    assert plain_line(bare, "en") == "voicemon · call.wav · not calibrated · target 200 char/min"
    none = replace(bare, targets={"level_db": 70.0, "rate_cpm": None})
    assert plain_line(none, "en") == "voicemon · call.wav · not calibrated"
    estimated = replace(session, calibration={"status": "estimated", "uncertainty_db": 5.0})
    assert "71.5 dB(A)" in str(plain_line(estimated, "en"))


@pytest.mark.parametrize("status", list(HitStatus))
def test_a_phrase_that_was_taken_back_is_told(status: HitStatus) -> None:
    hit = PhraseEvent(
        t=7.9,
        channel=Role.AGENT,
        id="f01",
        phrase="喂,说吧!\x1b",
        category="rude",
        severity="critical",
        start=5.0,
        end=6.0,
        heard="喂说吧",
        score=0.8,
        status=status,
    )
    lines = (plain_line(hit, "zh"), plain_line(hit, "en"))
    told = ("00:07  撤回：喂,说吧!", "00:07  withdrawn: 喂,说吧!")
    assert lines == (told if status is HitStatus.WITHDRAWN else (None, None))


def test_the_summary_in_a_few_lines() -> None:
    assert str(plain_line(SUMMARY, "zh")).splitlines() == [
        "小结  时长 06:42",
        "  结果不完整：有音频丢失或未识别",
        "  音量  71.9 dB(A)，比目标 +1.9 dB，84 % 的时间在目标内",
        "  语速  203 字/分，发音 231",
        "  静默  超时 2 次，最长 6.1 s；打断 –",
        "  禁语  1 次：这不关我的事",
        "  提醒  太快 2  静默 1",
        "  建议  句号处停一下。",
    ]


def test_a_summary_of_nothing_has_dashes_not_zeros() -> None:
    empty = replace(SUMMARY, channels={}, dead_air=(), phrases=(), alerts={}, coaching=(), degraded=False)
    lines = str(plain_line(empty, "en")).splitlines()
    assert lines[1:3] == ["  level  – dB(A)", "  rate  – char/min"]
    assert lines[4] == "  phrases  0"


def test_a_summary_of_what_could_not_be_observed_has_dashes_alone() -> None:
    unheard = replace(SUMMARY, dead_air=None, phrases=None, interruptions=2)
    assert str(plain_line(unheard, "zh")).splitlines()[4:6] == ["  静默  –；打断 2", "  禁语  –"]
    assert str(plain_line(unheard, "en")).splitlines()[4:6] == ["  silence  –; interruptions 2", "  phrases  –"]


@pytest.mark.parametrize(
    ("whole_s", "zh", "en"),
    [
        (78.0, "小结  未播完：00:10 / 01:18", "Summary  stopped at 00:10 of 01:18"),
        (None, "小结  未播完：00:10", "Summary  stopped at 00:10"),
    ],
)
def test_a_call_that_was_not_heard_to_its_end_says_so(whole_s: float | None, zh: str, en: str) -> None:
    stopped = replace(SUMMARY, duration_s=10.0, complete=False, whole_s=whole_s)
    assert str(plain_line(stopped, "zh")).splitlines()[0] == zh
    assert str(plain_line(stopped, "en")).splitlines()[0] == en


def test_a_lexicon_that_was_taken_over_or_not_is_told() -> None:
    taken = LexiconEvent(t=65.0, lexicons=({"name": "own.yaml", "sha256": "0"},))
    assert plain_line(taken, "en") == "01:05  lexicon taken over: own.yaml"
    kept = plain_line(replace(taken, error="own.yaml:3: unknown key"), "en")
    assert kept is not None
    assert "own.yaml:3: unknown key" in kept
    assert "the old one stays" in kept
