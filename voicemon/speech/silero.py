"""Silero VAD v6 in NumPy: how likely a chunk of sound holds speech.  The weights are Silero's own (MIT licence).

The network is the one inside faster-whisper as an ONNX file: a short-time Fourier transform, four convolutions, an LSTM
cell.  Here it needs no runtime of its own (40 MB of memory and a second until the first meter), and the convolutions of
many chunks are taken together.  ``models/silero/convert.py`` makes the file of weights.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Final

import numpy as np

from voicemon.types import Float32

CHUNK: Final = 512
"""Samples at 16 kHz of which one probability is given: 32 ms."""

CONTEXT: Final = 64
"""Samples before the chunk that are heard again with it."""

_WEIGHTS: Final = "silero.npz"
_WINDOW: Final = 256
_HOP: Final = 128
_BINS: Final = _WINDOW // 2 + 1
_MIRRORED: Final = 64
_STRIDES: Final = (1, 2, 2, 1)
_TAPS: Final = 3
_CELLS: Final = 128


@lru_cache(maxsize=1)
def _weights() -> dict[str, Float32]:
    with resources.files(__package__).joinpath(_WEIGHTS).open("rb") as file, np.load(file) as data:
        return {name: data[name] for name in data.files}


@lru_cache(maxsize=1)
def _transform() -> Float32:
    """Hann window and Fourier transform as one matrix: real parts, then imaginary ones, (window, 2 * bins)."""
    turns = np.outer(np.arange(_WINDOW), np.arange(_BINS)) * (2 * np.pi / _WINDOW)
    window = np.hanning(_WINDOW + 1)[:-1, None]
    return np.concatenate((window * np.cos(turns), window * -np.sin(turns)), axis=1).astype(np.float32)


class SpeechNet:
    """Probabilities of successive chunks.  Stateful: an LSTM remembers some seconds; :meth:`reset` forgets them.

    Each chunk is multiplied by itself also where several come at once, so that the result is the same to the bit.
    """

    def __init__(self) -> None:
        w = _weights()
        self._layers = [(w[f"conv{k}.weight"], w[f"conv{k}.bias"], stride) for k, stride in enumerate(_STRIDES)]
        self._inputs, self._recurrent, self._bias = w["lstm.inputs"], w["lstm.recurrent"], w["lstm.bias"]
        self._out, self._out_bias = w["out.weight"], float(w["out.bias"][0])
        self.reset()

    def reset(self) -> None:
        self._hidden: Float32 = np.zeros(_CELLS, np.float32)
        self._cell: Float32 = np.zeros(_CELLS, np.float32)

    def process(self, chunks: Float32) -> list[float]:
        """``chunks``: shape (n, CONTEXT + CHUNK), samples in ±1, each with what was right before it."""
        gates = self._encoded(chunks)
        return [self._step(gate) for gate in gates]

    def _encoded(self, chunks: Float32) -> Float32:
        """What the LSTM gets of each chunk, shape (n, 4 * cells)."""
        heard = np.concatenate((chunks, chunks[:, -2 : -2 - _MIRRORED : -1]), axis=1)
        frames = np.lib.stride_tricks.sliding_window_view(heard, _WINDOW, axis=1)[:, ::_HOP]
        spectrum = np.ascontiguousarray(frames) @ _transform()
        x: Float32 = np.sqrt(np.square(spectrum[..., :_BINS]) + np.square(spectrum[..., _BINS:]))
        for weight, bias, stride in self._layers:
            x = _convolved(x, weight, stride)
            x += bias
            np.maximum(x, 0.0, out=x)
        gates: Float32 = (x @ self._inputs)[:, 0] + self._bias
        return gates

    def _step(self, gate: Float32) -> float:
        """One step of the LSTM; ONNX orders its gates input, output, forget, cell."""
        gate = gate + self._hidden @ self._recurrent
        opened = 1 / (1 + np.exp(-gate[: 3 * _CELLS]))
        entering, leaving, kept = opened[:_CELLS], opened[_CELLS : 2 * _CELLS], opened[2 * _CELLS :]
        self._cell = np.asarray(kept * self._cell + entering * np.tanh(gate[3 * _CELLS :]), np.float32)
        self._hidden = np.asarray(leaving * np.tanh(self._cell), np.float32)
        score = float(np.maximum(self._hidden, 0.0) @ self._out) + self._out_bias
        return float(1 / (1 + np.exp(-score)))


def _convolved(x: Float32, weight: Float32, stride: int) -> Float32:
    """Three taps with a zero at either end, (n, length, channels) to (n, length / stride, out)."""
    n, length, channels = x.shape
    padded = np.zeros((n, length + 2, channels), np.float32)
    padded[:, 1:-1] = x
    steps = -(-length // stride)
    taps = np.empty((n, steps, _TAPS * channels), np.float32)
    for tap in range(_TAPS):
        taps[:, :, tap * channels : (tap + 1) * channels] = padded[:, tap : tap + length : stride]
    result: Float32 = taps @ weight
    return result
