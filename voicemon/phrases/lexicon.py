"""Load lexicons: the built-in one, then the user's files, each used whole or not at all.

An id stands once over all files; ``disable`` switches earlier entries off.  Whatever is wrong in a file is a
:class:`ConfigError` that names FILE:LINE and the remedy.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeVar

from voicemon.errors import ConfigError, did_you_mean
from voicemon.phrases.document import Document, Place, read
from voicemon.phrases.model import (
    ForbiddenPhrase,
    Lexicon,
    LexiconSource,
    PoliteRatio,
    RequiredLine,
    WordingPattern,
)
from voicemon.settings import PhraseSettings

__all__ = [
    "ForbiddenPhrase",
    "Lexicon",
    "LexiconSource",
    "PoliteRatio",
    "RequiredLine",
    "WordingPattern",
    "chosen",
    "load",
]

BUILTIN_FILE: Final = Path(__file__).with_name("service-zh.yaml")
BUILTIN_NAME: Final = "service-zh"


def load(paths: Sequence[Path] = (), *, builtin: bool = True, text_chat: bool = False) -> Lexicon:
    """The lexicon in force: the built-in one unless ``builtin`` is false, then ``paths`` in order.

    ``text_chat`` adds the sentences that only make sense in a text chat.  Raises :class:`ConfigError`.
    """
    own, source = _read_builtin()
    documents = [own] if builtin else []
    sources = [source] if builtin else []
    for path in paths:
        content = _content(path)
        documents.append(read(content, str(path)))
        sources.append(LexiconSource(path.name, hashlib.sha256(content).hexdigest()))
    _check_ids(documents)
    off = _disabled(documents, own)
    forbidden = _kept((p for d in documents for p in (*d.forbidden, *(d.chat if text_chat else ()))), off)
    required = _kept((r for d in documents for r in d.required), off)
    # A later file's limit for a word stands in for an earlier one's.
    limits = {limit.word: limit for d in documents for limit in d.words_to_limit}
    return Lexicon(
        forbidden=tuple(replace(p, better=_better(p, required)) for p in forbidden),
        required=required,
        words_to_limit=tuple(limits),
        limits=tuple(limits.values()),
        words_to_use=_union(d.words_to_use for d in documents),
        not_a_no=_union(d.not_a_no for d in documents),
        patterns=_kept((p for d in documents for p in d.patterns), off),
        polite_ratio=next((d.polite_ratio for d in reversed(documents) if d.polite_ratio), PoliteRatio()),
        sources=tuple(sources),
    )


def chosen(settings: PhraseSettings) -> Lexicon:
    """The lexicon that the settings name.  Raises :class:`ConfigError`."""
    return load([Path(path) for path in settings.lexicons], builtin=settings.builtin)


def _read_builtin() -> tuple[Document, LexiconSource]:
    content = BUILTIN_FILE.read_bytes()
    return read(content, BUILTIN_FILE.name), LexiconSource(BUILTIN_NAME, hashlib.sha256(content).hexdigest())


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        remedy = "check the name after --lexicon"
        raise ConfigError(f"lexicon {path} cannot be read: {error.strerror}", remedy) from error
    except ValueError as error:  # a NUL in the name
        raise ConfigError(f"lexicon {str(path)!r} is not a file name", "check the name after --lexicon") from error


_Entry = TypeVar("_Entry", ForbiddenPhrase, RequiredLine, WordingPattern)


def _kept(entries: Iterable[_Entry], off: frozenset[str]) -> tuple[_Entry, ...]:
    return tuple(entry for entry in entries if entry.id not in off)


def _union(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for words in lists for word in words))


def _check_ids(documents: Sequence[Document]) -> None:
    first: dict[str, Place] = {}
    for document in documents:
        for name, place in document.ids:
            if name in first:
                remedy = f"it stands at {first[name]} already; choose another id"
                raise ConfigError(f"{place}: id {name!r} stands twice", remedy)
            first[name] = place


def _disabled(documents: Sequence[Document], own: Document) -> frozenset[str]:
    """All ids switched off; each must name an entry of an earlier file or of the built-in lexicon."""
    known = {name for name, _ in own.ids}
    off: set[str] = set()
    for document in documents:
        for name, place in document.disable:
            if name not in known:
                remedy = did_you_mean(name, known, "name an entry of an earlier lexicon")
                raise ConfigError(f"{place}: no entry {name!r} to disable", remedy)
            off.add(name)
        known |= {name for name, _ in document.ids}
    return frozenset(off)


def _better(phrase: ForbiddenPhrase, required: Iterable[RequiredLine]) -> str | None:
    if phrase.scene is None:
        return None
    return next((line.original for line in required if line.scene == phrase.scene), None)
