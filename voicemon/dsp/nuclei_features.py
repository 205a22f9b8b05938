"""What the syllable counter hears: band energies on the 10 ms grid, made independent of level and channel.

Each frame gives two values a band.  The *contrast* is the log energy over its own running mean, the idea of PCEN
(Wang et al. 2017): it rises at onsets, cancels level, microphone and stationary noise.  The *shape* is the log energy
over the running mean of all bands together: it keeps which bands carry the sound, so a vowel differs from a fricative.

Frames are worked off in groups of fixed size only, so that every product of matrices has the same shape whatever the
block size and the result is the same to the bit.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from voicemon.types import FRAMES_PER_S, SPEECH_FRAME, SPEECH_RATE_HZ, Float32

GROUP_FRAMES: Final = 20
"""Frames worked off together: 200 ms, a compromise between delay and the fixed cost of a call."""
GROUP_SAMPLES: Final = GROUP_FRAMES * SPEECH_FRAME

WINDOW: Final = 2 * SPEECH_FRAME
"""20 ms: long enough for two glottal pulses of a low voice, short enough to keep a stop's closure."""

_TELEPHONE_EDGES_HZ: Final = (
    *(100, 250, 400, 550, 700, 850, 1000, 1150, 1300, 1500, 1700, 1900, 2150, 2400, 2700, 3000, 3400, 3800),
)
BAND_EDGES_HZ: Final = (*_TELEPHONE_EDGES_HZ, 4600, 5800, 7400)
"""Corners of triangular bands: dense where the formants move, three wide bands above the telephone's limit."""

BANDS: Final = len(BAND_EDGES_HZ) - 2
FEATURES: Final = 2 * BANDS

FLOOR: Final = 1e-10
"""Energy a band is never thought to be below (about the rounding noise of 16-bit samples)."""
CONTRAST_S: Final = 1.0
"""Memory of a band's own mean: a few syllables."""
SHAPE_S: Final = 2.0
"""Memory of the mean over all bands: about a phrase, so that a stressed syllable still stands out."""
CLIP: Final = 6.0
"""Limit of both values in nepers of energy (26 dB): deeper valleys say nothing more about syllables."""


def _filterbank() -> Float32:
    """Triangular weights, (bins, bands), that make the mean square within a band out of a power spectrum."""
    hz = np.fft.rfftfreq(WINDOW, 1 / SPEECH_RATE_HZ)[:, None]
    edges = np.asarray(BAND_EDGES_HZ, dtype=np.float64)
    low, mid, high = edges[:-2], edges[1:-1], edges[2:]
    weights = np.clip(np.minimum((hz - low) / (mid - low), (high - hz) / (high - mid)), 0.0, None)
    scale = 2.0 / (WINDOW * np.sum(np.hanning(WINDOW) ** 2))
    return (weights * scale).astype(np.float32)


def _smoother(memory_s: float) -> tuple[Float32, Float32]:
    """A first-order low-pass over one group as matrices: ``mean = within @ energy + carry * last_mean``."""
    keep = np.exp(-1 / (memory_s * FRAMES_PER_S))
    lag = np.arange(GROUP_FRAMES)[:, None] - np.arange(GROUP_FRAMES)
    within = np.where(lag >= 0, (1 - keep) * keep ** np.maximum(lag, 0), 0.0)
    carry = keep ** np.arange(1, GROUP_FRAMES + 1)
    return within.astype(np.float32), carry.astype(np.float32)[:, None]


_HANN: Final[Float32] = np.hanning(WINDOW).astype(np.float32)
_FILTERBANK: Final = _filterbank()
_CONTRAST: Final = _smoother(CONTRAST_S)
_SHAPE: Final = _smoother(SHAPE_S)


class BandFeatures:
    """Contrast and shape of the bands, group by group; frame ``i`` looks at the 20 ms that end with it."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget what was heard: the first group sets the means anew."""
        self._tail: Float32 = np.zeros(WINDOW - SPEECH_FRAME, dtype=np.float32)
        self._band_mean: Float32 | None = None
        self._mean: Float32 = np.zeros(1, dtype=np.float32)

    def process(self, groups: Float32) -> Float32:
        """Features of the next samples, (n * GROUP_SAMPLES,): (n * :data:`GROUP_FRAMES`, :data:`FEATURES`)."""
        energy = self._energy(groups)
        total = np.add.reduce(energy, axis=2, keepdims=True)
        total /= np.float32(BANDS)
        if self._band_mean is None:
            self._band_mean, self._mean = energy[0].mean(axis=0), total[0].mean(axis=0)
        band_mean, mean = _CONTRAST[0] @ energy, _SHAPE[0] @ total
        for of_bands, of_all in zip(band_mean, mean, strict=True):
            np.add(of_bands, _CONTRAST[1] * self._band_mean, out=of_bands)
            np.add(of_all, _SHAPE[1] * self._mean, out=of_all)
            self._band_mean, self._mean = of_bands[-1], of_all[-1]
        log_energy = np.log(energy)
        out = np.concatenate((log_energy - np.log(band_mean), log_energy - np.log(mean)), axis=2)
        np.maximum(out, -CLIP, out=out)
        np.minimum(out, CLIP, out=out)
        return out.reshape(-1, FEATURES)

    def _energy(self, groups: Float32) -> Float32:
        """Mean square within each band, (n, GROUP_FRAMES, BANDS)."""
        samples = np.concatenate((self._tail, groups))
        self._tail = samples[len(groups) :]
        frames = np.lib.stride_tricks.as_strided(
            samples,
            (len(groups) // SPEECH_FRAME, WINDOW),
            (SPEECH_FRAME * samples.itemsize, samples.itemsize),
            writeable=False,
        )
        spectrum = np.fft.rfft(frames * _HANN)
        power = np.asarray(spectrum.real**2 + spectrum.imag**2, np.float32).reshape(-1, GROUP_FRAMES, WINDOW // 2 + 1)
        energy: Float32 = power @ _FILTERBANK
        energy += np.float32(FLOOR)
        return energy
