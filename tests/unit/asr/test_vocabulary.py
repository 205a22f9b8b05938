"""A tokenizer file that is none is an error with a sentence, not a traceback from within."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from voicemon.asr.vocabulary import read_vocabulary


def test_reads_tokens_and_specials(tmp_path: Path) -> None:
    file = tmp_path / "tokenizer.json"
    document = {"model": {"vocab": {"Ġa": 2, "b": 0}}, "added_tokens": [{"id": 3, "content": "<|zh|>"}]}
    file.write_text(json.dumps(document), encoding="utf-8")
    vocabulary = read_vocabulary(file)
    assert vocabulary.bytes == (b"b", b"", b" a")
    assert vocabulary.specials == {"<|zh|>": 3}


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"model": {"vocab": []}, "added_tokens": []}'])
def test_anything_else_is_a_value_error(tmp_path: Path, text: str) -> None:
    file = tmp_path / "tokenizer.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r".+"):
        read_vocabulary(file)
