"""Approximate search of spoken patterns in spoken text: Sellers' algorithm, all patterns at once.

P. H. Sellers, "The theory and computation of evolutionary distances", J. Algorithms 1 (1980): edit distance of a
pattern to its best substring of a text.  Substitutions cost what the phonetic distance says; a pattern's units carry
their own weight (particles less than words) and may be wildcards that stand for the free words of a slot.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voicemon.phrases.phonetics import Vocabulary
from voicemon.types import Float32

WILDCARD: Final = "*"
"""Matches any character, or none."""

INSERTION: Final = 0.6
"""A character in the text that the pattern does not have."""

DELETION: Final = 0.9
"""A unit of the pattern that was not heard.  Recognisers garble syllables far more often than they drop one; a sentence
that lacks a syllable and is otherwise clear is mostly another sentence (我知道 is not 我哪知道)."""

RECOGNISABLE: Final = 0.6
"""A heard character up to this far from the pattern's stands for it; further off it is another word in its place."""

OUTER_LOSS: Final = 0.25
"""Share of the outer words of a sentence that may be missing if they are to count as said."""

REPEAT_DELETION: Final = 0.5
"""A unit that its neighbour repeats: 你问我我问谁 comes out with one 我."""

ROUNDING: Final = 1e-4
"""Sums in single precision differ in their last digits; the filter must not lose a match to that."""

BUCKETS: Final = (4, 6, 8, 12, 18, 30)
"""Longest pattern of each group that is filtered together: short patterns look at short stretches."""

FEW_PATTERNS: Final = 100
"""With fewer the filter's own calls cost more than they save, and all go through as one group."""

Units = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A spoken sequence: ``text`` one character a unit (:data:`WILDCARD` for free ones), ``weights`` 0…1 each."""

    text: str
    weights: tuple[float, ...]

    @property
    def mass(self) -> float:
        return sum(self.weights)


@dataclass(frozen=True, slots=True)
class Alignment:
    """A pattern laid on ``text[start:end]``: ``pairs[i]`` is where unit ``i`` is, ``None`` where not heard."""

    start: int
    end: int
    cost: float
    pairs: tuple[int | None, ...]


class PatternSet:
    """Patterns packed for the vectorised search."""

    def __init__(self, patterns: Sequence[Pattern], vocabulary: Vocabulary) -> None:
        self.patterns = tuple(patterns)
        self.vocabulary = vocabulary
        longest = max((len(p.text) for p in patterns), default=0)
        shape = (len(patterns), longest)
        blank = len(vocabulary)  # one extra column of costs: wildcards and padding
        self._units: Units = np.full(shape, blank, np.intp)
        self._weight: Float32 = np.zeros(shape, np.float32)
        for row, pattern in enumerate(patterns):
            for column, (char, weight) in enumerate(zip(pattern.text, pattern.weights, strict=True)):
                if char != WILDCARD:
                    self._units[row, column] = vocabulary.index[char]
                    self._weight[row, column] = weight
        self._deletion = self._weight * np.float32(DELETION)
        repeats = (self._units[:, 1:] == self._units[:, :-1]) & (self._units[:, 1:] != blank)
        self._deletion[:, 1:][repeats] *= np.float32(REPEAT_DELETION / DELETION)
        self._length: Units = np.array([len(p.text) for p in patterns], np.intp)
        self._buckets = _by_length([len(p.text) for p in patterns])
        self.mass: Float32 = self._weight.sum(axis=1, dtype=np.float32)

    def costs(self, text: str) -> Float32:
        """Substitution costs with the blank's column, shape (len(text), len(vocabulary) + 1)."""
        rows = self.vocabulary.rows(text)
        return np.concatenate([rows, np.zeros((len(rows), 1), np.float32)], axis=1)

    def within(self, costs: Float32, allowed: Float32) -> Units:
        """The patterns that may match somewhere at a cost up to ``allowed`` (one each); none that does is left out.

        The bound takes every unit's best place in a stretch of text, whatever the order.  Stretches overlap so far that
        each holds any match that begins in its first part.
        """
        found = np.zeros(len(self.patterns), np.bool_)
        for members, length in self._buckets:
            spare = float(allowed[members].max()) / INSERTION  # characters that a match may have too many
            reach = length + max(0, math.ceil(spare))
            for begin in range(0, max(1, len(costs)), length):
                best = costs[begin : begin + length + reach].min(axis=0)
                units, weight = self._units[members, :length], self._weight[members, :length]
                bound = np.minimum(best[units] * weight, self._deletion[members, :length]).sum(axis=1)
                found[members] |= bound <= allowed[members] + ROUNDING
        return np.flatnonzero(found)

    def search(self, costs: Float32, which: NDArray[np.intp]) -> Float32:
        """Cost of the patterns ``which`` ending at each place of the text, shape (len(text), len(which))."""
        units, weight, deletion = self._units[which], self._weight[which], self._deletion[which]
        dropped = np.concatenate([np.zeros((len(which), 1), np.float32), np.cumsum(deletion, axis=1)], axis=1)
        column, last, rows = dropped.copy(), self._length[which], np.arange(len(which))
        ends = np.empty((len(costs), len(which)), np.float32)
        for place, row in enumerate(costs):
            new = column.copy()
            new[:, 1:] = np.minimum(column[:, :-1] + row[units] * weight, column[:, 1:] + np.float32(INSERTION))
            new[:, 0] = 0
            # new[i] = min over k ≤ i of new[k] + what it costs to drop units k…i
            column = np.minimum.accumulate(new - dropped, axis=1) + dropped
            ends[place] = column[rows, last]  # not the padding behind it, which would take in any text
        return ends

    def most_heard(self, costs: Float32, which: int, end: int, same_sound: float) -> float:
        """No alignment that ends with ``text[end - 1]`` has more of the pattern's mass within ``same_sound``, 0…1.

        Counts every unit that is anywhere in reach, whatever the order: a hundredth of an alignment's work.
        """
        count = len(self.patterns[which].text)
        best = costs[_reach(count, end) : end].min(axis=0)
        near = best[self._units[which, :count]] <= same_sound
        return float(self._weight[which, :count] @ near) / float(self.mass[which])

    def align(self, costs: Float32, which: int, end: int, *, begin: int = 0) -> Alignment:
        """The best alignment of one pattern that ends with ``text[end - 1]`` and starts at ``begin`` or later."""
        pattern = self.patterns[which]
        count = len(pattern.text)
        units, weight = self._units[which, :count], self._weight[which, :count]
        drop = self._deletion[which, :count]
        begin = max(begin, _reach(count, end))
        size = end - begin
        dropped = np.concatenate(([0.0], np.cumsum(drop, dtype=np.float64)))
        table = np.empty((size + 1, count + 1))
        table[0] = dropped
        swap = costs[begin:end][:, units] * weight
        for j in range(1, size + 1):
            row = table[j]
            row[0] = 0
            np.minimum(table[j - 1, :-1] + swap[j - 1], table[j - 1, 1:] + INSERTION, out=row[1:])
            # As in the search: row[i] = min over k ≤ i of row[k] + what it costs to drop units k…i
            row -= dropped
            np.minimum.accumulate(row, out=row)
            row += dropped
        return self._trace(table, costs, which, begin)

    def outer_fit(self, which: int, alignment: Alignment, costs: Float32, inner: tuple[int, int]) -> tuple[bool, bool]:
        """Whether the words of the pattern before and behind ``inner`` [first, last) were said there too."""
        inside = [i for i, p in enumerate(alignment.pairs) if p is not None and inner[0] <= p < inner[1]]
        if not inside:
            return False, False
        before, behind = range(inside[0]), range(inside[-1] + 1, len(alignment.pairs))
        return self._fits(which, alignment, costs, before), self._fits(which, alignment, costs, behind)

    def worded(self, which: int, alignment: Alignment, costs: Float32) -> tuple[int, int]:
        """The span [first, last) of the characters that stand for the pattern, not for the words of its slots."""
        units = self._units[which]
        places = [
            place
            for unit, place in zip(units, alignment.pairs, strict=False)
            if place is not None and unit != len(self.vocabulary) and costs[place, unit] <= RECOGNISABLE
        ]
        return (places[0], places[-1] + 1) if places else (alignment.start, alignment.end)

    def _fits(self, which: int, alignment: Alignment, costs: Float32, units: range) -> bool:
        """Most of these units were heard."""
        weights = self._weight[which]
        mass = float(sum(weights[u] for u in units))
        places = ((u, alignment.pairs[u]) for u in units)
        lost = sum(weights[u] * (1.0 if p is None else costs[p, self._units[which, u]]) for u, p in places)
        return mass > 0 and float(lost) <= OUTER_LOSS * mass

    def _trace(self, table: NDArray[np.float64], costs: Float32, which: int, begin: int) -> Alignment:
        j, i = table.shape[0] - 1, table.shape[1] - 1
        end = begin + j
        pairs: list[int | None] = [None] * i
        while i > 0:
            unit, weight = self._units[which, i - 1], self._weight[which, i - 1]
            if j > 0 and table[j, i] >= table[j - 1, i - 1] + costs[begin + j - 1, unit] * weight - 1e-6:
                pairs[i - 1] = begin + j - 1
                i, j = i - 1, j - 1
            elif table[j, i] >= table[j, i - 1] + self._deletion[which, i - 1] - 1e-6:
                i -= 1
            else:
                j -= 1
        return Alignment(begin + j, end, float(table[-1, -1]), tuple(pairs))


def _reach(count: int, end: int) -> int:
    """Where the longest match of a pattern of ``count`` units that ends before ``end`` may begin."""
    return max(0, end - 2 * count - 2)


def _by_length(lengths: Sequence[int]) -> list[tuple[Units, int]]:
    """Groups of patterns: their places and the longest length among them."""
    of = np.array(lengths, np.intp)
    borders = (*BUCKETS, int(of.max(initial=0))) if len(lengths) > FEW_PATTERNS else (int(of.max(initial=0)),)
    groups = []
    shortest = 0
    for longest in borders:
        members = np.flatnonzero((of > shortest) & (of <= longest))
        if len(members):
            groups.append((members, int(of[members].max())))
        shortest = max(shortest, longest)
    return groups
