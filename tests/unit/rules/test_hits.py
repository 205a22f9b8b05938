"""Phrase hits: provisional, then confirmed or withdrawn by the final text; one hit a phrase and place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from voicemon.phrases.lexicon import load
from voicemon.phrases.model import Lexicon
from voicemon.rules.hits import PhraseLedger
from voicemon.types import CharTime, CheckedBy, HitStatus, Pass, PhraseHit, SoundCheck, Transcript

INSULT = "喂嘴巴干净一点这又不是我的错呀"
CALM = "好的我帮您查一下请您稍等"


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load()


@pytest.fixture
def ledger(lexicon: Lexicon) -> PhraseLedger:
    return PhraseLedger(lexicon)


def said(
    text: str, utterance: int = 0, start: float = 1.0, kind: Pass = Pass.FINAL, rejected: str | None = None
) -> Transcript:
    """``text`` at five characters a second."""
    chars = tuple(CharTime(c, start + i / 5, start + (i + 1) / 5) for i, c in enumerate(text))
    return Transcript(utterance, kind, start, start + len(text) / 5, text, chars, rejected=rejected)


def brief(hits: list[PhraseHit]) -> list[tuple[str, str]]:
    return [(hit.id, hit.status.value) for hit in hits]


def test_a_hit_is_provisional_and_then_confirmed(ledger: PhraseLedger) -> None:
    (first,) = ledger.hear(said(INSULT, kind=Pass.PROVISIONAL))
    assert (first.id, first.status) == ("f09", HitStatus.PROVISIONAL)
    assert first.start == pytest.approx(1.0, abs=0.5)
    assert first.end == pytest.approx(1.0 + len(INSULT) / 5, abs=0.5)
    assert first.heard in INSULT
    assert 0 < first.score <= 1
    assert brief(ledger.hear(said(INSULT))) == [("f09", "confirmed")]
    assert brief(list(ledger.confirmed)) == [("f09", "confirmed")]


def test_further_passes_over_the_same_words_tell_nothing_new(ledger: PhraseLedger) -> None:
    ledger.hear(said(INSULT, kind=Pass.PROVISIONAL))
    assert ledger.hear(said(INSULT + "您家", kind=Pass.PROVISIONAL)) == []
    assert brief(ledger.hear(said(INSULT + "您家"))) == [("f09", "confirmed")]


def test_a_final_text_without_it_withdraws_a_hit(ledger: PhraseLedger) -> None:
    ledger.hear(said(INSULT, kind=Pass.PROVISIONAL))
    assert brief(ledger.hear(said(CALM))) == [("f09", "withdrawn")]
    assert not ledger.confirmed


def test_a_rejected_final_text_withdraws_and_finds_nothing(ledger: PhraseLedger) -> None:
    ledger.hear(said(INSULT, kind=Pass.PROVISIONAL))
    assert brief(ledger.hear(said(INSULT, rejected="repetition"))) == [("f09", "withdrawn")]
    assert ledger.hear(said(INSULT, utterance=1, start=30.0, rejected="repetition")) == []
    assert not ledger.confirmed


def test_a_final_that_was_never_recognised_leaves_what_was_heard_before(ledger: PhraseLedger) -> None:
    ledger.hear(said(INSULT, kind=Pass.PROVISIONAL))
    assert brief(ledger.hear(replace(said("", rejected="shed"), heard=False))) == [("f09", "confirmed")]
    assert ledger.hear(replace(said("", utterance=1, start=30.0, rejected="shed"), heard=False)) == []


def test_a_rejected_provisional_text_changes_nothing(ledger: PhraseLedger) -> None:
    ledger.hear(said(INSULT, kind=Pass.PROVISIONAL))
    assert ledger.hear(said("啊啊啊啊", kind=Pass.PROVISIONAL, rejected="repetition")) == []
    assert brief(ledger.hear(said(INSULT))) == [("f09", "confirmed")]


def test_withdrawn_hits_come_before_what_takes_their_place(ledger: PhraseLedger) -> None:
    ledger.hear(said(INSULT, kind=Pass.PROVISIONAL))
    changed = ledger.hear(said("喂什么你说什么"))
    assert brief(changed) == [("f09", "withdrawn"), ("f05", "confirmed")]


def test_the_same_phrase_later_is_another_hit(ledger: PhraseLedger) -> None:
    assert len(ledger.hear(said(INSULT, 0, 1.0))) == 1
    assert len(ledger.hear(said(INSULT, 1, 30.0))) == 1
    assert len(ledger.confirmed) == 2


def test_a_sentence_over_two_utterances_is_found_once_and_whole(ledger: PhraseLedger) -> None:
    assert ledger.hear(said("喂嘴巴", 0, 1.0)) == []
    (hit,) = ledger.hear(said("干净一点这又不是我的错呀", 1, 2.3))
    assert (hit.id, hit.status) == ("f09", HitStatus.CONFIRMED)
    assert hit.start < 1.7
    assert ledger.hear(said(CALM, 2, 6.0)) == []


def test_over_a_gap_two_halves_are_no_sentence(ledger: PhraseLedger) -> None:
    ledger.hear(said("喂嘴巴干净一点这又", 0, 1.0))
    confirmed = len(ledger.confirmed)
    ledger.forget_context()
    ledger.hear(said("不是我的错呀", 1, 3.2))
    assert all(hit.start >= 3.2 or hit.end <= 2.9 for hit in list(ledger.confirmed)[confirmed:])


def test_harmless_talk_gives_no_hits(ledger: PhraseLedger) -> None:
    assert ledger.hear(said(CALM, kind=Pass.PROVISIONAL)) == []
    assert ledger.hear(said(CALM)) == []


def test_a_short_phrase_at_the_very_end_of_a_final_text_counts(ledger: PhraseLedger) -> None:
    assert [hit.status for hit in ledger.hear(said("您好你说什么"))] == [HitStatus.CONFIRMED]


def test_a_look_that_hears_another_phrase_withdraws_the_first_before_it_tells_the_other(ledger: PhraseLedger) -> None:
    ledger.hear(said(INSULT + CALM, kind=Pass.PROVISIONAL))
    changed = ledger.hear(said("喂什么你说什么您先把宽带账号报给我我给您登记报修", kind=Pass.PROVISIONAL))
    assert brief(changed) == [("f09", "withdrawn"), ("f05", "provisional")]


GARBLED = "先生为神文说什么您再看看吧"
CHECK = SoundCheck("f05", 1.4, 2.6, "为神文说什么", 0.27, 0.93)


def at_a_pause(text: str) -> Transcript:
    return replace(said(text, kind=Pass.PROVISIONAL), settled=True)


def test_what_the_sound_proves_is_a_hit_with_its_evidence(ledger: PhraseLedger) -> None:
    assert ledger.hear(said(GARBLED)) == []
    (hit,) = ledger.hear(replace(said(GARBLED, utterance=1), checks=(CHECK,)))
    assert (hit.id, hit.status, hit.heard) == ("f05", HitStatus.CONFIRMED, "为神文说什么")
    assert (hit.check, hit.probability, hit.distance) == (CheckedBy.SOUND, 0.93, 0.27)


def test_a_hit_by_its_text_tells_that_too(ledger: PhraseLedger) -> None:
    (hit,) = ledger.hear(said(INSULT))
    assert (hit.check, hit.probability) == (CheckedBy.TEXT, None)
    assert hit.distance == pytest.approx(1 - hit.score)


def test_a_proof_at_a_pause_stands_until_the_sound_is_asked_again(ledger: PhraseLedger) -> None:
    assert brief(ledger.hear(replace(at_a_pause(GARBLED), checks=(CHECK,)))) == [("f05", "provisional")]
    assert ledger.hear(said(GARBLED + "谢谢", kind=Pass.PROVISIONAL)) == []
    assert brief(ledger.hear(at_a_pause(GARBLED + "谢谢您"))) == [("f05", "withdrawn")]


def test_a_proof_is_confirmed_or_withdrawn_by_the_final_text(ledger: PhraseLedger) -> None:
    ledger.hear(replace(at_a_pause(GARBLED), checks=(CHECK,)))
    assert brief(ledger.hear(replace(said(GARBLED), checks=(CHECK,)))) == [("f05", "confirmed")]
    later = replace(CHECK, start=21.4, end=22.6)
    ledger.hear(replace(said(GARBLED, 1, 21.0, Pass.PROVISIONAL), settled=True, checks=(later,)))
    assert brief(ledger.hear(said(GARBLED, 1, 21.0))) == [("f05", "withdrawn")]
