"""What a lexicon's author is told: phrases held too tightly, entries in each other's way."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicemon.phrases.lexicon import load
from voicemon.phrases.review import Doubt, Review, review

LEXICON = """\
version: 1
forbidden_utterances:
  - {id: x01, original: "跟我没关系"}
  - {id: x02, original: "不行"}
  - {id: x03, original: "请您稍等片刻"}
  - {id: x04, original: "大声一点"}
  - {id: x05, original: "跟我，没关系"}
  - {id: x06, original: "我们可以退款", hard_negatives: ["我们不可以退款", "我们可以退货"]}
required_utterances:
  - {id: q01, original: "对不起，请您稍等片刻，好吗？"}
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Review:
    path = tmp_path_factory.mktemp("lexicon") / "own.yaml"
    path.write_text(LEXICON, encoding="utf-8")
    return review(load([path]), frozenset({"x01", "x02", "x03", "x04", "x05", "x06"}))


def doubts(found: Review, entry: str) -> dict[Doubt, str]:
    return {w.doubt: w.other for w in found.warnings if w.id == entry}


def test_there_is_a_row_for_each_chosen_phrase_and_no_other(found: Review) -> None:
    assert [row.id for row in found.rows] == ["x01", "x02", "x03", "x04", "x05", "x06"]


def test_a_phrase_apart_from_all_others_is_not_objected_to(found: Review) -> None:
    assert doubts(found, "x01") == {}
    row = found.rows[0]
    assert row.limit is not None
    assert row.limit > 0.1
    assert row.syllables == 5


def test_two_syllables_are_held_tightly(found: Review) -> None:
    assert Doubt.TIGHT in doubts(found, "x02")


def test_the_nearest_harmless_line_is_named_and_bounds_the_limit(found: Review) -> None:
    row = found.rows[5]
    assert row.neighbour in {"我们不可以退款", "我们可以退货"}
    assert row.neighbour_distance is not None
    assert row.neighbour_distance < 0.3
    assert row.limit is not None
    assert row.limit < 0.24  # what six syllables have without such a neighbour
    assert doubts(found, "x06")[Doubt.TIGHT] == row.neighbour


def test_a_phrase_within_a_harmless_line_is_named(found: Review) -> None:
    assert doubts(found, "x03")[Doubt.IN_HARMLESS] == "对不起请您稍等片刻好吗"


def test_a_phrase_within_another_is_named(found: Review) -> None:
    assert doubts(found, "x04")[Doubt.WITHIN] == "f04"


def test_a_second_entry_with_the_same_words_has_no_limit_of_its_own(found: Review) -> None:
    assert found.rows[4].limit is None
    assert doubts(found, "x05") == {Doubt.SAME_CORE: "x01"}


def test_slots_and_alternatives_are_no_words_of_the_sentence(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    entry = 'version: 1\nforbidden_utterances:\n  - {id: x, original: "{SURNAME}先生别烦我"}\n'
    path.write_text(entry, encoding="utf-8")
    assert doubts(review(load([path]), frozenset({"x"})), "x") == {}


def test_the_builtin_lexicon_finds_each_of_its_sentences_and_none_of_its_harmless_ones() -> None:
    kinds = {w.doubt for w in review(load()).warnings}
    assert kinds.isdisjoint({Doubt.NOT_FOUND, Doubt.NEGATIVE_ALARMS})


def test_an_empty_lexicon_has_nothing_to_review(tmp_path: Path) -> None:
    path = tmp_path / "empty.yaml"
    path.write_text("version: 1\n", encoding="utf-8")
    assert review(load([path], builtin=False)) == Review((), ())
