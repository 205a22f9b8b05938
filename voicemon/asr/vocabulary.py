"""Whisper's vocabulary as read from ``tokenizer.json``: the bytes behind each token and the special tokens."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """``bytes``: what each token stands for, by its number; ``specials``: the numbers of tokens like ``<|zh|>``."""

    bytes: tuple[bytes, ...]
    specials: dict[str, int]


def read_vocabulary(path: Path) -> Vocabulary:
    """Read a byte-level BPE tokenizer file.  Raises :class:`OSError` or :class:`ValueError`."""
    document = json.loads(path.read_text(encoding="utf-8"))
    try:
        entries = {int(number): token_bytes(symbols) for symbols, number in document["model"]["vocab"].items()}
        specials = {str(token["content"]): int(token["id"]) for token in document["added_tokens"]}
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path.name} is not a byte-level BPE tokenizer") from error
    return Vocabulary(tuple(entries.get(i, b"") for i in range(max(entries, default=-1) + 1)), specials)


def token_bytes(symbols: str) -> bytes:
    """The bytes that a vocabulary entry stands for; a special token stands for none of its own."""
    table = _byte_of_symbol()
    return bytes(table[s] for s in symbols if s in table)


@lru_cache(maxsize=1)
def _byte_of_symbol() -> dict[str, int]:
    """The byte behind each symbol of a byte-level BPE vocabulary (as GPT-2 writes it).

    Printable bytes stand for themselves; the others are moved, in order, to the code points from 256 on.
    """
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden = [b for b in range(256) if b not in set(printable)]
    return {chr(b): b for b in printable} | {chr(256 + i): b for i, b in enumerate(hidden)}
