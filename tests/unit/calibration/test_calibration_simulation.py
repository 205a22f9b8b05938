"""The stated uncertainty holds the truth as often as it says, in a simulation that knows nothing of the budget."""

from __future__ import annotations

import pytest

from bench.calibration import CASES, row

TRIALS = 400
SLACK_PERCENT = 2.2
"""Two standard deviations of a share of 95 % among so many."""


@pytest.mark.parametrize("case", CASES)
def test_the_truth_lies_inside_95_times_in_100(case: str) -> None:
    assert row(case, "as stated", TRIALS, seed=7).inside_percent >= 95 - SLACK_PERCENT


def test_a_comparison_with_an_adjusted_meter_states_2_db_or_less() -> None:
    assert row("comparison, class 2, adjusted", "as stated", TRIALS, seed=7).uncertainty_median_db <= 2.0
    assert row("comparison, class 1", "as stated", TRIALS, seed=7).uncertainty_median_db <= 2.0


def test_nothing_is_off_to_one_side() -> None:
    for case in CASES:
        assert abs(row(case, "as stated", TRIALS, seed=7).error_mean_db) < 0.3
