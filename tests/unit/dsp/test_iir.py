"""The borrowed loop gives what SciPy's public function gives, and start-up does not load ``scipy.signal``."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import scipy.signal

from voicemon.dsp import iir
from voicemon.dsp.weighting import design


@pytest.mark.parametrize("source", ["compiled", "public"])
def test_both_loops_are_the_public_function_to_the_bit(source: str) -> None:
    sos = design("A", 48_000).copy()
    x = np.random.default_rng(1).standard_normal(5000)
    state = np.random.default_rng(2).standard_normal((len(sos), 2))
    loop = iir._compiled() if source == "compiled" else iir._public()
    if loop is None:
        pytest.skip("this SciPy has no such compiled module")
    found, end = loop(sos, x, state)
    expected, expected_end = scipy.signal.sosfilt(sos, x, zi=state)
    assert np.array_equal(found, expected)
    assert np.array_equal(end, expected_end)


def test_a_loop_that_answers_wrongly_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(iir, "_compiled", lambda: lambda sos, x, state: (0 * x, state))
    iir._loop.cache_clear()
    try:
        found, _ = iir.sosfilt(np.array([[0.5, 0, 0, 1, 0, 0]]), np.ones(3), np.zeros((1, 2)))
    finally:
        iir._loop.cache_clear()
    assert found.tolist() == [0.5, 0.5, 0.5]


def test_the_monitor_does_not_load_scipy_signal() -> None:
    program = "import voicemon.sidecar, sys; print('scipy.signal' in sys.modules, 'scipy.stats' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
