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
from numpy.typing import NDArray

from voicemon.types import Float32

CHUNK: Final = 512
"""Samples at 16 kHz of which one probability is given: 32 ms."""

CONTEXT: Final = 64
"""Samples before the chunk that are heard again with it."""

_WEIGHTS: Final = "silero.npz"
_WINDOW: Final = 256
_HOP: Final = 128
_BINS: Final = _WINDOW // 2 + 1
_FRAMES: Final = 4
_MIRRORED: Final = 64
_CELLS: Final = 128

_HEARD: Final = np.concatenate((np.arange(CONTEXT + CHUNK), CONTEXT + CHUNK - 2 - np.arange(_MIRRORED)))
"""A chunk with its end mirrored …"""

_FRAMED: Final = _HEARD[_HOP * np.arange(_FRAMES)[:, None] + np.arange(_WINDOW)]
"""… and cut into overlapping windows: indices, shape (frames, window)."""

_TAPS: Final = 3
_ENTRY_TAPS: Final = np.arange(_FRAMES)[:, None] + np.arange(_TAPS)
"""Rows of a layer's input, with a zero row at either end, that each row of its output is made of …"""

_HALVING_TAPS: Final = _ENTRY_TAPS[::2]
"""… and the same where every other row is left out."""


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
        self._entry, self._entry_bias = w["conv0.weight"], w["conv0.bias"]
        self._halving, self._halving_bias = w["conv1.weight"], w["conv1.bias"]
        # Two rows are left for the third layer, one for the fourth: the other taps fall on the zeros at the ends.
        self._joining, self._joining_bias = w["conv2.weight"][len(w["conv2.weight"]) // _TAPS :], w["conv2.bias"]
        self._exit, self._exit_bias = np.split(w["conv3.weight"], _TAPS)[1], w["conv3.bias"]
        self._inputs, self._recurrent, self._bias = w["lstm.inputs"], w["lstm.recurrent"], w["lstm.bias"]
        self._out, self._out_bias = w["out.weight"], float(w["out.bias"][0])
        self.reset()

    def reset(self) -> None:
        self._hidden: Float32 = np.zeros(_CELLS, np.float32)
        self._cell: Float32 = np.zeros(_CELLS, np.float32)

    def process(self, chunks: Float32) -> list[float]:
        """``chunks``: shape (n, CONTEXT + CHUNK), samples in ±1, each with what was right before it."""
        gates = self._encoded(chunks)
        # A gate that is shut for good (tones near the band's end shut some) is 1 / (1 + infinity): 0, as it should be.
        with np.errstate(over="ignore"):
            return [self._step(gate) for gate in gates]

    def _encoded(self, chunks: Float32) -> Float32:
        """What the LSTM gets of each chunk, shape (n, 4 * cells)."""
        spectrum = chunks[:, _FRAMED] @ _transform()
        x: Float32 = np.sqrt(np.square(spectrum[..., :_BINS]) + np.square(spectrum[..., _BINS:]))
        x = _positive(_taps(x, _ENTRY_TAPS) @ self._entry, self._entry_bias)
        x = _positive(_taps(x, _HALVING_TAPS) @ self._halving, self._halving_bias)
        x = _positive(x.reshape(len(x), 1, -1) @ self._joining, self._joining_bias)
        x = _positive(x @ self._exit, self._exit_bias)
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


def _taps(x: Float32, rows: NDArray[np.intp]) -> Float32:
    """The rows that each row of the output is made of side by side: (n, length, channels) to (n, steps, taps * …)."""
    n, length, channels = x.shape
    padded = np.zeros((n, length + 2, channels), np.float32)
    padded[:, 1:-1] = x
    taken: Float32 = padded[:, rows].reshape(n, len(rows), -1)
    return taken


def _positive(x: Float32, bias: Float32) -> Float32:
    x += bias
    return np.maximum(x, 0.0, out=x)
