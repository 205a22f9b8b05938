"""The search by sound against the plain dynamic programme that it stands for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicemon.phrases.align import INSERTION, Pattern, PatternSet
from voicemon.phrases.harmless import vocabulary_of
from voicemon.types import Float32

SYLLABLES = "您好请问有什么可以帮助"
TEXT = st.text(SYLLABLES + "天气很", min_size=1, max_size=24)
PATTERN = st.lists(
    st.tuples(st.sampled_from(SYLLABLES + "*"), st.sampled_from((0.3, 0.6, 1.0))), min_size=1, max_size=8
).filter(lambda units: any(char != "*" for char, _ in units))


def patterns_of(units: list[tuple[str, float]]) -> PatternSet:
    text = "".join(char for char, _ in units)
    weights = tuple(0.0 if char == "*" else weight for char, weight in units)
    return PatternSet([Pattern(text, weights)], vocabulary_of([text]))


def plain_cost(patterns: PatternSet, costs: Float32, begin: int, end: int) -> float:
    """The cheapest way to lay the pattern on a piece of the text that ends with ``end - 1``, cell by cell."""
    units, weight, drop = patterns._units[0], patterns._weight[0], patterns._deletion[0]
    row = [0.0, *np.cumsum(drop, dtype=np.float64).tolist()]
    for place in range(begin, end):
        before, row = row, [0.0]
        for i, unit in enumerate(units):
            swapped = before[i] + float(costs[place, unit]) * float(weight[i])
            row.append(min(swapped, before[i + 1] + INSERTION, row[i] + float(drop[i])))
    return row[-1]


@settings(deadline=None)
@given(PATTERN, TEXT)
def test_an_alignment_costs_what_the_plain_programme_says(units: list[tuple[str, float]], text: str) -> None:
    patterns = patterns_of(units)
    costs = patterns.costs(text)
    found = patterns.align(costs, 0, len(text))
    begin = max(0, len(text) - 2 * len(units) - 2)
    assert found.cost == pytest.approx(plain_cost(patterns, costs, begin, len(text)), abs=1e-5)
    assert found.end == len(text)
    places = [p for p in found.pairs if p is not None]
    assert places == sorted(set(places))
    assert all(found.start <= p < found.end for p in places)


@settings(deadline=None)
@given(PATTERN, TEXT, st.sampled_from((0.2, 0.45, 0.8)))
def test_no_alignment_has_more_heard_than_the_bound(units: list[tuple[str, float]], text: str, near: float) -> None:
    patterns = patterns_of(units)
    costs = patterns.costs(text)
    found = patterns.align(costs, 0, len(text))
    pairs = zip(patterns._units[0], patterns._weight[0], found.pairs, strict=True)
    heard = sum(weight for unit, weight, place in pairs if place is not None and costs[place, unit] <= near)
    assert heard / patterns.mass[0] <= patterns.most_heard(costs, 0, len(text), near) + 1e-6
