"""The measure by which tests on the clock tell a machine that others run on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import stolen


def test_a_host_that_takes_a_tenth_is_told_and_one_that_takes_nothing_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stat, now = tmp_path / "stat", [100.0]
    monkeypatch.setattr(stolen, "STAT", stat)
    monkeypatch.setattr(stolen.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(stolen.os, "cpu_count", lambda: 2)
    monkeypatch.setattr(stolen.os, "sysconf", lambda name: 100)
    stat.write_text("cpu  10 0 20 3000 0 0 0 500 0 0\ncpu0 1 2 3\n")
    machine = stolen.Stolen()
    now[0] += 10.0
    assert (machine.share, machine.too_much) == (0.0, False)
    stat.write_text("cpu  10 0 20 3000 0 0 0 700 0 0\ncpu0 1 2 3\n")
    assert machine.share == pytest.approx(0.1)
    assert machine.too_much
    stat.unlink()
    assert not stolen.Stolen().too_much
