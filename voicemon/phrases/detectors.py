"""Forbidden phrases → detectors: what is searched for, how much each unit weighs, how far a match may stand off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from voicemon.phrases.align import WILDCARD, Pattern
from voicemon.phrases.model import ForbiddenPhrase, Lexicon
from voicemon.phrases.template import clauses, expand

PARTICLES: Final = frozenset("啊呀啦吧呢嘛吗哦哈哎嗯儿喽噢")
"""Unstressed and often lost or traded for one another; they carry the tone of a sentence, not its words."""

NEGATIONS: Final = frozenset("不没别未")
HAIL: Final = "喂"
PARTICLE_WEIGHT: Final = 0.4
HAIL_WEIGHT: Final = 0.4
FULL_WEIGHT_BELOW: Final = 5
"""In phrases shorter than this every syllable counts whole: 说话呀 without its particle is a common verb."""

CLAUSE_MIN: Final = 5
"""Syllables that a clause needs to stand for its whole sentence; shorter ones (我不清楚) are everyday words."""

CLAUSE_LEAVES: Final = 3
"""Syllables that the rest of the sentence has at least; with fewer the clause is the sentence."""


class Part(StrEnum):
    """Which part of a phrase a detector looks for."""

    FULL = "full"
    CORE = "core"
    CLAUSE = "clause"


@dataclass(frozen=True, slots=True)
class Detector:
    """One pattern of one phrase."""

    phrase: ForbiddenPhrase
    part: Part
    pattern: Pattern
    negations: frozenset[int] = frozenset()
    """The units without which the sentence says the contrary."""

    @property
    def syllables(self) -> int:
        return sum(c != WILDCARD for c in self.pattern.text)


def weigh(text: str) -> Pattern:
    """``text`` as a pattern: particles and a leading 喂 count less in sentences long enough to spare them."""
    spoken = sum(c != WILDCARD for c in text)
    light = spoken >= FULL_WEIGHT_BELOW
    weights = []
    for place, char in enumerate(text):
        if char == WILDCARD:
            weights.append(0.0)
        elif light and char in PARTICLES:
            weights.append(PARTICLE_WEIGHT)
        elif light and char == HAIL and place == 0:
            weights.append(HAIL_WEIGHT)
        else:
            weights.append(1.0)
    return Pattern(text, tuple(weights))


def build(lexicon: Lexicon) -> tuple[Detector, ...]:
    """All detectors; of phrases with the same core the first one is kept (two scenes of a manual share a sentence)."""
    seen: set[str] = set()
    detectors: list[Detector] = []
    for phrase in lexicon.forbidden:
        if phrase.core in seen:
            continue
        seen.add(phrase.core)
        texts: dict[str, Part] = {}
        for part, found in _parts(phrase):
            for text in found:
                texts.setdefault(text.strip(WILDCARD), part)
        for text, part in texts.items():
            detectors.append(Detector(phrase, part, weigh(text), _negations(text, lexicon.not_a_no)))
    return tuple(detectors)


def shared_texts(detectors: Sequence[Detector]) -> frozenset[str]:
    """Texts of detectors that stand within a phrase of another id: 说话呀 opens 说话呀再不说话我就挂了啊."""
    phrases = {d.phrase.id: d.phrase for d in detectors}
    everything = "\n".join(p.normalised for p in phrases.values())
    texts = ((d.pattern.text, d.phrase.normalised) for d in detectors)
    return frozenset(text for text, own in texts if everything.count(text) > own.count(text))


def _parts(phrase: ForbiddenPhrase) -> Iterable[tuple[Part, Iterable[str]]]:
    core = expand(phrase.core, phrase.original)
    yield Part.CORE, core
    yield Part.FULL, expand(phrase.normalised, phrase.original)
    halves = (clause.rstrip("".join(PARTICLES)) for clause in clauses(phrase.original))
    yield Part.CLAUSE, (half for half in halves if len(half) >= CLAUSE_MIN and any(_is_part(half, c) for c in core))


def _is_part(half: str, core: str) -> bool:
    """``half`` is within ``core`` and leaves another clause out, not just a particle."""
    return half in core and len(core) - len(half) >= CLAUSE_LEAVES


def _negations(pattern: str, idioms: Sequence[str]) -> frozenset[int]:
    """The places in ``pattern`` of words that negate it: not the 不 of set phrases like 不好意思 (``idioms``)."""
    idle = {
        start + i
        for idiom in idioms
        if idiom in pattern
        for start in range(len(pattern) - len(idiom) + 1)
        if pattern.startswith(idiom, start)
        for i in range(len(idiom))
    }
    return frozenset(i for i, char in enumerate(pattern) if char in NEGATIONS and i not in idle)
