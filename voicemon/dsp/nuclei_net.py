"""The small causal network that turns band features into syllables: convolutions over time, run group by group.

One layer brings two 10 ms frames to a 20 ms step; residual layers of growing dilation look back 1.26 s; the last gives
the expected number of syllables in the step.  Weights are trained by ``models/nuclei/train.py``.
"""

from __future__ import annotations

from importlib import resources
from typing import Final

import numpy as np

from voicemon.dsp.nuclei_features import FEATURES, GROUP_FRAMES
from voicemon.types import Float32

WEIGHTS: Final = "nuclei.npz"
CHANNELS: Final = 48
FRAMES_PER_STEP: Final = 2
ENTRY_FRAMES: Final = 4
TAPS: Final = 3
DILATIONS: Final = (1, 2, 4, 8, 16)
LOOKAHEAD_STEPS: Final = 7
"""The output of a step belongs to the sound this many steps earlier: 140 ms, the rest of a syllable."""

UNHEARD_GAIN: Final = np.float32(1.04)
"""A voice that was not trained on is undercounted; the factor was fitted on the tape of one, zf_xiaobei."""

_STEPS: Final = GROUP_FRAMES // FRAMES_PER_STEP
_ENTRY_TAIL: Final = ENTRY_FRAMES - FRAMES_PER_STEP


def load_weights() -> dict[str, Float32]:
    """The trained weights that come with the package, as float32 arrays by name."""
    with resources.files(__package__).joinpath(WEIGHTS).open("rb") as file, np.load(file) as data:
        return {name: data[name].astype(np.float32) for name in data.files}


class SyllableNet:
    """The network with its memory of the past; :meth:`process` takes one group of frames after the other, or several.

    Products are made group by group also of several, so that they have one shape and the result is the same to the bit.
    """

    def __init__(self, weights: dict[str, Float32] | None = None) -> None:
        w = load_weights() if weights is None else weights
        self._entry, self._entry_bias = w["entry.weight"], w["entry.bias"]
        self._blocks = [(w[f"blocks.{k}.weight"], w[f"blocks.{k}.bias"]) for k in range(len(DILATIONS))]
        self._exit, self._exit_bias = w["exit.weight"], w["exit.bias"]
        self.reset()

    def reset(self) -> None:
        """Forget the past: as if features and layers had been zero before."""
        self._features = _Taps(_ENTRY_TAIL, ENTRY_FRAMES, 1, FRAMES_PER_STEP, FEATURES)
        self._pasts = [_Taps((TAPS - 1) * d, TAPS, d, 1, CHANNELS) for d in DILATIONS]

    def process(self, features: Float32) -> Float32:
        """Expected syllables in each step: (groups * GROUP_FRAMES, FEATURES) to (groups * GROUP_FRAMES / 2,)."""
        x: Float32 = self._features.take(features) @ self._entry
        x += self._entry_bias
        np.maximum(x, 0.0, out=x)
        rows = x.reshape(-1, CHANNELS)
        for past, (weight, bias) in zip(self._pasts, self._blocks, strict=True):
            y = past.take(rows) @ weight
            y += bias
            np.maximum(y, 0.0, out=y)
            x += y
        out: Float32 = UNHEARD_GAIN * np.logaddexp(x @ self._exit + self._exit_bias, 0.0)
        return out.reshape(-1)


class _Taps:
    """Successive rows, and for each step its taps side by side, so that a whole layer is one product.

    The arrays are kept as long as as many rows come as the last time: making them costs more than the sums.
    """

    def __init__(self, tail: int, taps: int, dilation: int, rows_per_step: int, width: int) -> None:
        """``tail``: how many rows before the new ones are looked back on."""
        self._tail, self._taps, self._dilation = tail, taps, dilation
        self._rows_per_step, self._width = rows_per_step, width
        self._held: Float32 = np.zeros((tail, width), dtype=np.float32)
        self._count = 0

    def take(self, rows: Float32) -> Float32:
        """The taps of the steps that end with ``rows``, (n, width): (groups, steps of a group, taps * width)."""
        if len(rows) != self._count:
            self._fit(len(rows))
        self._past[:] = self._kept
        self._new[:] = rows
        self._side_by_side[:] = self._views
        return self._grouped

    def _fit(self, count: int) -> None:
        held: Float32 = np.zeros((self._tail + count, self._width), dtype=np.float32)
        held[count:] = self._held[self._count :]
        self._held, self._count = held, count
        self._past, self._kept, self._new = held[: self._tail], held[count:], held[self._tail :]
        steps = count // self._rows_per_step
        row, item = held.strides
        self._views = np.lib.stride_tricks.as_strided(
            held,
            (steps, self._taps, self._width),
            (self._rows_per_step * row, self._dilation * row, item),
            writeable=False,
        )
        self._side_by_side: Float32 = np.zeros((steps, self._taps, self._width), dtype=np.float32)
        self._grouped = self._side_by_side.reshape(steps // _STEPS, _STEPS, -1)
