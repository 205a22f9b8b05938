"""Log-mel features for Whisper over a window that is cut to the utterance.

The definition is Whisper's (Radford et al. 2022; 25 ms Hann window, 10 ms hop, Slaney mel bands, log10, dynamic range
cut to 8 decades below the window's maximum, scaled to about ±1).  Whisper was trained on 30 s windows; CTranslate2
takes shorter ones at a fraction of the cost.  Some silence must follow the speech, or the decoder loops.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

import numpy as np
import scipy.fft

from voicemon.types import SPEECH_RATE_HZ, Float32, Float64

HOP: Final = SPEECH_RATE_HZ // 100
N_FFT: Final = SPEECH_RATE_HZ // 40
FRAMES_PER_S: Final = SPEECH_RATE_HZ // HOP
MAX_FRAMES: Final = 30 * FRAMES_PER_S
FRAME_STEP: Final = 100
"""Windows are rounded up to whole seconds, so that few different sizes occur and buffers are reused."""
POWER_FLOOR: Final = 1e-10
DYNAMIC_RANGE: Final = 8.0
"""Decades below the loudest band that are kept."""
MEL_BREAK_HZ: Final = 1000.0
MEL_LINEAR_HZ: Final = 200.0 / 3
MEL_LOG_STEP: Final = math.log(6.4) / 27
"""Slaney's mel scale: linear up to 1 kHz, then logarithmic."""


def window_frames(n_samples: int, padding_s: float) -> int:
    """Length of the window in frames: the utterance and ``padding_s`` of silence, in whole steps, 30 s at the most."""
    frames = math.ceil(n_samples / HOP) + round(padding_s * FRAMES_PER_S)
    return min(MAX_FRAMES, math.ceil(frames / FRAME_STEP) * FRAME_STEP)


def log_mel(samples: Float32, n_frames: int, n_mels: int) -> Float32:
    """Features of ``samples`` followed by silence, shape (1, n_mels, n_frames), float32, C-contiguous.

    What does not fit into the window is left out.  Only the frames that touch the samples are transformed: behind them
    the spectrum of silence is the floor.
    """
    samples = samples[: n_frames * HOP]
    touched = min(n_frames, (len(samples) + N_FFT // 2) // HOP + 1)
    mel = np.full((n_mels, n_frames), POWER_FLOOR, dtype=np.float32)
    if len(samples):
        mel[:, :touched] = np.maximum(_mel_bank(n_mels) @ _power_spectrum(samples, touched), POWER_FLOOR)
    log_spectrum = np.log10(mel)
    log_spectrum = np.maximum(log_spectrum, log_spectrum.max() - DYNAMIC_RANGE)
    return np.ascontiguousarray((log_spectrum[None] + 4.0) / 4.0, dtype=np.float32)


def _power_spectrum(samples: Float32, n_frames: int) -> Float32:
    """Power of frames centred on multiples of the hop, shape (N_FFT // 2 + 1, n_frames).

    The start is mirrored, as in Whisper; the end runs into silence.
    """
    half = N_FFT // 2
    mirrored = np.pad(samples, (half, 0), mode="reflect") if len(samples) > half else np.pad(samples, (half, 0))
    needed = (n_frames - 1) * HOP + N_FFT
    signal = np.pad(mirrored[:needed], (0, max(0, needed - len(mirrored)))).astype(np.float32, copy=False)
    frames = np.lib.stride_tricks.sliding_window_view(signal, N_FFT)[::HOP][:n_frames]
    spectrum = scipy.fft.rfft(frames * _hann(), axis=1)  # in single precision four times as fast as NumPy's
    return np.asarray((spectrum.real**2 + spectrum.imag**2).T, np.float32)


@lru_cache(maxsize=1)
def _hann() -> Float32:
    """Periodic Hann window."""
    return np.hanning(N_FFT + 1)[:-1].astype(np.float32)


@lru_cache(maxsize=2)
def _mel_bank(n_mels: int) -> Float32:
    """Triangular filters of equal area on Slaney's scale, shape (n_mels, N_FFT // 2 + 1)."""
    top = MEL_BREAK_HZ / MEL_LINEAR_HZ + math.log(SPEECH_RATE_HZ / 2 / MEL_BREAK_HZ) / MEL_LOG_STEP
    edges = _mel_to_hz(np.linspace(0.0, top, n_mels + 2))
    bins = np.fft.rfftfreq(N_FFT, 1 / SPEECH_RATE_HZ)
    rising = (bins[None] - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins[None]) / np.diff(edges)[1:, None]
    area = 2.0 / (edges[2:] - edges[:-2])
    return (np.maximum(0.0, np.minimum(rising, falling)) * area[:, None]).astype(np.float32)


def _mel_to_hz(mel: Float64) -> Float64:
    break_mel = MEL_BREAK_HZ / MEL_LINEAR_HZ
    logarithmic = MEL_BREAK_HZ * np.exp(MEL_LOG_STEP * (mel - break_mel))
    return np.where(mel < break_mel, mel * MEL_LINEAR_HZ, logarithmic)
