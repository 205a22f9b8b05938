"""What a lexicon holds, frozen."""

from __future__ import annotations

from dataclasses import dataclass, field

from voicemon.types import Severity


@dataclass(frozen=True, slots=True)
class LexiconSource:
    """A file that was used: its name and the SHA-256 of its bytes."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ForbiddenPhrase:
    """A sentence that an agent must not say; ``core`` is the spoken part to be matched."""

    id: str
    original: str
    normalised: str
    core: str
    category: str
    severity: Severity
    hard_negatives: tuple[str, ...] = ()
    scene: str | None = None
    better: str | None = None
    """What the manual has the agent say in the same scene."""
    note: str | None = None


@dataclass(frozen=True, slots=True)
class RequiredLine:
    """A line that a manual has the agent say, ``when`` its scene arises."""

    id: str
    original: str
    normalised: str
    category: str
    scene: str | None = None
    when: str | None = None


@dataclass(frozen=True, slots=True)
class WordingPattern:
    """A class of wording that a manual names without an exact sentence."""

    id: str
    category: str
    original: str
    regex: str


@dataclass(frozen=True, slots=True)
class WordLimit:
    """A word to use sparingly: told when it is said oftener than a limit, or each time where it has none."""

    word: str
    per_minute: float | None = None
    per_call: float | None = None


@dataclass(frozen=True, slots=True)
class PoliteRatio:
    """The form of address to prefer over another: 您 over 你."""

    prefer: str = "您"
    over: str = "你"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All phrases and words in force, in the order of their files."""

    forbidden: tuple[ForbiddenPhrase, ...] = ()
    required: tuple[RequiredLine, ...] = ()
    words_to_limit: tuple[str, ...] = ()
    limits: tuple[WordLimit, ...] = ()
    """How often each of them is too often."""
    words_to_use: tuple[str, ...] = ()
    not_a_no: tuple[str, ...] = ()
    patterns: tuple[WordingPattern, ...] = ()
    polite_ratio: PoliteRatio = field(default_factory=PoliteRatio)
    sources: tuple[LexiconSource, ...] = ()

    @property
    def record(self) -> tuple[dict[str, str], ...]:
        """Its files as events tell them."""
        return tuple({"name": source.name, "sha256": source.sha256} for source in self.sources)

    def phrase(self, phrase_id: str) -> ForbiddenPhrase:
        """The forbidden phrase with that id; raises :class:`KeyError`."""
        for phrase in self.forbidden:
            if phrase.id == phrase_id:
                return phrase
        raise KeyError(phrase_id)
