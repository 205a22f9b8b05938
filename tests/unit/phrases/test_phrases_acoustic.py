"""Phrases in doubt: which are asked of the sound, with what text, and what its answer is worth."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicemon.phrases.acoustic import MOST_DOUBTS, PROBABLE, Doubt, Examiner, probability, with_proven
from voicemon.phrases.lexicon import load
from voicemon.phrases.spotter import Match, Spotter
from voicemon.types import CharTime, CheckedBy, Compared, Pass, SoundCheck, Transcript

GARBLED = "先生，为神文说什么，您再看看吧。"
"""What a recogniser made of 先生，喂什么你说什么，您再看看吧 in noise."""


@pytest.fixture(scope="module")
def spotter() -> Spotter:
    return Spotter(load())


@pytest.fixture(scope="module")
def examiner(spotter: Spotter) -> Examiner:
    return Examiner(spotter)


def heard(text: str) -> Transcript:
    """``text`` at four characters a second."""
    spoken = [c for c in text if c.isalnum()]
    chars = tuple(CharTime(c, i / 4, (i + 1) / 4) for i, c in enumerate(spoken))
    return Transcript(0, Pass.FINAL, 0.0, len(spoken) / 4, text, chars)


def by_id(doubts: Sequence[Doubt]) -> dict[str, Doubt]:
    return {doubt.id: doubt for doubt in doubts}


def test_a_garbled_phrase_is_asked_for_in_its_own_words(spotter: Spotter, examiner: Examiner) -> None:
    transcript = heard(GARBLED)
    assert spotter.find(transcript.chars, final=True) == []
    doubt = by_id(examiner.doubts(transcript))["f05"]
    assert "什么你说什么，您再看看吧。" in doubt.text
    assert doubt.text.startswith("先生，")
    assert (doubt.start, doubt.end) == (0.5, 2.0)
    assert doubt.heard == "为神文说什么"
    assert 0.2 < doubt.distance < 0.5


def test_a_phrase_that_the_text_says_is_not_in_doubt(examiner: Examiner) -> None:
    assert examiner.doubts(heard("喂，什么？你说什么？")) == []


@pytest.mark.parametrize("text", ["", "好的", "明天下午三点给您送到。", "我帮您查一下，请您稍等。"])
def test_what_resembles_no_phrase_asks_nothing(examiner: Examiner, text: str) -> None:
    assert list(examiner(heard(text), forbidden_score)) == []


def forbidden_score(texts: Sequence[str]) -> list[Compared]:
    raise AssertionError(f"asked for {texts}")


def test_what_would_be_harmless_in_the_phrases_own_words_is_not_asked(examiner: Examiner) -> None:
    assert "f04" not in by_id(examiner.doubts(heard("请您带声一点好吗")))


def test_a_lost_negation_is_a_matter_of_the_sound(examiner: Examiner) -> None:
    doubt = by_id(examiner.doubts(heard("这副官我的事我不清楚")))["f12"]
    assert doubt.text == "这不关我的事我不清楚"


def test_the_sound_decides(examiner: Examiner) -> None:
    transcript = heard(GARBLED)
    (likely,) = (c for c in examiner(transcript, lambda texts: [Compared(-5.0, -2.5, 5)] * len(texts)) if c.id == "f05")
    (unlikely,) = (
        c for c in examiner(transcript, lambda texts: [Compared(-25.0, -0.5, 5)] * len(texts)) if c.id == "f05"
    )
    assert likely.probability > 0.9
    assert unlikely.probability < 0.01
    (match,) = with_proven([], [likely])
    assert (match.id, match.check, match.probability) == ("f05", CheckedBy.SOUND, likely.probability)
    assert match.distance == likely.distance
    assert with_proven([], [unlikely]) == []


def test_the_text_goes_before_the_sound() -> None:
    sure = Match("f01", 1.0, 2.0, "说话呀", 1.0, 0.0)
    beside = SoundCheck("f05", 1.5, 2.5, "神文说什么", 0.3, 0.99)
    apart = SoundCheck("f02", 0.0, 0.5, "为说", 0.3, 0.99)
    assert [m.id for m in with_proven([sure], [beside, apart])] == ["f02", "f01"]


def test_of_two_phrases_for_the_same_words_the_likelier_is_told() -> None:
    checks = [SoundCheck("f01", 0.0, 1.0, "书话也", 0.2, 0.8), SoundCheck("f02", 0.2, 1.0, "话也", 0.3, 0.9)]
    assert [m.id for m in with_proven([], checks)] == ["f02"]


def test_the_likelier_the_words_the_likelier_the_phrase() -> None:
    found = [probability(Compared(asked, -1.0, 3)) for asked in (-10_000.0, -30.0, -15.0, -8.0, -4.0, 0.0, 10_000.0)]
    assert all(0 <= a <= b <= 1 for a, b in pairwise(found))
    assert found[1] < 0.01 < PROBABLE < found[-2]


def test_the_surer_the_recognised_words_the_less_likely_the_phrase() -> None:
    assert probability(Compared(-8.0, -0.1, 3)) < PROBABLE < probability(Compared(-8.0, -4.0, 3))


@settings(max_examples=60, deadline=None)
@given(st.text("为神文说什么你喂不关这我的事，清楚话5%呀a", max_size=60))
def test_any_text_asks_for_few_texts_that_differ_from_it(text: str) -> None:
    asked: list[str] = []

    def score(texts: Sequence[str]) -> list[Compared]:
        asked.extend(texts)
        return [Compared(-1.0, -1.0, 2)] * len(texts)

    transcript = heard(text)
    checks = SHARED(transcript, score)
    assert len(checks) == len(asked) <= MOST_DOUBTS
    assert text not in asked
    assert all(0 <= c.start <= c.end <= transcript.end for c in checks)


SHARED = Examiner(Spotter(load()))
