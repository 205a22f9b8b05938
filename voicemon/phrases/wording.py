"""Words to limit and to use, forms of address, bare refusals, and classes of wording, counted on text.

All on the normalised text of what was heard (:func:`voicemon.phrases.normalise.normalise`); characters, not sounds,
since these are common words that a recogniser gets right and whose homophones are common words too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from voicemon.phrases.model import Lexicon, PoliteRatio
from voicemon.phrases.normalise import Normalised, normalise, normalise_pieces
from voicemon.phrases.quoted import quoted
from voicemon.types import CharTime

NO: Final = "不"
NEGATIONS: Final = frozenset("不没")

_DENIED: Final = re.compile("[不没无]有?(?:敢|能|会|好|法|办法|可以|应该|太)?$")
"""Right before a promise it makes none of it: 不能保证, 没办法保证."""

CLAUSE_PAUSE_S: Final = 0.2
"""Between two clauses even fast speakers pause so long; recognisers write no marks there."""


@dataclass(frozen=True, slots=True)
class WordUse:
    """A word or wording at a place: ``id`` is the pattern's id, or the word itself; ``start``/``end`` in seconds."""

    id: str
    heard: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class WordCounts:
    """How often words were used.  Counts add up over utterances with ``+``."""

    limited: dict[str, int] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)
    polite: int = 0
    plain: int = 0
    bare_no: int = 0
    syllables: int = 0

    @property
    def polite_share(self) -> float | None:
        """您 among 您 and 你, 0…1; ``None`` where neither was said."""
        total = self.polite + self.plain
        return self.polite / total if total else None

    def __add__(self, other: WordCounts) -> WordCounts:
        return WordCounts(
            limited=_added(self.limited, other.limited),
            used=_added(self.used, other.used),
            polite=self.polite + other.polite,
            plain=self.plain + other.plain,
            bare_no=self.bare_no + other.bare_no,
            syllables=self.syllables + other.syllables,
        )


def count(text: str, lexicon: Lexicon) -> WordCounts:
    """The counts of one text, punctuation and script as they come."""
    spoken = normalise(text).text
    ratio = lexicon.polite_ratio
    return WordCounts(
        limited={word: sum(1 for _ in _places(spoken, word)) for word in lexicon.words_to_limit},
        used={word: spoken.count(word) for word in lexicon.words_to_use},
        polite=spoken.count(ratio.prefer),
        plain=_plain(spoken, ratio),
        bare_no=len(bare_no(spoken, lexicon.not_a_no)),
        syllables=len(spoken),
    )


def limited_words(chars: Sequence[CharTime], words: Iterable[str]) -> list[WordUse]:
    """Each use of the words to limit, in order of time; 不一定 is no 一定."""
    spoken = normalise_pieces([c.char for c in chars])
    found = [(place, word) for word in words for place in _places(spoken.text, word)]
    return [_use(word, chars, spoken.origin[p : p + len(word)]) for p, word in sorted(found)]


def bare_no(text: str, not_a_no: Sequence[str]) -> list[int]:
    """Places of 不 in a normalised ``text`` that refuse or deny; those within ``not_a_no`` (对不起) do not."""
    idle = {start + i for phrase in not_a_no for start in _occurrences(text, phrase) for i in range(len(phrase))}
    return [i for i, char in enumerate(text) if char == NO and i not in idle and not _asks(text, i)]


class PatternMatcher:
    """Finds the lexicon's classes of wording (``forbidden_patterns``) by their regular expressions.

    They see a line break where the speaker paused, so that a ``.`` does not reach into the next clause.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._patterns = tuple((p.id, re.compile(p.regex)) for p in lexicon.patterns)
        self._not_a_no = lexicon.not_a_no

    def find(self, chars: Sequence[CharTime]) -> list[WordUse]:
        """Matches in order of time: none that is denied (不能保证), told of others, or a courtesy with 不 (不客气)."""
        spoken = normalise_pieces([c.char for c in chars])
        text, places = _parted(spoken, chars)
        refusals = set(bare_no(spoken.text, self._not_a_no))
        found = []
        for name, pattern in self._patterns:
            for match in pattern.finditer(text):
                span = [p for p in places[match.start() : match.end()] if p is not None]
                if not span or _taken_back(spoken.text, span[0], span[-1] + 1):
                    continue
                negative = [i for i in span if spoken.text[i] == NO]
                if not negative or refusals.intersection(negative):
                    found.append((span[0], name, [spoken.origin[i] for i in span]))
        return [_use(name, chars, origin) for _, name, origin in sorted(found)]


def _parted(spoken: Normalised, chars: Sequence[CharTime]) -> tuple[str, list[int | None]]:
    """The text with a line break at each pause, and which syllable each of its characters is."""
    text: list[str] = []
    places: list[int | None] = []
    for place, (char, at) in enumerate(zip(spoken.text, spoken.origin, strict=True)):
        if place and chars[at].start - chars[spoken.origin[place - 1]].end >= CLAUSE_PAUSE_S:
            text.append("\n")
            places.append(None)
        text.append(char)
        places.append(place)
    return "".join(text), places


def _taken_back(text: str, first: int, last: int) -> bool:
    """``text[first:last]`` is denied, or told of others."""
    return _DENIED.search(text[:first]) is not None or quoted(text[:first], text[last:])


def _use(name: str, chars: Sequence[CharTime], origin: Sequence[int]) -> WordUse:
    said = [chars[i] for i in dict.fromkeys(origin)]
    return WordUse(name, "".join(c.char for c in said), said[0].start, said[-1].end)


def _places(text: str, word: str) -> Iterator[int]:
    """Where ``word`` stands without a negation right before it."""
    return (i for i in _occurrences(text, word) if not _negated(text, i))


def _negated(text: str, place: int) -> bool:
    return place > 0 and text[place - 1] in NEGATIONS


def _occurrences(text: str, word: str) -> Iterator[int]:
    place = text.find(word) if word else -1
    while place >= 0:
        yield place
        place = text.find(word, place + 1)


def _asks(text: str, place: int) -> bool:
    """A不A (能不能, 行不行): a question."""
    return 0 < place < len(text) - 1 and text[place - 1] == text[place + 1]


def _plain(text: str, ratio: PoliteRatio) -> int:
    """Uses of the plain form, its courteous set phrases left out (您好 and 你好 greet alike)."""
    return sum(1 for i in _occurrences(text, ratio.over) if not text.startswith("好", i + len(ratio.over)))


def _added(a: dict[str, int], b: dict[str, int]) -> dict[str, int]:
    return {word: a.get(word, 0) + b.get(word, 0) for word in (*a, *b)}
