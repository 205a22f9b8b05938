"""``voicemon lexicon check``: what is wrong in lexicons, what is in them, what their author should look at."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from voicemon.cli.common import Common, language_of
from voicemon.cli.complaint import complain
from voicemon.errors import ConfigError, ExitCode
from voicemon.phrases import document
from voicemon.phrases.lexicon import load
from voicemon.phrases.model import Lexicon
from voicemon.phrases.review import Review, Row, Warned, review
from voicemon.strings import Language
from voicemon.strings.lexicon import lexicon_text
from voicemon.ui.cells import aligned, clean

NOTHING: Final = "–"
SHORT_HASH: Final = 12


def run(common: Common, *, as_json: bool) -> int:
    """Print the review of the lexicons that ``common`` names, or all their faults; gives the exit code."""
    settings = common.settings()
    paths = [Path(path) for path in settings.phrases.lexicons]
    try:
        lexicon = load(paths, builtin=settings.phrases.builtin)
    except ConfigError as error:
        for fault in _faults(paths) or (error,):
            complain(str(fault))
        return ExitCode.USAGE
    found = review(lexicon, _own(paths) if paths else None)
    language = language_of(settings)
    print(json.dumps(_record(lexicon, found), ensure_ascii=False) if as_json else _told(lexicon, found, language))
    return ExitCode.OK


def _faults(paths: Sequence[Path]) -> tuple[ConfigError, ...]:
    """All faults within the files, the file that cannot be read left to :func:`load`'s own complaint."""
    readable = ((path, path.read_bytes()) for path in paths if path.is_file())
    return tuple(fault for path, content in readable for fault in document.complaints(content, str(path)))


def _own(paths: Sequence[Path]) -> frozenset[str]:
    """The ids that stand in these files."""
    return frozenset(name for path in paths for name, _ in document.read(path.read_bytes(), str(path)).ids)


def _record(lexicon: Lexicon, found: Review) -> dict[str, Any]:
    return {
        "lexicons": [asdict(source) for source in lexicon.sources],
        "counts": _counts(lexicon),
        "phrases": [_rounded(asdict(row)) for row in found.rows],
        "warnings": [asdict(warned) for warned in found.warnings],
    }


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in row.items()}


def _counts(lexicon: Lexicon) -> dict[str, int]:
    return {
        "forbidden": len(lexicon.forbidden),
        "required": len(lexicon.required),
        "patterns": len(lexicon.patterns),
        "limit": len(lexicon.words_to_limit),
        "use": len(lexicon.words_to_use),
    }


def _told(lexicon: Lexicon, found: Review, language: Language) -> str:
    lines = [f"{clean(source.name)}  SHA-256 {source.sha256[:SHORT_HASH]}" for source in lexicon.sources]
    counts = {name: str(count) for name, count in _counts(lexicon).items()}
    lines += [lexicon_text("counts", language, **counts), "", *_table(found, language), ""]
    if not found.warnings:
        return "\n".join([*lines, lexicon_text("no_doubts", language)])
    lines.append(lexicon_text("doubts", language, count=str(len(found.warnings))))
    return "\n".join([*lines, *(f"  {_warning(warned, language)}" for warned in found.warnings)])


def _warning(warned: Warned, language: Language) -> str:
    other = {"other": clean(warned.other)} if warned.other else {}
    return lexicon_text(warned.doubt.value, language, id=clean(warned.id), **other)


def _table(found: Review, language: Language) -> list[str]:
    heads = [lexicon_text(key, language) for key in ("id", "core", "limit", "distance", "neighbour")]
    first = {warned.id: warned.other for warned in found.warnings if warned.doubt == "same_core"}
    return aligned([heads, *(_cells(row, first.get(row.id, ""), language) for row in found.rows)])


def _cells(row: Row, first: str, language: Language) -> list[str]:
    limit = lexicon_text("see", language, other=clean(first)) if row.limit is None else f"{row.limit:.2f}"
    distance = NOTHING if row.neighbour_distance is None else f"{row.neighbour_distance:.2f}"
    return [clean(row.id), clean(row.core), limit, distance, clean(row.neighbour or NOTHING)]
