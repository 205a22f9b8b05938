"""The example calibrations are ones, and say in their comments what follows from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicemon.calibration.document import from_toml, to_toml
from voicemon.calibration.model import Method
from voicemon.strings.calibration import READING_TEXT

EXAMPLES = Path(__file__).resolve().parents[3] / "calibration" / "examples"


@pytest.mark.parametrize("method", [m.value for m in Method])
def test_an_example_is_as_it_would_be_written(method: str) -> None:
    text = (EXAMPLES / f"{method}.toml").read_text(encoding="utf-8")
    assert from_toml(text).method.value == method
    assert to_toml(from_toml(text)) == text


def test_the_text_to_read_takes_half_a_minute() -> None:
    characters = [c for c in READING_TEXT if c not in "，。"]
    assert 95 <= len(characters) <= 110
