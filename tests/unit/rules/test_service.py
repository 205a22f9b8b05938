"""Greeting, closing, announced waits and their thanks, words to limit: the manuals beyond forbidden sentences."""

from __future__ import annotations

from dataclasses import replace

import pytest

from voicemon.phrases.lexicon import load
from voicemon.phrases.model import Lexicon, WordLimit
from voicemon.rules.delivery import Finding
from voicemon.rules.service import ServiceRules
from voicemon.rules.sounds import heard
from voicemon.types import CharTime, Pass, Transcript

GREETING = "您好欢迎致电迅达电信客户服务热线客服代表小马很高兴为您服务请问有什么可以帮助您"
FIRST_WORDS = "喂说吧"


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load()


@pytest.fixture
def service(lexicon: Lexicon) -> ServiceRules:
    return ServiceRules(lexicon)


def said(text: str, start: float) -> Transcript:
    chars = tuple(CharTime(c, start + i / 4, start + (i + 1) / 4) for i, c in enumerate(text))
    return Transcript(0, Pass.FINAL, start, start + len(text) / 4, text, chars)


def names(findings: list[Finding]) -> list[str]:
    return [f.rule for f in findings]


class TestGreeting:
    def test_a_greeting_is_recognised(self, service: ServiceRules) -> None:
        service.hear(said(GREETING, 1.0))
        assert service.ends.first_turn_over() is None

    def test_over_two_utterances_too(self, service: ServiceRules) -> None:
        service.hear(said("您好", 1.0))
        service.hear(said("请问有什么可以帮您", 2.5))
        assert service.ends.first_turn_over() is None

    def test_its_absence_is_told_once(self, service: ServiceRules) -> None:
        service.hear(said(FIRST_WORDS, 1.0))
        found = service.ends.first_turn_over()
        assert found is not None
        assert found.rule == "missing_greeting"
        assert found.start == 1.0
        assert found.evidence["heard"] == FIRST_WORDS
        assert service.ends.first_turn_over() is None

    def test_hello_alone_is_no_greeting(self, service: ServiceRules) -> None:
        service.hear(said("您好请说", 1.0))
        assert service.ends.first_turn_over() is not None

    def test_a_greeting_after_the_first_turn_comes_too_late(self, service: ServiceRules) -> None:
        service.hear(said(FIRST_WORDS, 1.0))
        service.hear(said(GREETING, 30.0))
        assert service.ends.first_turn_over() is not None

    def test_nothing_can_be_told_before_the_agent_spoke(self, service: ServiceRules) -> None:
        assert service.ends.first_turn_over() is None
        service.hear(said(GREETING, 9.0))
        assert service.ends.first_turn_over() is None

    def test_homophones_of_the_recogniser_are_heard(self, service: ServiceRules) -> None:
        service.hear(said("您好请问有什么可以邦您", 1.0))
        assert service.ends.first_turn_over() is None


class TestClosing:
    def test_a_call_with_a_goodbye_is_closed(self, service: ServiceRules) -> None:
        service.hear(said(GREETING, 1.0))
        service.hear(said("感谢您的来电再见", 40.0))
        assert service.closed
        assert service.ends.ended() is None

    def test_without_one_it_is_told_at_the_end(self, service: ServiceRules) -> None:
        service.hear(said(GREETING, 1.0))
        service.hear(said("师傅会提前和您联系", 40.0))
        found = service.ends.ended()
        assert found is not None
        assert found.rule == "missing_closing"
        assert "和您联系" in found.evidence["heard"]
        assert {"r01"}.isdisjoint(service.ends.missing_lines(whole=True))
        assert service.ends.missing_lines(whole=True)

    def test_a_word_behind_the_goodbye_does_not_undo_it(self, service: ServiceRules) -> None:
        service.hear(said("感谢您的来电再见", 40.0))
        service.hear(said("好的", 44.0))
        assert service.ends.ended() is None

    def test_a_goodbye_long_before_the_end_is_no_closing(self, service: ServiceRules) -> None:
        service.hear(said("再见", 10.0))
        service.hear(said("哦对了您刚才说的那个宽带账号我这里还没有登记清楚请您再报一遍好吗我记一下", 14.0))
        assert not service.closed
        assert service.ends.ended() is not None

    def test_a_call_without_an_agent_misses_nothing(self, service: ServiceRules) -> None:
        assert service.ends.ended() is None
        assert service.ends.missing_lines(whole=True) == frozenset()


class TestHold:
    def test_a_wait_that_was_asked_for_and_thanked_for_is_right(self, service: ServiceRules) -> None:
        service.hear(said("请您稍等一下", 10.0))
        assert service.holding
        service.speech_began(12.0)
        assert not service.holding
        assert "no_thanks_after_hold" not in names(service.hear(said("感谢您的耐心等待", 24.0)))

    def test_a_wait_without_thanks_is_told(self, service: ServiceRules) -> None:
        service.hear(said("请您稍等", 10.0))
        service.speech_began(12.0)
        (found,) = service.hear(said("查到了您的套餐是九十九元", 24.0))
        assert found.rule == "no_thanks_after_hold"
        assert found.evidence["waited_s"] == 12.0

    def test_it_is_told_for_the_first_words_only(self, service: ServiceRules) -> None:
        service.hear(said("请您稍等", 10.0))
        service.speech_began(12.0)
        service.hear(said("让您久等了", 24.0))
        assert service.hear(said("查到了您的套餐是九十九元", 26.0)) == []

    def test_going_on_at_once_is_no_wait(self, service: ServiceRules) -> None:
        service.hear(said("请您稍等", 10.0))
        service.speech_began(0.8)
        assert service.hear(said("您的号码是多少", 11.8)) == []

    def test_what_belongs_to_the_request_does_not_end_it(self, service: ServiceRules) -> None:
        service.hear(said("请您稍等", 10.0))
        service.speech_began(0.6)
        service.hear(said("我帮您查一下", 11.6))
        assert service.holding

    def test_a_long_talk_after_it_does(self, service: ServiceRules) -> None:
        service.hear(said("请您稍等", 10.0))
        service.hear(said("我想先跟您核对一下您的账号然后我再帮您查询具体的情况", 11.6))
        assert not service.holding

    def test_thanks_for_waiting_announce_no_wait(self, service: ServiceRules) -> None:
        service.hear(said("让您久等了请您稍等的时候我查了一下", 10.0))
        assert not service.holding


class TestWords:
    def test_words_to_limit_are_told_one_by_one_and_counted(self, service: ServiceRules) -> None:
        found = service.hear(said("我们一定会处理您必须重启一定可以", 5.0))
        assert names(found) == ["limited_word"] * 3
        assert [f.evidence["word"] for f in found] == ["一定", "必须", "一定"]
        assert [f.figures.count for f in found] == [1, 1, 2]
        assert found[0].start == pytest.approx(5.0 + 2 / 4)
        assert service.usage.limited == {"一定": 2, "必须": 1}

    def test_not_certain_is_no_promise(self, service: ServiceRules) -> None:
        assert service.hear(said("这个不一定能成您不必须来", 5.0)) == []

    def test_politeness_is_counted_over_the_call(self, service: ServiceRules) -> None:
        service.hear(said("请您说", 1.0))
        service.hear(said("你的号码是多少", 4.0))
        assert service.words.polite_share == 0.5

    def test_a_recognisers_plain_you_in_a_line_said_in_full_is_no_impoliteness(self, service: ServiceRules) -> None:
        service.hear(said("请问有什么可以帮助你", 1.0))
        assert service.words.plain == 0
        assert service.words.polite == 1
        assert service.words.used["您"] == 1
        service.hear(said("你好请问有什么可以帮助你", 4.0))
        assert (service.words.plain, service.words.polite) == (0, 2)  # 你好 greets, whatever the form
        service.hear(said("你自己查一下", 8.0))
        assert service.words.plain == 1

    def test_a_class_of_wording_is_told_once_and_not_where_a_phrase_was_flagged(self, service: ServiceRules) -> None:
        assert names(service.hear(said("这事不归我们管", 1.0))) == ["wording"]
        assert service.hear(said("这不关我的事", 10.0), [(10.0, 11.5)]) == []
        assert service.usage.categories == {"passing_buck": 2}

    def test_a_wait_without_its_lines_shows_both_missing(self, service: ServiceRules, lexicon: Lexicon) -> None:
        service.hear(said("您别催请您稍等一下", 10.0))
        service.speech_began(9.0)
        service.hear(said("查到了您的包裹在武汉", 21.25))
        assert service.scenes.judged(lexicon, [], silent_call=False) == {"r27": None, "r28": None}

    def test_a_new_lexicon_counts_on(self, service: ServiceRules, lexicon: Lexicon) -> None:
        service.hear(said("一定给您办好", 1.0))
        service.use(replace(lexicon, words_to_limit=("马上",), limits=(WordLimit("马上"),)))
        (found,) = service.hear(said("一定马上办", 5.0))
        assert found.evidence["word"] == "马上"
        assert service.usage.limited == {"一定": 1, "马上": 1}
        assert service.words.limited == {"一定": 1, "必须": 0, "马上": 1}

    def test_required_lines_are_remembered_with_their_first_time(self, service: ServiceRules) -> None:
        service.hear(said(GREETING, 1.0))
        assert service.scenes.said["r01"] == pytest.approx(1.0, abs=0.5)
        service.hear(said(GREETING, 90.0))
        assert service.scenes.said["r01"] == pytest.approx(1.0, abs=0.5)


@pytest.mark.parametrize(
    ("text", "word", "there"),
    [
        ("感谢来电再见", "再见", True),
        ("感谢来电再建", "再见", True),
        ("现在看见了", "再见", False),
        ("", "再见", False),
    ],
)
def test_words_are_heard_by_sound(text: str, word: str, there: bool) -> None:
    assert heard(text, (word,)) is there
