"""Text as spoken, and the syllable counts that the speech rate rests on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicemon.phrases.normalise import normalise, normalise_pieces, simplified, spoken_syllables


@pytest.mark.parametrize(
    ("written", "syllables"),
    [
        ("13800138000", 11),  # a telephone number is read digit by digit
        ("20%", 5),  # 百分之二十
        ("３％", 4),  # full width
        ("3.5", 3),  # 三点五
        ("您好，请问？", 4),
        ("APP", 3),
        ("第3天", 3),
        ("", 0),
        ("……！ \n", 0),
        ("一点儿", 3),
        ("25℃", 4),  # 二十五摄氏度 is five; the sign alone is read as 度 and a letter
    ],
)
def test_syllables_of_written_forms(written: str, syllables: int) -> None:
    assert spoken_syllables(written) == syllables


@pytest.mark.parametrize(
    ("heard", "spoken"),
    [
        ("請問有什麼可以幫您?", "请问有什么可以帮您"),
        ("為什麽", "为什么"),
        ("妳說甚麼", "你说什么"),
        ("ＡＢ１", "ab一"),
        ("喂,說話呀!", "喂说话呀"),
    ],
)
def test_traditional_and_full_width_become_simplified(heard: str, spoken: str) -> None:
    assert normalise(heard).text == spoken


def test_every_spoken_character_points_to_where_it_was_written() -> None:
    got = normalise("付20%，謝謝")
    assert got.text == "付百分之二十谢谢"
    assert got.origin == (0, 1, 1, 2, 3, 3, 5, 6)


def test_pieces_count_as_one_place_each() -> None:
    got = normalise_pieces(["您好", "，", "5%"])
    assert got.text == "您好百分之五"
    assert got.origin == (0, 0, 2, 2, 2, 2)


def test_simplifying_keeps_the_length() -> None:
    assert simplified("聯繫電話") == "联系电话"


@given(st.text(max_size=60))
def test_any_text_is_normalised_in_order(text: str) -> None:
    got = normalise(text)
    assert len(got.text) == len(got.origin)
    assert list(got.origin) == sorted(got.origin)
    assert all(0 <= i < len(text) for i in got.origin)


@given(st.text(alphabet="您好請問2%a，。 喂", max_size=30))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text).text
    assert normalise(once).text == once


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("100%保证", "百分之百保证"),
        ("有15.5%的", "有百分之十五点五的"),
        ("95％", "百分之九十五"),
        ("3%和12%", "百分之三和百分之十二"),
        ("105‰", "千分之一百零五"),
        ("0.5%", "百分之零点五"),
        ("订单20345", "订单二零三四五"),
        ("百分之100的把握", "百分之百的把握"),  # half of it written in words
        ("百分之15.5", "百分之十五点五"),
        ("千分之5", "千分之五"),
        ("拨幺零零八六", "拨一零零八六"),  # the 1 of telephone numbers, as recognisers' digits read
    ],
)
def test_percentages_are_read_sign_first_and_as_amounts(text: str, spoken: str) -> None:
    got = normalise(text)
    assert got.text == spoken
    assert list(got.origin) == sorted(got.origin)
    assert set(got.origin) <= set(range(len(text)))
