"""Every text is there in both languages, with the same figures, and reads as a sentence whatever is known."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from voicemon.strings import (
    COACHING_KINDS,
    LANGUAGES,
    RULES,
    AlertFigures,
    alert_text,
    coaching_text,
    resolve,
    rule_label,
    text,
)
from voicemon.strings.protocols import REASONS, protocol_text
from voicemon.strings.screen import KEYS, pair
from voicemon.strings.template import fill, slots

CONTRACT_RULES = [
    "too_loud",
    "too_quiet",
    "too_fast",
    "too_slow",
    "dead_air",
    "interruption",
    "forbidden_phrase",
    "limited_word",
    "wording",
    "missing_greeting",
    "missing_closing",
    "hold_without_asking",
    "no_thanks_after_hold",
    "silent_call_broken",
    "fast_without_warning",
    "monotone",
    "clipping",
    "microphone_moved",
    "gain_changed",
    "device_lost",
    "asr_behind",
    "louder_for_faint_customer",
    "not_louder_when_asked",
]

HAN = re.compile("[\u4e00-\u9fff]")
EVERYTHING = AlertFigures(
    level_db=78.24,
    target_db=73.0,
    deviation_db=-5.2,
    uncertainty_db=1.8,
    rate_cpm=281.4,
    target_cpm=200.0,
    range_st=2.1,
    seconds=6.13,
    limit_s=5.0,
    count=2,
    percent=84.0,
    unit="dB(A)",
    phrase="P",
    heard="H",
    better="B",
    word="W",
    detail="D",
)


def test_the_rules_are_those_of_the_contract() -> None:
    assert list(RULES) == CONTRACT_RULES


@pytest.mark.parametrize("key", KEYS)
def test_screen_texts_exist_in_both_languages_with_the_same_figures(key: str) -> None:
    zh, en = pair(key)
    assert zh
    assert en
    assert slots(zh) == slots(en)
    assert not HAN.search(en)


def test_every_figure_that_can_be_given_is_in_the_sample() -> None:
    assert all(getattr(EVERYTHING, item.name) is not None for item in fields(AlertFigures))


@pytest.mark.parametrize("figures", [AlertFigures(), EVERYTHING], ids=["none", "all"])
@pytest.mark.parametrize("rule", RULES)
def test_alerts_read_well_with_and_without_figures(rule: str, figures: AlertFigures) -> None:
    for language in ("zh", "en"):
        message, advice = alert_text(rule, language, figures)  # type: ignore[arg-type]
        for sentence in (message, advice, rule_label(rule, language)):  # type: ignore[arg-type]
            assert sentence.strip() == sentence
            assert sentence
            assert not re.search(r"[\[\]{}|]|None|  |：$|: $", sentence)
            assert bool(HAN.search(sentence)) == (language == "zh")


@pytest.mark.parametrize("figures", [AlertFigures(), EVERYTHING], ids=["none", "all"])
@pytest.mark.parametrize("kind", COACHING_KINDS)
def test_coaching_reads_well_with_and_without_figures(kind: str, figures: AlertFigures) -> None:
    for language in ("zh", "en"):
        sentence = coaching_text(kind, language, figures)  # type: ignore[arg-type]
        assert sentence[-1] in "。.BD"
        assert not re.search(r"[\[\]{}|]|None|  ", sentence)
        assert not sentence[0].islower()


@pytest.mark.parametrize("reason", REASONS)
def test_reasons_of_protocols_exist_in_both_languages(reason: str) -> None:
    figures = {"change_db": "+7.0", "since_s": "31", "least_db": "+2", "most_db": "+6"}
    zh, en = (protocol_text(reason, language, **figures) for language in LANGUAGES)
    assert HAN.search(zh)
    assert not HAN.search(en)
    assert re.findall(r"\+\d", zh) == re.findall(r"\+\d", en)
    assert ("31" in zh) == ("31" in en)


def test_the_kinds_of_the_summary_can_all_be_coached() -> None:
    wanted = [
        "level_high",
        "level_low",
        "rate_fast",
        "rate_slow",
        "dead_air",
        "interruptions",
        "forbidden",
        "limited_words",
        "missing_greeting",
        "missing_closing",
        "good",
    ]
    assert set(wanted) <= set(COACHING_KINDS)


def test_cues_say_what_to_do_in_a_few_characters() -> None:
    loud = AlertFigures(level_db=76.2, target_db=73.0, deviation_db=3.2)
    assert alert_text("too_loud", "zh", loud) == ("声音太响：76.2 dB(A)，目标 73", "轻一点，低 3 dB")
    assert alert_text("too_fast", "zh")[1] == "慢一点"
    gate = AlertFigures(detail="noise_gate")
    assert alert_text("gain_changed", "zh", gate)[0] == "录音增益变了：噪声门，校准不再可靠"
    assert alert_text("gain_changed", "en", gate)[0].startswith("The input gain changed: a noise gate;")
    assert alert_text("dead_air", "zh", AlertFigures(seconds=6.1)) == ("静默 6.1 s，没有说明原因", "请回应客户")
    assert alert_text("forbidden_phrase", "zh", AlertFigures(better="对不起"))[1] == "可以说：对不起"
    assert alert_text("forbidden_phrase", "zh")[1] == "换一种说法"


def test_one_of_a_thing_reads_as_well_as_many() -> None:
    once = AlertFigures(count=1, word="百分之百", seconds=6.1, limit_s=5.0)
    assert alert_text("limited_word", "en", once)[0] == "Word to limit: 百分之百, ×1 in this call"
    assert coaching_text("dead_air", "en", once).startswith("Silence over the limit of 5 s ×1, the longest 6.1 s: ")
    for kind in COACHING_KINDS:
        assert not re.search(r"\b1 [a-z]+s\b", coaching_text(kind, "en", once))
    for rule in RULES:
        assert not re.search(r"\b1 [a-z]+s\b", alert_text(rule, "en", once)[0])


def test_unknown_rules_are_loud_where_we_speak_and_kept_where_we_count() -> None:
    with pytest.raises(KeyError):
        alert_text("no_such_rule", "zh")
    assert rule_label("no_such_rule", "zh") == "no_such_rule"


def test_a_missing_figure_outside_brackets_is_a_defect() -> None:
    with pytest.raises(KeyError):
        fill("{here} and[ {there}]", {})
    assert fill("{here} and[ {there}]", {"here": "x"}) == "x and"
    assert text("quiet_for", "en", time="01:00") == "no alert for 01:00"


@pytest.mark.parametrize(
    ("asked", "environment", "language"),
    [
        ("zh", {"LANG": "en_GB.UTF-8"}, "zh"),
        ("en", {"LANG": "zh_CN.UTF-8"}, "en"),
        (None, {"LANG": "zh_CN.UTF-8"}, "zh"),
        (None, {"LANG": "ZH_TW"}, "zh"),
        (None, {"LC_ALL": "de_DE", "LANG": "zh_CN"}, "en"),
        (None, {"LC_ALL": "", "LC_MESSAGES": "zh_SG", "LANG": "en"}, "zh"),
        (None, {"LC_CTYPE": "zh_CN.UTF-8", "LANG": "C.UTF-8"}, "en"),
        (None, {}, "en"),
    ],
)
def test_language_by_choice_then_locale(asked: str | None, environment: dict[str, str], language: str) -> None:
    assert resolve(asked, environment) == language
