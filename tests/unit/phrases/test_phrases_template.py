"""What a lexicon's notation is searched for as: alternatives, slots, and numbers as recognisers write them."""

from pathlib import Path

import pytest

from voicemon.errors import ConfigError
from voicemon.phrases.explain import typed
from voicemon.phrases.lexicon import load
from voicemon.phrases.spotter import Spotter
from voicemon.phrases.template import TemplateError, derive, expand


def variants(original: str) -> set[str]:
    return set(expand(derive(original), original))


def spotter(folder: Path, original: str) -> Spotter:
    path = folder / "own.yaml"
    path.write_text(f'version: 1\nforbidden_utterances:\n  - {{id: x, original: "{original}"}}\n', encoding="utf-8")
    return Spotter(load([path], builtin=False))


@pytest.mark.parametrize(
    ("original", "meant"),
    [
        ("跟您/你没关系", {"跟您没关系", "跟你没关系"}),
        ("{SURNAME}先生/女士您真难伺候", {"**先生您真难伺候", "**女士您真难伺候"}),
        ("找先生/女士/小姐去", {"找先生去", "找女士去", "找小姐去"}),
        ("你怎么这么笨/蠢", {"你怎么这么笨", "你怎么这么蠢"}),
        ("谢谢您的来电/欢迎再次致电，再见", {"谢谢您的来电再见", "欢迎再次致电再见"}),
        ("有完没完/烦不烦", {"有完没完", "烦不烦"}),
    ],
)
def test_a_stroke_joins_the_words_that_stand_for_one_another(original: str, meant: set[str]) -> None:
    assert variants(original) == meant


def test_a_word_that_is_only_an_alternative_does_not_alarm_alone(tmp_path: Path) -> None:
    search = spotter(tmp_path, "{SURNAME}先生/女士您真难伺候")
    assert search.find(typed("王先生，请问有什么可以帮您？"), final=True) == []
    assert len(search.find(typed("李女士您真难伺候"), final=True)) == 1


def test_a_single_syllable_is_no_alternative_of_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="alone"):
        variants("爱买/用不买/用")
    with pytest.raises(ConfigError, match=r"own\.yaml:3"):
        spotter(tmp_path, "爱买/用不买/用")


@pytest.mark.parametrize(
    ("original", "heard"),
    [
        ("再等20分钟", "再等二十分钟"),
        ("再等二十分钟", "再等20分钟"),
        ("看100遍也没用", "看一百遍也没用"),
        ("看一百遍也没用", "看100遍也没用"),
        ("你打12345去", "你打一二三四五去"),
        ("等两天", "等2天"),
        ("100%是你弄坏的", "百分之100是你弄坏的"),
        ("百分之二十都要扣", "20%都要扣"),
    ],
)
def test_numbers_are_found_in_words_and_in_digits(tmp_path: Path, original: str, heard: str) -> None:
    (match,) = spotter(tmp_path, original).find(typed(heard), final=True)
    assert match.score > 0.95


def test_numerals_side_by_side_are_no_number() -> None:
    assert variants("等三四天") == {"等三四天"}
    assert variants("等十分钟") == {"等十分钟"}
