"""Speech with character times for training, and everything that may happen to it on the way to a microphone.

A corpus is a set of :class:`Take`: mono 16 kHz samples and the times of the characters in them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from scipy import signal

RATE = 16_000
Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Generator = np.random.Generator


@dataclass(frozen=True)
class Take:
    """``chars`` has shape (k, 2): start and end of each spoken syllable in seconds."""

    name: str
    voice: str
    samples: Float32
    chars: Float64


def decode(path: Path) -> Float32:
    """All channels of a recording at 16 kHz, (channels, n)."""
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="fltp", rate=RATE)
        frames = [out for frame in container.decode(audio=0) for out in resampler.resample(frame)]
        frames += resampler.resample(None)
    return np.concatenate([frame.to_ndarray() for frame in frames], axis=1).astype(np.float32)


def _times(chars: list[list[object]]) -> Float64:
    return np.array([[start, end] for _, start, end in chars], dtype=np.float64).reshape(-1, 2)


def call_takes(folder: Path, clean: bool) -> Iterator[Take]:
    """Both channels of every call under ``folder``."""
    for truth_path in sorted(folder.glob("*.truth.json")):
        truth = json.loads(truth_path.read_text(encoding="utf-8"))
        samples = decode(folder / truth["clean_audio" if clean else "audio"])
        for channel, who in enumerate(truth["channels"]):
            voice = truth[who]["voice"]
            if voice is not None:
                yield Take(f"{truth['id']}.{who}", voice, samples[channel], _times(truth["chars"][who]))


def tape_takes(folder: Path) -> Iterator[Take]:
    """Tapes of sentences: one voice each, character times by segment."""
    for truth_path in sorted(folder.glob("*.truth.json")):
        truth = json.loads(truth_path.read_text(encoding="utf-8"))
        chars = [char for segment in truth["segments"] for char in segment["chars"]]
        yield Take(truth["id"], truth["voice"], decode(folder / truth["audio"])[0], _times(chars))


def drill_takes(folder: Path) -> Iterator[Take]:
    """Reading drills."""
    for truth_path in sorted(folder.glob("*.truth.json")):
        truth = json.loads(truth_path.read_text(encoding="utf-8"))
        samples = decode(folder / truth["audio"])[0]
        yield Take(truth["id"], truth["reader"]["voice"], samples, _times(truth["chars"]))


def spoken_takes(folder: Path, prefix: str) -> Iterator[Take]:
    """Single sentences, ``x`` (int16), ``chars`` and ``meta`` (JSON with the voice) in .npz files."""
    for path in sorted(folder.glob(f"{prefix}_*.npz")):
        with np.load(path) as data:
            meta = json.loads(str(data["meta"]))
            samples = data["x"].astype(np.float32) / 32768
            yield Take(path.stem, meta["voice"], samples, data["chars"].reshape(-1, 2))


def resampled(take: Take, factor: Fraction) -> Take:
    """Played ``factor`` times as fast: pitch, formants and rate go up together."""
    samples = signal.resample_poly(take.samples, factor.denominator, factor.numerator).astype(np.float32)
    return Take(take.name, take.voice, samples, take.chars / float(factor))


def stretched(take: Take, factor: float) -> Take:
    """``factor`` times as long at the same pitch (WSOLA: each piece is taken where it continues the last one best)."""
    piece, hop, search = 512, 256, 160
    x = np.pad(take.samples, (search, piece + 2 * search))
    window = np.hanning(piece + 1)[:-1].astype(np.float32)
    count = int(len(take.samples) * factor / hop)
    out = np.zeros(count * hop + piece, dtype=np.float32)
    at = search
    for k in range(count):
        wanted = int(k * hop / factor)
        if k:
            follow = x[at + hop : at + hop + piece]
            around = x[wanted : wanted + piece + 2 * search]
            if len(follow) < piece or len(around) < piece + 2 * search:
                break
            match = np.correlate(around[::2], follow[::2], mode="valid")
            at = wanted + 2 * int(np.argmax(match))
        out[k * hop : k * hop + piece] += window * x[at : at + piece]
    return Take(take.name, take.voice, out, take.chars * factor)


def reverberant(x: Float32, rng: Generator) -> Float32:
    """A room: exponentially decaying noise after the direct sound."""
    t60 = rng.uniform(0.1, 0.5)
    n = int(t60 * RATE)
    tail = rng.standard_normal(n) * 10 ** (-3 * np.arange(n) / n)
    tail *= 10 ** (rng.uniform(-18, -3) / 20) / np.sqrt(np.sum(tail**2))
    tail[: int(0.002 * RATE)] = 0
    tail[0] = 1.0
    return signal.fftconvolve(x, tail)[: len(x)].astype(np.float32)


def equalised(x: Float32, rng: Generator) -> Float32:
    """A microphone: a random smooth response of up to some 10 dB."""
    corners = np.array([0, 150, 400, 1000, 2000, 4000, 8000]) / 8000
    gain_db = np.cumsum(rng.normal(0, 4.5, len(corners)))
    gain_db -= gain_db.mean()
    taps = signal.firwin2(257, corners, 10 ** (gain_db / 20))
    return signal.fftconvolve(x, taps, mode="same").astype(np.float32)


def telephone(x: Float32, rng: Generator) -> Float32:
    """Narrow band: 8 kHz, 300 to 3400 Hz (now and then only the upper limit), mu-law steps."""
    low = signal.resample_poly(x, 1, 2)
    if rng.random() < 0.6:
        low = signal.sosfilt(
            signal.butter(4, [rng.uniform(150, 300), rng.uniform(3200, 3600)], "band", fs=8000, output="sos"), low
        )
    scale = max(np.max(np.abs(low)), 1e-6)
    low = low / max(scale, 1.0)
    coded = np.round(np.sign(low) * np.log1p(255 * np.abs(low)) / np.log(256) * 127) / 127
    low = np.sign(coded) * np.expm1(np.abs(coded) * np.log(256)) / 255
    return signal.resample_poly(low, 2, 1)[: len(x)].astype(np.float32)


def noisy(x: Float32, noise: Float32, snr_db: float) -> Float32:
    """``x`` with ``noise`` (looped) at ``snr_db`` below the level of the loud half of ``x``."""
    frames = x[: len(x) // 400 * 400].reshape(-1, 400)
    power = np.mean(frames.astype(np.float64) ** 2, axis=1)
    active = power[power > 0.01 * power.max()].mean()
    n = np.resize(noise, len(x)).astype(np.float64)
    gain = np.sqrt(active / max(np.mean(n**2), 1e-12) * 10 ** (-snr_db / 10))
    return (x + gain * n).astype(np.float32)
