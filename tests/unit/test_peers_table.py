"""The table of the bench of peers."""

from __future__ import annotations

import pytest

from bench.peers.scoring import Tally
from bench.peers.systems import Run
from bench.peers.table import HEAD, Result, cost, rows


def result(system: str, take: str, core_s: float, tally: Tally, search: str = "our search") -> Result:
    return Result(take, "held out", "tapes", "clean", system, search, tally, Run(90.0, core_s, [core_s / 3] * 3, 1.0))


def test_takes_are_added_up_and_the_cost_is_set_beside_ours() -> None:
    first, second = Tally(said=4, found=3, false=1, latency_s=(0.5, 0.7, 0.9)), Tally(said=1, found=1, latency_s=(0.6,))
    results = [
        result("ours", "a", 9.0, first),
        result("LocalAgreement-2", "a", 90.0, first),
        result("ours", "b", 9.0, second),
        result("LocalAgreement-2", "b", 180.0, second),
    ]
    ours, peer = (dict(zip(HEAD, row, strict=True)) for row in rows(results, {"ours": 300.0}))
    assert (ours["system"], ours["found"], ours["recall"], ours["false"]) == ("ours", "4/5", 0.8, "1")
    assert ours["false/h"] == pytest.approx(20.0)
    assert ours["late p50 s"] == pytest.approx(0.65)
    assert (ours["core-s/s"], ours["× ours"], ours["peak MB"]) == (pytest.approx(0.1), pytest.approx(1.0), 300.0)
    assert (peer["× ours"], peer["peak MB"]) == (pytest.approx(15.0), None)


def test_a_whole_file_has_no_latency() -> None:
    row = rows([result("whole file", "a", 9.0, Tally(said=1, found=1, latency_s=(60.0,)))], {})[0]
    assert row[HEAD.index("late p50 s")] is None


def test_the_longest_lag_counts_and_passes_are_averaged() -> None:
    spent = cost([Run(10.0, 3.0, [1.0, 2.0], 0.5), Run(30.0, 5.0, [3.0], 4.0)])
    assert spent == {
        "audio_s": 40.0, "core_s_per_audio_s": 0.2, "core_s_per_pass": 2.0, "passes": 3, "lag_s": 4.0,
    }  # fmt: skip
