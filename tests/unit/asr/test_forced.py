"""Forced decoding: a rewritten text keeps the recogniser's own tokens wherever it keeps its words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicemon.asr import chartimes
from voicemon.asr.forced import ForcedDecoder, Recognised, Speller, log_probability
from voicemon.asr.vocabulary import Vocabulary

WORDS = ("说", "话", "说话", "不是", "关", "，", "先", "生", "先生", "這", "这")
STEPS = sorted((w.encode()[:n] for w in WORDS for n in range(2, len(w.encode()) + 1)), key=len)
ENTRIES = tuple(dict.fromkeys([*(bytes([b]) for b in range(256)), *STEPS]))
"""Single bytes, some words, and what leads up to them: every text can be spelt."""

VOCABULARY = Vocabulary(ENTRIES, {})
SPELLER = Speller(VOCABULARY, len(ENTRIES))


def numbers(*parts: str) -> tuple[int, ...]:
    return tuple(ENTRIES.index(part.encode()) for part in parts)


def recognised(tokens: Sequence[int]) -> Recognised:
    own = tuple(ENTRIES[t] for t in tokens)
    return Recognised(tuple(tokens), own, tuple(chartimes.decode(b"".join(own))))


def written(tokens: Sequence[int]) -> str:
    return b"".join(ENTRIES[t] for t in tokens).decode()


def pairs_make(*joined: bytes) -> Speller:
    """A speller of bytes and of ``joined``, in this order."""
    return Speller(Vocabulary((b"a", b"b", b"c", *joined), {}), 3 + len(joined))


def test_the_earliest_token_is_joined_first() -> None:
    assert pairs_make(b"ab", b"bc", b"abc").tokens(b"abc") == [5]
    assert pairs_make(b"bc", b"ab").tokens(b"abc") == [0, 3]


def test_a_vocabulary_that_lacks_a_byte_cannot_spell_it() -> None:
    with pytest.raises(ValueError, match="no token spells"):
        pairs_make().tokens(b"ax")


def test_the_same_text_keeps_its_tokens_though_it_could_be_spelt_otherwise() -> None:
    own = numbers("先", "生", "说", "话")
    assert recognised(own).respelt("先生说话", SPELLER) == list(own)


def test_what_stands_around_a_change_keeps_its_tokens() -> None:
    own = numbers("先", "生", "，", "说", "话")
    assert recognised(own).respelt("先生，不是话", SPELLER) == [*own[:3], *numbers("不是"), own[-1]]


def test_a_change_in_the_middle_of_a_token_spells_that_token_anew() -> None:
    assert written(recognised(numbers("先生", "说话")).respelt("先生关话", SPELLER)) == "先生关话"


def test_a_text_in_traditional_script_is_rewritten_in_it() -> None:
    assert written(recognised(numbers("這", "关")).respelt("这说", SPELLER)) == "這說"


def test_blanks_around_the_recognised_text_stay() -> None:
    assert written(recognised(numbers(" ", "说", "话")).respelt("说关", SPELLER)) == " 说关"


@given(st.text("先生说话不是关，", min_size=1, max_size=8), st.text("先生说话不是关，", max_size=8))
def test_the_tokens_always_spell_the_text_asked_for(own: str, text: str) -> None:
    assert written(recognised(SPELLER.tokens(own.encode())).respelt(text, SPELLER)) == text


def test_the_probability_of_a_text_is_the_product_of_its_tokens() -> None:
    assert log_probability([0.5, 0.25]) == pytest.approx(math.log(0.125))
    assert math.isfinite(log_probability([0.0]))


@dataclass
class Aligned:
    text_token_probs: list[float]


class Engine:
    """Finds every token of 说 half as probable as it should be."""

    def __init__(self) -> None:
        self.asked = 0

    def align(self, encoded: Any, start: list[int], texts: list[list[int]], n_frames: int) -> list[Aligned]:
        self.asked += 1
        assert (encoded, start, n_frames) == ("sound", [900], 70)
        return [Aligned([0.5 if ENTRIES[t] == "说".encode() else 1.0 for t in text]) for text in texts]


def test_texts_are_held_against_the_recognised_one_where_they_differ() -> None:
    decoder = ForcedDecoder(Engine(), [900], VOCABULARY, len(ENTRIES))
    decoder.hold("sound", numbers("先", "说"), chartimes.decode("先说".encode()), 70, [1.0, 0.5])
    other, same, longer = decoder.score(["先关", "先说", "先关说"])
    assert (other.asked, other.tokens) == (0.0, 1)
    assert other.recognised == pytest.approx(math.log(0.5))
    assert (same.asked, same.recognised, same.tokens) == (0.0, 0.0, 0)
    assert (longer.asked, longer.recognised, longer.tokens) == (0.0, 0.0, 1)
    assert decoder.score([]) == []


def test_what_was_asked_of_a_sound_is_not_asked_again() -> None:
    engine = Engine()
    decoder = ForcedDecoder(engine, [900], VOCABULARY, len(ENTRIES))
    decoder.hold("sound", numbers("先"), chartimes.decode("先".encode()), 70, [1.0])
    assert decoder.score(["说", "关"]) == decoder.score(["说", "关"])
    assert engine.asked == 2
    decoder.hold("sound", numbers("先"), chartimes.decode("先".encode()), 70, [1.0])
    decoder.score(["说"])
    assert engine.asked == 3


def test_without_sound_there_is_nothing_to_score() -> None:
    with pytest.raises(ValueError, match="nothing was recognised"):
        ForcedDecoder(Engine(), [900], VOCABULARY, len(ENTRIES)).score(["说"])
