"""Second-order sections with state: SciPy's compiled loop, without the second that importing ``scipy.signal`` takes.

``import scipy.signal`` brings half of SciPy along, and the first meter has to be on screen within a second of the
start.  The loop alone is one small compiled module, which is loaded by itself here.  It is not a public interface:
so it has to reproduce a known answer first, and where it does not, or is not there, the public function is used.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import scipy

from voicemon.types import Float32, Float64

_MODULE: Final = "scipy.signal._sosfilt"
_CHECK_SOS: Final = np.array([[1.0, 0.5, 0.25, 1.0, -0.5, 0.125], [0.5, -0.25, 0.0, 1.0, 0.25, -0.0625]])
_CHECK_INPUT: Final = np.array([1.0, 0.0, -2.0, 0.5, 0.0])

Sosfilt = Callable[[Float64, Float32 | Float64, Float64], tuple[Float64, Float64]]


def sosfilt(sos: Float64, x: Float32 | Float64, state: Float64) -> tuple[Float64, Float64]:
    """``x``, shape (n,), filtered by ``sos`` (sections, 6) from ``state`` (sections, 2); gives both anew."""
    return _loop()(sos, x, state)


@cache
def _loop() -> Sosfilt:
    compiled = _compiled()
    if compiled is not None:
        expected = _recursion(_CHECK_SOS, _CHECK_INPUT)
        try:
            found, _ = compiled(_CHECK_SOS, _CHECK_INPUT, np.zeros((len(_CHECK_SOS), 2)))
        except (TypeError, ValueError):
            found = np.zeros(0)
        if found.shape == expected.shape and np.allclose(found, expected, rtol=1e-12, atol=0):
            return compiled
    return _public()


def _compiled() -> Sosfilt | None:
    """The loop out of SciPy's own compiled module, if this SciPy has it."""
    folder = Path(scipy.__file__).parent / "signal"
    files = [p for suffix in ("so", "pyd") for p in sorted(folder.glob(f"_sosfilt*.{suffix}"))]
    spec = importlib.util.spec_from_file_location(_MODULE, files[0]) if files else None
    if spec is None or spec.loader is None:
        return None
    try:
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    except ImportError:
        return None
    in_place: Any = getattr(module, "_sosfilt", None)
    if in_place is None:
        return None

    def run(sos: Float64, x: Float32 | Float64, state: Float64) -> tuple[Float64, Float64]:
        # The copy that is filtered in place is the conversion too.
        rows, states = np.array(x, np.float64).reshape(1, -1), state.reshape(1, -1, 2).copy()
        in_place(sos.copy(), rows, states)
        return rows[0], states[0]

    return run


def _public() -> Sosfilt:
    from scipy.signal import sosfilt as filtered

    def run(sos: Float64, x: Float32 | Float64, state: Float64) -> tuple[Float64, Float64]:
        y, end = filtered(sos, x, zi=state)
        return np.asarray(y), np.asarray(end)

    return run


def _recursion(sos: Float64, x: Float64) -> Float64:
    """The difference equations written out (direct form II transposed), for a few samples."""
    for b0, b1, b2, _, a1, a2 in sos:
        z1 = z2 = 0.0
        out = np.empty_like(x)
        for i, value in enumerate(x):
            out[i] = b0 * value + z1
            z1 = b1 * value - a1 * out[i] + z2
            z2 = b2 * value - a2 * out[i]
        x = out
    return x
