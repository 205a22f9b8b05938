"""How far a match may stand off its phrase: by length, and by how near the phrase's harmless neighbours stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from voicemon.phrases.align import PatternSet
from voicemon.phrases.detectors import Detector, Part
from voicemon.types import Float32

CONTAINED: Final = 0.02
"""A harmless line this near contains the phrase: whoever forbids it means it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Distances a unit of weight (0 exact, 1 unrelated)."""

    by_syllables: tuple[float, ...] = (0.0, 0.0, 0.03, 0.13, 0.16, 0.18, 0.24, 0.24, 0.25)
    """Limit of a phrase with so many syllables; the last one holds for all longer ones."""
    neighbour_share: float = 0.75
    """The limit as a share of the distance to the nearest harmless line."""
    floor: float = 0.1
    """But not below this: guards and the competition of harmless lines decide there."""
    clause_clearance: float = 0.3
    """Half a sentence is searched for only if all harmless lines stand this far off."""
    clause_share: float = 0.75
    """Half a sentence is less evidence: its limit is this share of a whole sentence's."""
    provisional: float = 0.7
    """Share of the limit for texts that may still change."""
    harmless_margin: float = 0.1
    """A harmless line must explain the heard words by this much better (in syllables) to take them."""
    harmless_fit: float = 0.12
    """Or explain them with their surroundings up to this cost a character."""


def limits_for(detectors: Sequence[Detector], patterns: PatternSet, harmless: Sequence[str], limits: Limits) -> Float32:
    """The limit of each detector, 0 … 1; negative for those that are not to be used."""
    nearest = _nearest(patterns, harmless, ceiling=limits.clause_clearance + CONTAINED)
    found = np.empty(len(detectors), np.float32)
    for i, detector in enumerate(detectors):
        base = limits.by_syllables[min(detector.syllables, len(limits.by_syllables) - 1)]
        if detector.part is not Part.CLAUSE:
            found[i] = min(base, max(limits.floor, limits.neighbour_share * float(nearest[i])))
        elif nearest[i] < limits.clause_clearance:
            found[i] = -1
        else:
            found[i] = limits.clause_share * base
    return found


def _nearest(patterns: PatternSet, harmless: Sequence[str], ceiling: float) -> Float32:
    """Distance of each pattern to the nearest harmless line that does not contain it; 1 where none is that near."""
    nearest = np.ones(len(patterns.patterns), np.float32)
    for line in harmless:
        costs = patterns.costs(line)
        close = patterns.within(costs, np.asarray(ceiling * patterns.mass, np.float32))
        if len(close):
            distance = patterns.search(costs, close).min(axis=0) / patterns.mass[close]
            distance[distance <= CONTAINED] = 1
            nearest[close] = np.minimum(nearest[close], distance)
    return nearest
