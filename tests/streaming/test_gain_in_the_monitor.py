"""The monitor tells of a gain that was changed in mid-call, and of none in the same call left as it is."""

from __future__ import annotations

import numpy as np
import pytest

from voicemon import demo
from voicemon.audio.recording import RecordingSource
from voicemon.events import AlertEvent
from voicemon.monitor import Monitor
from voicemon.phrases.lexicon import load as load_lexicon
from voicemon.settings import load
from voicemon.types import Block, HealthSnapshot, Role, SourceInfo
from voicemon.view import snapshot


@pytest.fixture(scope="module")
def call() -> tuple[int, np.ndarray]:
    """The agent of the bundled call, twice, with a room behind it."""
    source = RecordingSource(demo.CALL, customer_channel=None)
    once = np.concatenate([b.samples[0] for b in source if isinstance(b, Block)])
    sound = np.tile(once, 2)
    rng = np.random.default_rng(0)
    return source.info.sample_rate, (sound + rng.normal(0, 10 ** (-62 / 20), sound.size)).astype(np.float32)


def told(rate: int, sound: np.ndarray, size: int) -> tuple[list[AlertEvent], bool]:
    monitor = Monitor(SourceInfo("call", rate, (Role.AGENT,)), load(environment={}), load_lexicon(), "en")
    events = []
    for at in range(0, len(sound), size):
        events += monitor.process(Block(at, sound[None, at : at + size]))
    doubtful = snapshot(monitor, HealthSnapshot()).level.suspect
    found = [e for e in events if isinstance(e, AlertEvent) and e.rule in ("gain_changed", "microphone_moved")]
    return found, doubtful


def test_a_slider_that_is_moved_is_told_once_and_the_level_is_doubtful(call: tuple[int, np.ndarray]) -> None:
    rate, sound = call
    moved = sound.copy()
    middle = len(moved) // 2
    moved[middle:] *= 10 ** (-10 / 20)
    found, doubtful = told(rate, moved, rate)
    assert [alert.rule for alert in found] == ["gain_changed"]
    assert found[0].evidence["size_db"] == pytest.approx(-10, abs=1.5)
    assert middle / rate - 15 < found[0].start <= found[0].end < middle / rate + 40
    assert doubtful
    again, _ = told(rate, moved, 1023)
    assert again == found


def test_a_call_left_as_it_is_raises_no_doubt(call: tuple[int, np.ndarray]) -> None:
    assert told(*call, 16_000) == ([], False)
