"""Lexicon files: what they give, and one clear line for what is wrong in them."""

import random
import re
from pathlib import Path

import pytest

from voicemon.errors import ConfigError
from voicemon.phrases.lexicon import BUILTIN_FILE, load
from voicemon.types import Severity


def write(folder: Path, text: str, name: str = "mine.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def entry(fields: str) -> str:
    return f"version: 1\nforbidden_utterances:\n  - {{{fields}}}\n"


def test_the_builtin_lexicon_is_complete() -> None:
    lexicon = load()
    assert [p.id for p in lexicon.forbidden] == [f"f{i:02d}" for i in range(1, 17)]
    assert len(lexicon.required) == 43
    assert lexicon.words_to_limit == ("一定", "必须")
    assert [s.name for s in lexicon.sources] == ["service-zh"]
    assert re.fullmatch("[0-9a-f]{64}", lexicon.sources[0].sha256)


def test_insults_and_threats_are_critical() -> None:
    severity = {p.id: p.severity for p in load().forbidden}
    assert severity["f09"] is Severity.CRITICAL
    assert severity["f03"] is Severity.CRITICAL
    assert severity["f10"] is Severity.WARN


def test_better_is_the_manuals_line_of_the_same_scene() -> None:
    lexicon = load()
    assert (lexicon.phrase("f12").better or "").startswith("对不起,给您添麻烦了")
    assert lexicon.phrase("f15").better is None


def test_text_chat_sentences_are_off_by_default() -> None:
    assert not any(p.id == "c01" for p in load().forbidden)
    assert any(p.id == "c01" for p in load(text_chat=True).forbidden)


def test_the_short_form_is_enough(tmp_path: Path) -> None:
    path = write(tmp_path, entry('id: x01, original: "跟我沒關係！"') + "words_to_limit: [百分之百]\n")
    lexicon = load([path])
    phrase = lexicon.phrase("x01")
    assert (phrase.normalised, phrase.core, phrase.category, phrase.severity) == (
        "跟我没关系",
        "跟我没关系",
        "custom",
        Severity.WARN,
    )
    assert lexicon.words_to_limit == ("一定", "必须", "百分之百")
    assert lexicon.sources[1].name == "mine.yaml"


def test_without_the_builtin_lexicon_only_the_users_counts(tmp_path: Path) -> None:
    lexicon = load([write(tmp_path, entry('id: x01, original: "跟我没关系"'))], builtin=False)
    assert [p.id for p in lexicon.forbidden] == ["x01"]
    assert lexicon.required == ()


def test_builtin_entries_of_every_kind_can_be_switched_off(tmp_path: Path) -> None:
    lexicon = load([write(tmp_path, "version: 1\ndisable: [f14, r40, p04]\n")])
    assert "f14" not in {p.id for p in lexicon.forbidden}
    assert "r40" not in {r.id for r in lexicon.required}
    assert "p04" not in {p.id for p in lexicon.patterns}


def test_a_required_line_may_hold_slots(tmp_path: Path) -> None:
    text = 'version: 1\nrequired_utterances:\n  - {id: q01, category: greeting, original: "您好，{COMPANY}，请问"}\n'
    assert load([write(tmp_path, text)]).required[-1].normalised == "您好{COMPANY}请问"


WRONG = [
    ("forbidden_utterance: []\n", 1, "forbidden_utterances"),
    ("version: 2\n", 1, "version: 1"),
    ("forbidden_utterances: []\n", 1, "version"),
    ("version: 1\nforbidden_utterances: 3\n", 2, "item"),
    ("version: 1\nforbidden_utterances:\n  - 喂\n", 3, "key: value"),
    (entry('id: x01, orginal: "喂"'), 3, "original"),
    (entry("id: x01"), 3, "original"),
    (entry('original: "喂喂"'), 3, "id"),
    (entry("id: x01, original: 12"), 3, "quotes"),
    (entry('id: x01, original: "……"'), 3, "Chinese"),
    (entry('id: x01, original: ""'), 3, "fill"),
    (entry('id: x01, original: "你好{FOO}"'), 3, "sentence"),
    (entry('id: x01, original: "你好{NUM"'), 3, "mend"),
    (entry('id: x01, original: "说吧", severity: high'), 3, "critical"),
    (entry('id: x01, original: "说吧", hard_negatives: 您说'), 3, "item"),
    (entry('id: x01, original: "说吧", id: x02'), 3, "keep one"),
    (entry('id: f14, original: "说吧"'), 3, "another id"),
    (entry('id: x01, original: "说吧"') + "  - {id: x01, original: 说话}\n", 4, "mine.yaml:3"),
    ("version: 1\ndisable: [f99]\n", 2, "f"),
    ("version: 1\n\n  bad: [\n", 3, "mend"),
    ("version: 1\nforbidden_utterances: " + "[" * 50 + "]" * 50 + "\n", 2, "flat"),
    ('version: 1\nforbidden_patterns:\n  - {id: x, regex: "("}\n', 3, "mend"),
    ("version: 1\npolite_ratio: {prefer: 您}\n", 2, "over"),
]


@pytest.mark.parametrize(("text", "line", "remedy"), WRONG, ids=[str(i) for i in range(len(WRONG))])
def test_a_mistake_is_named_with_its_line_and_remedy(tmp_path: Path, text: str, line: int, remedy: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load([path])
    assert caught.value.message.startswith(f"{path}:{line}: ")
    assert remedy in caught.value.remedy
    assert "\n" not in str(caught.value)


def test_a_mistake_in_the_second_file_names_both(tmp_path: Path) -> None:
    first = write(tmp_path, entry('id: x01, original: "说吧"'), "a.yaml")
    second = write(tmp_path, entry('id: x01, original: "说话"'), "b.yaml")
    with pytest.raises(ConfigError, match=re.escape(f"{second}:3")) as caught:
        load([first, second])
    assert f"{first}:3" in caught.value.remedy


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=re.escape("none.yaml")):
        load([tmp_path / "none.yaml"])


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gbk.yaml"
    path.write_bytes("version: 1\nwords_to_limit: [一定]\n".encode("gbk"))
    with pytest.raises(ConfigError, match=re.escape(f"{path}:2")):
        load([path])


def test_mutated_files_give_a_lexicon_or_one_clear_line(tmp_path: Path) -> None:
    """Bytes changed, lost, doubled anywhere in the largest lexicon there is: never another exception."""
    original = BUILTIN_FILE.read_bytes()
    chance = random.Random(5)
    complaints = []
    path = tmp_path / "mutated.yaml"
    for _ in range(60):
        path.write_bytes(mutated(original, chance))
        try:
            load([path], builtin=False)
        except ConfigError as error:
            complaints.append(str(error))
    assert len(complaints) > 20
    assert all(c.startswith(f"{path}:") and "\n" not in c for c in complaints)


def mutated(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(changed))
        kind = chance.randrange(3)
        if kind == 0:
            changed[place] = chance.randrange(256)
        elif kind == 1:
            del changed[place : place + chance.randint(1, 40)]
        else:
            changed[place:place] = bytes(changed[place : place + chance.randint(1, 40)])
    return bytes(changed)
