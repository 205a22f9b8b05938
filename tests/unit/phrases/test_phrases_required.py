"""Required lines are recognised with their slots, alternatives and the recogniser's mistakes; parts of them are not."""

from pathlib import Path

import pytest

from voicemon.phrases.lexicon import Lexicon, load
from voicemon.phrases.required import RequiredMatcher
from voicemon.phrases.template import expand
from voicemon.types import CharTime


def chars(text: str) -> list[CharTime]:
    return [CharTime(c, i * 0.25, (i + 1) * 0.25) for i, c in enumerate(c for c in text if c.isalnum())]


@pytest.fixture(scope="module")
def matcher() -> RequiredMatcher:
    return RequiredMatcher(load())


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("您好，欢迎致电蓝天航空客户服务热线，客服代表小林很高兴为您服务，请问有什么可以帮助您？", "r01"),
        ("對不起,請您稍等片刻,好嗎?", "r27"),
        ("对不起，让您久等了", "r28"),
        ("对不起，您的电话没有声音，请您换一部电话再次打来，好吗？再见！", "r06"),
        ("感谢您的来电，祝您旅途愉快，再见！", "r37"),
        ("欢迎再次致电，再见", "r37"),
        ("对不起，我的工号是三零八号", "r30"),
        ("王小姐，请问有什么可以帮助您", "r03"),
        ("麻烦您记录一下，好吗", "r16"),
        ("很抱歉，王先生，多谢您反映的意见，我们会尽快向上级部门反映，并在二十四小时之内给您明确的答复，再见", "r25"),
    ],
)
def test_lines_are_recognised(matcher: RequiredMatcher, said: str, line: str) -> None:
    assert line in {s.id for s in matcher.find(chars(said))}


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("请您稍等片刻，我查一下", "r27"),  # neither apology nor question
        ("再见", "r37"),
        ("这里是光明电力，你是哪个小区的", "r01"),
        ("让您久等了", "r21"),
        ("我给您登记报修", "r16"),
    ],
)
def test_parts_are_not_the_line(matcher: RequiredMatcher, said: str, line: str) -> None:
    assert line not in {s.id for s in matcher.find(chars(said))}


def test_the_time_is_that_of_the_line(matcher: RequiredMatcher) -> None:
    (found,) = [s for s in matcher.find(chars("好的我来看" + "对不起让您久等了" + "这个包裹到了")) if s.id == "r28"]
    assert (found.start, found.end) == (1.25, 3.25)
    assert found.coverage == 1


def test_only_the_categories_asked_for(matcher: RequiredMatcher) -> None:
    said = chars("对不起让您久等了")
    assert {s.category for s in matcher.find(said, categories={"hold_return"})} == {"hold_return"}
    assert matcher.find(said, categories={"greeting"}) == []


def test_a_users_line_with_a_slot(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    line = '{id: q01, category: greeting, original: "您好，{COMPANY}，请问有什么可以帮您？"}'
    path.write_text(f"version: 1\nrequired_utterances:\n  - {line}\n", encoding="utf-8")
    matcher = RequiredMatcher(load([path], builtin=False))
    assert [s.id for s in matcher.find(chars("您好，光明电力，请问有什么可以帮您？"))] == ["q01"]
    assert [s.id for s in matcher.find(chars("您好，请问有什么可以帮您？"))] == ["q01"]
    assert matcher.find(chars("您好，光明电力")) == []


def test_alternatives_reach_as_far_as_the_manual_writes_them() -> None:
    lines = {line.id: line for line in load().required}

    def variants(name: str) -> tuple[str, ...]:
        return expand(lines[name].normalised, lines[name].original)

    assert variants("r20") == ("对不起先生请问有什么可以帮助您", "对不起小姐请问有什么可以帮助您")
    assert variants("r37") == ("谢谢您的来电再见", "欢迎再次致电再见")
    assert variants("r03") == ("**先生请问有什么可以帮助您", "**小姐请问有什么可以帮助您")


def test_no_text_no_line() -> None:
    assert RequiredMatcher(load()).find([]) == []
    assert RequiredMatcher(Lexicon()).find(chars("您好")) == []
