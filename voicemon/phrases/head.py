"""What stands at the head of a lexicon file: its version, language and speaker."""

from __future__ import annotations

from typing import Final

import yaml

from voicemon.phrases import nodes

VERSION: Final = 1


def check_head(root: yaml.Node, top: dict[str, yaml.Node], name: str) -> None:
    """Refuse a file that is not of this version, language and speaker.  Raises :class:`ConfigError`."""
    version = top.get("version")
    if version is None:
        raise nodes.fail(name, root, "version is missing", f"write version: {VERSION} on the first line")
    if not isinstance(version, yaml.ScalarNode) or version.value != str(VERSION):
        raise nodes.fail(name, version, "this version of lexicons is not known", f"write version: {VERSION}")
    language = nodes.optional_string(top.get("language"), name, "language")
    if language not in (None, "zh-CN", "zh"):
        raise nodes.fail(name, top["language"], f"language {language!r} is not supported", "use zh-CN")
    speaker = nodes.optional_string(top.get("speaker"), name, "speaker")
    if speaker not in (None, "agent"):
        raise nodes.fail(name, top["speaker"], f"speaker {speaker!r} is not supported", "use agent")
    for key in ("timings", "targets", "drills"):
        if key in top and not isinstance(top[key], yaml.MappingNode):
            raise nodes.fail(name, top[key], f"{key} must be a mapping of keys to values", "write key: value")
