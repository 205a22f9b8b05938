"""What a sentence would set off, how near it comes, and why it does not where it does not."""

from __future__ import annotations

import pytest

from voicemon.phrases.explain import MATCH, Near, explain, neighbours, typed
from voicemon.phrases.lexicon import load
from voicemon.phrases.spotter import Spotter


@pytest.fixture(scope="module")
def spotter() -> Spotter:
    return Spotter(load())


def verdicts(spotter: Spotter, text: str) -> dict[str, str]:
    return {near.id: near.verdict for near in explain(spotter, typed(text))}


def first(spotter: Spotter, text: str) -> Near:
    return explain(spotter, typed(text))[0]


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("喂，说吧！", "f02"),
        ("这不管我的事", "f12"),
        ("再不说话我就挂了", "f03"),
        ("你怎么用也不會", "f15"),
    ],
)
def test_what_alarms_comes_first_and_lies_within_its_limit(spotter: Spotter, text: str, phrase: str) -> None:
    near = first(spotter, text)
    assert (near.id, near.verdict) == (phrase, MATCH)
    assert near.distance <= near.limit


@pytest.mark.parametrize(
    ("text", "phrase", "verdict"),
    [
        ("刚才的电话是我接的", "f11", "negation"),
        ("您打错电话了", "f06", "courtesy"),
        ("对不起，请您大声一点，好吗？", "f04", "beyond"),
        ("我们这关他们的事", "f12", "beyond"),
        ("不好意思你是新手", "f10", "person"),
    ],
)
def test_what_comes_near_says_why_it_does_not_alarm(spotter: Spotter, text: str, phrase: str, verdict: str) -> None:
    assert verdicts(spotter, text)[phrase] == verdict


@pytest.mark.parametrize("text", ["喂，说话呀！再不说话我就挂了啊！", "我也没办法，刚才线路忙", "您好，请问您要几张票"])
def test_it_alarms_exactly_where_the_spotter_does(spotter: Spotter, text: str) -> None:
    alarms = {near.id for near in explain(spotter, typed(text)) if near.verdict == MATCH}
    assert alarms == {match.id for match in spotter.find(typed(text), final=True)}


def test_a_match_beside_a_refused_place_of_the_same_phrase_is_still_a_match(spotter: Spotter) -> None:
    text = "您打错电话了，对了，喂，打错电话了，请看清楚后再拨"
    assert verdicts(spotter, text)["f06"] == MATCH


def test_ordinary_words_come_near_nothing(spotter: Spotter) -> None:
    assert explain(spotter, typed("请问您的航班是几点起飞")) == ()
    assert explain(spotter, typed("，。")) == ()


def test_harmless_lines_that_come_close_are_told_the_nearest_first(spotter: Spotter) -> None:
    found = neighbours(spotter, "对不起请您大声一点好吗")
    assert found[0].line == "对不起请您大声一点好吗"
    assert found[0].distance == 0
    assert [n.distance for n in found] == sorted(n.distance for n in found)


def test_a_part_of_a_harmless_line_is_close_to_it(spotter: Spotter) -> None:
    assert neighbours(spotter, "请您大声一点")[0].distance == 0


def test_without_words_nothing_is_close(spotter: Spotter) -> None:
    assert neighbours(spotter, "") == ()
