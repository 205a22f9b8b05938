"""An uncertainty budget after the GUM (JCGM 100:2008): contributions, combined and expanded uncertainty."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Distribution(StrEnum):
    """What is believed of a quantity within its limits."""

    NORMAL = "normal"
    RECTANGULAR = "rectangular"
    TRIANGULAR = "triangular"


DIVISORS: Final = {
    Distribution.NORMAL: 1.0,
    Distribution.RECTANGULAR: math.sqrt(3),
    Distribution.TRIANGULAR: math.sqrt(6),
}
"""From the value stated (half the width; for the normal distribution the standard deviation itself) to the standard
uncertainty: GUM 4.3.7 and 4.3.9."""

COVERAGE: Final = 0.9545
"""The share that k = 2 covers of a normal distribution."""

STUDENT: Final = (
    (1, 13.97), (2, 4.53), (3, 3.31), (4, 2.87), (5, 2.65), (6, 2.52), (7, 2.43), (8, 2.37), (9, 2.32), (10, 2.28),
    (11, 2.25), (12, 2.23), (13, 2.21), (14, 2.20), (15, 2.18), (16, 2.17), (17, 2.16), (18, 2.15), (19, 2.14),
    (20, 2.13), (25, 2.11), (30, 2.09), (35, 2.07), (40, 2.06), (45, 2.06), (50, 2.05), (100, 2.025),
)  # fmt: skip
"""Degrees of freedom and coverage factor for :data:`COVERAGE`: GUM, table G.2."""

LARGEST_DOF: Final = 1000.0
"""From here on the coverage factor is that of the normal distribution, to 0.003."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """One line of the budget.

    ``value`` in ``unit``: half the width of a rectangular or triangular distribution, the standard deviation of a
    normal one; ``sensitivity`` in dB a ``unit``; ``dof``: degrees of freedom.
    """

    name: str
    value: float
    distribution: Distribution
    unit: str = "dB"
    sensitivity: float = 1.0
    dof: float = math.inf
    repeats: bool = False
    """It is drawn anew each time the calibration is done or checked, with the same instruments."""

    @property
    def divisor(self) -> float:
        return DIVISORS[self.distribution]

    @property
    def standard_db(self) -> float:
        """The standard uncertainty that it brings to the offset."""
        return abs(self.sensitivity) * self.value / self.divisor


@dataclass(frozen=True, slots=True)
class Budget:
    """Contributions that are independent of each other."""

    contributions: tuple[Contribution, ...]

    @property
    def combined_db(self) -> float:
        """Combined standard uncertainty (GUM 5.1.2)."""
        return math.sqrt(sum(c.standard_db**2 for c in self.contributions))

    @property
    def effective_dof(self) -> float:
        """Effective degrees of freedom after Welch and Satterthwaite (GUM G.4.1)."""
        spent = sum(c.standard_db**4 / c.dof for c in self.contributions)
        return self.combined_db**4 / spent if spent > 0 else math.inf

    @property
    def coverage_factor(self) -> float:
        """k for 95.45 %, from the t-distribution with :attr:`effective_dof` rounded down (GUM G.4.1, G.6.4)."""
        return coverage_factor(self.effective_dof)

    @property
    def expanded_db(self) -> float:
        return self.coverage_factor * self.combined_db

    @property
    def repeated_db(self) -> float:
        """Combined standard uncertainty of what is drawn anew at each check."""
        return Budget(tuple(c for c in self.contributions if c.repeats)).combined_db


def coverage_factor(dof: float) -> float:
    """k for 95.45 % at ``dof`` ≥ 1 degrees of freedom: that of the next smaller number in the GUM's table."""
    if dof >= LARGEST_DOF:
        return 2.0
    return next(factor for row, factor in reversed(STUDENT) if dof >= row)
