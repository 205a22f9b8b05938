"""Strict reading of YAML with line numbers: every complaint says FILE:LINE and what to do."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import yaml

from voicemon.errors import ConfigError, did_you_mean

MAX_BYTES: Final = 8_000_000
"""Some 50 000 entries; larger files are a mistake."""

MAX_DEPTH: Final = 12
"""Nesting beyond any lexicon's; bounds the recursion of the reader."""

_STRING: Final = "tag:yaml.org,2002:str"
_INTEGER: Final = "tag:yaml.org,2002:int"
_NULL: Final = "tag:yaml.org,2002:null"
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def fail(name: str, node: yaml.Node | None, what: str, remedy: str) -> ConfigError:
    """The error for ``node`` of the file ``name``."""
    line = f":{node.start_mark.line + 1}" if node is not None else ""
    return ConfigError(f"{name}{line}: {what}", remedy)


def compose(content: bytes, name: str) -> yaml.Node | None:
    """The document in ``content`` (UTF-8) as nodes, ``None`` where it is empty.  Raises :class:`ConfigError`."""
    if len(content) > MAX_BYTES:
        raise ConfigError(f"{name}: {len(content)} bytes are too many for a lexicon", "split the file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ConfigError(f"{name}:{line}: not UTF-8", "save the file as UTF-8") from error
    try:
        _bound_depth(text, name)
        return yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f":{mark.line + 1}" if mark else ""
        raise ConfigError(f"{name}{where}: not valid YAML: {error.problem}", "mend that line") from error
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1 if isinstance(error.position, int) else 1
        raise ConfigError(f"{name}:{line}: not valid YAML: {error.reason}", "remove that character") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{name}: not valid YAML: {error}", "check the file with a YAML editor") from error


def mapping(node: yaml.Node, name: str, keys: Collection[str], what: str) -> dict[str, yaml.Node]:
    """The entries of a mapping whose keys are all among ``keys`` and stand once."""
    if not isinstance(node, yaml.MappingNode):
        raise fail(name, node, f"{what} must be a mapping of keys to values", "write key: value")
    found: dict[str, yaml.Node] = {}
    for key_node, value in node.value:
        key = key_node.value if isinstance(key_node, yaml.ScalarNode) else "?"
        if key not in keys:
            remedy = did_you_mean(key, keys, f"known keys: {', '.join(sorted(keys))}")
            raise fail(name, key_node, f"unknown key {key!r} in {what}", remedy)
        if key in found:
            raise fail(name, key_node, f"key {key!r} stands twice in {what}", "keep one of them")
        found[key] = value
    return found


def sequence(node: yaml.Node, name: str, what: str) -> list[yaml.Node]:
    """The items of a list; an empty value counts as an empty list."""
    if node.tag == _NULL:
        return []
    if not isinstance(node, yaml.SequenceNode):
        raise fail(name, node, f"{what} must be a list", "write it as [a, b] or one '- item' a line")
    return list(node.value)


def string(node: yaml.Node, name: str, what: str, *, numbers: bool = False, longest: int = 400) -> str:
    """A text that is not blank; whole numbers are taken as text with ``numbers``."""
    allowed = (_STRING, _INTEGER) if numbers else (_STRING,)
    if not isinstance(node, yaml.ScalarNode) or node.tag not in allowed:
        raise fail(name, node, f"{what} must be text", "put it in quotes")
    text: str = node.value.strip()
    if not text:
        raise fail(name, node, f"{what} is empty", "fill it in or remove the key")
    if len(text) > longest:
        raise fail(name, node, f"{what} has {len(text)} characters, more than {longest}", "shorten it")
    return text


def optional_string(node: yaml.Node | None, name: str, what: str, *, numbers: bool = False) -> str | None:
    """The same, where leaving it out or ``null`` means ``None``."""
    if node is None or node.tag == _NULL:
        return None
    return string(node, name, what, numbers=numbers)


def strings(node: yaml.Node | None, name: str, what: str) -> tuple[str, ...]:
    """A list of texts; left out means none."""
    if node is None:
        return ()
    return tuple(string(item, name, f"each of {what}") for item in sequence(node, name, what))


def _bound_depth(text: str, name: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth += 1
            if depth > MAX_DEPTH:
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise ConfigError(f"{name}:{line}: nested more than {MAX_DEPTH} deep", "lexicons are flat lists")
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1
