"""The values with which a doubtful phrase is weighed against the sound.  Frozen, without logic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voicemon.values import Transcript


class CheckedBy(StrEnum):
    """Which check decided that a phrase was said."""

    TEXT = "text"
    SOUND = "sound"


@dataclass(frozen=True, slots=True)
class Compared:
    """Two texts for the same sound, the one asked for and the one recognised, over the words in which they differ.

    ``asked`` and ``recognised``: natural logarithms of their probabilities; ``tokens``: how many the longer one has.
    """

    asked: float
    recognised: float
    tokens: int


@dataclass(frozen=True, slots=True)
class SoundCheck:
    """A phrase that the text resembles without quite saying it, weighed against the sound.

    ``heard``: the recognised words in its place; ``distance``: how far they are off, a unit of weight;
    ``probability``: that it was said, by the sound.
    """

    id: str
    start: float
    end: float
    heard: str
    distance: float
    probability: float


Score = Callable[[Sequence[str]], Sequence[Compared]]
"""Holds each text against the one recognised, on the sound that this was recognised from."""

Examine = Callable[["Transcript", Score], Sequence[SoundCheck]]
"""Weighs the phrases in doubt in a transcript."""
