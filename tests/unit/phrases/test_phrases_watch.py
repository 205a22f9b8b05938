"""When a lexicon's files count as changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicemon.errors import ConfigError
from voicemon.phrases.watch import LexiconWatch
from voicemon.settings import PhraseSettings

ONE = 'version: 1\nforbidden_utterances:\n  - {id: x01, original: "跟我没关系"}\n'
TWO = ONE + '  - {id: x02, original: "你自己看着办"}\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "own.yaml"
    path.write_text(ONE, encoding="utf-8")
    return path


@pytest.fixture
def watch(file: Path) -> LexiconWatch:
    watch = LexiconWatch(PhraseSettings(lexicons=(str(file),)))
    watch.take()
    return watch


def seen(watch: LexiconWatch) -> list[bool]:
    return [watch.changed() for _ in range(3)]


def test_what_was_taken_has_not_changed(watch: LexiconWatch) -> None:
    assert seen(watch) == [False, False, False]


def test_files_that_were_never_taken_count_as_changed(file: Path) -> None:
    assert seen(LexiconWatch(PhraseSettings(lexicons=(str(file),)))) == [False, True, True]


def test_a_change_counts_once_the_file_is_left_alone(watch: LexiconWatch, file: Path) -> None:
    assert not watch.changed()
    file.write_text("", encoding="utf-8")  # an editor that empties before it writes
    assert not watch.changed()
    file.write_text(TWO, encoding="utf-8")
    assert not watch.changed()
    assert watch.changed()
    assert watch.take().phrase("x02").original == "你自己看着办"
    assert seen(watch) == [False, False, False]


def test_a_file_put_in_its_place_is_a_change(watch: LexiconWatch, file: Path, tmp_path: Path) -> None:
    other = tmp_path / "new.yaml"
    other.write_text(ONE.replace("x01", "y01"), encoding="utf-8")
    other.replace(file)
    assert seen(watch)[-1]
    assert watch.take().phrase("y01").original == "跟我没关系"


def test_a_fault_is_told_and_not_again_until_the_next_change(watch: LexiconWatch, file: Path) -> None:
    file.unlink()
    assert seen(watch)[-1]
    with pytest.raises(ConfigError):
        watch.take()
    assert seen(watch) == [False, False, False]
    file.write_text(TWO, encoding="utf-8")
    assert seen(watch)[-1]


def test_the_builtin_lexicon_alone_is_not_watched() -> None:
    assert LexiconWatch(PhraseSettings()).idle
