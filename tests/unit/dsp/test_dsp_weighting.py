"""The weighting filter as a stream: stable, quick to design, deaf to block sizes and to what lies before a reset."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicemon.dsp.weighting import Curve, Weighting, design, design_goal_db
from voicemon.errors import InputError

CURVES: tuple[Curve, Curve] = ("A", "C")


def response_db(curve: Curve, rate: int, frequency: np.ndarray) -> np.ndarray:
    delay = np.exp(-2j * np.pi * frequency / rate)
    powers = np.stack([np.ones_like(delay), delay, delay**2])
    sections = design(curve, rate)
    return 20 * np.log10(np.abs(np.prod((sections[:, :3] @ powers) / (sections[:, 3:] @ powers), axis=0)))


@settings(max_examples=60, deadline=None)
@given(rate=st.integers(8_000, 192_000), curve=st.sampled_from(CURVES))
def test_any_rate_is_stable_and_true(rate: int, curve: Curve) -> None:
    for section in design(curve, rate):
        assert np.abs(np.roots(section[3:])).max() < 1
    assert np.abs(np.roots(design(curve, rate)[-1, 3:])).max() < 0.9
    assert response_db(curve, rate, np.array([1000.0]))[0] == pytest.approx(0, abs=1e-9)
    frequency = np.geomspace(10, min(20_000, 0.95 * rate / 2), 300)
    assert np.abs(response_db(curve, rate, frequency) - design_goal_db(curve, frequency)).max() < 0.15


def test_few_sections() -> None:
    assert (len(design("A", 48_000)), len(design("C", 48_000))) == (3, 2)


@pytest.mark.parametrize("rate", [4_000, 400_000])
def test_a_rate_out_of_reach_is_refused(rate: int) -> None:
    with pytest.raises(InputError, match=str(rate)):
        Weighting("A", rate)


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(0, 4000), max_size=12), rate=st.sampled_from([8_000, 16_000, 44_100, 48_000]))
def test_blocks_of_any_size_give_the_same_samples(cuts: list[int], rate: int) -> None:
    x = np.random.default_rng(3).standard_normal(4000).astype(np.float32)
    whole = Weighting("A", rate).process(x)
    filtered = Weighting("A", rate)
    pieces = [filtered.process(part) for part in np.split(x, sorted(cuts))]
    assert np.array_equal(np.concatenate(pieces), whole)


def test_reset_forgets() -> None:
    x = np.random.default_rng(4).standard_normal(1000).astype(np.float32)
    weighting = Weighting("C", 16_000)
    first = weighting.process(x)
    assert not np.array_equal(weighting.process(x), first)
    weighting.reset()
    assert np.array_equal(weighting.process(x), first)


def test_a_design_cannot_be_changed_from_outside() -> None:
    with pytest.raises(ValueError, match="read-only"):
        design("A", 48_000)[0, 0] = 2.0
