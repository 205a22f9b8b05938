"""Forbidden phrases are found by their sound, harmless neighbours are not."""

import dataclasses
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicemon.phrases.explain import TYPED_SYLLABLE_S, typed
from voicemon.phrases.lexicon import Lexicon, load
from voicemon.phrases.spotter import Match, Spotter, to_hit
from voicemon.types import CharTime, HitStatus

STEP_S = 0.25


def chars(text: str, start: float = 0.0) -> list[CharTime]:
    """``text`` at four characters a second, punctuation left out."""
    spoken = [c for c in text if c.isalnum() or c == "%"]
    return [CharTime(c, start + i * STEP_S, start + (i + 1) * STEP_S) for i, c in enumerate(spoken)]


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load()


@pytest.fixture(scope="module")
def spotter(lexicon: Lexicon) -> Spotter:
    return Spotter(lexicon)


def ids(found: list[Match]) -> list[str]:
    return [m.id for m in found]


def user_spotter(folder: Path, *lines: str) -> Spotter:
    path = folder / "mine.yaml"
    path.write_text("version: 1\nforbidden_utterances:\n" + "".join(f"  - {{{x}}}\n" for x in lines), encoding="utf-8")
    return Spotter(load([path]))


def test_every_builtin_phrase_is_found_as_written(lexicon: Lexicon, spotter: Spotter) -> None:
    for phrase in lexicon.forbidden:
        spoken = phrase.original.replace("××", "别的")
        want = "f03" if phrase.id == "f07" else phrase.id  # the same words in two scenes of the manual
        found = spotter.find(chars(spoken), final=True)
        assert ids(found) == [want], spoken
        assert found[0].score > 0.99


def test_no_required_line_and_no_hard_negative_alarms(lexicon: Lexicon, spotter: Spotter) -> None:
    lines = [line.original for line in lexicon.required]
    lines += [negative for phrase in lexicon.forbidden for negative in phrase.hard_negatives]
    assert {line: ids(spotter.find(chars(line), final=True)) for line in lines} == {line: [] for line in lines}


@pytest.mark.parametrize(
    ("heard", "phrase"),
    [
        ("為說話呀", "f01"),
        ("維嘴巴乾淨一點這又不是我的錯呀", "f09"),
        ("唯不好義思我是心手拉", "f10"),
        ("打錯電話了請看清處後在播", "f06"),
        ("我也沒辦法剛才陷路盲啊", "f08"),
        ("你懂不懂最基本的計巧", "f16"),
        ("剛才的電話布是我接的", "f11"),
    ],
)
def test_what_a_recogniser_makes_of_a_phrase_is_found(spotter: Spotter, heard: str, phrase: str) -> None:
    assert ids(spotter.find(chars(heard), final=True)) == [phrase]


@pytest.mark.parametrize(
    "harmless",
    [
        "刚才的电话是我接的",  # f11 without its negation
        "这又不是您的错",  # f09 with the customer in it
        "对不起，请您大声一点，好吗？",
        "请您说话",
        "您说吧，我在听",
        "没事了的话，祝您生活愉快",
        "您打错电话了",
        "这个我不清楚，我帮您查一下",
        "对不起，刚才因为线路忙，让您久等了",
        "您说什么时间合适",
        "您买的是新手机",
    ],
)
def test_near_misses_do_not_alarm(spotter: Spotter, harmless: str) -> None:
    assert spotter.find(chars(harmless), final=True) == []


@pytest.mark.parametrize(
    "other",
    [
        "这不是我的事，我帮您问一问",  # a word of half a sentence is another one: 这不关我的事
        "您不懂的地方，最基本的操作我可以教您",
        "二十四小时之内请别再输错密码",
    ],
)
def test_a_sentence_with_another_word_in_its_place_does_not_alarm(tmp_path: Path, other: str) -> None:
    spotter = user_spotter(tmp_path, 'id: x, original: "24小时之内别再打来"')
    assert spotter.find(chars(other), final=True) == []
    assert ids(spotter.find(chars("24小时之内别再打来"), final=True)) == ["x"]


@pytest.mark.parametrize("half", ["嘴巴干净一点", "这又不是我的错", "这不关我的事"])
def test_a_distinctive_half_stands_for_its_sentence(spotter: Spotter, half: str) -> None:
    assert len(spotter.find(chars("您好" + half + "谢谢"), final=True)) == 1


def test_times_are_those_of_the_matched_words_with_the_hail(spotter: Spotter) -> None:
    said = chars("订单是昨天的", 10.0) + chars("为大声一点儿", 20.0) + chars("我记下了", 30.0)
    (match,) = spotter.find(said, final=True)
    assert (match.id, match.heard, match.start, match.end) == ("f04", "为大声一点儿", 20.0, 21.5)


def test_outer_words_of_the_sentence_belong_to_the_hit(spotter: Spotter) -> None:
    (match,) = spotter.find(chars("好的喂这不关我的事我不清楚您挂营业厅的电话吧再见"), final=True)
    assert match.heard == "喂这不关我的事我不清楚您挂营业厅的电话吧"


def test_slots_do_not_swallow_what_follows(spotter: Spotter) -> None:
    (match,) = spotter.find(chars("这不关我的事我不清楚我们来看一下账单"), final=True)
    assert match.heard == "这不关我的事我不清楚"


def test_a_phrase_may_be_broken_by_a_pause_but_not_by_a_long_one(spotter: Spotter) -> None:
    first, second = "喂什么", "你说什么"
    near = chars(first) + chars(second, len(first) * STEP_S + 1.5)
    far = chars(first) + chars(second, len(first) * STEP_S + 6.0)
    assert ids(spotter.find(near, final=True)) == ["f05"]
    assert spotter.find(far, final=True) == []


def test_one_hit_for_one_place_when_phrases_share_words(spotter: Spotter) -> None:
    assert ids(spotter.find(chars("喂说话呀再不说话我就挂了啊"), final=True)) == ["f03"]


def test_unfinished_words_of_two_phrases_wait_for_the_rest(spotter: Spotter) -> None:
    assert spotter.find(chars("喂说话呀"), final=False) == []
    assert ids(spotter.find(chars("喂说话呀"), final=True)) == ["f01"]
    assert ids(spotter.find(chars("喂说话呀我这边听不到您的声音"), final=False)) == ["f01"]
    assert ids(spotter.find(chars("喂说话呀再不说话我就挂了"), final=False)) == ["f03"]


def test_a_phrase_said_twice_is_found_twice(spotter: Spotter) -> None:
    found = spotter.find(chars("你怎么用也不会" + "我再给您讲一次" + "你怎么用也不会"), final=True)
    assert ids(found) == ["f15", "f15"]
    assert found[0].end <= found[1].start


def test_unfinished_text_needs_a_clearer_match(spotter: Spotter) -> None:
    doubtful = chars("你堵不孔在鸡木的几桥")
    assert ids(spotter.find(doubtful, final=True)) == ["f16"]
    assert spotter.find(doubtful, final=False) == []
    assert ids(spotter.find(chars("你懂不懂最基本的技巧"), final=False)) == ["f16"]


def test_a_users_phrase_is_found_from_its_words_alone(tmp_path: Path) -> None:
    spotter = user_spotter(tmp_path, 'id: x01, original: "跟我没关系"')
    assert ids(spotter.find(chars("先生,跟我沒關係,您再看看吧"), final=True)) == ["x01"]
    assert spotter.find(chars("没关系，请不必介意"), final=True) == []


def test_a_users_hard_negative_is_spared(tmp_path: Path) -> None:
    plain = user_spotter(tmp_path, 'id: x01, original: "你再等一等吧"')
    assert ids(plain.find(chars("您再等一等吧"), final=True)) == ["x01"]
    spared = user_spotter(tmp_path, 'id: x01, original: "你再等一等吧", hard_negatives: ["您再等一等吧"]')
    assert spared.find(chars("您再等一等吧"), final=True) == []
    assert ids(spared.find(chars("你再等一等吧"), final=True)) == ["x01"]


def test_our_own_problem_is_not_the_customers(tmp_path: Path) -> None:
    spotter = user_spotter(tmp_path, 'id: x01, original: "这是你自己的问题"')
    assert spotter.find(chars("这是我们自己的问题"), final=True) == []
    assert ids(spotter.find(chars("这是你自己的问题"), final=True)) == ["x01"]


def test_a_users_phrase_wins_over_the_required_line_that_holds_it(tmp_path: Path) -> None:
    spotter = user_spotter(tmp_path, 'id: x01, original: "请您稍等片刻"')
    assert ids(spotter.find(chars("请您稍等片刻"), final=True)) == ["x01"]


def test_a_phrase_of_one_character_needs_that_sound(tmp_path: Path) -> None:
    spotter = user_spotter(tmp_path, 'id: x01, original: "滚"')
    assert ids(spotter.find(chars("你滚"), final=True)) == ["x01"]
    assert spotter.find(chars("你等"), final=True) == []


def test_nothing_in_nothing_out(spotter: Spotter) -> None:
    assert spotter.find([], final=True) == []
    assert spotter.find(chars("？！"), final=True) == []
    assert Spotter(Lexicon()).find(chars("喂说话呀"), final=True) == []


def test_a_hit_carries_what_the_lexicon_says(lexicon: Lexicon, spotter: Spotter) -> None:
    (match,) = spotter.find(chars("喂不好意思我是新手啦"), final=True)
    hit = to_hit(match, lexicon, HitStatus.CONFIRMED)
    assert (hit.id, hit.category, hit.severity, hit.status) == ("f10", "excuse", "warn", HitStatus.CONFIRMED)
    assert hit.better == "对不起,让您久等了,我将尽快帮您处理。"
    assert (hit.start, hit.end, hit.heard) == (match.start, match.end, "喂不好意思我是新手啦")


@settings(max_examples=30, deadline=None)
@given(st.text(alphabet="喂您你我好说话吧请不是的错电挂了什么", max_size=40))
def test_hits_never_share_words_and_the_answer_repeats(spotter: Spotter, text: str) -> None:
    found = spotter.find(chars(text), final=True)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(0 <= m.score <= 1 for m in found)
    assert spotter.find(chars(text), final=True) == found


def test_the_filter_for_many_phrases_loses_no_match(lexicon: Lexicon) -> None:
    """More phrases go through another filter; what is found must not depend on it."""
    one = lexicon.phrase("f15")
    texts = [f"{a}{b}为{c}什么{d}" for a in "天地" for b in "山河" for c in "红绿蓝" for d in "春夏秋冬东南西北金木"]
    more = tuple(
        dataclasses.replace(one, id=f"x{i}", original=t, normalised=t, core=t, hard_negatives=())
        for i, t in enumerate(texts)
    )
    crowded = Spotter(dataclasses.replace(lexicon, forbidden=lexicon.forbidden + more))
    said = chars("您的问题我看过了你怎么用也不会" + "我给您介绍一下好吗" * 3 + "喂嘴巴干净一点这又不是我的错呀")
    assert ids(crowded.find(said, final=True)) == ["f15", "f09"] == ids(Spotter(lexicon).find(said, final=True))


@pytest.mark.parametrize("said", ["爱找谁，呃，找谁", "爱找谁，那个，找谁", "爱找，就是说，谁找谁"])
def test_a_filler_does_not_hide_a_phrase(tmp_path: Path, said: str) -> None:
    (match,) = user_spotter(tmp_path, 'id: x, original: "爱找谁找谁"').find(typed(said), final=True)
    assert match.score == 1
    assert (match.start, match.end) == (0, len(said) * TYPED_SYLLABLE_S)


def test_a_filler_that_is_a_word_of_the_sentence_stays_one(tmp_path: Path) -> None:
    spotter = user_spotter(tmp_path, 'id: x, original: "不归我们管"', 'id: y, original: "嗯嗯那个不行"')
    assert spotter.find(typed("这个业务不归我们这个窗口管"), final=True) == []
    assert ids(spotter.find(typed("嗯嗯那个不行"), final=True)) == ["y"]


def test_words_lost_where_the_speech_begins_are_spared(tmp_path: Path) -> None:
    spotter = user_spotter(tmp_path, 'id: x, original: "你的宽带关我们什么事"')
    assert ids(spotter.find(typed("宽带关我们什么事"), final=True)) == ["x"]
    assert spotter.find(typed("他的宽带关我们什么事"), final=True) != []
    assert spotter.find(typed("请问别家宽带开通我们什么时候"), final=True) == []
