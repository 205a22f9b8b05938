"""What is believed of a recogniser, case by case."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicemon.asr.policy import Rejection, check, check_loop, precheck, says_its_end_twice
from voicemon.types import Pass, RecognitionJob

GOOD = RecognitionJob(1, Pass.FINAL, np.zeros(16, np.float32), 10.0, 14.0, 3.0, 25.0)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None),
        ({"voiced_s": 0.29, "end": 10.5}, Rejection.TOO_SHORT),
        ({"voiced_s": 0.3, "end": 11.0}, None),
        ({"voiced_s": 1.1}, Rejection.MOSTLY_SILENCE),
        ({"level_over_floor_db": 2.9}, Rejection.TOO_QUIET),
        ({"level_over_floor_db": 10.0}, None),
        ({"end": 40.0, "voiced_s": 20.0}, Rejection.TOO_LONG),
    ],
)
def test_precheck(change: dict[str, float], reason: Rejection | None) -> None:
    assert precheck(dataclasses.replace(GOOD, **change)) is reason  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "said",
    [
        "对对对",
        "好好好好好",
        "谢谢谢谢",
        "谢谢您，谢谢您，谢谢",
        "不是不是不是",
        "没有没有没有没有",
        "喂喂喂喂",
        "您看看，您看看",
        "对不起对不起对不起",
        "卡号是八个零，00000000",
        "零零零零零零零零",
        "请稍等，请您稍等",
        "我帮您看看，看看是什么问题，您好好想想",
        "感谢您的来电，再见",
        "请问您的字幕显示正常吗，电视的字幕可以在设置里打开",
        "帮您转发一下",
        "您订阅的套餐",
        "您是哪个社区的",
        "下次再见",
        "OK",
        "您的VIP套餐和WIFI是58元",
        "嗯",
    ],
)
def test_what_people_say_survives(said: str) -> None:
    assert check(said, len(said) / 4, -0.3, 0.05) is None


@pytest.mark.parametrize(
    ("text", "voiced_s", "reason"),
    [
        ("", 2.0, Rejection.EMPTY),
        ("。。，", 2.0, Rejection.EMPTY),
        ("好" * 30, 6.0, Rejection.REPETITION),
        ("刷" * 8, 1.6, Rejection.REPETITION),
        ("零" * 20, 6.0, Rejection.REPETITION),
        ("谢谢您" * 8, 6.0, Rejection.REPETITION),
        ("请您先报一下，请您先报一下，请您先报一下，请您先报一下", 6.0, Rejection.REPETITION),
        ("我觉得我觉得我觉得我觉得我觉得", 6.0, Rejection.REPETITION),
        ("您好我是客服小林很高兴为您服务请问有什么", 1.0, Rejection.TOO_DENSE),
        ("字幕由Amara.org社群提供", 3.0, Rejection.BOILERPLATE),
        ("字幕志愿者 李宗盛", 3.0, Rejection.BOILERPLATE),
        ("字幕by索兰娅", 1.0, Rejection.BOILERPLATE),
        ("请不吝点赞 订阅 转发 打赏支持明镜与点点栏目", 5.0, Rejection.BOILERPLATE),
        ("优优独播剧场——YoYo Television Series Exclusive", 5.0, Rejection.BOILERPLATE),
        ("谢谢观看", 1.0, Rejection.BOILERPLATE),
        ("ご視聴ありがとうございました", 3.0, Rejection.WRONG_SCRIPT),
        ("시청해주셔서 감사합니다", 3.0, Rejection.WRONG_SCRIPT),
        ("I don't know what you are doing", 3.0, Rejection.WRONG_SCRIPT),
        ("嗯", 6.0, Rejection.TOO_SPARSE),
    ],
)
def test_what_models_make_up_is_named(text: str, voiced_s: float, reason: Rejection) -> None:
    assert check(text, voiced_s, -0.3, 0.05) is reason


@pytest.mark.parametrize(
    ("avg_logprob", "no_speech_prob", "reason"),
    [
        (-0.3, 0.9, None),
        (-0.9, 0.9, Rejection.NO_SPEECH),
        (-0.9, 0.1, None),
        (-1.5, 0.1, Rejection.LOW_CONFIDENCE),
        (None, None, None),
    ],
)
def test_confidence(avg_logprob: float | None, no_speech_prob: float | None, reason: Rejection | None) -> None:
    assert check("请您稍等一下", 2.0, avg_logprob, no_speech_prob) is reason


@given(st.text("谢您好看请稍等一下我马上", min_size=4, max_size=12), st.integers(3, 20))
def test_a_clause_said_three_times_over_is_a_loop(clause: str, times: int) -> None:
    assert check_loop(clause * times, voiced_s=100.0) is Rejection.REPETITION


@pytest.mark.parametrize(
    ("text", "twice"),
    [
        ("您请说,您请说", True),
        ("好的,这不是您的错 这不是您的错", True),
        ("对对对对", False),
        ("谢谢谢谢", False),
        ("没有没有", False),
        ("您的号码是13800138000", False),
        ("您请说,我在听", False),
        ("", False),
    ],
)
def test_a_clause_at_the_end_twice_over_is_doubted(text: str, twice: bool) -> None:
    assert says_its_end_twice(text) is twice
