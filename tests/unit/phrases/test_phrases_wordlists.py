"""Words to limit as a lexicon writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicemon.errors import ConfigError
from voicemon.phrases.lexicon import load
from voicemon.phrases.model import WordLimit


def limits(tmp_path: Path, text: str) -> tuple[WordLimit, ...]:
    path = tmp_path / "own.yaml"
    path.write_text(f"version: 1\nwords_to_limit: {text}\n", encoding="utf-8")
    return load([path], builtin=False).limits


def test_a_word_alone_and_with_its_limits(tmp_path: Path) -> None:
    found = limits(tmp_path, "[一定, {word: 百分之百, per_minute: 0.5}, {word: 絕對, per_call: 3}]")
    assert found == (WordLimit("一定"), WordLimit("百分之百", 0.5), WordLimit("绝对", None, 3.0))


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ("[{word: 一定, per_minute: often}]", "per_minute must be a number"),
        ("[{word: 一定, per_call: -1}]", "per_call must be a number"),
        ("[{word: 一定, per_call: .nan}]", "per_call must be a number"),
        ("[{word: 一定, per_call: [1]}]", "per_call must be a number"),
        ("[{per_call: 1}]", "has no word"),
        ("[{word: 一定, per_hour: 1}]", "unknown key 'per_hour'"),
        ("[{word: '，'}]", "spoken"),
        ("[[一定]]", "must be text"),
        ("3", "must be a list"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, entry: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=r"own\.yaml:2: ") as caught:
        limits(tmp_path, entry)
    assert complaint in str(caught.value)
