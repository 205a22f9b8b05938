"""The sound asked where the text leaves a forbidden phrase in doubt.

In noise a recogniser writes other words for a phrase than were said, further off than any limit may reach without
false alarms; yet the phrase's own words, decoded by force, are then almost as probable for the sound as those written.
Where a near miss was said they are not.  What is weighed: the recognised text against the same text with the phrase's
own characters in the place that resembles it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Protocol

import numpy as np

from voicemon.phrases.align import WILDCARD, Alignment
from voicemon.phrases.detectors import Detector, Part
from voicemon.phrases.spotter import Match, Spotter, listen
from voicemon.types import CharTime, CheckedBy, Compared, Float32, Score, SoundCheck, Transcript

REACH: Final = (0.0, 0.0, 0.0, 0.36, 0.4, 0.44)
"""Distance up to which a phrase with so many syllables is worth asking for; the last one holds for all longer ones.
The farthest that was right in the fit stood 0.38 off.  Two syllables fit into any sentence.
"""

MOST_DOUBTS: Final = 3
"""The nearest ones of an utterance are asked for; each costs about as much as ten words of decoding.  All that were
right in the fit were the nearest.
"""

MOST_PLACES: Final = 40
"""Places that are looked at to find them: in a lexicon of thousands of phrases every text resembles hundreds."""

CONSTANT: Final = 1.36
PER_ASKED: Final = 0.596
PER_RECOGNISED: Final = -0.772
PER_TOKEN: Final = 0.823
"""Logistic regression of "the phrase was said" on the logarithms of the probabilities of its own words and of those
recognised in their place, and on the tokens that these have.  Fitted to 763 doubts, 26 of them right: two synthetic
voices among near misses (clean, telephone, both in noise at 5 dB, noise at 0 dB), five calls and the sentences of half
the human speakers, by Whisper base with the vocabulary of Mandarin.
"""

MOST_AGAINST: Final = 700.0
"""Beyond this the exponential overflows."""

PROBABLE: Final = 0.7
"""From this probability on the phrase counts as said: on the recordings of the fit one wrong alarm, and one right one
less than at 0.5, where three were wrong.
"""


class Timed(Protocol):
    """Anything with a place in time."""

    @property
    def start(self) -> float: ...

    @property
    def end(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Span:
    """A place in time, seconds."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Doubt:
    """A phrase that may have been said.

    ``text``: the transcript's with the phrase's own words in the place of those ``heard``, which are ``distance`` off
    them, a unit of weight.
    """

    id: str
    start: float
    end: float
    heard: str
    distance: float
    text: str


class Examiner:
    """Asks the sound for the phrases of one lexicon; may be used from any thread."""

    def __init__(self, spotter: Spotter) -> None:
        self._spotter = spotter
        reach = [_reach(spotter, which) for which in range(len(spotter))]
        self._reach: Float32 = np.array(reach, np.float32)
        self._parts: dict[str, list[int]] = defaultdict(list)
        for which, detector in enumerate(spotter.detectors):
            if spotter.limit(which) >= 0:
                self._parts[detector.phrase.id].append(which)

    def __call__(self, transcript: Transcript, score: Score) -> list[SoundCheck]:
        """Weigh the phrases in doubt in ``transcript``; raises what ``score`` raises."""
        doubts = self.doubts(transcript)
        answers = score([doubt.text for doubt in doubts]) if doubts else ()
        return [_checked(doubt, answer) for doubt, answer in zip(doubts, answers, strict=True)]

    def doubts(self, transcript: Transcript) -> list[Doubt]:
        """The phrases that ``transcript`` comes near without saying them, nearest first, at most :data:`MOST_DOUBTS`.

        Only such as would alarm had their own words been recognised: what speaks against them then (courtesy, a
        negation before them, a harmless line that holds them) speaks against them now.
        """
        heard, origin = listen(transcript.chars)
        if not heard.text:
            return []
        sure = self._spotter.find(transcript.chars, final=True)
        found: list[Doubt] = []
        for which, alignment in islice(self._spotter.places(heard, self._reach), MOST_PLACES):
            place = _place(alignment, transcript.chars, origin)
            phrase = self._spotter.detectors[which].phrase.id
            known = any(_overlap(place, m) for m in sure) or any(d.id == phrase and _overlap(place, d) for d in found)
            doubt = None if known else self._doubt(which, alignment, transcript, origin)
            if doubt is not None:
                found.append(doubt)
            if len(found) == MOST_DOUBTS:
                break
        return found

    def _doubt(self, which: int, alignment: Alignment, transcript: Transcript, origin: Sequence[int]) -> Doubt | None:
        """The doubt about this place; ``None`` where the phrase's own words would not alarm there."""
        detector = self._spotter.detectors[which]
        words = _rewritten(detector, alignment, transcript.chars, origin)
        chars = transcript.chars
        spoken = [CharTime(new, c.start, c.end) for i, c in enumerate(chars) for new in words.get(i, c.char)]
        place = _place(alignment, chars, origin)
        matches = self._spotter.find(spoken, final=True, among=self._parts[detector.phrase.id])
        match = next((m for m in matches if m.id == detector.phrase.id and _overlap(m, place)), None)
        if match is None:
            return None
        return Doubt(
            match.id,
            match.start,
            match.end,
            "".join(c.char for c in chars if match.start <= c.start and c.end <= match.end),
            alignment.cost / detector.pattern.mass,
            _text(transcript, words),
        )


def probability(compared: Compared) -> float:
    """That a phrase was said, by its own words against those recognised in their place."""
    evidence = (
        CONSTANT + PER_ASKED * compared.asked + PER_RECOGNISED * compared.recognised + PER_TOKEN * compared.tokens
    )
    return 1 / (1 + math.exp(min(-evidence, MOST_AGAINST)))


def with_proven(matches: Sequence[Match], checks: Iterable[SoundCheck]) -> list[Match]:
    """``matches`` of the text and what the ``checks`` found beside them, in order of time."""
    found = list(matches)
    for check in sorted(checks, key=lambda c: (-c.probability, c.start, c.id)):
        if check.probability >= PROBABLE and not any(_overlap(check, match) for match in found):
            found.append(_match(check))
    return sorted(found, key=lambda m: m.start)


def _reach(spotter: Spotter, which: int) -> float:
    """How far off detector ``which`` is worth asking for; negative where it is not."""
    detector = spotter.detectors[which]
    if spotter.limit(which) < 0 or detector.part is Part.FULL:
        return -1.0
    return REACH[min(detector.syllables, len(REACH) - 1)]


def _rewritten(
    detector: Detector, alignment: Alignment, chars: Sequence[CharTime], origin: Sequence[int]
) -> dict[int, str]:
    """For each character of the place what the phrase has there; its light words only where something was heard."""
    words = {origin[place]: "" for place in range(alignment.start, alignment.end)}
    at = origin[alignment.start]
    for unit, weight, place in zip(detector.pattern.text, detector.pattern.weights, alignment.pairs, strict=True):
        at = at if place is None else origin[place]
        if unit != WILDCARD:
            words[at] += unit if place is not None or weight == 1 else ""
        elif place is not None and not words[at]:
            words[at] = chars[at].char
    return words


def _text(transcript: Transcript, words: dict[int, str]) -> str:
    """The transcript's text with ``words`` in the place of its characters."""
    pieces: list[str] = []
    done = 0
    for index, char in enumerate(transcript.chars):
        at = transcript.text.index(char.char, done)
        pieces += [transcript.text[done:at], words.get(index, char.char)]
        done = at + len(char.char)
    return "".join([*pieces, transcript.text[done:]])


def _checked(doubt: Doubt, compared: Compared) -> SoundCheck:
    return SoundCheck(doubt.id, doubt.start, doubt.end, doubt.heard, doubt.distance, probability(compared))


def _match(check: SoundCheck) -> Match:
    score = max(0.0, 1 - check.distance)
    return Match(
        check.id, check.start, check.end, check.heard, score, check.distance, CheckedBy.SOUND, check.probability
    )


def _place(alignment: Alignment, chars: Sequence[CharTime], origin: Sequence[int]) -> Span:
    return Span(chars[origin[alignment.start]].start, chars[origin[alignment.end - 1]].end)


def _overlap(a: Timed, b: Timed) -> bool:
    return a.start < b.end and b.start < a.end
