"""A forbidden sentence that the agent only tells of does not alarm; said to the customer it does."""

import pytest

from voicemon.phrases.explain import explain, typed
from voicemon.phrases.lexicon import load
from voicemon.phrases.spotter import Spotter
from voicemon.types import CharTime


@pytest.fixture(scope="module")
def spotter(tmp_path_factory: pytest.TempPathFactory) -> Spotter:
    path = tmp_path_factory.mktemp("lexicon") / "own.yaml"
    path.write_text('version: 1\nforbidden_utterances:\n  - {id: x, original: "爱用不用"}\n', encoding="utf-8")
    return Spotter(load([path]))


@pytest.mark.parametrize(
    "told",
    [
        "您刚才说我们的同事跟您讲爱用不用，是吗",
        "您是说他讲爱用不用",
        "您反映客服说爱用不用，我向您道歉",
        "我没有说爱用不用",
        "我们不会跟您说爱用不用这样的话",
        "爱用不用这种话我们不能讲",
        "您说我们的人骂您：喂，大声一点儿",
    ],
)
def test_what_somebody_else_said_does_not_alarm(spotter: Spotter, told: str) -> None:
    assert spotter.find(typed(told), final=True) == []
    assert "quoted" in {near.verdict for near in explain(spotter, typed(told))}


@pytest.mark.parametrize(
    "said",
    [
        "我跟您说，爱用不用",
        "我都说了，爱用不用",
        "我刚才跟您说过了，爱用不用",
        "您说，爱用不用",
        "您说的问题我看过了，爱用不用",
        "先生，我说了，爱用不用",
        "他说了算，爱用不用",
        "同事说不能退，爱用不用",
        "爱用不用，这话费又不高",
    ],
)
def test_what_the_agent_says_alarms_though_somebody_was_quoted_before(spotter: Spotter, said: str) -> None:
    assert [m.id for m in spotter.find(typed(said), final=True)] == ["x"]


def test_after_a_pause_the_words_are_the_agents_own(spotter: Spotter) -> None:
    told = typed("您刚才说")
    said = [CharTime(c.char, c.start + 2.5, c.end + 2.5) for c in typed("爱用不用")]
    assert len(spotter.find([*told, *said], final=True)) == 1
