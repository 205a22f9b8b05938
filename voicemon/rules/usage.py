"""How a call's words were used: which uses are told at once, and how often each kind came up."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from typing import Final

from voicemon.phrases.model import Lexicon, WordLimit
from voicemon.phrases.searches import searches
from voicemon.phrases.wording import WordUse, limited_words
from voicemon.rules.delivery import Finding
from voicemon.strings import AlertFigures
from voicemon.types import CharTime

MINUTE_S: Final = 60.0
MOST_KEPT: Final = 200

COUNTED: Final = frozenset({"strong_word", "bare_no", "pet_phrase"})
"""Classes of everyday words: a single use is nothing to tell, so they are counted, and judged over the call."""

MOST_QUOTED: Final = 12
"""Characters of a class that an alert quotes: a class may reach on into the sentence, which is nobody's business."""

Span = tuple[float, float]


class Usage:
    """Words to limit and classes of wording through one call."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.limited: Counter[str] = Counter()
        """Uses of each word to limit."""
        self.patterns: Counter[str] = Counter()
        """Uses of each class of wording, by the pattern's id."""
        self.categories: Counter[str] = Counter()
        """The same by category."""
        self._times: dict[str, deque[float]] = {}
        self.use(lexicon)

    def use(self, lexicon: Lexicon) -> None:
        """From now on ``lexicon`` decides; what was said stays counted."""
        self._patterns = searches(lexicon).patterns
        self._category = {pattern.id: pattern.category for pattern in lexicon.patterns}
        self._limits = {limit.word: limit for limit in lexicon.limits}
        self._words = lexicon.words_to_limit

    def limits(self, chars: Sequence[CharTime]) -> list[Finding]:
        """Uses of words to limit that are too many."""
        findings = []
        for use in limited_words(chars, self._words):
            self.limited[use.id] += 1
            recent = self._recent(use)
            if _too_often(self._limits.get(use.id), self.limited[use.id], recent):
                figures = AlertFigures(word=use.id, count=self.limited[use.id])
                evidence = {"word": use.id, "heard": use.heard, "in_call": self.limited[use.id], "in_minute": recent}
                findings.append(Finding("limited_word", use.start, use.end, figures, evidence))
        return findings

    def classes(self, chars: Sequence[CharTime], excused: Iterable[Span]) -> list[Finding]:
        """Wording of a forbidden class; not where a phrase of its own was flagged, or a required line was said."""
        known = tuple(excused)
        findings = []
        for use in self._patterns.find(chars):
            self.patterns[use.id] += 1
            category = self._category[use.id]
            self.categories[category] += 1
            if category in COUNTED or any(start < use.end and use.start < end for start, end in known):
                continue
            heard = use.heard[:MOST_QUOTED]
            evidence = {"id": use.id, "category": category, "heard": heard}
            findings.append(Finding("wording", use.start, use.end, AlertFigures(heard=heard), evidence))
        return findings

    def _recent(self, use: WordUse) -> int:
        """Uses of the word within the last minute, this one among them."""
        times = self._times.setdefault(use.id, deque(maxlen=MOST_KEPT))
        times.append(use.start)
        while times[0] <= use.start - MINUTE_S:
            times.popleft()
        return len(times)


def _too_often(limit: WordLimit | None, in_call: int, in_minute: int) -> bool:
    """Above either of the word's limits; a word without any is told each time."""
    if limit is None or (limit.per_call is None and limit.per_minute is None):
        return True
    too_many = limit.per_call is not None and in_call > limit.per_call
    return too_many or (limit.per_minute is not None and in_minute > limit.per_minute)
