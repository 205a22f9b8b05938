"""One recording: FLAC (RFC 9639) of 16 bit at the source's rate, every frame on disk as soon as it is full.

What a killed program leaves has no length in its header and is otherwise whole up to the last frame, 0.1 to 0.3 s.
"""

from __future__ import annotations

import contextlib
import os
from typing import Final

import av
import numpy as np
from av.audio.frame import AudioFrame

from voicemon.types import Float32, Int16

FULL_SCALE: Final = 32_768
ZEROS_S: Final = 1.0
"""Missing sound is written in pieces of this length, so that a long outage costs no memory."""

LAYOUTS: Final = {1: "mono", 2: "stereo"}

WRITE_ERRORS: Final = (av.FFmpegError, OSError)


class FlacFile:
    """Writes samples to an open descriptor, which it owns from here on.

    Every method but :meth:`abandon` raises one of :data:`WRITE_ERRORS` when the disk takes no more.
    """

    def __init__(self, descriptor: int, sample_rate: int, channels: int) -> None:
        self._file = os.fdopen(descriptor, "wb", buffering=0)
        self._rate = sample_rate
        self._channels = channels
        self.samples = 0
        """Written so far, those still in the encoder included."""
        # flush_packets: FFmpeg's default hangs on the kind of output, and what is buffered is lost in a kill.
        self._container = av.open(self._file, "w", format="flac", options={"flush_packets": "1"})
        self._stream = self._container.add_stream("flac", rate=sample_rate, layout=LAYOUTS[channels])
        self._stream.format = "s16"
        self._stream.codec_context.thread_count = 1

    def write(self, samples: Float32) -> None:
        """``samples``: shape (channels, n), ±1 full scale; beyond it they are clipped, and what is no number is 0."""
        self._encode(to_16_bit(samples))

    def write_zeros(self, count: int) -> None:
        """Sound that is missing: keeps the times behind it what they were."""
        piece = round(ZEROS_S * self._rate)
        zeros = np.zeros((self._channels, min(piece, count)), np.int16)
        for begin in range(0, count, piece):
            self._encode(zeros[:, : min(piece, count - begin)])

    def close(self) -> None:
        """Write what is held back, and the header again with its length and checksum."""
        try:
            self._container.mux(self._stream.encode(None))
            self._container.close()
        finally:
            self._file.close()

    def abandon(self) -> None:
        """Let go of a file that can no longer be written; what is on disk stays."""
        for close in (self._container.close, self._file.close):
            with contextlib.suppress(*WRITE_ERRORS):
                close()

    def _encode(self, samples: Int16) -> None:
        if not samples.shape[1]:
            return
        interleaved = np.ascontiguousarray(samples.T).reshape(1, -1)
        frame = AudioFrame.from_ndarray(interleaved, format="s16", layout=LAYOUTS[self._channels])
        frame.sample_rate = self._rate
        self._container.mux(self._stream.encode(frame))
        self.samples += samples.shape[1]


def to_16_bit(samples: Float32) -> Int16:
    """±1 as 16-bit integers: the exact inverse of how a 16-bit recording is read."""
    scaled = np.rint(np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0) * np.float32(FULL_SCALE))
    whole: Int16 = scaled.clip(-FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
    return whole
