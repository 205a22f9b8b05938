"""Fundamental frequency of an utterance, after Boersma (1993): normalised autocorrelation and a best path.

Each frame's autocorrelation is divided by that of its window, so that a periodic sound reaches 1 at its period whatever
the window's taper.  The strongest peaks are candidates besides "unvoiced"; the path of least cost through all frames
pays for octave jumps and for changes of voicing, which is what keeps a lone frame from leaping to half or twice the
pitch.  The constants are the usual ones of that method.

Sound without its fundamental is the limit: a low voice cut off below 300 Hz by a telephone may be read at two or three
times its pitch where one harmonic rules the band.  A headset's own signal has no such cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from voicemon.types import FRAMES_PER_S, Bool, Float32, Float64

LOWEST_HZ: Final = 65.0
HIGHEST_HZ: Final = 500.0

WORKING_RATE_HZ: Final = 4_000
"""F0 and its first harmonics suffice for the period; a quarter of the samples makes the transforms cheap."""
WINDOW_S: Final = 3 / LOWEST_HZ
"""Three periods of the lowest pitch."""
CANDIDATES: Final = 5
VOICING_THRESHOLD: Final = 0.45
SILENCE_THRESHOLD: Final = 0.03
OCTAVE_COST: Final = 0.01
OCTAVE_JUMP_COST: Final = 0.35
VOICING_CHANGE_COST: Final = 0.14
_HOP: Final = WORKING_RATE_HZ // FRAMES_PER_S
_WINDOW: Final = 2 * round(WINDOW_S * WORKING_RATE_HZ / 2)
_UPSAMPLING: Final = 2
"""The autocorrelation is computed this much finer than the samples: at 500 Hz a period has only eight of these."""
_LAG_HZ: Final = WORKING_RATE_HZ * _UPSAMPLING
_SHORTEST_LAG: Final = int(_LAG_HZ / HIGHEST_HZ)
_LONGEST_LAG: Final = int(np.ceil(_LAG_HZ / LOWEST_HZ))
_TRANSFORM: Final = 256
"""Window and longest lag together, rounded up: no lag in use wraps round."""

SUMMARY_PERCENT: Final = (10.0, 50.0, 90.0)
FEWEST_VOICED: Final = 10
"""Frames: less than 0.1 s of voice is too little for a median, let alone a range."""

DECIMATOR_PERIODS: Final = 10
DECIMATOR_BETA: Final = 5.0
"""A Kaiser-windowed sinc of ten periods a side: 50 dB down, ample for harmonics below 1 kHz."""
_TOGETHER: Final = 16
"""Outputs of the decimator in one row of a product of matrices: dot products one by one cost eight times more."""


@dataclass(frozen=True, slots=True)
class F0Track:
    """Pitch on a 10 ms hop, two arrays of one length."""

    times_s: Float64
    """Centre of each frame, from the first sample."""
    f0_hz: Float64
    """``nan`` where there is no voice."""


def f0_track(x: Float32, sample_rate: int) -> F0Track:
    """Pitch of an utterance: ``x`` mono, shape (n,), any scale, ``sample_rate`` in Hz.

    Frame k is centred on (k + 1/2) · 10 ms; there are as many as whole hops in ``x``.
    """
    count = len(x) * FRAMES_PER_S // sample_rate
    times_s = (np.arange(count) + 0.5) / FRAMES_PER_S
    if count == 0:
        return F0Track(times_s, np.empty(0))
    slow = _slowed(x, sample_rate)
    frames = _frames(slow, count)
    correlation = _autocorrelation(frames)
    lags, strengths = _candidates(correlation)
    unvoiced = _unvoiced_strength(frames)
    frequency = np.hstack([np.full((count, 1), np.nan), _LAG_HZ / lags])
    strengths = np.hstack([unvoiced[:, None], strengths])
    path = _best_path(frequency, strengths)
    return F0Track(times_s, frequency[np.arange(count), path])


def f0_summary(track: F0Track) -> tuple[float | None, float | None]:
    """Median in Hz and 10-to-90 % range in semitones of the voiced frames; ``None`` where these are too few."""
    voiced = track.f0_hz[np.isfinite(track.f0_hz)]
    if len(voiced) < FEWEST_VOICED:
        return None, None
    low, median, high = np.percentile(voiced, SUMMARY_PERCENT)
    return float(median), float(12 * np.log2(high / low))


def _slowed(x: Float32, sample_rate: int) -> Float32:
    """``x`` at the working rate; whole factors by our own filter, since others need ``scipy.signal``, slow to load."""
    factor, rest = divmod(sample_rate, WORKING_RATE_HZ)
    if rest:
        from scipy.signal import resample_poly

        return np.asarray(resample_poly(x, WORKING_RATE_HZ, sample_rate), np.float32)
    taps = _decimator(factor)
    count = -(-len(x) // factor)
    rows, step = -(-count // _TOGETHER), _TOGETHER * factor
    padded = np.zeros(rows * step + len(taps), np.float32)
    half = DECIMATOR_PERIODS * factor
    padded[half : half + len(x)] = x
    windows = np.ascontiguousarray(sliding_window_view(padded, len(taps))[: rows * step : step])
    return np.asarray((windows @ taps).reshape(-1)[:count])


@cache
def _decimator(factor: int) -> Float32:
    """The low-pass's taps for :data:`_TOGETHER` outputs in a row, shape (samples, outputs)."""
    half = DECIMATOR_PERIODS * factor
    k = np.arange(-half, half + 1)
    taps = (np.sinc(k / factor) / factor * np.kaiser(len(k), DECIMATOR_BETA)).astype(np.float32)
    many = np.zeros((len(k) + (_TOGETHER - 1) * factor, _TOGETHER), np.float32)
    for column in range(_TOGETHER):
        many[column * factor : column * factor + len(k), column] = taps
    return many


def _frames(slow: Float32, count: int) -> Float32:
    """Windows of the signal less their means, shape (frames, window)."""
    before = (_WINDOW - _HOP) // 2
    padded = np.pad(slow, (before, _WINDOW))
    frames = sliding_window_view(padded, _WINDOW)[: count * _HOP : _HOP]
    return np.asarray(frames - frames.mean(axis=1, keepdims=True))


def _autocorrelation(frames: Float32) -> Float32:
    """Normalised autocorrelation at lags 0 to the longest and one more, shape (frames, lags)."""
    taper = np.hanning(_WINDOW + 2)[1:-1].astype(np.float32)
    of_taper = _raw_autocorrelation(taper[None, :])
    raw = _raw_autocorrelation(frames * taper)
    power = np.maximum(raw[:, :1], np.finfo(np.float32).tiny)
    return np.asarray(raw / power * (of_taper[:, :1] / of_taper))


def _raw_autocorrelation(rows: Float32) -> Float32:
    spectrum = np.fft.rfft(rows, _TRANSFORM, axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    return np.asarray(power @ _LAGS)


def _lags() -> Float32:
    """The inverse transform of a power spectrum, (bins, lags), for no more lags than are looked at."""
    bins, size = _TRANSFORM // 2 + 1, _TRANSFORM * _UPSAMPLING
    turns = np.outer(np.arange(bins), np.arange(_LONGEST_LAG + 2)) % size / size
    twice = np.full((bins, 1), 2.0)
    twice[0] = 1.0  # of the others the negative frequencies too
    return (twice * np.cos(2 * np.pi * turns) / size).astype(np.float32)


_LAGS: Final = _lags()


def _candidates(correlation: Float32) -> tuple[Float64, Float64]:
    """The best peaks: lags (in fine samples) and strengths, each (frames, :data:`CANDIDATES`); strength -inf: none."""
    left, centre, right = (correlation[:, _SHORTEST_LAG + k : _LONGEST_LAG + k] for k in (-1, 0, 1))
    is_peak = (centre > left) & (centre >= right) & (centre > 0)
    lag = np.arange(_SHORTEST_LAG, _LONGEST_LAG)
    strength = np.where(is_peak, centre - OCTAVE_COST * np.log2(LOWEST_HZ * lag / _LAG_HZ), -np.inf)
    best = np.argpartition(-strength, CANDIDATES, axis=1)[:, :CANDIDATES]
    a, b, c, chosen = (np.take_along_axis(m, best, axis=1).astype(np.float64) for m in (left, centre, right, strength))
    curvature = np.where(np.isfinite(chosen), a - 2 * b + c, -1.0)
    shift = np.where(np.isfinite(chosen), (a - c) / (2 * curvature), 0.0)
    return (lag[best] + shift).astype(np.float64), chosen - np.where(np.isfinite(chosen), (a - c) * shift / 4, 0.0)


def _unvoiced_strength(frames: Float32) -> Float64:
    """How good "unvoiced" is as a candidate: the voicing threshold, and more in frames that are next to silent."""
    peak = np.abs(frames).max(axis=1).astype(np.float64)
    relative = peak / max(peak.max(), np.finfo(np.float64).tiny)
    return np.asarray(VOICING_THRESHOLD + np.maximum(0.0, 2 - relative * (1 + VOICING_THRESHOLD) / SILENCE_THRESHOLD))


def _best_path(frequency: Float64, strength: Float64) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Indices of the candidates on the path of greatest strength less costs of transition (Viterbi)."""
    octave = np.nan_to_num(np.log2(frequency))
    voiced: Bool = np.isfinite(frequency)
    both = voiced[:-1, :, None] & voiced[1:, None, :]
    change = voiced[:-1, :, None] != voiced[1:, None, :]
    cost = OCTAVE_JUMP_COST * np.abs(octave[:-1, :, None] - octave[1:, None, :]) * both + VOICING_CHANGE_COST * change
    cost = np.ascontiguousarray(cost.swapaxes(1, 2))
    scores = strength.copy()
    score, total = scores[0], np.empty(cost.shape[1:])
    # Calls on next to no numbers: what is to be done frame by frame is kept to three of them.
    subtract, best, add = np.subtract, np.maximum.reduce, np.add
    for step, here in zip(cost, scores[1:], strict=True):
        subtract(score, step, total)
        add(here, best(total, 1), here)
        score = here
    came_from = (scores[:-1, None, :] - cost).argmax(axis=2)
    path = np.empty(len(strength), np.int64)
    at = path[-1] = int(score.argmax())
    for k, before in zip(range(len(path) - 2, -1, -1), came_from[::-1].tolist(), strict=True):
        at = path[k] = before[at]
    return path
