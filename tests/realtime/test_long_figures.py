"""What the long benchmarks work out of events: clocks laid side by side, growth, threads, playlists."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.live_vs_replay import row
from bench.matching import aligned, offset_between, pairs_of, percentile, slope_an_hour
from bench.named_threads import tell_name
from bench.playlist import PAUSE_S, playlist
from bench.running import Tail, Terminal
from bench.usage_of import MAIN, TICKS_PER_S, Machine, ThreadClock, machine, memory

TRUE_S = (1.4, 7.2, 19.5, 23.3, 41.0)


def utterance(start: float, number: int, laeq_db: float = 70.0) -> dict[str, Any]:
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


def test_one_utterance_elsewhere_is_a_stranger_and_two_are_a_jump() -> None:
    true = [utterance(10.0 * i + (i % 3), i) for i in range(6)]
    elsewhere = [utterance(u["start"] + 5.0, 0) for u in true[:4]] + [utterance(true[4]["start"] + 7.2, 4)]
    assert len(aligned(elsewhere, true, -1.0, 60.0)) == 4
    jumped = [*elsewhere, utterance(true[5]["start"] + 7.2, 5)]
    offsets_s = [h["start"] - t["start"] for h, t in aligned(jumped, true, -1.0, 60.0)]
    assert offsets_s == pytest.approx([5.0] * 4 + [7.2] * 2)


def test_nothing_is_aligned_with_nothing() -> None:
    assert aligned([], [utterance(1.0, 0)], -1.0, 60.0) == []
    assert aligned([utterance(90.0, 0)], [utterance(1.0, 0)], -1.0, 60.0) == []


def test_steal_is_the_eighth_figure_of_the_first_line(tmp_path: Path) -> None:
    (tmp_path / "stat").write_text("cpu  100 20 30 4000 50 6 7 800 90 9\ncpu0 1 1 1 1 1 1 1 1 1 1\n", encoding="utf-8")
    (tmp_path / "loadavg").write_text("1.53 1.15 1.00 2/115 17837\n", encoding="utf-8")
    assert machine(tmp_path) == Machine(163 / TICKS_PER_S, 800 / TICKS_PER_S, 1.53)


LEAVES_THE_TERMINAL_FIRST = """
import os, signal, time
signal.signal(signal.SIGHUP, signal.SIG_IGN)
for handle in (0, 1, 2):
    os.close(handle)
time.sleep(0.5)
os._exit(6)
"""


KILLED = "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"


@pytest.mark.skipif(shutil.which("tmux") is None, reason="not installed: tmux")
@pytest.mark.parametrize(("program", "code"), [(LEAVES_THE_TERMINAL_FIRST, 6), (KILLED, -15), ("", 0)])
def test_the_exit_code_is_the_program_s_own(tmp_path: Path, program: str, code: int) -> None:
    terminal = Terminal(tmp_path, [sys.executable, "-S", "-c", program], dict(os.environ))
    try:
        assert terminal.wait(20.0) == code
    finally:
        terminal.close()


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
        used_s.append(time.thread_time())
        done.set()
        go.wait(10)

    used_s: list[float] = []
    done, go = threading.Event(), threading.Event()
    thread = threading.Thread(target=work, name="busy")
    clock_of = ThreadClock(os.getpid())
    before = clock_of.read()
    thread.start()
    done.wait(10)
    after = clock_of.read()
    go.set()
    thread.join()
    # Not 0.3: what a virtual machine's host takes meanwhile counts as the thread's own.
    assert after["busy"] == pytest.approx(used_s[0], abs=0.05)
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
