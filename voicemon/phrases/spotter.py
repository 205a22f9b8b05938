"""Find the forbidden phrases of a lexicon in recognised characters, by sound."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from voicemon.phrases import harmless
from voicemon.phrases.align import WILDCARD, Alignment, PatternSet, Units
from voicemon.phrases.detectors import Detector, Part, build, shared_texts
from voicemon.phrases.fillers import fluent_places
from voicemon.phrases.guards import Heard, refusal
from voicemon.phrases.limits import Limits, limits_for
from voicemon.phrases.model import Lexicon
from voicemon.phrases.normalise import normalise_pieces
from voicemon.types import CharTime, CheckedBy, Float32, HitStatus, PhraseHit

LONGEST_PAUSE_S: Final = 2.5
"""A phrase may be broken by a pause; over a longer one the speaker has begun something else."""

CONTEXT: Final = 2
"""Characters to each side that take part when a harmless line competes for a span."""

WORDS_TO_COME: Final = 9
"""Syllables that must follow a match in unfinished text before it stands: what a longer phrase may yet bring."""

COST_OF_DOUBT: Final = 3.0
"""Between rivals for the same words a syllable that does not fit outweighs this many that do."""


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase found: times in seconds on the source's clock, ``distance`` a unit of weight, ``score`` 1 minus it."""

    id: str
    start: float
    end: float
    heard: str
    score: float
    distance: float
    check: CheckedBy = CheckedBy.TEXT
    probability: float | None = None
    """That it was said, where the sound was asked."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An accepted alignment over ``heard[first:last]``; ``worth`` orders rivals for the same words."""

    detector: Detector
    first: int
    last: int
    distance: float
    worth: float

    def moved(self, places: Sequence[int]) -> _Candidate:
        """The same over the text that ``places`` were picked from."""
        return replace(self, first=places[self.first], last=places[self.last - 1] + 1)


class Spotter:
    """Searches for all phrases of a lexicon.  :meth:`find` is pure; build once, use from any thread."""

    def __init__(self, lexicon: Lexicon, *, limits: Limits = Limits()) -> None:  # noqa: B008 - frozen, hence shareable
        self._detectors = build(lexicon)
        peaceful = harmless.lines(lexicon)
        texts = [d.pattern.text for d in self._detectors]
        vocabulary = harmless.vocabulary_of([*texts, *peaceful])
        self._limits = limits
        self._patterns = PatternSet([d.pattern for d in self._detectors], vocabulary)
        self._harmless = harmless.Texts(peaceful, vocabulary)
        self._limit = limits_for(self._detectors, self._patterns, peaceful, limits)
        self.peaceful = peaceful
        """The harmless lines that compete for what is heard."""
        self._full = {d.phrase.id: i for i, d in enumerate(self._detectors) if d.part is Part.FULL}
        self._vocabulary = vocabulary
        self._shared = shared_texts(self._detectors)

    def __len__(self) -> int:
        """How many patterns are searched for."""
        return len(self._detectors)

    @property
    def detectors(self) -> tuple[Detector, ...]:
        return self._detectors

    def limit(self, which: int) -> float:
        """How far off detector ``which`` may match, a unit of weight; negative where it is not used."""
        return float(self._limit[which])

    def find(self, chars: Sequence[CharTime], *, final: bool, among: Sequence[int] | None = None) -> list[Match]:
        """The phrases in ``chars``, in order of time, no two over the same words.

        ``final`` is false for a text that may still change: then only clearer matches count.  ``among``: detectors to
        search for alone.
        """
        heard, origin = listen(chars)
        if not heard.text or not self._detectors:
            return []
        allowed = (self._limit if final else self._limit * self._limits.provisional) * self._patterns.mass
        candidates = self._found(heard, allowed, among)
        fluent = fluent_places(heard)
        if fluent is not None:
            candidates += [c.moved(fluent) for c in self._found(heard.only(fluent), allowed, among)]
        if not final:
            candidates = [c for c in candidates if not self._may_become_another(c, len(heard.text))]
        return [_match(c, chars, origin) for c in _settle(candidates)]

    def _found(self, heard: Heard, allowed: Float32, among: Sequence[int] | None) -> list[_Candidate]:
        costs = self._patterns.costs(heard.text)
        within = self._patterns.within(costs, allowed) if among is None else np.array(among, np.intp)
        return list(self._candidates(costs, within, allowed, heard))

    def _candidates(self, costs: Float32, within: Units, allowed: Float32, heard: Heard) -> Iterable[_Candidate]:
        ends = self._patterns.search(costs, within)
        for column in np.flatnonzero((ends <= allowed[within]).any(axis=0)):
            which = int(within[column])
            for end in _minima(ends[:, column], float(allowed[which])):
                alignment = self._patterns.align(costs, which, end)
                if self.refusal(which, alignment, heard) is None:
                    yield self._candidate(which, alignment, costs)

    def places(self, heard: Heard, reach: Float32) -> Iterable[tuple[int, Alignment]]:
        """Where detectors match within ``reach`` (a distance for each), whatever speaks against them; nearest first."""
        costs, allowed = self._patterns.costs(heard.text), reach * self._patterns.mass
        within = self._patterns.within(costs, allowed)
        ends = self._patterns.search(costs, within)
        found: list[tuple[float, int, int]] = []
        for column in np.flatnonzero((ends <= allowed[within]).any(axis=0)):
            which = int(within[column])
            lowest = _minima(ends[:, column], float(allowed[which]))
            found += [(float(ends[end - 1, column] / self._patterns.mass[which]), which, end) for end in lowest]
        return ((which, self._patterns.align(costs, which, end)) for _, which, end in sorted(found))

    def _may_become_another(self, candidate: _Candidate, heard: int) -> bool:
        """The words begin or end another phrase too, and that one may still be on its way."""
        return candidate.detector.pattern.text in self._shared and heard - candidate.last < WORDS_TO_COME

    def refusal(self, which: int, alignment: Alignment, heard: Heard) -> str | None:
        """Why this place is not the phrase, however near it sounds; ``None`` where nothing speaks against it."""
        detector = self._detectors[which]
        inner = range(alignment.start + 1, alignment.end)
        if any(heard.starts[i] - heard.ends[i - 1] > LONGEST_PAUSE_S for i in inner):
            return "pause"
        if (reason := refusal(detector, alignment, heard)) is not None:
            return reason
        return "harmless" if self._harmless_wins(detector, alignment, heard.text) else None

    def nearest(self, heard: Heard) -> Iterable[tuple[int, Alignment]]:
        """The best place of each detector in use, whatever its limit says."""
        which = np.flatnonzero(self._limit >= 0)
        costs = self._patterns.costs(heard.text)
        ends = self._patterns.search(costs, which)
        for column, detector in enumerate(which):
            yield int(detector), self._patterns.align(costs, int(detector), int(ends[:, column].argmin()) + 1)

    def _harmless_wins(self, detector: Detector, alignment: Alignment, text: str) -> bool:
        """A harmless line explains the words better, or their surroundings almost exactly."""
        own = harmless.Texts([t for t in detector.pattern.text.split(WILDCARD) if t], self._vocabulary)
        span = text[alignment.start : alignment.end]
        if self._harmless.cost(span) + self._limits.harmless_margin < own.cost(span):
            return True
        wide = text[max(0, alignment.start - CONTEXT) : alignment.end + CONTEXT]
        rival = self._harmless.cost(wide)
        return rival <= self._limits.harmless_fit * len(wide) and rival < own.cost(wide)

    def _candidate(self, which: int, alignment: Alignment, costs: Float32) -> _Candidate:
        detector = self._detectors[which]
        distance = alignment.cost / float(self._patterns.mass[which])
        first, last = self._extended(which, alignment, costs)
        return _Candidate(detector, first, last, distance, detector.pattern.mass - COST_OF_DOUBT * alignment.cost)

    def _extended(self, which: int, alignment: Alignment, costs: Float32) -> tuple[int, int]:
        """The match's span with the sentence's outer words, where they were heard too."""
        first, last = self._patterns.worded(which, alignment, costs)
        full = self._full.get(self._detectors[which].phrase.id, which)
        if full == which:
            return first, last
        reach = len(self._detectors[full].pattern.text)
        low, high = max(0, first - reach), min(len(costs), last + reach)
        ends = self._patterns.search(costs[low:high], np.array([full]))[:, 0]
        ends[: last - low - 1] = np.inf
        whole = self._patterns.align(costs, full, low + int(ends.argmin()) + 1)
        before, behind = self._patterns.outer_fit(full, whole, costs, (first, last))
        outer = self._patterns.worded(full, whole, costs)
        return min(first, outer[0]) if before else first, max(last, outer[1]) if behind else last


def to_hit(match: Match, lexicon: Lexicon, status: HitStatus) -> PhraseHit:
    """``match`` with what the lexicon says of its phrase."""
    phrase = lexicon.phrase(match.id)
    return PhraseHit(
        id=match.id,
        phrase=phrase.original,
        category=phrase.category,
        severity=str(phrase.severity),
        start=match.start,
        end=match.end,
        heard=match.heard,
        score=match.score,
        status=status,
        better=phrase.better,
        distance=match.distance,
        check=match.check,
        probability=match.probability,
    )


def listen(chars: Sequence[CharTime]) -> tuple[Heard, tuple[int, ...]]:
    """What is searched of ``chars``, and which of them each of its syllables came from."""
    spoken = normalise_pieces([c.char for c in chars])
    starts = tuple(chars[i].start for i in spoken.origin)
    ends = tuple(chars[i].end for i in spoken.origin)
    return Heard(spoken.text, starts, ends), spoken.origin


def _minima(ends: Float32, allowed: float) -> list[int]:
    """Ends (exclusive) of matches within ``allowed``: the lowest of each run of neighbouring ends."""
    found: list[int] = []
    inside = np.flatnonzero(ends <= allowed)
    for run in np.split(inside, np.flatnonzero(np.diff(inside) > 1) + 1):
        if len(run):
            found.append(int(run[ends[run].argmin()]) + 1)
    return found


def _settle(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """No two candidates over the same words: the worthier stays, parts of one sentence grow together."""
    kept: list[_Candidate] = []
    for rival in sorted(candidates, key=lambda c: (-c.worth, c.first, c.detector.phrase.id)):
        over = [i for i, k in enumerate(kept) if rival.first < k.last and k.first < rival.last]
        if not over:
            kept.append(rival)
        elif len(over) == 1 and _same_sentence(kept[over[0]], rival):
            kept[over[0]] = _joined(kept[over[0]], rival)
    return sorted(kept, key=lambda c: c.first)


def _same_sentence(a: _Candidate, b: _Candidate) -> bool:
    """Parts of one phrase; its whole adds no words of its own, those were looked for with the part."""
    return a.detector.phrase.id == b.detector.phrase.id and b.detector.part is not Part.FULL


def _joined(a: _Candidate, b: _Candidate) -> _Candidate:
    first, last = min(a.first, b.first), max(a.last, b.last)
    return _Candidate(a.detector, first, last, min(a.distance, b.distance), a.worth)


def _match(candidate: _Candidate, chars: Sequence[CharTime], origin: tuple[int, ...]) -> Match:
    spoken = [chars[i] for i in dict.fromkeys(origin[candidate.first : candidate.last])]
    return Match(
        id=candidate.detector.phrase.id,
        start=spoken[0].start,
        end=spoken[-1].end,
        heard="".join(c.char for c in spoken),
        score=max(0.0, 1 - candidate.distance),
        distance=candidate.distance,
    )
