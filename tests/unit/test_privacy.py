"""What is stored must not name a person by number, and ordinary figures must stay readable."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicemon.privacy import MARK, mask, mask_values, spans
from voicemon.strings import COACHING_KINDS, LANGUAGES, RULES, AlertFigures, Language, alert_text, coaching_text

CHINESE = "零一二三四五六七八九"
MESSY = st.text(
    alphabet="0123456789０１２九八七零一幺xX叉 -—()，,、./:：*小时%万十…！=*个嗯双然后\u200b\u3000年a号", max_size=60
)


def digits_in(text: str) -> int:
    """Counted apart from the code under test."""
    return sum(unicodedata.normalize("NFKC", c).isdigit() or c in CHINESE + "幺〇两廿洞拐勾" for c in text)


@pytest.mark.parametrize(
    "number",
    [
        "1234",
        "13800138000",
        "+86 138 0013 8000",
        "138-0013-8000",
        "138 0013 8000",
        "138，0013，8000",
        "138.0013.8000",
        "(010) 6552-9988",
        "（０１０）６５５２９９８８",
        "１３８００１３８０００",
        "1 3 8 0 0 1 3 8 0 0 0",
        "6222 0202 0001 2345 678",
        "11010519491231002X",
        "110105194912310021",
        "110105 19491231 002x",
        "11010519491231002叉",
        "123X",
        "一三八零零一三八零零零",
        "幺三八零零幺三八零零零",
        "一三八，零零一三，八零零零",
        "壹贰叁肆",
        "1三8零0138",
        "一千三百二十五",
        "3万5千2百1",
        "1,250",
        "1990-05-13",
        "138\u200b0013\u200b8000",
        "138\n0013\n8000",
        "1️⃣3️⃣8️⃣0️⃣",
        "①③⑧⓪",
        "١٣٨٠",
        "12 34",
        "123 456",
        "138…0013…8000",
        "138！0013？8000",
        "138=0013|8000",
        "「138」“0013”《8000》",
        "138→0013#8000&1",
        "一三八嗯零零一呃三八零啊零零",
        "138然后001然后380然后00",
        "零幺零杠六五五杠二九九",
        "一三八双零一三八双零零",
        "三个八一个零",
        "洞幺两拐勾",
        "三千六百廿五",
        "一一零一零五，一九四九，一二三一，零零二叉",
        "六二二二零二零二 零零零幺 二三四五",
    ],
)
def test_a_number_of_four_digits_or_more_goes_whole_however_it_is_written(number: str) -> None:
    for text in (number, f"电话是{number}对吗", f"call {number}!"):
        masked = mask(text)
        assert MARK in masked
        assert digits_in(masked) == 0
        assert not set("xX叉双杠") & set(masked)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "您好，请问有什么可以帮您？",
        "24小时以内",
        "增加3%",
        "3%，24小时",
        "二十四小时",
        "百分之三",
        "一百二十三块",
        "稍等一下，万一不行",
        "请您千万不要",
        "7.5分",
        "71.5 dB(A)，高 3.5 dB",
        "10:30 之前",
        "营业时间9:00-18:00",
        "12:30:45",
        "24/7",
        "24xl",
        "214 char/min, articulation 224",
        "第3次，共12次",
        "r01 f14",
        "给您24个，还有36位",
        "嗯，好的，一个一个来",
        "转个弯，那个，就是这个",
        "语速 275 字/分，目标 200 字/分",
        "275 char/min; target 200 char/min",
        "100%、50%、30%",
    ],
)
def test_ordinary_figures_stay(text: str) -> None:
    assert mask(text) == text


def test_only_the_number_goes() -> None:
    assert mask("号码13800138000，24小时") == f"号码{MARK}，24小时"
    assert mask("卡号 6222 0202 0001 2345 和 ID 11010519491231002X。") == f"卡号 {MARK} 和 ID {MARK}。"


def test_the_length_of_the_number_does_not_show() -> None:
    assert mask("1234") == mask("1234567890123456789")


@given(MESSY | st.text(max_size=40))
def test_masking_twice_is_masking_once(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@given(MESSY)
def test_no_four_digits_in_a_row_are_left(text: str) -> None:
    run = 0
    for char in mask(text):
        run = run + 1 if digits_in(char) else 0
        assert run < 4


@given(
    st.text(alphabet="0123456789", min_size=4, max_size=19),
    st.lists(st.sampled_from(["", " ", "-", "  ", "－", "、", ", "]), min_size=20, max_size=20),
    st.booleans(),
    st.sampled_from(["", "号码", "卡号：", "tel "]),
)
def test_no_way_of_spacing_or_spelling_saves_a_number(number: str, gaps: list[str], chinese: bool, before: str) -> None:
    said = [CHINESE[int(d)] for d in number] if chinese else list(number)
    written = "".join(d + gap for d, gap in zip(said, gaps, strict=False)).rstrip(" -－、,")
    assert mask(before + written + "谢谢") == before + MARK + "谢谢"


@given(MESSY)
def test_spans_are_in_order_and_apart_and_what_lies_outside_is_untouched(text: str) -> None:
    ends = [0, *(edge for span in spans(text) for edge in span), len(text)]
    assert ends == sorted(ends)
    kept = [text[a:b] for a, b in zip(ends[::2], ends[1::2], strict=True)]
    assert MARK.join(kept) == mask(text)


def test_values_are_masked_to_the_bottom_and_figures_kept() -> None:
    value = {"heard": "打13800138000", "n": 13800138000, "t": [1234.5, ("卡 6222 0202", None, True)], "12345": "x"}
    assert mask_values(value) == {
        "heard": f"打{MARK}",
        "n": 13800138000,
        "t": [1234.5, [f"卡 {MARK}", None, True]],
        MARK: "x",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_program_s_own_sentences_are_not_taken_for_numbers(language: Language) -> None:
    figures = AlertFigures(
        level_db=82.4, deviation_db=9.4, target_db=73.0, rate_cpm=275.0, target_cpm=200.0, seconds=12.5, limit_s=5.0,
        range_st=1.5, uncertainty_db=2.0, percent=87.0, count=12, word="百分之百", phrase="不知道", heard="我不知道",
        better="我帮您查", detail="USB Headset",
    )  # fmt: skip
    sentences = [text for rule in RULES for text in alert_text(rule, language, figures)]
    sentences += [coaching_text(kind, language, figures) for kind in COACHING_KINDS]
    assert [mask(text) for text in sentences] == sentences


def test_long_texts_take_no_more_than_linear_time() -> None:
    began = time.perf_counter()
    for piece in ("1 ", " ", "1" + " " * 50, "x", "12:30-", "一十"):
        mask(piece * 10_000)
    assert time.perf_counter() - began < 8
