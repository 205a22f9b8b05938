"""What follows from a text: records in order, one alert a hit that its withdrawal takes back, bounded captions."""

from __future__ import annotations

import pytest

from voicemon.events import AlertEvent, Event, PhraseEvent, TranscriptEvent
from voicemon.phrases.lexicon import load
from voicemon.phrases.model import Lexicon
from voicemon.rules.alerts import AlertBook
from voicemon.rules.text import CAPTIONS_KEPT, TextRules, syllables_of
from voicemon.types import CharTime, Pass, Role, Transcript

INSULT = "喂嘴巴干净一点这又不是我的错呀"
CALM = "好的我帮您查一下"


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load()


@pytest.fixture
def book() -> AlertBook:
    return AlertBook("zh")


@pytest.fixture
def rules(lexicon: Lexicon, book: AlertBook) -> TextRules:
    return TextRules(lexicon, book)


def said(
    text: str, utterance: int = 0, start: float = 1.0, kind: Pass = Pass.FINAL, rejected: str | None = None
) -> Transcript:
    spoken = [c for c in text if c.isalnum()]
    chars = tuple(CharTime(c, start + i / 5, start + (i + 1) / 5) for i, c in enumerate(spoken))
    return Transcript(utterance, kind, start, start + len(spoken) / 5, text, chars, rejected=rejected)


def alerts(events: list[Event], rule: str = "forbidden_phrase") -> list[AlertEvent]:
    return [e for e in events if isinstance(e, AlertEvent) and e.rule == rule]


def test_a_text_is_recorded_with_its_characters(rules: TextRules) -> None:
    event = rules.hear(said("好的，再见。"), 4.2)[0]
    assert isinstance(event, TranscriptEvent)
    assert (event.t, event.channel, event.text, event.final) == (4.2, Role.AGENT, "好的，再见。", True)
    assert event.chars[0] == ("好", 1.0, 1.2)
    assert len(event.chars) == 4


def test_a_forbidden_phrase_alarms_at_its_first_appearance_and_once(rules: TextRules, book: AlertBook) -> None:
    first = rules.hear(said(INSULT, kind=Pass.PROVISIONAL), 3.0)
    (alert,) = alerts(first)
    (hit,) = [e for e in first if isinstance(e, PhraseEvent)]
    assert (alert.t, hit.t, alert.evidence["id"], hit.id) == (3.0, 3.0, "f09", "f09")
    assert alert.evidence["heard"] == hit.heard
    last = rules.hear(said(INSULT), 5.0)
    assert alerts(last) == []
    assert [e.status for e in last if isinstance(e, PhraseEvent)] == ["confirmed"]
    assert book.counts["forbidden_phrase"] == 1


def test_a_withdrawn_hit_takes_its_alert_back(rules: TextRules, book: AlertBook) -> None:
    rules.hear(said(INSULT, kind=Pass.PROVISIONAL), 3.0)
    events = rules.hear(said(CALM), 5.0)
    assert [e.status for e in events if isinstance(e, PhraseEvent)] == ["withdrawn"]
    assert book.counts["forbidden_phrase"] == 0
    assert not book.lines
    assert rules.captions[-1].hits == ()


def test_another_phrase_in_the_place_of_a_withdrawn_one_has_its_own_alert(rules: TextRules, book: AlertBook) -> None:
    rules.hear(said(INSULT, kind=Pass.PROVISIONAL), 3.0)
    events = rules.hear(said("喂什么你说什么"), 5.0)
    assert [a.evidence["id"] for a in alerts(events)] == ["f05"]
    assert book.counts["forbidden_phrase"] == 1
    assert book.standing("forbidden_phrase", 1.0, 2.0, "f05")


def test_a_rejected_text_is_recorded_with_its_reason_and_never_alarms(rules: TextRules) -> None:
    events = rules.hear(said("一定" + INSULT, rejected="repetition"), 5.0)
    assert [type(e) for e in events] == [TranscriptEvent]
    assert isinstance(events[0], TranscriptEvent)
    assert events[0].rejected == "repetition"
    assert rules.characters == 0


def test_service_wording_is_judged_on_final_texts_only(rules: TextRules) -> None:
    assert alerts(rules.hear(said("我们一定处理", kind=Pass.PROVISIONAL), 3.0), "limited_word") == []
    assert len(alerts(rules.hear(said("我们一定处理"), 4.0), "limited_word")) == 1


def test_characters_count_final_texts_without_punctuation(rules: TextRules) -> None:
    rules.hear(said("好的，再", kind=Pass.PROVISIONAL), 3.0)
    rules.hear(said("好的，再见。"), 4.0)
    assert rules.characters == 4


def test_a_caption_shows_the_newest_text_of_each_utterance(rules: TextRules) -> None:
    rules.hear(said("好的", kind=Pass.PROVISIONAL), 2.0)
    rules.hear(said("好的再见", kind=Pass.PROVISIONAL), 2.5)
    rules.hear(said("再说一遍", utterance=1, start=5.0), 6.0)
    rules.hear(said("好的，再见。"), 7.0)
    assert [(c.text, c.final) for c in rules.captions] == [("好的，再见。", True), ("再说一遍", True)]


def test_a_rejected_look_leaves_the_last_good_caption(rules: TextRules) -> None:
    rules.hear(said("好的", kind=Pass.PROVISIONAL), 2.0)
    rules.hear(said("好好好好", kind=Pass.PROVISIONAL, rejected="repetition"), 2.5)
    assert [c.text for c in rules.captions] == ["好的"]
    rules.hear(said("好好好好", rejected="repetition"), 3.0)
    assert [(c.text, c.rejected) for c in rules.captions] == [("好好好好", "repetition")]


def test_captions_are_bounded(rules: TextRules) -> None:
    for i in range(3 * CAPTIONS_KEPT):
        rules.hear(said("好的", utterance=i, start=3.0 * i), 3.0 * i + 1)
    assert len(rules.captions) == CAPTIONS_KEPT
    assert rules.captions[-1].utterance == 3 * CAPTIONS_KEPT - 1


def test_a_phrase_over_two_utterances_is_flagged_in_both(rules: TextRules) -> None:
    rules.hear(said("喂嘴巴", utterance=0, start=1.0), 2.0)
    rules.hear(said("干净一点这又不是我的错呀", utterance=1, start=2.3), 6.0)
    assert [[h.id for h in c.hits] for c in rules.captions] == [["f09"], ["f09"]]


def test_digits_and_letters_count_as_they_are_spoken() -> None:
    counts = dict(zip("好1A", syllables_of(said("好1A")), strict=True))
    assert counts == {"好": 1, "1": 1, "A": 1}
