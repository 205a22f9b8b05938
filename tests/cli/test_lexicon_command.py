"""``voicemon lexicon``: faults with their lines, what is in a file, what a sentence would set off."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from voicemon.cli import app

GOOD = 'version: 1\nforbidden_utterances:\n  - {id: x01, original: "跟我没关系"}\n  - {id: x02, original: "不行"}\n'
BAD = """\
version: 1
forbidden_utterances:
  - {id: x01, original: "跟我没关系"}
  - {id: x02, originl: "不行"}
  - {id: x03, original: "去{X}"}
words_to_limit: 3
"""


@pytest.fixture
def good(tmp_path: Path) -> str:
    return written(tmp_path / "good.yaml", GOOD)


def written(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_good_file_is_listed_with_what_is_worth_a_look(good: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["lexicon", "check", good, "--lang", "en"]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    assert "x01   跟我没关系" in shown.out.replace("  跟", "   跟").replace("    跟", "   跟")
    assert "x02: the limit is tight" in shown.out
    assert "f01" not in shown.out  # the built-in entries are the surroundings, not the subject


def test_every_fault_is_told_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "bad.yaml", BAD)
    assert app.run(["lexicon", "check", path]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    lines = shown.err.splitlines()
    assert [line.split("bad.yaml:")[1].split(":")[0] for line in lines] == ["4", "5", "6"]
    assert "did you mean original?" in lines[0]


def test_faults_over_several_files_are_told(tmp_path: Path, good: str, capsys: pytest.CaptureFixture[str]) -> None:
    twice = written(tmp_path / "twice.yaml", GOOD)
    assert app.run(["lexicon", "check", good, twice]) == 2
    assert "twice.yaml:3: id 'x01' stands twice" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["lexicon", "check", "nowhere.yaml"]) == 2
    assert "nowhere.yaml" in capsys.readouterr().err


def test_without_a_file_the_lexicon_in_use_is_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["lexicon", "check", "--lang", "zh"]) == 0
    assert "禁语 16 条" in capsys.readouterr().out


def test_the_check_as_json(good: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["lexicon", "check", good, "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in record["phrases"]] == ["x01", "x02"]
    assert record["counts"]["forbidden"] == 18
    assert {"id": "x02", "doubt": "tight", "other": ""} in record["warnings"]


def test_a_sentence_is_weighed_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["lexicon", "test", "这不管我的事，一定，您打错电话了", "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    alarms, _, others = shown.partition("near, but no alarm")
    assert "f12" in alarms
    assert "f06" in others
    assert "put politely" in others
    assert "word to limit: 一定" in others


def test_the_lexicons_given_take_part(good: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["lexicon", "test", "跟我没关系", "--lexicon", good, "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert [(p["id"], p["verdict"], p["distance"]) for p in record["phrases"]] == [("x01", "match", 0.0)]


def test_both_languages_have_the_same_rows(capsys: pytest.CaptureFixture[str]) -> None:
    counts = []
    for language in ("zh", "en"):
        assert app.run(["lexicon", "test", "喂，说吧，刚才的电话是我接的", "--lang", language]) == 0
        counts.append(len(capsys.readouterr().out.splitlines()))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("sentence", ["，。", "好" * 1001])
def test_a_sentence_that_cannot_be_weighed_is_refused(sentence: str) -> None:
    from voicemon.errors import ConfigError

    with pytest.raises(ConfigError):
        app.run(["lexicon", "test", sentence])
