"""What the gain watch looks at: per 10 ms frame a level, a peak and four band levels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from voicemon.types import SPEECH_FRAME, Bool, Float32, Float64

BAND_EDGES_HZ: Final = (100, 400, 1100, 3100, 7100)
"""The voice's fundamental and what proximity lifts; first formant; the rest of a telephone's range; above it."""

BANDS: Final = len(BAND_EDGES_HZ) - 1
LOW: Final = 0
MID: Final = 1

SMALLEST_MS: Final = 1e-12
BIN_HZ: Final = 100
_BINS: Final = np.array(BAND_EDGES_HZ) // BIN_HZ
_HANN: Final[Float32] = np.hanning(SPEECH_FRAME + 2)[1:-1].astype(np.float32)
_SCALE: Final = 2 / (SPEECH_FRAME * float(np.sum(_HANN.astype(np.float64) ** 2)))


@dataclass(frozen=True, slots=True)
class GainFrames:
    """Consecutive frames of one channel from the absolute number ``first`` on."""

    first: int
    level_db: Float64
    """A-weighted, dBFS, shape (n,)."""
    peak_db: Float64
    """20 lg of the largest magnitude of the raw samples, shape (n,)."""
    bands_db: Float64
    """From :func:`band_levels_db`, shape (n, BANDS)."""
    speech: Bool
    """Shape (n,)."""

    def __len__(self) -> int:
        return len(self.speech)


def band_levels_db(frames: Float32) -> Float64:
    """Levels in dBFS of :data:`BANDS` bands of whole 10 ms frames at 16 kHz: (n, 160) → (n, BANDS).

    Each frame stands for itself, so any grouping gives the same answer.
    """
    spectrum = np.fft.rfft(frames * _HANN, axis=1)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    energy = np.add.reduceat(power[:, : _BINS[-1]], _BINS[:-1], axis=1) * _SCALE
    bands: Float64 = 10 * np.log10(np.maximum(energy, SMALLEST_MS)).astype(np.float64)
    return bands
