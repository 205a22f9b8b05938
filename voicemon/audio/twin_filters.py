"""The two fixed filters by which the rows are compared: before decimation, and between two lags."""

from __future__ import annotations

from typing import Final

import numpy as np

from voicemon.types import Float64

TAPS_PER_STEP: Final = 12
PASS: Final = 0.85
"""The low-pass before decimation: its length in output samples, and its corner as a part of the new Nyquist rate."""

REFINE_HALF: Final = 16
REFINE_STEPS: Final = 20
"""The correlation between two lags, by windowed sinc: neighbours used on each side, and steps per sample."""


def low_pass(step: int) -> Float64:
    """Windowed sinc before decimation by ``step``, then differentiated at the lower rate.

    The difference lifts speech's weaker upper band, where a room's filtering shows.
    """
    count = TAPS_PER_STEP * step
    at = (np.arange(count) - (count - 1) / 2) / step
    taps = np.sinc(PASS * at) * np.hanning(count + 2)[1:-1]
    taps /= taps.sum()
    nothing = np.zeros(step)
    difference: Float64 = np.concatenate((nothing, taps)) - np.concatenate((taps, nothing))
    return difference


def refine_matrix() -> Float64:
    """From neighbouring lags to fractions of a sample around the middle one: shape (2 steps + 1, 2 half + 1)."""
    fractions = np.arange(-REFINE_STEPS, REFINE_STEPS + 1)[:, np.newaxis] / REFINE_STEPS
    at = fractions - np.arange(-REFINE_HALF, REFINE_HALF + 1)
    matrix: Float64 = np.sinc(at) * np.cos(np.pi / 2 * np.clip(at / (REFINE_HALF + 1), -1, 1)) ** 2
    return matrix
