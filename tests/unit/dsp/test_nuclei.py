"""The syllable counter: its stream behaviour to the bit, and its counts against recordings with character times."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicemon.dsp.nuclei import NucleusDetector, density_of
from voicemon.types import FRAMES_PER_S, SPEECH_FRAME, SPEECH_RATE_HZ, Float32, Float64

RECORDINGS = Path(__file__).resolve().parents[4] / "shared" / "speech"
UNHEARD_VOICE = "zm_yunxi"
"""A voice that neither the training of the weights nor the choice of any constant has used."""

needs_recordings = pytest.mark.skipif(not RECORDINGS.is_dir(), reason=f"no recordings at {RECORDINGS.name}")


def syllable_like(seconds: float, per_s: float = 4.0, seed: int = 1) -> Float32:
    """A buzz of 140 Hz that opens and closes ``per_s`` times a second, over faint noise."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * SPEECH_RATE_HZ)) / SPEECH_RATE_HZ
    buzz = sum(np.sin(2 * np.pi * 140 * k * t) / k for k in range(1, 20))
    opening = np.clip(np.sin(2 * np.pi * per_s * t), 0.02, None)
    return (0.05 * buzz * opening + 1e-4 * rng.standard_normal(len(t))).astype(np.float32)


def in_blocks(samples: Float32, size: int) -> tuple[Float64, list[int]]:
    """Density from blocks of ``size``, and after each block how many frames had come out."""
    detector = NucleusDetector()
    parts, known = [], []
    for at in range(0, len(samples), size):
        out = detector.process(samples[at : at + size])
        assert out.first == sum(map(len, parts))
        parts.append(out.density)
        known.append(sum(map(len, parts)))
    parts.append(detector.flush().density)
    return np.concatenate(parts), known


@pytest.mark.parametrize("size", [1, 7, 160, 480, 1024, 3200, 5000])
def test_block_size_does_not_matter_to_the_bit(size: int) -> None:
    samples = syllable_like(1.3 if size < 10 else 4.1)
    density, _ = in_blocks(samples, size)
    np.testing.assert_array_equal(density, density_of(samples))


@given(st.integers(0, 20_000))
@settings(max_examples=20, deadline=None)
def test_every_whole_frame_comes_out_once(count: int) -> None:
    density = density_of(syllable_like(2.0)[:count])
    assert len(density) == count // SPEECH_FRAME
    assert np.all(density >= 0)


def test_frames_keep_the_declared_latency() -> None:
    detector = NucleusDetector()
    assert detector.latency_s <= 0.4
    _, known = in_blocks(syllable_like(6.0), SPEECH_FRAME)
    owed = np.arange(1, len(known) + 1) - np.array(known)
    assert owed.max() <= round(detector.latency_s * FRAMES_PER_S)


def test_after_a_gap_it_starts_anew_on_the_grid() -> None:
    samples = syllable_like(3.0)
    detector = NucleusDetector()
    detector.process(syllable_like(2.0, per_s=6.0, seed=2))
    detector.flush()
    detector.reset(start_sample=1_000_001)
    out = detector.process(samples)
    first = -(-1_000_001 // SPEECH_FRAME)
    assert out.first == first
    rest = detector.flush()
    assert rest.first == first + len(out.density)
    begun = first * SPEECH_FRAME - 1_000_001
    np.testing.assert_array_equal(np.concatenate((out.density, rest.density)), density_of(samples[begun:]))


@pytest.mark.parametrize("gain_db", [-20.0, 10.0])
def test_level_does_not_matter(gain_db: float) -> None:
    samples = syllable_like(10.0)
    louder = (samples * 10 ** (gain_db / 20)).astype(np.float32)
    assert density_of(louder).sum() == pytest.approx(density_of(samples).sum(), rel=0.03)


@pytest.mark.parametrize("rms", [0.0, 1e-4, 1e-2])
def test_silence_and_steady_noise_hold_no_syllables(rms: float) -> None:
    noise = (rms * np.random.default_rng(3).standard_normal(20 * SPEECH_RATE_HZ)).astype(np.float32)
    a_minute = density_of(noise).sum() * 3
    assert a_minute < 20


def test_the_weights_stay_small() -> None:
    with resources.as_file(resources.files("voicemon.dsp").joinpath("nuclei.npz")) as path:
        assert path.stat().st_size < 200_000


@pytest.mark.shared
@pytest.mark.slow
@needs_recordings
def test_a_tape_of_an_unheard_voice_is_counted_without_bias() -> None:
    av = pytest.importorskip("av")
    tape = RECORDINGS / "phrases" / f"dev_{UNHEARD_VOICE}.flac"
    with av.open(str(tape)) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
    samples = np.concatenate(frames, axis=1)[0].astype(np.float32)
    samples = samples / 32768 if np.abs(samples).max() > 1.5 else samples
    segments = json.loads(tape.with_suffix("").with_suffix(".truth.json").read_text(encoding="utf-8"))["segments"]
    density = density_of(samples)
    true = np.array([len(s["chars"]) for s in segments])
    got = [density[int(s["start"] * FRAMES_PER_S) - 5 : int(s["end"] * FRAMES_PER_S) + 5].sum() for s in segments]
    assert np.sum(got) == pytest.approx(np.sum(true), rel=0.03)
    assert np.corrcoef(got, true)[0, 1] > 0.97
