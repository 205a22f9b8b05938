"""Which of some readings stands apart."""

from __future__ import annotations

import pytest

from voicemon.calibration.model import Reading
from voicemon.cli.calibrate_again import odd_one


def readings(*references: float) -> list[Reading]:
    return [Reading(reference, -30.0) for reference in references]


@pytest.mark.parametrize("agreeing", [(70.0,), (70.0, 75.0), (70.0, 71.0, 69.8), (70.0, 71.4, 70.0)])
def test_readings_that_agree_or_are_too_few_have_no_odd_one(agreeing: tuple[float, ...]) -> None:
    assert odd_one(readings(*agreeing)) is None


def test_the_one_that_is_farthest_off_is_named_with_its_sign() -> None:
    found = odd_one(readings(70.0, 70.2, 67.0, 70.4))
    assert found is not None
    assert found[0] == 2
    assert found[1] == pytest.approx(-3.2)
