"""Lines that must not alarm: required lines and hard negatives, as competitors of the forbidden phrases.

A heard span is given to whichever side explains it better.  Forbidden and required lines of the manuals share words
(大声一点, 刚才线路忙, 请…后再拨), so distance to the forbidden phrase alone cannot decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voicemon.phrases.align import DELETION, INSERTION, WILDCARD
from voicemon.phrases.model import Lexicon
from voicemon.phrases.phonetics import Vocabulary
from voicemon.phrases.template import expand
from voicemon.types import Float32

BORDER_COST: Final = 4.0
"""Substituting across the border of two lines costs more than any detour around it."""


def lines(lexicon: Lexicon) -> tuple[str, ...]:
    """All harmless lines as spoken pieces, cut at their slots."""
    negatives = (line for phrase in lexicon.forbidden for line in phrase.hard_negatives)
    required = (v for line in lexicon.required for v in expand(line.normalised, line.original))
    pieces = (piece for line in (*negatives, *required) for piece in line.split(WILDCARD))
    return tuple(dict.fromkeys(piece for piece in pieces if piece))


class Texts:
    """Several fixed texts, searched as one for the place that fits a heard span best."""

    def __init__(self, texts: Sequence[str], vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        border = len(vocabulary)
        units = [[*(vocabulary.index[c] for c in text), border] for text in texts]
        self._units: NDArray[np.intp] = np.array([u for text in units for u in text], np.intp)

    def cost(self, heard: str) -> float:
        """The least cost of ``heard`` as a part of any of the texts; infinite without texts."""
        if not len(self._units):
            return float("inf")
        count = len(self._units)
        steps = np.arange(count + 1, dtype=np.float32) * np.float32(DELETION)
        column: Float32 = np.zeros(count + 1, np.float32)  # the span may start anywhere
        for char in heard:
            row = np.append(self._vocabulary.row(char), np.float32(BORDER_COST))
            new = column + np.float32(INSERTION)
            np.minimum(new[1:], column[:-1] + row[self._units], out=new[1:])
            column = np.minimum.accumulate(new - steps) + steps
        return float(column.min())


def vocabulary_of(texts: Iterable[str]) -> Vocabulary:
    """The characters of ``texts``."""
    return Vocabulary(c for text in texts for c in text if c != WILDCARD)
