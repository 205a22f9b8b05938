"""The book of alerts: records, lines for the screen, counts, and taking back."""

from __future__ import annotations

import pytest

from voicemon.rules.alerts import LINES_KEPT, AlertBook
from voicemon.strings import AlertFigures
from voicemon.types import Role, Severity

CONTRACT = (
    "too_loud",
    "too_quiet",
    "too_fast",
    "too_slow",
    "dead_air",
    "interruption",
    "forbidden_phrase",
    "limited_word",
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
)
"""The names of the rules, which external programs read."""


@pytest.mark.parametrize("rule", CONTRACT)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_rule_of_the_contract_can_be_raised_without_figures(rule: str, language: str) -> None:
    event = AlertBook(language).raise_(rule, t=1.0, start=0.0, end=1.0)  # type: ignore[arg-type]
    assert event.rule == rule
    assert event.message
    assert "{" not in event.message


def test_a_record_says_what_happened_and_what_to_do() -> None:
    book = AlertBook("en")
    figures = AlertFigures(level_db=82.04, target_db=73.0, deviation_db=9.04)
    event = book.raise_("too_loud", t=6.0, start=2.0, end=5.0, figures=figures, evidence={"active_db": 82.04})
    assert (event.t, event.start, event.end, event.channel) == (6.0, 2.0, 5.0, Role.AGENT)
    assert event.severity is Severity.WARN
    assert "82.0" in event.message
    assert "73" in event.message
    assert event.evidence["active_db"] == 82.04
    assert "9 dB" in event.evidence["advice"]
    line = book.lines[-1]
    assert (line.rule, line.message, line.advice) == ("too_loud", event.message, event.evidence["advice"])


def test_a_forbidden_phrase_is_critical_and_a_word_to_limit_is_not() -> None:
    book = AlertBook("zh")
    assert book.raise_("forbidden_phrase", t=1, start=0, end=1).severity is Severity.CRITICAL
    assert book.raise_("limited_word", t=1, start=0, end=1).severity is Severity.INFO


def test_lines_are_bounded_and_counts_are_whole() -> None:
    book = AlertBook("zh")
    for i in range(LINES_KEPT + 25):
        book.raise_("too_fast", t=float(i), start=float(i), end=i + 1.0)
    assert len(book.lines) == LINES_KEPT
    assert book.lines[-1].t == LINES_KEPT + 24
    assert book.counts["too_fast"] == LINES_KEPT + 25


def test_an_alert_stands_where_it_was_raised() -> None:
    book = AlertBook("zh")
    book.raise_("forbidden_phrase", t=3, start=1.0, end=2.0)
    assert book.standing("forbidden_phrase", 1.5, 1.6)
    assert not book.standing("forbidden_phrase", 2.0, 3.0)
    assert not book.standing("limited_word", 1.5, 1.6)


def test_a_withdrawn_alert_is_off_the_screen_and_out_of_the_count() -> None:
    book = AlertBook("zh")
    book.raise_("forbidden_phrase", t=3, start=1.0, end=2.0)
    book.raise_("forbidden_phrase", t=9, start=7.0, end=8.0)
    book.raise_("too_loud", t=3, start=1.0, end=2.0)
    book.withdraw("forbidden_phrase", 1.2, 2.2)
    assert [(line.rule, line.start) for line in book.lines] == [("forbidden_phrase", 7.0), ("too_loud", 1.0)]
    assert (book.counts["forbidden_phrase"], book.counts["too_loud"]) == (1, 1)
    book.withdraw("forbidden_phrase", 100.0, 101.0)
    assert book.counts["forbidden_phrase"] == 1
