"""What gain does to a microphone's sound, simulated: automatic gain, gates, limiters, sliders and moved booms."""

from __future__ import annotations

import random
from typing import Final

import numpy as np
from scipy.signal import butter, sosfilt

from voicemon.types import Float32, Float64

STEP_S: Final = 0.005
"""Gains are worked out every 5 ms and drawn through between."""

PROXIMITY_HZ: Final = 250.0
LOOK_AHEAD_S: Final = 0.002

SILENCE: Final = 1e-4
LASTING: Final = 0.9
"""A clip that is heard for this share of its length is a lasting noise, otherwise an event."""
EVENTS_S: Final = (1.0, 6.0)
NOISE_FADE_S: Final = 0.3


def levels_db(x: Float32, rate: int) -> Float64:
    """Level of each whole 5 ms of ``x``, dBFS."""
    step = round(STEP_S * rate)
    rows = x[: len(x) // step * step].reshape(-1, step).astype(np.float64)
    return np.asarray(10 * np.log10(np.mean(rows**2, axis=1) + 1e-12))


def speech_db(x: Float32, rate: int) -> float:
    """Energy mean of what lies within 20 dB of the loudest 5 %: about the active speech level."""
    levels = levels_db(x, rate)
    loud = levels[levels > np.percentile(levels, 95) - 20]
    return float(10 * np.log10(np.mean(10 ** (loud / 10))))


def apply_db(x: Float32, gain_db: Float64, rate: int) -> Float32:
    """``x`` under a gain given every 5 ms."""
    at = (np.arange(len(gain_db)) + 0.5) * round(STEP_S * rate)
    return np.asarray(x * 10 ** (np.interp(np.arange(len(x)), at, gain_db) / 20), np.float32)


def agc(x: Float32, rate: int, attack_s: float, release_s: float, range_db: float, *, frozen: bool = False) -> Float32:
    """Gain goes towards what brings the level to the speech level, at most ``range_db`` up.

    ``frozen``: it holds still in pauses, as the better ones do.
    """
    target = speech_db(x, rate)
    gain, gains = 0.0, []
    smooth = target
    for level in levels_db(x, rate).tolist():
        smooth += (level - smooth) * (1 - np.exp(-STEP_S / 0.1))
        wanted = min(max(target - smooth, -range_db), range_db)
        if not (frozen and smooth < target - 15):
            gain += (wanted - gain) * (1 - np.exp(-STEP_S / (attack_s if wanted < gain else release_s)))
        gains.append(gain)
    return apply_db(x, np.array(gains), rate)


def frozen_agc(x: Float32, rate: int, attack_s: float, release_s: float, range_db: float) -> Float32:
    """:func:`agc` that holds still in pauses."""
    return agc(x, rate, attack_s, release_s, range_db, frozen=True)


def compressor(x: Float32, rate: int, reduction_db: float, attack_s: float = 0.05, release_s: float = 0.5) -> Float32:
    """Ordinary speech is pressed down by ``reduction_db``; from 15 dB under it on nothing is done."""
    threshold = speech_db(x, rate) - 15
    slope = reduction_db / 15
    gain, gains = 0.0, []
    for level in levels_db(x, rate).tolist():
        wanted = -slope * max(0.0, level - threshold)
        gain += (wanted - gain) * (1 - np.exp(-STEP_S / (attack_s if wanted < gain else release_s)))
        gains.append(gain)
    return apply_db(x, np.array(gains), rate)


def gate(x: Float32, rate: int, depth_db: float, hold_s: float, release_s: float = 0.03) -> Float32:
    """Open above 18 dB under the speech level, and ``hold_s`` longer."""
    threshold = speech_db(x, rate) - 18
    open_for, gain, gains = 0.0, 0.0, []
    for level in levels_db(x, rate).tolist():
        open_for = hold_s if level > threshold else open_for - STEP_S
        wanted = 0.0 if open_for > 0 else -depth_db
        gain += (wanted - gain) * (1 - np.exp(-STEP_S / (0.005 if wanted > gain else release_s)))
        gains.append(gain)
    return apply_db(x, np.array(gains), rate)


def limiter(x: Float32, rate: int, under_peak_db: float, release_s: float = 0.05) -> Float32:
    """Look-ahead limiter with its ceiling ``under_peak_db`` under the recording's highest peak."""
    ceiling = float(np.max(np.abs(x))) * 10 ** (-under_peak_db / 20)
    reach = round(LOOK_AHEAD_S * rate)
    wanted = np.minimum(1.0, ceiling / np.maximum(np.abs(x), 1e-9))
    padded = np.pad(wanted, reach, constant_values=1.0)
    nearest = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).min(axis=1)
    keep = float(np.exp(-1 / (release_s * rate)))
    gain, gains = 1.0, np.empty(len(x))
    for at, low in enumerate(nearest.tolist()):
        gain = min(low, 1 - (1 - gain) * keep)
        gains[at] = gain
    return np.asarray(x * gains, np.float32)


def flat_tops(x: Float32, _rate: int, under_peak_db: float) -> Float32:
    """Flat tops ``under_peak_db`` under the highest peak: an analogue stage overdriven before the converter."""
    ceiling = np.float32(np.max(np.abs(x)) * 10 ** (-under_peak_db / 20))
    return np.asarray(np.clip(x, -ceiling, ceiling), np.float32)


def slider(x: Float32, at: int, gain_db: float) -> Float32:
    """``gain_db`` more from sample ``at`` on."""
    return np.concatenate((x[:at], x[at:] * np.float32(10 ** (gain_db / 20))))


def moved(direct: Float32, room: Float32, rate: int, at: int, times: float) -> Float32:
    """The mouth ``times`` as far from sample ``at`` on: level by the distance, low tones by as much again."""
    factor = 1 / times
    low = sosfilt(butter(1, PROXIMITY_HZ, fs=rate, output="sos"), direct)
    far = np.asarray(factor * (direct + (factor - 1) * low), np.float32)
    return np.concatenate((direct[:at], far[at:])) + room


def with_noise(x: Float32, noise: Float32, rate: int, snr_db: float) -> Float32:
    """``noise``, again and again, at a constant level ``snr_db`` under the speech level."""
    long = _again(noise, len(x), rate).astype(np.float64)
    scale = 10 ** ((speech_db(x, rate) - snr_db) / 20) / max(float(np.sqrt(np.mean(long**2))), 1e-9)
    return np.asarray(np.clip(x + scale * long, -1, 1), np.float32)


def _again(noise: Float32, length: int, rate: int) -> Float32:
    """Without the digital silence that fills a clip up, which would cut the room off as a gate does; an event comes
    again after a while, a lasting noise goes on."""
    heard = np.flatnonzero(np.abs(noise) > SILENCE)
    clip = noise[heard[0] : heard[-1] + 1]
    fade = min(NOISE_FADE_S, len(clip) / rate / 4)
    clip = faded(clip, rate, fade)
    chance = random.Random(len(noise))
    lasting = len(clip) > LASTING * len(noise)
    sound, at = np.zeros(length + len(clip), np.float32), 0
    while at < length:
        sound[at : at + len(clip)] += clip
        at += len(clip) - round(fade * rate) if lasting else len(clip) + round(chance.uniform(*EVENTS_S) * rate)
    return sound[:length]


def faded(x: Float32, rate: int, fade_s: float) -> Float32:
    """In and out along a raised cosine: two that overlap by ``fade_s`` add up to one."""
    edge = np.sin(np.linspace(0, np.pi / 2, round(fade_s * rate), dtype=np.float32)) ** 2
    whole = x.copy()
    whole[: len(edge)] *= edge
    whole[-len(edge) :] *= edge[::-1]
    return whole


def pink(length: int, seed: int) -> Float32:
    """Noise falling 3 dB an octave, unit mean square."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(length))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    spectrum[0] = 0
    sound = np.fft.irfft(spectrum, length)
    return np.asarray(sound / np.sqrt(np.mean(sound**2)), np.float32)
