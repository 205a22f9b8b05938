"""What Mandarin needs of a vocabulary: everything that can be said, and the special tokens, in their order."""

from __future__ import annotations

import re

import pytest

from voicemon.asr.narrow import is_mandarin, kept_tokens, narrowed_config
from voicemon.asr.vocabulary import Vocabulary, read_vocabulary

SPECIALS = ["<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|zh|>", "<|transcribe|>", "<|notimestamps|>"]
TEXTS = ["啊", " ", "好的", " because", "12", "ing", "ational", "♪", "!", "привет"]


def vocabulary(specials: list[str] = SPECIALS) -> Vocabulary:
    words = tuple(t.encode() for t in TEXTS)
    return Vocabulary(words, {name: len(words) + i for i, name in enumerate(specials)})


@pytest.mark.parametrize(
    "text",
    ["您", "谢谢", "，", "。", "？", "…", "“", "℃", "·", "100", " 2024", "VIP", "OK", "app", "Wi", "k", "　", "１"],
)
def test_kept(text: str) -> None:
    assert is_mandarin(text.encode())


@pytest.mark.parametrize(
    "text", [" because", "ational", "привет", "ありがとう", "감사", "é", "ção", "♪♪", "好because", ""]
)
def test_not_kept(text: str) -> None:
    assert not is_mandarin(text.encode())


def test_parts_of_characters_are_kept() -> None:
    for char in "您謝𠮷":
        data = char.encode()
        assert is_mandarin(data[:1])
        assert is_mandarin(data[1:])
    assert is_mandarin("您好".encode()[:5])
    assert is_mandarin("您好".encode()[2:])
    # The beginnings of Cyrillic and of an emoji.
    assert not is_mandarin(b"\x88\xd0")
    assert not is_mandarin("🎵".encode()[:3])


def test_text_stays_before_the_special_tokens_and_time_stamps_go() -> None:
    kept = kept_tokens(vocabulary([*SPECIALS, "<|0.00|>", "<|29.98|>"]), suppressed=[2, 8], at_begin=[1, 10])
    assert [TEXTS[i] for i in kept if i < len(TEXTS)] == ["啊", " ", "12", "ing"]
    assert kept[-len(SPECIALS) :] == list(range(10, 16))
    assert kept == sorted(kept)


def test_what_is_refused_at_the_beginning_only_is_kept_even_where_it_is_suppressed() -> None:
    assert 1 in kept_tokens(vocabulary(), suppressed=[1], at_begin=[1])


@pytest.mark.parametrize("missing", ["<|zh|>", "<|notimestamps|>"])
def test_a_model_without_mandarin_is_refused(missing: str) -> None:
    with pytest.raises(ValueError, match=re.escape(missing)):
        kept_tokens(vocabulary([s for s in SPECIALS if s != missing]), [], [])


def test_the_configuration_speaks_of_the_new_numbers() -> None:
    config = {"lang_ids": [12, 13], "suppress_ids": [8, 11], "suppress_ids_begin": [1, 10], "alignment_heads": [[3, 1]]}
    kept = kept_tokens(vocabulary(), config["suppress_ids"], config["suppress_ids_begin"])
    found = narrowed_config(config, kept)
    assert found["alignment_heads"] == [[3, 1]]
    assert [kept[i] for i in found["lang_ids"]] == [12, 13]
    assert [kept[i] for i in found["suppress_ids"]] == [11]
    assert [kept[i] for i in found["suppress_ids_begin"]] == [1, 10]


@pytest.mark.model
def test_all_of_gb2312_and_the_signs_between_can_be_spelled(speech_model: str) -> None:
    """Level 1 and 2 hold 6763 characters; the rows before them letters and signs.  Any bytes can be joined."""
    from voicemon.asr.models import models_dir

    words = read_vocabulary(models_dir() / speech_model / "tokenizer.json")
    kept = {words.bytes[i] for i in kept_tokens(words, [], []) if i < words.specials["<|endoftext|>"]}
    rows = [0xA1, 0xA3, *range(0xB0, 0xF8)]
    cells = (bytes((row, cell)) for row in rows for cell in range(0xA1, 0xFF))
    chars = [text for text in (cell.decode("gb2312", errors="ignore") for cell in cells) if text]
    assert len(chars) > 6763
    assert not [c for c in chars if not (c.encode() in kept or all(bytes((b,)) in kept for b in c.encode()))]
    # What the tokenizer has a token of its own for is still one token.
    own = {c for c in chars if c >= "\u4e00"} & {data.decode(errors="replace") for data in words.bytes}
    assert len(own) > 500
    assert not {c for c in own if c.encode() not in kept}
