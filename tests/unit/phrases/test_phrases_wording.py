"""Words to limit and to use, refusals, classes of wording."""

import pytest

from voicemon.phrases.explain import typed
from voicemon.phrases.lexicon import Lexicon, load
from voicemon.phrases.wording import PatternMatcher, bare_no, count, limited_words
from voicemon.types import CharTime


def chars(text: str) -> list[CharTime]:
    return [CharTime(c, i * 0.25, (i + 1) * 0.25) for i, c in enumerate(c for c in text if c.isalnum())]


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load()


def test_limited_words_are_found_where_they_stand(lexicon: Lexicon) -> None:
    found = limited_words(chars("一定明天送到，您必須簽收"), lexicon.words_to_limit)
    assert [(u.id, u.heard, u.start, u.end) for u in found] == [
        ("一定", "一定", 0.0, 0.5),
        ("必须", "必須", 1.75, 2.25),
    ]


def test_not_necessarily_is_no_promise(lexicon: Lexicon) -> None:
    assert limited_words(chars("密码不一定要改"), lexicon.words_to_limit) == []
    assert count("密码不一定要改", lexicon).limited == {"一定": 0, "必须": 0}


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("对不起给您添麻烦了", 0),
        ("不好意思没关系请不必介意不客气", 0),
        ("您看好不好能不能", 0),
        ("不行我不知道", 2),
        ("对不起这个不能退", 1),
    ],
)
def test_a_naive_count_of_no_would_punish_politeness(lexicon: Lexicon, text: str, times: int) -> None:
    assert len(bare_no(text, lexicon.not_a_no)) == times


def test_the_polite_share(lexicon: Lexicon) -> None:
    assert count("您请坐，您稍等，你说", lexicon).polite_share == pytest.approx(2 / 3)
    assert count("好的", lexicon).polite_share is None
    assert count("你好，請問", lexicon).plain == 0  # a greeting, whatever the form


def test_counts_add_up_over_utterances(lexicon: Lexicon) -> None:
    total = count("感谢您，一定办好", lexicon) + count("一定，先生", lexicon)
    assert total.limited["一定"] == 2
    assert (total.used["感谢"], total.used["先生"], total.polite) == (1, 1, 1)
    assert total.syllables == 11


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("这是技术部门的责任", "p01"),
        ("我保证明天能到", "p03"),
        ("这个我不知道", "p04"),
        ("然后然后您看", "p05"),
        ("你怎么老是不听", "p06"),
        ("这不归我们管", "p07"),
    ],
)
def test_classes_of_wording_are_found(lexicon: Lexicon, text: str, pattern: str) -> None:
    assert pattern in {u.id for u in PatternMatcher(lexicon).find(chars(text))}


@pytest.mark.parametrize("text", ["是不是这个订单", "对不起让您久等了", "您看行不行", "两个小时之内给您答复"])
def test_polite_wording_is_no_refusal_and_no_promise(lexicon: Lexicon, text: str) -> None:
    assert PatternMatcher(lexicon).find(chars(text)) == []


TOLD = {"p01", "p03", "p06", "p07"}
"""Classes that alarm during the call."""


@pytest.mark.parametrize(
    "text",
    [
        "这是我们部门的责任，向您道歉",  # it takes the blame instead of passing it on
        "请问这是哪个部门的问题",
        "您怎么连不上网了，我帮您看看",  # 连 connects
        "您怎么这么客气",
        "您为什么老是被扣费，我来查一下",  # it befell the customer
        "您保证手机可以接通就行",  # the customer's part
        "这个我不敢保证一定能办下来",
        "我不能保证今天可以到",
        "保证金可以退给您",
        "这款手机有绝对的优势，您可以看看",
        "百分之百棉的，您可以放心洗",  # two clauses
        "我没有说不归我管",
        "您刚才提到同事说不归我管，我向您道歉",
    ],
)
def test_what_blames_nobody_and_promises_nothing_is_of_no_class(lexicon: Lexicon, text: str) -> None:
    assert not TOLD.intersection(use.id for use in PatternMatcher(lexicon).find(typed(text)))


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("那是技术部门的问题，跟我说没用", "p01"),
        ("我保证三天之内给您办好", "p03"),
        ("绝对能到，您放心吧", "p03"),
        ("您怎么连这个都不会", "p06"),
        ("你为什么总是不听", "p06"),
        ("您怎么这么慢", "p06"),
        ("然后，那个，然后我看一下", "p05"),
    ],
)
def test_clauses_and_courtesy_do_not_hide_a_class(lexicon: Lexicon, text: str, pattern: str) -> None:
    assert pattern in {use.id for use in PatternMatcher(lexicon).find(typed(text))}
