"""LCpeak of a call: what the meter that conforms to the standard shows, though most seconds are never weighted."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicemon import peaks
from voicemon.dsp.peak import CPeak
from voicemon.dsp.weighting import Weighting
from voicemon.peaks import CallPeaks, RecentSound
from voicemon.types import Block, Float32, Gap, PairedBlock, Role, SourceInfo

RATE = 8_000
BOTH = (Role.AGENT, Role.CUSTOMER)


def noise(gains: list[float], seed: int = 0, rate: int = RATE) -> Float32:
    """A second of noise at each of the gains."""
    sound = np.random.default_rng(seed).normal(0, 0.1, (len(gains), rate)) * np.array(gains)[:, None]
    return np.asarray(sound.ravel(), np.float32)


class Line:
    """A call's sound in blocks of ``size``, its seconds asked for half a second after their end."""

    def __init__(self, roles: tuple[Role, ...] = (Role.AGENT,), rate: int = RATE) -> None:
        info = SourceInfo("line", rate, roles)
        self.rate = rate
        self.calls = CallPeaks(info, RecentSound(info), 0)
        self._second = 0

    def play(self, blocks: Iterator[Block] | list[Block], silent: frozenset[int] = frozenset()) -> Line:
        for block in blocks:
            self.calls.sound.add(block)
            while (2 * self._second + 3) * self.rate <= 2 * (block.start + block.samples.shape[1]):
                self.ask(silent)
        return self

    def ask(self, silent: frozenset[int] = frozenset()) -> None:
        self.calls.second(100 * self._second, 100 * self._second + 100, spoken=self._second not in silent)
        self._second += 1


def cut(sound: Float32, size: int, start: int = 0) -> Iterator[Block]:
    for at in range(0, len(sound), size):
        yield Block(start + at, sound[None, at : at + size])


def true_db(*sounds: Float32, rate: int = RATE) -> float:
    meter = CPeak(rate)
    for sound in sounds:
        meter.process(sound)
        meter.reset()
    level = meter.level_db()
    assert level is not None
    return level


def during(sound: Float32, begin: int, end: int) -> float:
    """The peak between two seconds of a sound that the meter hears whole."""
    weighted = Weighting("C", RATE).process(sound)[begin * RATE : end * RATE]
    return float(20 * np.log10(np.abs(weighted).max()))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(1e-4, 5), min_size=1, max_size=8), st.sampled_from([160, 999, 8000]))
def test_it_is_what_the_meter_shows(gains: list[float], size: int) -> None:
    sound = np.append(noise(gains), np.zeros(RATE // 2, np.float32))
    line = Line().play(cut(sound, size))
    assert line.calls.level_db(Role.AGENT) == pytest.approx(true_db(sound[: -RATE // 2]), abs=1e-3)


@pytest.mark.parametrize("rate", [11_025, 48_000])
def test_at_other_rates(rate: int) -> None:
    sound = noise([0.3, 1.0, 0.5, 0.1], rate=rate)
    line = Line(rate=rate).play(cut(sound, 480))
    assert line.calls.level_db(Role.AGENT) == pytest.approx(true_db(sound[: 3 * rate], rate=rate), abs=1e-3)


@pytest.mark.parametrize("size", [1, 7, 160, 480, 1024])
def test_any_block_size_gives_the_same_to_the_bit(size: int) -> None:
    sound = noise([0.1, 1.0, 0.2, 0.9, 0.1])
    whole = Line().play(cut(sound, RATE)).calls.level_db(Role.AGENT)
    assert Line().play(cut(sound, size)).calls.level_db(Role.AGENT) == whole


def test_what_cannot_be_the_peak_is_not_weighted() -> None:
    Line().play(cut(noise([1.0, 1.0]), RATE))
    with patch.object(peaks, "Weighting", wraps=Weighting) as made:
        Line().play(cut(noise([0.01] * 5), RATE))
        assert made.call_count == 4
        Line().play(cut(noise([1.0] + [0.01] * 30), RATE))
    # The loud second, and the one into which it rings.
    assert made.call_count == 4 + 2


def test_the_filter_cannot_pass_its_bound() -> None:
    """The worst input there is: full scale, its signs those of the impulse response backwards."""
    impulse = np.zeros(RATE, np.float32)
    impulse[1] = 1
    response = Weighting("C", RATE).process(impulse)
    worst = np.where(response[::-1] < 0, -1, 1).astype(np.float32)
    sound = np.concatenate((np.zeros(RATE, np.float32), worst, np.zeros(RATE, np.float32)))
    found = Line().play(cut(sound, RATE)).calls.level_db(Role.AGENT)
    assert found is not None
    assert 6 < found < 20 * np.log10(2.3)


def test_lost_sound_is_left_out_and_nothing_rings_across_it() -> None:
    sound = noise([1.0, 0.2, 0.2, 0.2])
    line = Line().play([Block(0, sound[None, :RATE]), Block(2 * RATE, sound[None, 2 * RATE :])])
    assert line.calls.level_db(Role.AGENT) == pytest.approx(true_db(sound[:RATE], sound[2 * RATE :]), abs=1e-3)


def test_where_the_customers_sound_is_absent_there_is_none() -> None:
    rows = np.stack((noise([0.1] * 4), noise([0.1, 1.0, 0.1, 0.1], seed=1)))
    gap = Gap(RATE - 100, 2 * RATE + 100, "unplugged")
    line = Line(BOTH).play([PairedBlock(0, rows, (gap,))])
    expected = true_db(rows[1, : RATE - 100], rows[1, 2 * RATE + 100 : 3 * RATE])
    assert line.calls.level_db(Role.CUSTOMER) == pytest.approx(expected, abs=1e-3)
    assert line.calls.level_db(Role.AGENT) == pytest.approx(true_db(rows[0, : 3 * RATE]), abs=1e-3)


def test_a_headset_put_on_before_and_laid_down_behind_is_not_the_conversation() -> None:
    sound = noise([2.0, 0.01, 0.01, 0.1, 0.1, 0.01, 3.0, 0.0])
    silent = frozenset({0, 1, 2, 5, 6})
    line = Line().play(cut(sound, 480), silent)
    assert line.calls.level_db(Role.AGENT) == pytest.approx(during(sound, 6, 7), abs=1e-3)
    line.calls.forget_trailing()
    assert line.calls.level_db(Role.AGENT) == pytest.approx(during(sound, 1, 5), abs=1e-3)


def test_a_knock_between_two_turns_counts() -> None:
    sound = noise([0.1, 0.01, 2.0, 0.01, 0.1, 0.0])
    line = Line().play(cut(sound, 480), frozenset({1, 2, 3}))
    line.calls.forget_trailing()
    assert line.calls.level_db(Role.AGENT) == pytest.approx(during(sound, 2, 3), abs=1e-3)


def test_a_call_that_turns_out_to_have_begun_later_forgets_what_was_before() -> None:
    sound = noise([2.0, 0.2, 0.1, 0.0])
    line = Line().play(cut(sound, 480))
    line.calls.forget_before(100)
    assert line.calls.level_db(Role.AGENT) == pytest.approx(during(sound, 1, 3), abs=1e-3)


@pytest.mark.parametrize("size", [40, 160, 8000])
def test_no_more_than_the_last_seconds_are_kept_though_nobody_asks(size: int) -> None:
    sound = RecentSound(SourceInfo("line", RATE, (Role.AGENT,)))
    for block in cut(np.zeros(60 * RATE, np.float32), size):
        sound.add(block)
    ((begin, kept),) = sound.runs(Role.AGENT, 0, 60 * RATE)
    assert begin + len(kept) == 60 * RATE
    assert peaks.KEPT_S <= len(kept) / RATE <= peaks.KEPT_S + 1


def test_nobody_has_spoken() -> None:
    line = Line().play(cut(noise([1.0] * 4), 480), frozenset(range(9)))
    assert line.calls.level_db(Role.AGENT) is None
