"""The cache of narrowed models: made once, whole or absent, and never an error."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from test_ct2file import FLOAT16, binary

from voicemon.asr import narrow_cache
from voicemon.asr.narrow_cache import narrowed
from voicemon.asr.vocabulary import read_vocabulary

SPECIALS = ["<|endoftext|>", "<|startoftranscript|>", "<|zh|>", "<|transcribe|>", "<|notimestamps|>"]
WORDS = ["a", "ational", "Ġbecause", "b", "!"]
TOKENS = [*WORDS, *SPECIALS, "<|0.00|>"]
KEPT = [0, 3, *range(5, 10)]
SHA256 = "ab" * 32


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(narrow_cache, "cache_dir", lambda: tmp_path / "cache" / "models")
    return tmp_path / "cache" / "models"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.bin").write_bytes(weights())
    (folder / "vocabulary.txt").write_text("\n".join(TOKENS) + "\n", encoding="utf-8")
    write_json(folder / "config.json", {"suppress_ids": [4, 6], "suppress_ids_begin": [5], "lang_ids": [7]})
    added = [{"id": TOKENS.index(s), "content": s} for s in SPECIALS]
    write_json(
        folder / "tokenizer.json",
        {"model": {"vocab": {w: i for i, w in enumerate(WORDS)}}, "added_tokens": added},
    )
    return folder


def write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")


def weights(rows: list[int] | None = None, version: int = 6) -> bytes:
    table = np.arange(2 * len(TOKENS)).reshape(-1, 2).astype(np.float16)
    tables = {"decoder/embeddings/weight": (FLOAT16, table if rows is None else table[rows])}
    return binary(tables, {"decoder/projection/weight": "decoder/embeddings/weight"}, version)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_copy_is_a_model_of_its_own(model: Path, cache: Path) -> None:
    before = contents(model)
    folder = narrowed(model, SHA256, "zh")
    assert folder is not None
    assert folder.parent == cache
    assert (folder / "model.bin").read_bytes() == weights(KEPT)
    assert (folder / "vocabulary.txt").read_text(encoding="utf-8").split("\n") == [*(TOKENS[i] for i in KEPT), ""]
    found = read_vocabulary(folder / "tokenizer.json")
    assert found.bytes == (b"a", b"b")
    assert found.specials == {name: i + 2 for i, name in enumerate(SPECIALS)}
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert config == {"suppress_ids": [3], "suppress_ids_begin": [2], "lang_ids": [4]}
    assert contents(model) == before


def test_a_vocabulary_in_json(model: Path, cache: Path) -> None:
    (model / "vocabulary.txt").unlink()
    write_json(model / "vocabulary.json", TOKENS)
    folder = narrowed(model, SHA256, "zh")
    assert folder is not None
    assert json.loads((folder / "vocabulary.json").read_text(encoding="utf-8")) == [TOKENS[i] for i in KEPT]


def test_it_is_made_once(model: Path, cache: Path) -> None:
    first = narrowed(model, SHA256, "zh")
    assert first is not None
    made = (first / "model.bin").stat()
    assert narrowed(model, SHA256, "zh") == first
    assert (first / "model.bin").stat().st_ino == made.st_ino
    assert narrowed(model, "cd" * 32, "zh") != first


def test_another_language_has_the_whole_model(model: Path, cache: Path) -> None:
    assert narrowed(model, SHA256, "en") is None
    assert not cache.exists()


def test_a_damaged_copy_is_made_again(model: Path, cache: Path) -> None:
    folder = narrowed(model, SHA256, "zh")
    assert folder is not None
    (folder / "model.bin").write_bytes(b"")
    assert narrowed(model, SHA256, "zh") == folder
    assert (folder / "model.bin").read_bytes() == weights(KEPT)
    (folder / "tokenizer.json").unlink()
    assert narrowed(model, SHA256, "zh") == folder
    assert (folder / "tokenizer.json").is_file()
    assert [p.name for p in cache.iterdir()] == [folder.name]


def test_damage_that_size_and_time_hide_is_found_by_reading(model: Path, cache: Path) -> None:
    folder = narrowed(model, SHA256, "zh")
    assert folder is not None
    file = folder / "model.bin"
    status, whole = file.stat(), file.read_bytes()
    file.write_bytes(whole[:-1] + b"?")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert narrowed(model, SHA256, "zh", every_byte=True) == folder
    assert file.read_bytes() == whole


def test_another_tokenizer_makes_another_copy(model: Path, cache: Path) -> None:
    first = narrowed(model, SHA256, "zh")
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    write_json(model / "config.json", config | {"suppress_ids": [0]})
    second = narrowed(model, SHA256, "zh")
    assert first is not None
    assert second is not None
    assert second != first
    assert (second / "model.bin").read_bytes() != (first / "model.bin").read_bytes()


def test_copies_of_older_recipes_are_cleared_away(model: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(narrow_cache.narrow, "RECIPE", 0)
    old, other = narrowed(model, SHA256, "zh"), narrowed(model, "cd" * 32, "zh")
    monkeypatch.undo()
    monkeypatch.setattr(narrow_cache, "cache_dir", lambda: cache)
    assert old is not None
    assert other is not None
    new = narrowed(model, SHA256, "zh")
    assert set(cache.iterdir()) == {new, other}


class TestTheWholeModelServes:
    def test_where_the_cache_cannot_be_made(self, model: Path, cache: Path) -> None:
        cache.parent.write_text("a file where the folder should be")
        assert narrowed(model, SHA256, "zh") is None

    @pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="rights do not bind here")
    def test_where_the_cache_is_read_only(self, model: Path, cache: Path) -> None:
        cache.mkdir(parents=True)
        cache.chmod(0o500)
        assert narrowed(model, SHA256, "zh") is None

    def test_where_nothing_may_be_written(self, model: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        forbid_writing(monkeypatch)
        assert narrowed(model, SHA256, "zh") is None

    def test_not_where_the_cache_is_read_only_but_filled(
        self, model: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = narrowed(model, SHA256, "zh")
        forbid_writing(monkeypatch)
        assert narrowed(model, SHA256, "zh") == folder

    def test_where_the_disk_is_nearly_full(self, model: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        usage = shutil.disk_usage(model)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=(model / "model.bin").stat().st_size))
        assert narrowed(model, SHA256, "zh") is None
        assert not list(cache.iterdir())

    def test_where_the_disk_fills_up_meanwhile(self, model: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        assert narrowed(model, SHA256, "zh") is None
        assert not list(cache.iterdir())

    @pytest.mark.parametrize(
        ("file", "data"),
        [
            ("model.bin", weights(version=7)),
            ("model.bin", weights()[:-3]),
            ("model.bin", weights(KEPT)),
            ("model.bin", weights().replace(b"WhisperSpec", b"OtherrrSpec")),
            ("config.json", b"{"),
            ("config.json", b'{"suppress_ids": 3}'),
            ("tokenizer.json", b"{}"),
            ("vocabulary.txt", b"a\nb\n"),
            ("vocabulary.txt", b"\xff\xfe"),
        ],
    )
    def test_where_the_model_is_not_understood(self, model: Path, cache: Path, file: str, data: bytes) -> None:
        (model / file).write_bytes(data)
        assert narrowed(model, SHA256, "zh") is None
        assert not list(cache.iterdir())

    def test_where_a_file_is_missing(self, model: Path, cache: Path) -> None:
        (model / "vocabulary.txt").unlink()
        assert narrowed(model, SHA256, "zh") is None


def forbid_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(narrow_cache.tempfile, "mkdtemp", refuse)
    monkeypatch.setattr(Path, "mkdir", refuse)


def test_another_process_may_be_there_first(model: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While this one writes, the other publishes the same copy: it stays, and nothing else is left."""
    write = narrow_cache.narrow.narrowed_files
    nested: list[Path | None] = []

    def slow(source: Path, target: Path) -> dict[str, str]:
        written = write(source, target)
        if not nested:
            nested.append(None)
            nested.append(narrowed(model, SHA256, "zh"))
        return written

    monkeypatch.setattr(narrow_cache.narrow, "narrowed_files", slow)
    assert narrowed(model, SHA256, "zh") == nested[1]
    assert list(cache.iterdir()) == [nested[1]]


def test_leftovers_of_a_killed_process_go_after_a_while(model: Path, cache: Path) -> None:
    old, young = cache / ".narrow-old", cache / ".narrow-young"
    for folder in (old, young):
        folder.mkdir(parents=True)
    os.utime(old, (0, 0))
    assert narrowed(model, SHA256, "zh") is not None
    assert not old.exists()
    assert young.exists()
