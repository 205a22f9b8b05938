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
    """The network with its memory of the past; :meth:`process` takes one group of frames after the other."""

    def __init__(self, weights: dict[str, Float32] | None = None) -> None:
        w = load_weights() if weights is None else weights
        self._entry, self._entry_bias = w["entry.weight"], w["entry.bias"]
        self._blocks = [(d, w[f"blocks.{k}.weight"], w[f"blocks.{k}.bias"]) for k, d in enumerate(DILATIONS)]
        self._exit, self._exit_bias = w["exit.weight"], w["exit.bias"]
        self.reset()

    def reset(self) -> None:
        """Forget the past: as if features and layers had been zero before."""
        self._features: Float32 = np.zeros((_ENTRY_TAIL + GROUP_FRAMES, FEATURES), dtype=np.float32)
        self._pasts: list[Float32] = [
            np.zeros(((TAPS - 1) * d + _STEPS, CHANNELS), dtype=np.float32) for d in DILATIONS
        ]

    def process(self, features: Float32) -> Float32:
        """Expected syllables in each step of a group: (GROUP_FRAMES, FEATURES) to (GROUP_FRAMES / 2,)."""
        held = self._features
        held[:_ENTRY_TAIL] = held[GROUP_FRAMES:]
        held[_ENTRY_TAIL:] = features
        stacked = np.lib.stride_tricks.as_strided(
            held,
            (_STEPS, ENTRY_FRAMES * FEATURES),
            (FRAMES_PER_STEP * held.strides[0], held.strides[1]),
            writeable=False,
        )
        x = stacked @ self._entry + self._entry_bias
        np.maximum(x, 0.0, out=x)
        for past, (dilation, weight, bias) in zip(self._pasts, self._blocks, strict=True):
            tail = (TAPS - 1) * dilation
            past[:tail] = past[_STEPS:]
            past[tail:] = x
            # The taps side by side, so that the whole layer is one product.
            taps = np.concatenate([past[t * dilation : t * dilation + _STEPS] for t in range(TAPS)], axis=1)
            y = taps @ weight
            y += bias
            np.maximum(y, 0.0, out=y)
            x += y
        out: Float32 = UNHEARD_GAIN * np.logaddexp(x @ self._exit + self._exit_bias, 0.0)
        return out
