"""The uncertainty arithmetic against the GUM's own tables and formulae."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from voicemon.calibration.budget import COVERAGE, STUDENT, Budget, Contribution, Distribution, coverage_factor


@pytest.mark.parametrize(("dof", "factor"), STUDENT)
def test_the_coverage_factors_are_student_s(dof: int, factor: float) -> None:
    assert factor == pytest.approx(stats.t.ppf(0.5 + COVERAGE / 2, dof), abs=0.006)


def test_between_the_table_s_rows_the_smaller_number_of_degrees_holds() -> None:
    assert coverage_factor(24.9) == 2.13
    assert coverage_factor(2.9) == 4.53
    assert coverage_factor(math.inf) == 2.0


@pytest.mark.parametrize(
    ("distribution", "standard"), [("normal", 1.0), ("rectangular", 0.57735), ("triangular", 0.40825)]
)
def test_each_distribution_s_standard_uncertainty(distribution: str, standard: float) -> None:
    assert Contribution("x", 1.0, Distribution(distribution)).standard_db == pytest.approx(standard, abs=1e-5)


def test_a_length_counts_by_its_sensitivity() -> None:
    line = Contribution("place", 0.01, Distribution.RECTANGULAR, unit="m", sensitivity=-30.0)
    assert line.standard_db == pytest.approx(0.3 / math.sqrt(3))


def test_welch_and_satterthwaite() -> None:
    """GUM G.4.1: u = √(3² + 4²) = 5, ν = 5⁴ / (3⁴/2 + 4⁴/8)."""
    both = Budget(
        (
            Contribution("a", 3.0, Distribution.NORMAL, dof=2),
            Contribution("b", 4.0, Distribution.NORMAL, dof=8),
        )
    )
    assert both.combined_db == pytest.approx(5.0)
    assert both.effective_dof == pytest.approx(625 / (81 / 2 + 256 / 8))
    assert both.coverage_factor == 2.37
    assert both.expanded_db == pytest.approx(11.85)


def test_certain_contributions_alone_have_k_2() -> None:
    only = Budget((Contribution("a", 1.0, Distribution.RECTANGULAR),))
    assert only.effective_dof == math.inf
    assert only.expanded_db == pytest.approx(2 / math.sqrt(3))
