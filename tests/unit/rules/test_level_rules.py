"""The manuals' two level rules: same level for a faint customer, slightly louder for one who hears badly."""

from __future__ import annotations

import pytest

from voicemon.rules.compared import ProtocolStatus, Said
from voicemon.rules.keeplevel import KeepLevelRule
from voicemon.rules.levelrules import LevelRules
from voicemon.rules.louder import SpeakUpRule
from voicemon.rules.speakup import offers_to_speak_up
from voicemon.strings import Language
from voicemon.types import Role


def said(start: float, level_db: float, seconds: float = 3.0) -> Said:
    return Said(start, start + seconds, level_db, seconds)


def call(rule: KeepLevelRule, faint_db: float, agent_db: float) -> ProtocolStatus:
    """A call in which the customer becomes faint after 20 s, and the agent speaks at ``agent_db`` then."""
    for start in (0.0, 10.0):
        rule.agent(said(start, -30.0))
        rule.customer(said(start + 5, -32.0))
    rule.customer(said(20.0, faint_db))
    rule.agent(said(25.0, agent_db))
    return rule.protocol().status


class TestSameLevelForAFaintCustomer:
    @pytest.mark.parametrize("agent_db", [-31.9, -30.0, -28.1])
    def test_within_two_decibels_is_the_same(self, agent_db: float) -> None:
        assert call(KeepLevelRule(), -45.0, agent_db) is ProtocolStatus.FOLLOWED

    @pytest.mark.parametrize("agent_db", [-33.0, -27.0, -20.0])
    def test_shouting_back_breaks_it_and_so_does_going_faint_too(self, agent_db: float) -> None:
        assert call(KeepLevelRule(), -45.0, agent_db) is ProtocolStatus.BROKEN

    def test_the_detail_names_size_and_time(self) -> None:
        rule = KeepLevelRule()
        call(rule, -45.0, -25.0)
        detail = rule.protocol().as_dict("en")["detail"]
        assert "+5.0 dB" in detail
        assert "20 s" in detail

    def test_a_customer_who_speaks_as_before_asks_nothing_of_the_agent(self) -> None:
        rule = KeepLevelRule()
        assert call(rule, -34.0, -20.0) is ProtocolStatus.NOT_OBSERVABLE
        assert "never faint" in rule.protocol().as_dict("en")["detail"]

    def test_faint_from_the_start_is_faint_by_the_absolute_limit(self) -> None:
        rule = KeepLevelRule()
        rule.agent(said(0.0, -30.0))
        rule.customer(said(5.0, -55.0))
        rule.agent(said(10.0, -24.0))
        assert rule.protocol().status is ProtocolStatus.BROKEN

    def test_what_the_agent_does_after_the_customer_is_back_is_free(self) -> None:
        rule = KeepLevelRule()
        call(rule, -45.0, -30.0)
        rule.customer(said(30.0, -32.0))
        assert not rule.faint
        rule.agent(said(35.0, -20.0))
        assert rule.protocol().status is ProtocolStatus.FOLLOWED

    def test_a_breach_stays_one_after_the_customer_is_back(self) -> None:
        rule = KeepLevelRule()
        call(rule, -45.0, -24.0)
        rule.customer(said(30.0, -32.0))
        assert rule.protocol().status is ProtocolStatus.BROKEN

    def test_a_changed_gain_leaves_nothing_to_compare(self) -> None:
        rule = KeepLevelRule()
        rule.agent(said(0.0, -30.0))
        rule.customer(said(5.0, -55.0))
        rule.gain_changed()
        rule.agent(said(10.0, -20.0))
        assert rule.protocol().status is ProtocolStatus.NOT_OBSERVABLE
        assert "gain" in rule.protocol().as_dict("en")["detail"]

    def test_without_a_customer_channel_it_says_so(self) -> None:
        rule = KeepLevelRule()
        rule.agent(said(0.0, -30.0))
        assert rule.protocol().as_dict("en") == {
            "name": "same_level_for_faint_customer",
            "status": "not_observable",
            "detail": "the customer was not heard",
        }

    def test_a_short_yes_is_not_judged(self) -> None:
        rule = KeepLevelRule()
        call(rule, -45.0, -30.0)
        rule.agent(said(30.0, -10.0, seconds=0.4))
        assert rule.protocol().status is ProtocolStatus.FOLLOWED


class TestWhatAlarms:
    """An alarm needs more than a verdict, comes once an occasion, and knows the two rules apart."""

    def faint(self, agent_db: float, count: int = 4) -> list[str]:
        """The alarms of an agent who goes on at ``agent_db`` when the customer becomes faint."""
        rules, found = LevelRules(), []
        for start in (0.0, 10.0):
            rules.spoken(Role.AGENT, said(start, -30.0))
            rules.spoken(Role.CUSTOMER, said(start + 5, -32.0))
        rules.spoken(Role.CUSTOMER, said(20.0, -45.0))
        for i in range(count):
            rules.spoken(Role.AGENT, said(25.0 + 5 * i, agent_db))
            found += [f.rule for f in rules.findings(30.0 + 5 * i)]
        return found

    @pytest.mark.parametrize("agent_db", [-40.0, -30.0, -27.0, -25.0])
    def test_less_than_a_step_of_effort_raises_none(self, agent_db: float) -> None:
        assert self.faint(agent_db) == []

    def test_shouting_back_is_told_once(self) -> None:
        assert self.faint(-23.0) == ["louder_for_faint_customer"]

    def test_an_agent_who_was_asked_for_it_may_be_louder_for_a_faint_customer(self) -> None:
        rules = LevelRules()
        rules.spoken(Role.AGENT, said(0.0, -30.0))
        rules.spoken(Role.CUSTOMER, said(5.0, -55.0))
        rules.heard("不好意思我大声一点", 10.0, 12.0)
        for start in (13.0, 17.0, 21.0):
            rules.spoken(Role.AGENT, said(start, -23.0))
            assert rules.findings(start + 3) == []
        assert [row["status"] for row in rules.protocols("en")] == ["not_observable", "broken"]

    @pytest.mark.parametrize(("after_db", "alarms"), [(-30.0, 1), (-29.5, 1), (-28.5, 0), (-26.0, 0), (-20.0, 0)])
    def test_a_promise_that_nothing_comes_of(self, after_db: float, alarms: int) -> None:
        rules, found = LevelRules(), []
        rules.spoken(Role.AGENT, said(0.0, -30.0))
        rules.heard("我大声一点", 10.0, 12.0)
        for start in (13.0, 17.0, 21.0, 25.0):
            rules.spoken(Role.AGENT, said(start, after_db))
            found += [(f.rule, f.start, f.end) for f in rules.findings(start + 3)]
        assert found == [("not_louder_when_asked", 10.0, 24.0)] * alarms

    def test_a_changed_gain_alarms_nobody(self) -> None:
        rules = LevelRules()
        rules.spoken(Role.AGENT, said(0.0, -30.0))
        rules.spoken(Role.CUSTOMER, said(5.0, -55.0))
        rules.gain_changed()
        rules.spoken(Role.AGENT, said(10.0, -20.0))
        assert rules.findings(13.0) == []


class TestSlightlyLouderWhenAsked:
    @pytest.mark.parametrize(
        ("language", "detail"),
        [
            ("en", "the agent spoke +4.0 dB louder; +2 to +6 dB is slightly"),
            ("zh", "客服的音量变化 +4.0 dB；稍微响一点是 +2 到 +6 dB"),
        ],
    )
    def test_the_detail_quotes_its_figures_in_either_language(self, language: Language, detail: str) -> None:
        rule = SpeakUpRule()
        rule.agent(said(0.0, -30.0))
        rule.asked(8.0)
        rule.agent(said(9.0, -26.0))
        assert rule.protocol().as_dict(language) == {
            "name": "slightly_louder_when_asked",
            "status": "followed",
            "detail": detail,
        }

    @pytest.mark.parametrize(
        ("after_db", "status"),
        [
            (-30.0, ProtocolStatus.BROKEN),
            (-28.5, ProtocolStatus.BROKEN),
            (-27.5, ProtocolStatus.FOLLOWED),
            (-24.5, ProtocolStatus.FOLLOWED),
            (-22.0, ProtocolStatus.BROKEN),
        ],
    )
    def test_two_to_six_decibels(self, after_db: float, status: ProtocolStatus) -> None:
        rule = SpeakUpRule()
        rule.agent(said(0.0, -30.0))
        rule.hear("不好意思,我大声一点", 10.0, 12.0)
        rule.agent(said(10.0, -28.0, seconds=2.0))
        rule.agent(said(15.0, after_db))
        assert rule.protocol().status is status

    def test_words_that_come_late_find_their_utterances(self) -> None:
        rule = SpeakUpRule()
        rule.agent(said(0.0, -30.0))
        rule.agent(said(10.0, -30.0, seconds=2.0))
        rule.agent(said(15.0, -26.0))
        rule.hear("我大声一点", 10.0, 12.0)
        assert rule.protocol().status is ProtocolStatus.FOLLOWED

    def test_a_key_serves_as_well(self) -> None:
        rule = SpeakUpRule()
        rule.agent(said(0.0, -30.0))
        rule.asked(8.0)
        rule.agent(said(9.0, -26.0))
        assert rule.protocol().status is ProtocolStatus.FOLLOWED

    def test_the_worst_of_several_occasions_counts(self) -> None:
        rule = SpeakUpRule()
        rule.agent(said(0.0, -30.0))
        rule.asked(8.0)
        for start in (9.0, 13.0, 17.0):
            rule.agent(said(start, -30.0))
        rule.asked(25.0)
        rule.agent(said(26.0, -26.0))
        assert rule.protocol().status is ProtocolStatus.BROKEN

    def test_nobody_complained(self) -> None:
        rule = SpeakUpRule()
        rule.agent(said(0.0, -30.0))
        rule.hear("请问有什么可以帮助您", 5.0, 8.0)
        assert rule.protocol().status is ProtocolStatus.NOT_OBSERVABLE

    def test_a_changed_gain_leaves_nothing_to_compare(self) -> None:
        rule = SpeakUpRule()
        rule.agent(said(0.0, -30.0))
        rule.asked(8.0)
        rule.gain_changed()
        rule.agent(said(9.0, -20.0))
        assert rule.protocol().status is ProtocolStatus.NOT_OBSERVABLE

    @pytest.mark.parametrize(
        "text",
        [
            "不好意思,我大声一点",
            "抱歉,我这边声音提高一点",
            "我把音量调大一下",
            "对不起,我稍微提高音量,请问有什么可以帮助您?",
            "您现在听得清吗",
            "现在能听清楚吗?",
            "這樣聽得清楚嗎",
            "我说大声点儿",
        ],
    )
    def test_offers_to_speak_up(self, text: str) -> None:
        assert offers_to_speak_up(text)

    @pytest.mark.parametrize(
        "text",
        [
            "对不起!请您大声一点,好吗?",
            "喂,大声一点儿!",
            "您能把声音提高一点吗",
            "麻烦您那边声音大一点",
            "对不起,您的电话杂音太大,听不清,请您换一部电话再次打来好吗",
            "我听不清",
            "请问您听得到我说话吗",
            "我们会提高服务质量",
        ],
    )
    def test_asks_the_customer_or_speaks_of_something_else(self, text: str) -> None:
        assert not offers_to_speak_up(text)
