"""Why a sentence would alarm, or would not: what the spotter weighs up, laid open for whoever writes a lexicon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from voicemon.phrases import harmless
from voicemon.phrases.align import Pattern, PatternSet
from voicemon.phrases.detectors import Part
from voicemon.phrases.spotter import Match, Spotter, listen
from voicemon.types import CharTime

TYPED_SYLLABLE_S: Final = 0.25
"""Typed text is taken as spoken at this pace, 240 characters a minute; a punctuation mark is a pause as long."""

NEAR: Final = 0.4
"""Phrases up to this distance are worth showing; beyond it everything resembles everything."""

CLOSE: Final = 0.3
"""Harmless lines up to this distance."""

SHORTEST_LINE: Final = 3
"""Pieces of lines between two slots that are shorter resemble anything."""

MOST_SHOWN: Final = 5

MATCH: Final = "match"
BEYOND: Final = "beyond"
OUTDONE: Final = "outdone"
VERDICTS: Final = (MATCH, BEYOND, OUTDONE, "pause", "negation", "person", "courtesy", "quoted", "words", "harmless")
"""What may become of a phrase that comes near."""


@dataclass(frozen=True, slots=True)
class Near:
    """A phrase that comes near: ``distance`` and ``limit`` a unit of weight, ``verdict`` one of :data:`VERDICTS`."""

    id: str
    phrase: str
    part: Part
    pattern: str
    heard: str
    distance: float
    limit: float
    verdict: str


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A harmless line and how far the sentence is from it, a syllable."""

    line: str
    distance: float


def typed(text: str) -> tuple[CharTime, ...]:
    """``text`` as if it were spoken evenly."""
    return tuple(CharTime(c, i * TYPED_SYLLABLE_S, (i + 1) * TYPED_SYLLABLE_S) for i, c in enumerate(text))


def explain(spotter: Spotter, chars: Sequence[CharTime]) -> tuple[Near, ...]:
    """The phrases that come near ``chars``, those that match first, then by how far within their limit they lie."""
    heard, _ = listen(chars)
    if not heard.text or not spotter.detectors:
        return ()
    matches = spotter.find(chars, final=True)
    best: dict[str, Near] = {}
    for which, alignment in spotter.nearest(heard):
        detector, limit = spotter.detectors[which], spotter.limit(which)
        distance = alignment.cost / detector.pattern.mass
        if distance > max(NEAR, limit):
            continue
        reason = spotter.refusal(which, alignment, heard)
        found = next((m for m in matches if m.id == detector.phrase.id), None)
        verdict = BEYOND if distance > limit else reason or (MATCH if found is not None else OUTDONE)
        words = found.heard if verdict == MATCH and found is not None else heard.text[alignment.start : alignment.end]
        near = Near(
            detector.phrase.id,
            detector.phrase.original,
            detector.part,
            detector.pattern.text,
            words,
            distance,
            limit,
            verdict,
        )
        if near.id not in best or _order(near) < _order(best[near.id]):
            best[near.id] = near
    return tuple(sorted((*best.values(), *_unseen(best, matches, spotter)), key=_order))


def neighbours(spotter: Spotter, text: str) -> tuple[Neighbour, ...]:
    """The harmless lines nearest to normalised ``text``: as lines said in it, or as lines that it is a part of."""
    lines = [line for line in spotter.peaceful if len(line) >= SHORTEST_LINE]
    if not text or not lines:
        return ()
    vocabulary = harmless.vocabulary_of(lines)
    patterns = PatternSet([Pattern(line, (1.0,) * len(line)) for line in lines], vocabulary)
    ends = patterns.search(patterns.costs(text), np.arange(len(lines)))
    within = ends.min(axis=0) / patterns.mass
    found = []
    for line, distance in zip(lines, within, strict=True):
        part = harmless.Texts([line], vocabulary).cost(text) / len(text)
        found.append(Neighbour(line, min(float(distance), part)))
    near = sorted((n for n in found if n.distance <= CLOSE), key=lambda n: (n.distance, n.line))
    return tuple(near[:MOST_SHOWN])


def _order(near: Near) -> tuple[bool, float, str]:
    return near.verdict != MATCH, near.distance - near.limit, near.id


def _unseen(best: dict[str, Near], matches: Sequence[Match], spotter: Spotter) -> list[Near]:
    """Matches whose phrase was weighed up at another, nearer place that is refused."""
    found = []
    for match in matches:
        if match.id in best and best[match.id].verdict == MATCH:
            continue
        best.pop(match.id, None)
        which = next(i for i, d in enumerate(spotter.detectors) if d.phrase.id == match.id)
        detector = spotter.detectors[which]
        found.append(
            Near(
                match.id,
                detector.phrase.original,
                detector.part,
                detector.pattern.text,
                match.heard,
                match.distance,
                spotter.limit(which),
                MATCH,
            )
        )
    return found
