"""From bytes and token times to characters with times."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicemon.asr.chartimes import clamp, decode, is_spoken, place, spread, to_simplified
from voicemon.asr.vocabulary import token_bytes

Spans = tuple[tuple[float, float], ...]


@given(st.text(max_size=20))
def test_whole_text_is_decoded_with_its_byte_ranges(text: str) -> None:
    data = text.encode("utf-8")
    characters = decode(data)
    assert "".join(c for c, _, _ in characters) == text
    assert all(data[a:b].decode() == c for c, a, b in characters)


@given(st.binary(max_size=30))
def test_any_bytes_can_be_decoded(data: bytes) -> None:
    assert all(data[a:b].decode() == c for c, a, b in decode(data))


def test_a_character_cut_by_the_length_limit_is_left_out() -> None:
    assert [c for c, _, _ in decode("您好".encode()[:-1])] == ["您"]


def test_tokens_of_the_byte_level_vocabulary() -> None:
    assert token_bytes("Ġhello") == b" hello"
    assert token_bytes("å¥½") == "好".encode()


def test_a_token_of_several_characters_is_divided_evenly() -> None:
    characters = decode("大家好吗".encode())
    spans = spread(characters, byte_ends=[9, 12], bounds=[1.0, 1.6, 2.0])
    assert spans == [pytest.approx(s) for s in ((1.0, 1.2), (1.2, 1.4), (1.4, 1.6), (1.6, 2.0))]


def test_a_character_of_several_tokens_spans_them() -> None:
    spans = spread(decode("鑫好".encode()), byte_ends=[2, 3, 6], bounds=[0.0, 0.1, 0.3, 0.5])
    assert spans == [pytest.approx(s) for s in ((0.0, 0.3), (0.3, 0.5))]


@pytest.mark.parametrize(
    ("written", "simplified"),
    [
        ("為什麼沒有寬帶帳號", "为什么没有宽带帐号"),
        ("乾淨,師傅會聯繫您", "干净,师傅会联系您"),
        ("谢谢您", "谢谢您"),
        ("软體", "软体"),
        ("", ""),
    ],
)
def test_script_is_simplified_and_words_stay(written: str, simplified: str) -> None:
    assert to_simplified(written) == simplified


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=30))
def test_simplifying_keeps_the_length(text: str) -> None:
    assert len(to_simplified(text)) == len(text)


@pytest.mark.parametrize(
    ("span", "voiced", "expected"),
    [
        ((1.0, 2.0), (), (1.0, 2.0)),
        ((0.0, 2.0), ((1.5, 3.0),), (1.5, 2.0)),
        ((2.5, 4.0), ((1.5, 3.0),), (2.5, 3.0)),
        ((2.8, 4.2), ((1.5, 3.0), (4.0, 5.0)), (2.8, 4.2)),
        ((3.1, 3.3), ((1.5, 3.0), (4.0, 5.0)), (3.0, 3.0)),
        ((3.7, 3.9), ((1.5, 3.0), (4.0, 5.0)), (4.0, 4.0)),
    ],
)
def test_times_are_drawn_in_to_the_speech(
    span: tuple[float, float], voiced: Spans, expected: tuple[float, float]
) -> None:
    assert clamp(span, voiced) == expected


spans_of_time = st.tuples(st.floats(-5, 30), st.floats(0, 3)).map(lambda p: (p[0], p[0] + p[1]))


@given(st.lists(spans_of_time, max_size=12))
def test_characters_lie_in_order_inside_the_job(spans: list[tuple[float, float]]) -> None:
    voiced = ((2.0, 4.0), (5.0, 9.0))
    placed = place("谢" * len(spans), spans, (2.0, 9.0), voiced)
    assert len(placed) == len(spans)
    assert all(2.0 <= c.start <= c.end <= 9.0 for c in placed)
    assert all(a.start <= b.start for a, b in itertools.pairwise(placed))


def test_punctuation_gets_no_time() -> None:
    placed = place("谢,谢 。", [(0.0, 0.1)] * 5, (0.0, 1.0), ())
    assert [c.char for c in placed] == ["谢", "谢"]


@pytest.mark.parametrize(
    ("char", "spoken"), [("您", True), ("8", True), ("%", True), ("a", True), ("，", False), (" ", False), ("!", False)]
)
def test_what_is_spoken(char: str, spoken: bool) -> None:
    assert is_spoken(char) is spoken


@pytest.mark.parametrize(
    ("text", "spoken"),
    [("为大声1.2", "为大声1.2"), ("好的.1", "好的1"), ("1.", "1"), (".5", "5"), ("1.好", "1好"), ("3.5.1", "3.5.1")],
)
def test_a_point_within_a_number_is_spoken(text: str, spoken: str) -> None:
    spans = [(0.1 * i, 0.1 * (i + 1)) for i in range(len(text))]
    assert "".join(c.char for c in place(text, spans, (0.0, 2.0), [(0.0, 2.0)])) == spoken
