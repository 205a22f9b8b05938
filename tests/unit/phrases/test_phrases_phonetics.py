"""Distances follow what speakers and recognisers confuse."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicemon.phrases.phonetics import Vocabulary, char_cost, parse, readings

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)


@pytest.mark.parametrize(("a", "b"), [("喂", "为"), ("喂", "位"), ("吧", "把"), ("在", "再"), ("他", "她")])
def test_homophones_cost_nearly_nothing(a: str, b: str) -> None:
    assert char_cost(a, b) <= 0.05


@pytest.mark.parametrize(
    ("near_a", "near_b", "far_a", "far_b"),
    [
        ("你", "李", "你", "比"),  # n/l against n/b
        ("是", "四", "是", "地"),  # sh/s against sh/d
        ("请", "琴", "请", "去"),  # ing/in against ing/ü
        ("忙", "满", "忙", "米"),  # ang/an against ang/i
        ("真", "争", "真", "抓"),  # en/eng
        ("房", "航", "房", "装"),  # f/h
    ],
)
def test_accents_are_nearer_than_other_sounds(near_a: str, near_b: str, far_a: str, far_b: str) -> None:
    assert char_cost(near_a, near_b) < 0.5 * char_cost(far_a, far_b)


def test_tone_is_weak_evidence() -> None:
    assert 0 < char_cost("妈", "骂") <= 0.05


def test_a_heard_polite_you_is_not_a_plain_one() -> None:
    assert char_cost("您", "你") > char_cost("你", "您")


def test_letters_sound_like_their_names() -> None:
    assert char_cost("v", "v") == 0
    assert [char_cost(heard, letter) for heard, letter in zip("微艾批", "vip", strict=True)] == [0, 0, 0]
    assert char_cost("啊", "v") > 0.5
    assert char_cost("大", "w") == 1  # its name has three syllables


@given(HAN, HAN)
def test_cost_is_between_none_and_a_whole_syllable(a: str, b: str) -> None:
    assert 0 <= char_cost(a, b) <= 1
    assert char_cost(a, a) == 0


@given(st.lists(HAN, min_size=1, max_size=8, unique=True), HAN)
def test_the_vectorised_row_agrees_with_single_costs(chars: list[str], heard: str) -> None:
    row = Vocabulary(chars).row(heard)
    assert np.allclose(row, [char_cost(heard, c) for c in chars], atol=1e-5)


@pytest.mark.parametrize("pinyin", ["lv", "lü", "nve", "juan", "xiong", "weng", "yuan", "er", "a", "zhi", "n", "ng"])
def test_all_kinds_of_spelling_are_understood(pinyin: str) -> None:
    assert parse(pinyin) is not None


def test_umlaut_after_j_is_heard_as_such() -> None:
    ju, lv = parse("ju"), parse("lü")
    assert ju is not None
    assert lv is not None
    assert ju.medial == lv.medial


def test_polyphones_have_both_readings() -> None:
    assert len(readings("行")) == 2


def test_importing_does_not_load_the_dictionaries() -> None:
    imports = "import sys, voicemon.phrases.spotter, voicemon.phrases.lexicon"
    code = f"{imports}; print('pypinyin' in sys.modules, 'zhconv' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
