"""Silero VAD's weights out of its ONNX file into ``silero.npz``, in the shapes that products want.

    python -m models.silero.convert [--onnx FILE] [--out voicemon/speech/silero.npz]

Needs the ``onnx`` package.  The file is the one inside faster-whisper unless another is given.
"""

from __future__ import annotations

import argparse
from importlib import resources
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

BUNDLED = "assets/silero_vad_v6.onnx"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--onnx", type=Path, help="the one inside faster-whisper unless given")
    parser.add_argument("--out", type=Path, default=Path("voicemon/speech/silero.npz"))
    options = parser.parse_args()
    source = options.onnx or resources.files("faster_whisper") / BUNDLED
    graph = onnx.load(str(source)).graph
    weights = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    lstm = next(node for node in graph.node if node.op_type == "LSTM")
    inputs, recurrent, biases = (weights[name] for name in lstm.input[1:4])
    out = {
        "lstm.inputs": inputs[0].T,
        "lstm.recurrent": recurrent[0].T,
        "lstm.bias": biases[0].reshape(2, -1).sum(axis=0),
        "out.weight": weights["decoder.conv1d.weight"][0, :, 0],
        "out.bias": weights["decoder.conv1d.bias"],
    }
    for layer in range(4):
        kernel = weights[f"encoder.conv_layers.{layer}.weight"]
        out[f"conv{layer}.weight"] = kernel.transpose(2, 1, 0).reshape(-1, len(kernel))
        out[f"conv{layer}.bias"] = weights[f"encoder.conv_layers.{layer}.bias"]
    np.savez_compressed(options.out, **{name: np.ascontiguousarray(a, np.float32) for name, a in out.items()})


if __name__ == "__main__":
    main()
