"""What many tests share: the recordings beside the project, the sample call, the speech model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from voicemon import demo
from voicemon.errors import ModelError
from voicemon.events import Event, as_record

SHARED = Path(__file__).resolve().parents[1] / "../shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recordings beside the project."""
    if not (SHARED / "speech").is_dir():
        pytest.skip("the recordings beside the project (../shared/speech) are not here")
    return SHARED.resolve()


@pytest.fixture(scope="session")
def calls(shared: Path) -> Path:
    return shared / "speech" / "calls"


@pytest.fixture(scope="session")
def sample_truth() -> dict[str, Any]:
    """The truth of the bundled sample call."""
    truth: dict[str, Any] = json.loads(demo.TRUTH.read_text(encoding="utf-8"))
    return truth


@pytest.fixture(scope="session")
def speech_model() -> str:
    """The name of the base model; skips where it cannot be had."""
    from voicemon.asr.models import locate

    try:
        locate("base")
    except ModelError as error:
        pytest.skip(f"no speech model: {error}")
    return "base"


class Collected:
    """An event sink that keeps what it is given."""

    def __init__(self) -> None:
        self.fault: str | None = None
        self.events: list[Event] = []

    def __call__(self, event: Event) -> None:
        self.events.append(event)

    def close(self) -> None:
        return None

    def records(self, kind: str | None = None) -> list[dict[str, Any]]:
        """As JSON values; the cost, which is of the machine and not of the sound, left out."""
        found = [as_record(event) for event in self.events]
        for record in found:
            record.pop("cost", None)
        return [r for r in found if kind is None or r["type"] == kind]


@pytest.fixture
def collected() -> Collected:
    return Collected()
