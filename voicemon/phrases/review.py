"""What a lexicon's author should know: how tightly each phrase is held, which entries get in each other's way.

A lexicon that loads may still not do what was meant: a phrase too near to a harmless line is hardly ever found, one
that stands within another is reported under the other's name, a sentence of courtesy is guarded away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from voicemon.phrases.align import ROUNDING, WILDCARD, PatternSet
from voicemon.phrases.detectors import Part
from voicemon.phrases.explain import typed
from voicemon.phrases.harmless import vocabulary_of
from voicemon.phrases.limits import CONTAINED, Limits
from voicemon.phrases.model import ForbiddenPhrase, Lexicon
from voicemon.phrases.spotter import Spotter
from voicemon.phrases.template import expand

TIGHT: Final = Limits().floor
"""A limit no wider than this leaves no room for the recogniser's usual mistakes."""

NEIGHBOURLY: Final = 0.6
"""A harmless line farther off than this limits nothing and is not named."""


class Doubt(StrEnum):
    """What may be wrong with an entry."""

    TIGHT = "tight"
    """Its limit leaves no room for misheard syllables."""
    NOT_FOUND = "not_found"
    """Even said exactly it would not alarm."""
    NEGATIVE_ALARMS = "negative_alarms"
    """A line that it names as harmless would alarm."""
    SAME_CORE = "same_core"
    """An earlier entry is searched for by the same words and gets the hit."""
    WITHIN = "within"
    """It stands within another phrase: that one gets the hit where both fit."""
    IN_HARMLESS = "in_harmless"
    """A harmless line contains it."""


@dataclass(frozen=True, slots=True)
class Warned:
    """A doubt on entry ``id``; ``other`` is the entry or line that it is about."""

    id: str
    doubt: Doubt
    other: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """How a phrase is searched for: ``limit`` of its core, a unit of weight, and the harmless line that bounds it."""

    id: str
    core: str
    syllables: int
    limit: float | None
    """``None`` where an earlier entry with the same core is searched for instead."""
    neighbour: str | None = None
    neighbour_distance: float | None = None


@dataclass(frozen=True, slots=True)
class Review:
    rows: tuple[Row, ...]
    warnings: tuple[Warned, ...]


def review(lexicon: Lexicon, only: Collection[str] | None = None) -> Review:
    """Look through the forbidden phrases of ``lexicon``; ``only`` those ids, with all others as their surroundings."""
    spotter = Spotter(lexicon)
    chosen = [p for p in lexicon.forbidden if only is None or p.id in only]
    near = _Nearest(spotter)
    rows, warnings = [], []
    cores: dict[str, str] = {}
    for phrase in lexicon.forbidden:
        cores.setdefault(phrase.core, phrase.id)
    for phrase in chosen:
        first = cores[phrase.core]
        if first != phrase.id:
            rows.append(Row(phrase.id, phrase.core, _syllables(phrase.core), None))
            warnings.append(Warned(phrase.id, Doubt.SAME_CORE, first))
            continue
        row = near.row(phrase)
        rows.append(row)
        warnings += _doubts(phrase, row, spotter, near, lexicon)
    return Review(tuple(rows), tuple(warnings))


def _doubts(phrase: ForbiddenPhrase, row: Row, spotter: Spotter, near: _Nearest, lexicon: Lexicon) -> Iterable[Warned]:
    if row.limit is not None and row.limit <= TIGHT + ROUNDING:
        yield Warned(phrase.id, Doubt.TIGHT, (row.neighbour or "") if _held_by_neighbour(row) else "")
    if not _alarms(spotter, phrase, lexicon):
        yield Warned(phrase.id, Doubt.NOT_FOUND)
    for line in phrase.hard_negatives:
        if any(match.id == phrase.id for match in spotter.find(typed(line), final=True)):
            yield Warned(phrase.id, Doubt.NEGATIVE_ALARMS, line)
    around = {p.core: p.id for p in reversed(lexicon.forbidden) if phrase.core in p.normalised}
    for core, other in around.items():
        if core != phrase.core:
            yield Warned(phrase.id, Doubt.WITHIN, other)
    for line in near.containing(phrase.id):
        yield Warned(phrase.id, Doubt.IN_HARMLESS, line)


def _held_by_neighbour(row: Row) -> bool:
    """Its neighbour alone would hold it as tight; otherwise it is short."""
    share = Limits().neighbour_share
    return row.neighbour_distance is not None and share * row.neighbour_distance <= TIGHT


def _alarms(spotter: Spotter, phrase: ForbiddenPhrase, lexicon: Lexicon) -> bool:
    """Said exactly, its slots empty, it alarms under its own name or that of a phrase that stands within it."""
    names = {p.id for p in lexicon.forbidden if p.core in phrase.normalised} | {phrase.id}
    variants = (text.replace(WILDCARD, "") for text in expand(phrase.normalised, phrase.original))
    return all(any(m.id in names for m in spotter.find(typed(text), final=True)) for text in variants)


def _syllables(text: str) -> int:
    return sum(char not in f"{WILDCARD}|" for char in text)


class _Nearest:
    """The harmless lines around the cores."""

    def __init__(self, spotter: Spotter) -> None:
        self._spotter = spotter
        self._of: dict[str, int] = {}
        for which, detector in enumerate(spotter.detectors):
            if detector.part is Part.CORE:
                self._of.setdefault(detector.phrase.id, which)
        patterns = [d.pattern for d in spotter.detectors]
        found = PatternSet(patterns, vocabulary_of(p.text for p in patterns))
        shape = (len(spotter.peaceful), len(patterns))
        self._distance = np.full(shape, np.inf, np.float32)
        everything = np.arange(len(patterns))
        for place, line in enumerate(spotter.peaceful if patterns else ()):
            self._distance[place] = found.search(found.costs(line), everything).min(axis=0) / found.mass

    def row(self, phrase: ForbiddenPhrase) -> Row:
        which = self._of[phrase.id]
        detector = self._spotter.detectors[which]
        limit = self._spotter.limit(which)
        row = Row(phrase.id, detector.pattern.text, detector.syllables, limit)
        distance = np.where(self._distance[:, which] <= CONTAINED, np.inf, self._distance[:, which])
        if not len(distance) or float(distance.min()) > NEIGHBOURLY:
            return row
        line = self._spotter.peaceful[int(distance.argmin())]
        return Row(row.id, row.core, row.syllables, limit, line, float(distance.min()))

    def containing(self, phrase_id: str) -> list[str]:
        inside = np.flatnonzero(self._distance[:, self._of[phrase_id]] <= CONTAINED)
        return [self._spotter.peaceful[int(i)] for i in inside]
