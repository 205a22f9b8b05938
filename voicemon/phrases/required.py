"""Was a line that the manual asks for said?  The same search by sound as for forbidden phrases, judged by coverage."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from voicemon.phrases.align import WILDCARD, Pattern, PatternSet
from voicemon.phrases.harmless import vocabulary_of
from voicemon.phrases.model import Lexicon
from voicemon.phrases.normalise import normalise_pieces
from voicemon.phrases.template import clauses, expand
from voicemon.types import CharTime, Float32

COVERAGE: Final = 0.8
"""Share of a line's syllables that must be heard.  One clause left out (请您稍等片刻 without 对不起 and 好吗) falls
below it; the recogniser's usual mistakes, near in sound, cost a few hundredths."""

SAME_SOUND: Final = 0.45
"""A syllable counts as heard up to this distance."""

CLAUSE_GAP: Final = 8
"""Free syllables between two clauses of a line: 谢谢您的来电，祝您旅途愉快，再见 is the closing with a wish in it."""

SHORTEST: Final = 3
"""Alternatives with fewer syllables are everyday words and prove nothing."""


@dataclass(frozen=True, slots=True)
class RequiredSaid:
    """A required line that was said: ``coverage`` 0…1 of its syllables, ``start``/``end`` in seconds."""

    id: str
    category: str
    start: float
    end: float
    heard: str
    coverage: float


class RequiredMatcher:
    """Looks for the required lines of a lexicon.  :meth:`find` is pure."""

    def __init__(self, lexicon: Lexicon, *, coverage: float = COVERAGE) -> None:
        variants = [
            (line, text)
            for line in lexicon.required
            for text in (_parted(v, line.original) for v in expand(line.normalised, line.original))
            if len(text) >= SHORTEST
        ]
        self._lines = tuple(line for line, _ in variants)
        texts = [text for _, text in variants]
        weights = (tuple(float(c != WILDCARD) for c in text) for text in texts)
        patterns = [Pattern(text, w) for text, w in zip(texts, weights, strict=True)]
        self._patterns = PatternSet(patterns, vocabulary_of(texts))
        self._coverage = coverage

    def find(self, chars: Sequence[CharTime], *, categories: Collection[str] | None = None) -> list[RequiredSaid]:
        """The best place of each line that was said, in order of time; only lines of ``categories`` where given."""
        spoken = normalise_pieces([c.char for c in chars])
        if not spoken.text or not self._lines:
            return []
        costs = self._patterns.costs(spoken.text)
        allowed = (1 - self._coverage) * self._patterns.mass
        within = self._patterns.within(costs, allowed)
        wanted = [i for i in within if categories is None or self._lines[i].category in categories]
        best: dict[str, RequiredSaid] = {}
        ends = self._patterns.search(costs, np.array(wanted, np.intp)).argmin(axis=0) + 1
        for which, end in zip(wanted, ends, strict=True):
            said = self._said(int(which), int(end), costs, chars, spoken.origin)
            if said is not None and (said.id not in best or said.coverage > best[said.id].coverage):
                best[said.id] = said
        found = sorted(best.values(), key=lambda s: (s.start, s.id))
        return [s for s in found if not any(_outdone(s, other) for other in found)]

    def _said(
        self, which: int, end: int, costs: Float32, chars: Sequence[CharTime], origin: Sequence[int]
    ) -> RequiredSaid | None:
        if self._patterns.most_heard(costs, which, end, SAME_SOUND) < self._coverage:
            return None
        alignment = self._patterns.align(costs, which, end)
        pattern = self._patterns.patterns[which]
        heard = sum(
            weight
            for unit, weight, place in zip(pattern.text, pattern.weights, alignment.pairs, strict=True)
            if place is not None and unit != WILDCARD and self._sounds_like(unit, place, costs)
        )
        coverage = heard / pattern.mass
        if coverage < self._coverage:
            return None
        first, last = self._patterns.worded(which, alignment, costs)
        said = [chars[i] for i in dict.fromkeys(origin[first:last])]
        text = "".join(c.char for c in said)
        line = self._lines[which]
        return RequiredSaid(line.id, line.category, said[0].start, said[-1].end, text, min(1.0, coverage))

    def _sounds_like(self, unit: str, place: int, costs: Float32) -> bool:
        return bool(costs[place, self._patterns.vocabulary.index[unit]] <= SAME_SOUND)


def _parted(variant: str, original: str) -> str:
    """``variant`` with a gap of wildcards behind each of the original's clauses that stands in it as written."""
    place = 0
    for clause in clauses(original):
        found = variant.find(clause, place)
        if found >= 0:
            place = found + len(clause)
            variant = variant[:place] + WILDCARD * CLAUSE_GAP + variant[place:]
    return variant.strip(WILDCARD)


def _outdone(said: RequiredSaid, other: RequiredSaid) -> bool:
    """Another line explains the same words better."""
    return other.coverage > said.coverage and other.start < said.end and said.start < other.end
