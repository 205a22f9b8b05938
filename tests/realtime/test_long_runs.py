"""The long benchmarks on a short run: that they measure, and that what they measure is right while it lasts."""

from __future__ import annotations

import ctypes.util
import shutil
from pathlib import Path
from typing import Any

import pytest

from bench import day, live_vs_replay, losses, soak
from bench.playlist import playlist

pytestmark = [pytest.mark.slow, pytest.mark.shared]


@pytest.fixture
def sound_system() -> None:
    """What a virtual microphone needs."""
    missing = [p for p in ("pulseaudio", "pactl", "pacat", "tmux") if shutil.which(p) is None]
    if missing or ctypes.util.find_library("portaudio") is None:
        pytest.skip(f"not installed: {' '.join(missing) or 'PortAudio'}")


@pytest.mark.device
def test_a_minute_and_a_half_with_the_dashboard_on(sound_system: None, calls: Path) -> None:
    figures: dict[str, Any] = soak.run(calls.resolve(), 90.0, asr=False)
    assert figures["exit_code"] == 0
    assert not figures["ended_early"]
    events, clock = figures["events"], figures["clock"]
    assert (events["gap"], events["overflows"], events["dropped_audio_s"]) == (0, 0, 0)
    assert clock["utterances_matched"] == clock["utterances_expected"] > 0
    assert clock["start_spread_ms"] <= 50
    assert (clock["calls"], clock["calls_not_heard"]) == (figures["played_calls"], [])
    assert figures["played_s"] == pytest.approx(90.0, abs=0.01)
    assert figures["host"]["steal_s"] >= 0
    assert {"main", "dsp", "history", "all"} <= set(figures["threads"])
    assert figures["threads"]["all"]["mean_percent"] > 0
    assert figures["history_rows"] == events["summary"] >= 1
    assert any("q quit" in line for screen in figures["screens"].values() for line in screen)


@pytest.mark.device
def test_the_device_is_lost_again_and_again_in_mid_word(sound_system: None, calls: Path) -> None:
    figures = losses.run(calls.resolve(), 3, seed=2, asr=False)
    assert figures["noticed"] == figures["returned"] == 3
    assert figures["noticed, worst s"] < 1.0
    assert figures["sound back, worst s"] < 5.0
    assert figures["utterances cut and closed"] == 3
    assert figures["device_lost alerts"] == 3
    assert figures["gap causes"] == ["device lost"]
    for loss in figures["all"]:
        assert loss["gap_s"] == pytest.approx(loss["outage_s"] + loss["back_s"], abs=0.3), "gaps are as long as it was"
    assert abs(figures["clock against the wall, worst s"]) < 0.3
    assert figures["exit code"] == 6


@pytest.mark.device
def test_a_call_through_the_microphone_is_the_call_on_file(sound_system: None, calls: Path) -> None:
    row = live_vs_replay.compare(calls.resolve(), "dev08", asr=False)
    assert row.matched == row.utterances > 0
    assert (row.extra, row.gaps) == (0, 0)
    assert max(abs(e) for e in row.edges_ms) <= 1000 * live_vs_replay.EDGE_S
    assert max(abs(d) for d in row.laeq_db) <= live_vs_replay.LEVEL_DB


@pytest.mark.parametrize("one_call", [False, True])
def test_a_quarter_of_an_hour_in_simulated_time(calls: Path, one_call: bool) -> None:
    plan = playlist(calls.resolve(), 900.0)
    figures = day.run(plan, 16_000, asr=True, one_call=one_call)
    assert figures["clock_error_samples"] == 0
    assert figures["faults"] == []
    assert figures["shed_utterances"] == 0
    assert figures["events"]["phrase"] > 0, "the rules on text have had work"
    assert figures["history_rows"] == figures["events"]["summary"]
    _, settled, last = figures["rss_mb"]
    assert last - settled < MOST_GROWTH_MB


MOST_GROWTH_MB = 25.0
"""In the second half: what a day may hold is there by then, and a slow leak is for the benchmark to find."""
