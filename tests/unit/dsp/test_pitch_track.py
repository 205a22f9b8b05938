"""Pitch: harmonic tones, glides, noise, and the voices of the reference calls."""

from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np
import pytest

from voicemon.dsp.pitch import F0Track, f0_summary, f0_track

RATE = 16_000
CALLS = Path(__file__).resolve().parents[3] / "../shared/speech/calls"
PLAUSIBLE_HZ = {"male": (90, 170), "female": (170, 280)}


def voice(f0_hz: np.ndarray, snr_db: float, rate: int = RATE) -> np.ndarray:
    """Harmonics falling by 6 dB an octave, all below half the rate, with white noise."""
    phase = 2 * np.pi * np.cumsum(f0_hz) / rate
    harmonics = range(1, int(0.45 * rate / f0_hz.max()) + 1)
    x = sum(np.cos(k * phase + k * k) / k for k in harmonics)
    x = x / np.std(x) + 10 ** (-snr_db / 20) * np.random.default_rng(5).standard_normal(len(phase))
    return (0.1 * x).astype(np.float32)


def gross_errors(track: F0Track, true_hz: np.ndarray | float, tolerance: float = 0.05) -> float:
    voiced = np.isfinite(track.f0_hz)
    return float(np.mean(np.abs(track.f0_hz / true_hz - 1)[voiced] > tolerance))


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100])
@pytest.mark.parametrize("f0_hz", [66, 80, 110, 150, 220, 300, 400])
def test_a_steady_voice_in_noise(f0_hz: float, rate: int) -> None:
    track = f0_track(voice(np.full(rate, float(f0_hz)), 10, rate), rate)
    inner = F0Track(track.times_s[5:-5], track.f0_hz[5:-5])
    assert np.isfinite(inner.f0_hz).mean() > 0.95
    assert gross_errors(inner, f0_hz) <= (0 if f0_hz < 400 else 0.05)
    assert np.nanmedian(inner.f0_hz) == pytest.approx(f0_hz, rel=0.005)


def test_a_glide_is_followed_and_its_range_found() -> None:
    seconds = 2
    f0 = 100 * 2 ** (np.arange(seconds * RATE) / (seconds * RATE))
    track = f0_track(voice(f0, 20), RATE)
    assert gross_errors(track, np.interp(track.times_s, np.arange(len(f0)) / RATE, f0), 0.03) < 0.02
    median, semitones = f0_summary(track)
    assert median == pytest.approx(100 * np.sqrt(2), rel=0.02)
    assert semitones == pytest.approx(0.8 * 12, abs=0.4)


def test_a_weak_fundamental_is_no_octave_error() -> None:
    time_s = np.arange(RATE) / RATE
    x = sum(a * np.cos(2 * np.pi * 120 * k * time_s) for k, a in [(1, 0.05), (2, 1), (3, 0.6), (4, 0.4), (5, 0.3)])
    assert gross_errors(f0_track((0.1 * x).astype(np.float32), RATE), 120) == 0


def test_noise_and_silence_are_unvoiced() -> None:
    noise = (0.1 * np.random.default_rng(6).standard_normal(2 * RATE)).astype(np.float32)
    for x in (noise, np.zeros(RATE, np.float32)):
        track = f0_track(x, RATE)
        assert np.isfinite(track.f0_hz).mean() < 0.02
        assert f0_summary(track) == (None, None)


@pytest.mark.parametrize("n", [0, 1, 100, 159, 160, 1000])
def test_short_pieces(n: int) -> None:
    track = f0_track(np.zeros(n, np.float32), RATE)
    assert len(track.times_s) == len(track.f0_hz) == n // 160


def test_level_does_not_matter() -> None:
    x = voice(np.full(RATE, 180.0), 20)
    loud, faint = f0_track(x, RATE).f0_hz, f0_track(x / 1000, RATE).f0_hz
    np.testing.assert_allclose(loud, faint, rtol=1e-3)


@pytest.mark.shared
@pytest.mark.skipif(not CALLS.exists(), reason="the reference calls are not beside the project")
@pytest.mark.parametrize("call", [f"dev{k:02d}" for k in range(1, 11)])
def test_agents_of_the_calls_are_heard_in_their_register(call: str) -> None:
    truth = json.loads((CALLS / f"{call}.truth.json").read_text(encoding="utf-8"))
    low, high = PLAUSIBLE_HZ[truth["agent"]["gender"]]
    with av.open(str(CALLS / f"{call}.clean.flac")) as container:
        frames = [f.to_ndarray().reshape(-1, f.layout.nb_channels)[:, 0] for f in container.decode(audio=0)]
    x = (np.concatenate(frames) / 32768).astype(np.float32)
    turns = [t for t in truth["turns"] if t["who"] == "agent" and t["end"] - t["start"] > 1.5]
    assert turns
    for turn in turns:
        piece = x[int(turn["start"] * RATE) : int(turn["end"] * RATE)]
        median, semitones = f0_summary(f0_track(piece, RATE))
        assert median is not None
        assert low < median < high
        assert semitones is not None
        assert 2 < semitones < 24
