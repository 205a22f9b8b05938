"""One lexicon file, read strictly into the values of :mod:`voicemon.phrases.model`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import yaml

from voicemon.errors import ConfigError
from voicemon.phrases import nodes, wordlists
from voicemon.phrases.head import check_head
from voicemon.phrases.model import ForbiddenPhrase, PoliteRatio, RequiredLine, WordingPattern, WordLimit
from voicemon.phrases.template import TemplateError, check, derive, expand
from voicemon.types import Severity

CRITICAL_CATEGORIES: Final = frozenset({"insult", "threat_hangup"})
"""Insults and threats harm the customer at once and cannot be taken back; the rest can be mended within the call."""

_TOP_KEYS: Final = frozenset({
    "version", "language", "speaker", "disable", "forbidden_utterances", "forbidden_chat", "forbidden_behaviours",
    "forbidden_patterns", "words_to_limit", "words_to_use", "polite_ratio", "not_a_no", "required_utterances",
    "timings", "targets", "drills",
})  # fmt: skip
_FORBIDDEN_KEYS: Final = frozenset({
    "id", "original", "normalised", "core", "category", "severity", "hard_negatives", "scene", "section", "source",
    "note",
})  # fmt: skip
_REQUIRED_KEYS: Final = frozenset({"id", "original", "normalised", "category", "scene", "source", "when", "note"})
_PATTERN_KEYS: Final = frozenset({"id", "category", "original", "regex", "source", "note"})
_BEHAVIOUR_KEYS: Final = frozenset({"id", "category", "original", "scene", "source", "needs", "note"})


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file."""

    name: str
    line: int

    def __str__(self) -> str:
        return f"{self.name}:{self.line}"


@dataclass(frozen=True, slots=True)
class Document:
    """What one file says; ``ids`` and ``disable`` keep their places for complaints over several files."""

    ids: tuple[tuple[str, Place], ...] = ()
    disable: tuple[tuple[str, Place], ...] = ()
    forbidden: tuple[ForbiddenPhrase, ...] = ()
    chat: tuple[ForbiddenPhrase, ...] = ()
    required: tuple[RequiredLine, ...] = ()
    patterns: tuple[WordingPattern, ...] = ()
    words_to_limit: tuple[WordLimit, ...] = ()
    words_to_use: tuple[str, ...] = ()
    not_a_no: tuple[str, ...] = ()
    polite_ratio: PoliteRatio | None = None


def read(content: bytes, name: str) -> Document:
    """The file ``name`` with these bytes.  Raises :class:`ConfigError` at the first thing that is wrong."""
    return _read(content, name, None)


def complaints(content: bytes, name: str) -> tuple[ConfigError, ...]:
    """All that is wrong in the file: every entry with a fault, and the first fault outside entries."""
    found: list[ConfigError] = []
    try:
        _read(content, name, found)
    except ConfigError as error:
        found.append(error)
    return tuple(found)


def _read(content: bytes, name: str, faults: list[ConfigError] | None) -> Document:
    """As :func:`read`; entries with a fault are left out and told in ``faults`` where that is given."""
    root = nodes.compose(content, name)
    if root is None:
        raise nodes.fail(name, None, "the lexicon is empty", "write version: 1 and forbidden_utterances")
    top = nodes.mapping(root, name, _TOP_KEYS, "a lexicon")
    check_head(root, top, name)
    reader = _Reader(name, faults)
    forbidden = reader.entries(top, "forbidden_utterances", reader.forbidden)
    chat = reader.entries(top, "forbidden_chat", reader.forbidden)
    reader.entries(top, "forbidden_behaviours", reader.behaviour)
    return Document(
        forbidden=forbidden,
        chat=chat,
        patterns=reader.entries(top, "forbidden_patterns", reader.pattern),
        required=reader.entries(top, "required_utterances", reader.required),
        words_to_limit=wordlists.limited(top.get("words_to_limit"), name),
        words_to_use=wordlists.words(top.get("words_to_use"), name, "words_to_use"),
        not_a_no=wordlists.words(top.get("not_a_no"), name, "not_a_no"),
        polite_ratio=reader.polite_ratio(top.get("polite_ratio")),
        disable=reader.disabled(top.get("disable")),
        ids=tuple(reader.ids),
    )


_Entry = TypeVar("_Entry")


class _Reader:
    """Reads entries and remembers the ids it met."""

    def __init__(self, name: str, faults: list[ConfigError] | None = None) -> None:
        self.name = name
        self.ids: list[tuple[str, Place]] = []
        self._faults = faults

    def entries(
        self, top: dict[str, yaml.Node], key: str, read_one: Callable[[yaml.Node], _Entry]
    ) -> tuple[_Entry, ...]:
        found: list[_Entry] = []
        for node in nodes.sequence(top[key], self.name, key) if key in top else ():
            try:
                found.append(read_one(node))
            except ConfigError as error:
                if self._faults is None:
                    raise
                self._faults.append(error)
        return tuple(found)

    def forbidden(self, node: yaml.Node) -> ForbiddenPhrase:
        keys = nodes.mapping(node, self.name, _FORBIDDEN_KEYS, "a forbidden utterance")
        name = self._id(node, keys)
        original, normalised = self._template(node, keys)
        category = nodes.optional_string(keys.get("category"), self.name, "category") or "custom"
        core = nodes.optional_string(keys.get("core"), self.name, "core")
        core = normalised if core is None else self._checked(keys["core"], core, original)
        self._unused(keys, "section", "source")
        negatives = nodes.strings(keys.get("hard_negatives"), self.name, "hard_negatives")
        return ForbiddenPhrase(
            id=name,
            original=original,
            normalised=normalised,
            core=core,
            category=category,
            severity=self._severity(keys.get("severity"), category),
            hard_negatives=tuple(
                wordlists.spoken(keys["hard_negatives"], self.name, n, "a hard negative") for n in negatives
            ),
            scene=nodes.optional_string(keys.get("scene"), self.name, "scene", numbers=True),
            note=nodes.optional_string(keys.get("note"), self.name, "note"),
        )

    def required(self, node: yaml.Node) -> RequiredLine:
        keys = nodes.mapping(node, self.name, _REQUIRED_KEYS, "a required utterance")
        name = self._id(node, keys)
        original, normalised = self._template(node, keys)
        self._unused(keys, "source", "note")
        return RequiredLine(
            id=name,
            original=original,
            normalised=normalised,
            category=nodes.optional_string(keys.get("category"), self.name, "category") or "custom",
            scene=nodes.optional_string(keys.get("scene"), self.name, "scene", numbers=True),
            when=nodes.optional_string(keys.get("when"), self.name, "when"),
        )

    def pattern(self, node: yaml.Node) -> WordingPattern:
        keys = nodes.mapping(node, self.name, _PATTERN_KEYS, "a forbidden pattern")
        name = self._id(node, keys)
        if "regex" not in keys:
            raise nodes.fail(self.name, node, f"entry {name!r} has no regex", "add regex: or remove the entry")
        regex = nodes.string(keys["regex"], self.name, "regex")
        try:
            re.compile(regex)
        except (re.error, RecursionError, OverflowError) as error:
            raise nodes.fail(self.name, keys["regex"], f"regex of {name!r} is not valid: {error}", "mend it") from error
        self._unused(keys, "source", "note")
        category = nodes.optional_string(keys.get("category"), self.name, "category") or "custom"
        original = nodes.optional_string(keys.get("original"), self.name, "original") or ""
        return WordingPattern(name, category, original, regex)

    def behaviour(self, node: yaml.Node) -> str:
        """Checked and left to the rules: no words of an agent can show it."""
        keys = nodes.mapping(node, self.name, _BEHAVIOUR_KEYS, "a forbidden behaviour")
        return self._id(node, keys)

    def polite_ratio(self, node: yaml.Node | None) -> PoliteRatio | None:
        if node is None:
            return None
        keys = nodes.mapping(node, self.name, ("prefer", "over"), "polite_ratio")
        missing = {"prefer", "over"} - set(keys)
        if missing:
            raise nodes.fail(self.name, node, f"polite_ratio has no {sorted(missing)[0]}", "write prefer: 您, over: 你")
        return PoliteRatio(*(nodes.string(keys[k], self.name, k) for k in ("prefer", "over")))

    def disabled(self, node: yaml.Node | None) -> tuple[tuple[str, Place], ...]:
        items = nodes.sequence(node, self.name, "disable") if node is not None else []
        return tuple((nodes.string(i, self.name, "an id", numbers=True), self._place(i)) for i in items)

    def _id(self, node: yaml.Node, keys: dict[str, yaml.Node]) -> str:
        if "id" not in keys:
            raise nodes.fail(self.name, node, "an entry has no id", "add id: with a name of its own")
        name = nodes.string(keys["id"], self.name, "id", numbers=True, longest=64)
        self.ids.append((name, self._place(keys["id"])))
        return name

    def _unused(self, keys: dict[str, yaml.Node], *names: str) -> None:
        """Checked all the same: they are written for people."""
        for name in names:
            nodes.optional_string(keys.get(name), self.name, name, numbers=True)

    def _place(self, node: yaml.Node) -> Place:
        return Place(self.name, node.start_mark.line + 1)

    def _template(self, node: yaml.Node, keys: dict[str, yaml.Node]) -> tuple[str, str]:
        """``original`` and ``normalised``, the latter derived where it is not given, both checked."""
        if "original" not in keys:
            raise nodes.fail(self.name, node, "an entry has no original", "add original: with the sentence")
        original = nodes.string(keys["original"], self.name, "original")
        given = nodes.optional_string(keys.get("normalised"), self.name, "normalised")
        where = keys["normalised"] if given is not None else keys["original"]
        return original, self._checked(where, original if given is None else given, original)

    def _checked(self, node: yaml.Node, text: str, original: str) -> str:
        """``text`` normalised, after its notation was found right."""
        try:
            check(text)
            normalised = derive(text)
            variants = expand(normalised, original)
        except TemplateError as error:
            raise nodes.fail(self.name, node, str(error), "mend the sentence") from error
        if not any(v.strip("*") for v in variants):
            raise nodes.fail(self.name, node, "nothing in it is spoken", "write the sentence in Chinese characters")
        return normalised

    def _severity(self, node: yaml.Node | None, category: str) -> Severity:
        if node is None:
            return Severity.CRITICAL if category in CRITICAL_CATEGORIES else Severity.WARN
        text = nodes.string(node, self.name, "severity")
        if text not in tuple(Severity):
            raise nodes.fail(self.name, node, f"severity {text!r} is not known", f"use {', '.join(Severity)}")
        return Severity(text)
