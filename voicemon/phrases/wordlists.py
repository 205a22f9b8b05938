"""Lists of words in a lexicon file: each spoken, and for words to limit how often is too often."""

from __future__ import annotations

import math
from typing import Final

import yaml

from voicemon.phrases import nodes
from voicemon.phrases.model import WordLimit
from voicemon.phrases.normalise import normalise

_LIMIT_KEYS: Final = ("word", "per_minute", "per_call")
_INTEGER: Final = "tag:yaml.org,2002:int"
_FLOAT: Final = "tag:yaml.org,2002:float"


def spoken(node: yaml.Node, name: str, text: str, what: str) -> str:
    """``text`` as it is said; a complaint where nothing of it is."""
    said = normalise(text).text
    if not said:
        raise nodes.fail(name, node, f"nothing in {what} is spoken", "write it in Chinese characters")
    return said


def words(node: yaml.Node | None, name: str, key: str) -> tuple[str, ...]:
    """A list of words."""
    if node is None:
        return ()
    return tuple(spoken(node, name, word, f"a word of {key}") for word in nodes.strings(node, name, key))


def limited(node: yaml.Node | None, name: str) -> tuple[WordLimit, ...]:
    """``words_to_limit``: words alone, each use of which is told, or ``{word, per_minute, per_call}``."""
    items = nodes.sequence(node, name, "words_to_limit") if node is not None else []
    return tuple(_limit(item, name) for item in items)


def _limit(item: yaml.Node, name: str) -> WordLimit:
    if not isinstance(item, yaml.MappingNode):
        return WordLimit(_word(item, name))
    keys = nodes.mapping(item, name, _LIMIT_KEYS, "a word to limit")
    if "word" not in keys:
        raise nodes.fail(name, item, "a word to limit has no word", "write word: and how often it may be said")
    per_minute, per_call = (_number(keys.get(key), name, key) for key in _LIMIT_KEYS[1:])
    return WordLimit(_word(keys["word"], name), per_minute, per_call)


def _word(node: yaml.Node, name: str) -> str:
    return spoken(node, name, nodes.string(node, name, "each of words_to_limit"), "a word of words_to_limit")


def _number(node: yaml.Node | None, name: str, key: str) -> float | None:
    if node is None:
        return None
    try:
        number = float(node.value) if isinstance(node, yaml.ScalarNode) and node.tag in (_INTEGER, _FLOAT) else -1.0
    except ValueError:  # 0x10, 1:30 and other numbers of YAML
        number = -1.0
    if not (number >= 0 and math.isfinite(number)):
        raise nodes.fail(name, node, f"{key} must be a number of times, 0 or more", f"write {key}: 2")
    return number
