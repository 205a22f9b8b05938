"""A process killed while it writes loses at most its last second, and nothing it leaves is broken."""

from __future__ import annotations

import signal

import pytest

from bench.kills import LONGEST_LIFE_S, MOST_LOST_S, run, summary

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")


def check(count: int, seed: int, longest_s: float) -> None:
    kills = run(count, seed, longest_s)
    assert len(kills) == count
    assert [line for kill in kills for line in kill.wrong] == []
    assert max(kill.history_lost_s for kill in kills) <= MOST_LOST_S
    assert sum(kill.told_events for kill in kills) > 50 * count
    assert summary(kills)["wrong"] == 0


def test_ten_kills_at_random_moments_cost_at_most_the_last_second() -> None:
    check(10, seed=7, longest_s=1.2)


@pytest.mark.slow
def test_two_hundred_kills_at_random_moments_cost_at_most_the_last_second() -> None:
    check(200, seed=11, longest_s=LONGEST_LIFE_S)
