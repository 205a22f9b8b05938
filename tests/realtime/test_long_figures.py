"""What the long benchmarks work out of events: clocks laid side by side, growth, threads, playlists."""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from bench.live_vs_replay import row
from bench.matching import offset_between, pairs_of, percentile, slope_an_hour
from bench.named_threads import tell_name
from bench.playlist import PAUSE_S, playlist
from bench.running import Tail
from bench.soak_figures import Placed, clock, counts, phrases, place
from bench.usage_of import MAIN, ThreadClock, memory

TRUE_S = (1.4, 7.2, 19.5, 23.3, 41.0)


def utterance(start: float, number: int, laeq_db: float = 70.0) -> dict[str, object]:
    figures = {"laeq_db": laeq_db, "active_db": laeq_db, "utterance": number}
    return {"type": "utterance", "t": start + 1.5, "channel": "agent", "start": start, "end": start + 1, **figures}


@pytest.mark.parametrize("offset_s", [0.0, 3.049, 12.05, 12.951])
def test_the_offset_of_two_clocks_is_found_through_misses_and_strangers(offset_s: float) -> None:
    heard = [t + offset_s + jitter for t, jitter in zip(TRUE_S[1:], (0.01, 0.0, -0.01, 0.0), strict=True)] + [33.3]
    assert offset_between(heard, TRUE_S, -1.0, 60.0) == pytest.approx(offset_s, abs=0.011)


def test_no_offset_without_utterances() -> None:
    assert offset_between([], TRUE_S, -1.0, 60.0) is None


def test_each_utterance_is_matched_once() -> None:
    true = [utterance(t, i) for i, t in enumerate(TRUE_S)]
    heard = [utterance(t + 5.02, i) for i, t in enumerate(TRUE_S[:-1])]
    pairs = pairs_of(heard, true, 5.0)
    assert [(h["utterance"], t["utterance"]) for h, t in pairs] == [(0, 0), (1, 1), (2, 2), (3, 3)]


def test_percentiles_and_slope() -> None:
    assert percentile([3.0, 1.0, 2.0], 50) == 2.0
    assert percentile([0.0, 10.0], 95) == pytest.approx(9.5)
    assert percentile([], 50) is None
    assert slope_an_hour([0, 1800, 3600], [100.0, 101.0, 102.0]) == pytest.approx(2.0)
    assert slope_an_hour([0, 1], [1.0, 2.0]) is None


def test_a_clock_that_runs_fast_shows_as_drift(tmp_path: Path) -> None:
    folder = truths(tmp_path)
    plan = playlist(folder, 300.0, ["a", "b"])
    known = {name: [utterance(t, i) for i, t in enumerate((1.0, 4.0))] for name in ("a", "b")}
    ppm = 200e-6
    heard = [utterance((c.start + t) * (1 + ppm) + 4.2, 0) for c in plan.calls for t in (1.0, 4.0)]
    found = clock(place(plan, heard, known))
    length_s = plan.calls[-1].start - plan.calls[0].start
    assert found["offset_s"] == pytest.approx(4.23, abs=0.03)
    assert found["drift_ms"] == pytest.approx(1000 * ppm * length_s, abs=0.6)
    assert found["utterances_matched"] == found["utterances_expected"] == 2 * len(plan.calls)


def test_an_alarm_is_found_late_or_false(tmp_path: Path) -> None:
    folder = truths(tmp_path)
    plan = playlist(folder, 60.0, ["a"])
    placed = [Placed(plan.calls[0], 3.0, 2, 2, 0.0)]
    at = plan.calls[0].start + 3.0
    hit = {"type": "phrase", "id": "f02", "start": at + 1.0, "end": at + 2.0, "status": "provisional"}
    again = hit | {"t": at + 5.0, "status": "confirmed"}
    stranger = hit | {"t": at + 9.0, "start": at + 7.0, "end": at + 8.0}
    found = phrases(plan, [hit | {"t": at + 2.75}, again, stranger], placed)
    assert (found["said"], found["found"], len(found["false"])) == (1, 1, 1)
    assert found["latency_max_s"] == pytest.approx(0.75)


def test_several_sessions_in_one_file_are_counted_together() -> None:
    health = {"type": "health", "t": 1.0, "asr": "ready", "asr_lag_s": 0.5, "overflows": 1, "dropped_audio_s": 0.0}
    summary = {"type": "summary", "t": 2.0, "degraded": False, "cost": {"asr_cpu_s": 1.5, "asr_passes": 3}}
    call = [{"type": "session", "t": 0.0}, health | {"shed_utterances": 0}, summary]
    found = counts([*call, *call])
    assert (found["session"], found["summary"], found["asr_passes"], found["asr_cpu_s"]) == (2, 2, 6, 3.0)


def test_live_against_replay_takes_one_constant_out_and_no_more() -> None:
    true = [utterance(t, i) for i, t in enumerate(TRUE_S)]
    heard = [utterance(t + 8.0 + (0.04 if i == 2 else 0.0), i, 70.2) for i, t in enumerate(TRUE_S)]
    text = {"type": "transcript", "final": True, "rejected": None, "text": "您好", "utterance": 0}
    found = row("x", [*heard, text | {"text": "你好"}], [*true, text], 130, 0)
    assert (found.matched, found.extra, found.texts, found.same_texts) == (5, 0, 1, 0)
    assert max(abs(e) for e in found.edges_ms) == pytest.approx(40.0)
    assert found.laeq_db == pytest.approx([0.2] * 5)


def test_the_tail_waits_for_the_end_of_a_line(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    tail = Tail(path)
    tail.read()
    path.write_text('{"type":"level"}\n{"type":"g', encoding="utf-8")
    tail.read()
    with path.open("a", encoding="utf-8") as file:
        file.write('ap"}\n')
    assert tail.wait_for(lambda r: r["type"] == "gap", 1.0) is not None
    assert [r["type"] for _, r in tail.records] == ["level", "gap"]
    assert tail.wait_for(lambda r: r["type"] == "gap", 0.0, since=2) is None


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads are told apart in /proc")
def test_cpu_goes_to_the_thread_that_used_it() -> None:
    def work() -> None:
        tell_name(thread)
        end = time.thread_time() + 0.3
        while time.thread_time() < end:
            pass
        done.set()
        go.wait(10)

    done, go = threading.Event(), threading.Event()
    thread = threading.Thread(target=work, name="busy")
    clock_of = ThreadClock(os.getpid())
    before = clock_of.read()
    thread.start()
    done.wait(10)
    after = clock_of.read()
    go.set()
    thread.join()
    assert after["busy"] == pytest.approx(0.3, abs=0.05)
    assert after[MAIN] - before[MAIN] < 0.2
    assert clock_of.read()["busy"] == after["busy"], "what an ended thread used is kept"
    assert memory(os.getpid()).rss_mb > 10


@pytest.mark.shared
def test_what_is_played_is_where_the_playlist_says(calls: Path) -> None:
    plan = playlist(calls, 150.0)
    rate = 16_000
    sound = np.concatenate(list(plan.sound(rate)))
    assert sound.size == round(plan.length_s * rate)
    first, second = plan.calls[:2]
    assert not sound[: round(first.start * rate)].any()
    assert sound[round(first.start * rate) : round(first.end * rate)].any()
    # The truth's lengths are rounded to the millisecond.
    assert not sound[round((first.end + 0.001) * rate) : round((second.start - 0.001) * rate)].any()
    assert PAUSE_S[0] <= second.start - first.end <= PAUSE_S[1]


def truths(folder: Path) -> Path:
    """Truths of two calls of ten seconds, with a forbidden sentence in the first."""
    said = {"who": "agent", "custom": False, "scene": 2, "start": 1.0, "end": 2.0}
    for name, forbidden in (("a", [said]), ("b", [])):
        truth = {"duration_s": 10.0, "forbidden": forbidden}
        (folder / f"{name}.truth.json").write_text(json.dumps(truth), encoding="utf-8")
    return folder
