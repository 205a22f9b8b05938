"""A Whisper model with the vocabulary of Mandarin alone: the same weights without the rows that Mandarin never uses.

For every token the decoder multiplies with one row for each entry of its vocabulary; for the base model that is a third
of its work, and seven of eight rows spell other languages.  What is left is a whole model, tokens numbered anew in
their old order (text first, special tokens last), so that nothing else need know.  Probabilities rise a little (the
mean over a text by up to 0.03 in the logarithm), for there is less to share them with; where the sound is doubtful a
beam may then rank two readings the other way round.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from voicemon.asr import ct2file
from voicemon.asr.vocabulary import Vocabulary, read_vocabulary

LANGUAGE: Final = "zh"
RECIPE: Final = 1
"""To be raised whenever the same model would be narrowed to something else."""

SPECIFICATION: Final = b"WhisperSpec\0"
EMBEDDINGS: Final = b"decoder/embeddings/weight\0"
TABLES: Final = (b"decoder/embeddings/", b"decoder/projection/")
"""With a row for each token: the weights, and the scales of 8-bit weights."""
NEEDED: Final = ("startoftranscript", LANGUAGE, "transcribe", "notimestamps", "endoftext")
ID_LISTS: Final = ("lang_ids", "suppress_ids", "suppress_ids_begin")
TEXT_VOCABULARY: Final = "vocabulary.txt"
JSON_VOCABULARY: Final = "vocabulary.json"

TIME_STAMP: Final = re.compile(r"<\|\d+\.\d+\|>")
LATIN: Final = re.compile(rb" ?(?:[\x00-\x7f]{1,2}|[0-9]+|[A-Z]{3})|[A-Za-z]{3}")
"""Names and loan words (VIP, APP, WiFi, 4G) are spelled in pieces of up to three letters; digits come in any number."""
CHINESE: Final = re.compile(
    "[\u3000-\u303f\u3100-\u312f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\u2010-\u205e\u2100-\u214f·°¥]*"
)
"""Han characters and what stands between them: CJK and general punctuation, full-width forms, signs such as ℃ and №."""
LEADS: Final = frozenset({0xE2, *range(0xE3, 0xEA), 0xEF})
"""First bytes of the UTF-8 of those characters."""


def narrowed_files(source: Path, target: Path) -> dict[str, str]:
    """Write the narrowed model of folder ``source`` into the empty folder ``target``; SHA-256 by file name.

    Raises :class:`ValueError` where the model is not one that is understood, :class:`OSError`.
    """
    vocabulary = read_vocabulary(source / "tokenizer.json")
    config = json.loads((source / "config.json").read_text(encoding="utf-8"))
    if not isinstance(config, dict):
        raise ValueError("config.json is no table")
    name, words = _read_words(source)
    kept = kept_tokens(vocabulary, _ids(config, "suppress_ids"), _ids(config, "suppress_ids_begin"))
    written = {"model.bin": _write_weights(source / "model.bin", target / "model.bin", kept, len(words))}
    texts = {
        "config.json": json.dumps(narrowed_config(config, kept)),
        "tokenizer.json": json.dumps(_tokenizer(words, kept, vocabulary.specials), ensure_ascii=False),
        name: _joined(name, [words[i] for i in kept]),
    }
    for file, text in texts.items():
        data = text.encode("utf-8")
        (target / file).write_bytes(data)
        written[file] = hashlib.sha256(data).hexdigest()
    return written


def kept_tokens(vocabulary: Vocabulary, suppressed: Iterable[int], at_begin: Iterable[int]) -> list[int]:
    """Numbers of the tokens to keep, ascending: Mandarin text that is not ``suppressed``, and the special tokens.

    Special tokens stay, suppressed or not, except the time stamps, which are never asked for; and so do those that are
    refused ``at_begin`` only.  Raises :class:`ValueError` where a special token is missing or stands before the text.
    """
    specials = vocabulary.specials
    missing = [name for name in NEEDED if f"<|{name}|>" not in specials]
    if missing:
        raise ValueError(f"the vocabulary has no <|{missing[0]}|>")
    end = specials["<|endoftext|>"]
    if min(specials.values()) < end:
        raise ValueError("special tokens stand among the text")
    never = set(suppressed) - set(at_begin)
    text = [i for i, data in enumerate(vocabulary.bytes[:end]) if i not in never and is_mandarin(data)]
    return text + sorted(number for token, number in specials.items() if not TIME_STAMP.fullmatch(token))


def is_mandarin(token: bytes) -> bool:
    """Whether ``token`` may be part of Mandarin in UTF-8: a byte, Chinese characters whole or cut, short Latin."""
    if len(token) == 1 or LATIN.fullmatch(token):
        return True
    # A token may begin within a character and end within another.
    body = token.lstrip(bytes(range(0x80, 0xC0)))
    whole, cut = _split_cut(body)
    if cut and cut[0] not in LEADS:
        return False
    try:
        text = whole.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return bool(token) and CHINESE.fullmatch(text) is not None


def narrowed_config(config: Mapping[str, Any], kept: Sequence[int]) -> dict[str, Any]:
    """``config`` with its token numbers as they are after narrowing; what is gone needs no suppression."""
    new = {old: number for number, old in enumerate(kept)}
    lists = {key: [new[i] for i in _ids(config, key) if i in new] for key in ID_LISTS if key in config}
    return {**config, **lists}


def _split_cut(data: bytes) -> tuple[bytes, bytes]:
    """``data`` without a character that is cut off at its end, and that piece."""
    for back in range(1, min(3, len(data)) + 1):
        lead = data[-back]
        if lead >= 0xC0:
            length = 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
            return (data[:-back], data[-back:]) if back < length else (data, b"")
    return data, b""


def _write_weights(source: Path, target: Path, kept: Sequence[int], n_tokens: int) -> str:
    with source.open("rb") as original, target.open("xb") as narrowed:
        layout = ct2file.read_layout(original)
        if layout.spec != SPECIFICATION:
            raise ct2file.Ct2FormatError(f"specification {layout.spec!r}")
        tables = {v.name for v in layout.variables if v.name.startswith(TABLES) and v.shape[:1] == (n_tokens,)}
        if EMBEDDINGS not in tables:
            raise ct2file.Ct2FormatError(f"no embeddings of {n_tokens} tokens")
        tee = _Hashing(narrowed)
        ct2file.copy(original, layout, tee, kept, tables)
        narrowed.flush()
        # Renamed into place afterwards: after a power cut there must not be a name without its data.
        os.fsync(narrowed.fileno())
    return tee.sha256.hexdigest()


class _Hashing:
    """Passes bytes on to a file and hashes them."""

    def __init__(self, file: ct2file.Writer) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()

    def write(self, data: bytes, /) -> None:
        self._file.write(data)
        self.sha256.update(data)


def _ids(config: Mapping[str, Any], key: str) -> list[int]:
    found = config.get(key, [])
    if not isinstance(found, list) or not all(isinstance(i, int) for i in found):
        raise ValueError(f"{key} of config.json is no list of numbers")
    return found


def _read_words(folder: Path) -> tuple[str, list[str]]:
    """Which vocabulary file CTranslate2 reads, and its tokens in order."""
    if (folder / JSON_VOCABULARY).is_file():
        words = json.loads((folder / JSON_VOCABULARY).read_text(encoding="utf-8"))
        if not isinstance(words, list) or not all(isinstance(w, str) for w in words):
            raise ValueError(f"{JSON_VOCABULARY} is no list of tokens")
        return JSON_VOCABULARY, words
    # Only line feeds divide: other line separators may be parts of tokens.
    return TEXT_VOCABULARY, (folder / TEXT_VOCABULARY).read_bytes().decode("utf-8").removesuffix("\n").split("\n")


def _joined(name: str, words: Sequence[str]) -> str:
    return json.dumps(words, ensure_ascii=False) if name == JSON_VOCABULARY else "\n".join(words) + "\n"


def _tokenizer(words: Sequence[str], kept: Sequence[int], specials: Mapping[str, int]) -> dict[str, Any]:
    """As much of a ``tokenizer.json`` as :func:`~voicemon.asr.vocabulary.read_vocabulary` reads."""
    if kept[-1] >= len(words):
        raise ValueError("the vocabulary is shorter than the tokenizer's")
    new = {old: number for number, old in enumerate(kept)}
    text_end = specials["<|endoftext|>"]
    added = [{"id": new[old], "content": token} for token, old in specials.items() if old in new]
    vocab = {words[old]: number for old, number in new.items() if old < text_end}
    return {"model": {"vocab": vocab}, "added_tokens": added}
