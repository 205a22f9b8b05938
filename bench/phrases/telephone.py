"""A call by telephone: 8 kHz, A-law or µ-law of 8 bits (ITU-T G.711), written as such a file, by FFmpeg's coder."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import av
import numpy as np
import soxr

from voicemon.types import SPEECH_RATE_HZ, Float32

TELEPHONE_RATE_HZ: Final = 8_000
A_LAW: Final = "pcm_alaw"
"""Europe's and China's law."""
MU_LAW: Final = "pcm_mulaw"
"""North America's and Japan's."""
PEAK: Final = 32_767


def write(path: Path, samples: Float32, law: str) -> None:
    """A WAV file at 8 kHz in ``law`` of ``samples`` at 16 kHz, whose band ends at 3.6 kHz and folds nothing back."""
    encode(path, soxr.resample(samples, SPEECH_RATE_HZ, TELEPHONE_RATE_HZ), TELEPHONE_RATE_HZ, law)


def encode(path: Path, samples: Float32, rate_hz: int, codec: str) -> None:
    """A WAV file of one channel; samples in ±1 are rounded to 16 bits before ``codec`` gets them."""
    whole = np.clip(np.rint(samples * (PEAK + 1)), -PEAK - 1, PEAK).astype(np.int16)
    with av.open(str(path), "w", format="wav") as container:
        stream = container.add_stream(codec, rate=rate_hz, layout="mono")
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(whole[np.newaxis], format="s16", layout="mono")
        frame.sample_rate = rate_hz
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
