"""Log-mel features against an independent implementation, and the cut window."""

from __future__ import annotations

import numpy as np
import pytest
from faster_whisper.feature_extractor import FeatureExtractor
from hypothesis import given
from hypothesis import strategies as st

from voicemon.asr.features import FRAME_STEP, HOP, MAX_FRAMES, log_mel, window_frames


@pytest.mark.parametrize("n_samples", [201, 1600, 16_000, 5 * 16_000 + 77, 30 * 16_000])
@pytest.mark.parametrize("n_mels", [80, 128])
def test_equals_the_reference_padded_with_silence(n_samples: int, n_mels: int) -> None:
    samples = (0.1 * np.random.default_rng(n_samples).standard_normal(n_samples)).astype(np.float32)
    n_frames = window_frames(n_samples, 8.0)
    padded = np.pad(samples, (0, n_frames * HOP - n_samples))
    reference = FeatureExtractor(feature_size=n_mels)(padded)[:, :n_frames]
    ours = log_mel(samples, n_frames, n_mels)
    assert ours.shape == (1, n_mels, n_frames)
    assert ours.flags.c_contiguous
    np.testing.assert_allclose(ours[0], reference, atol=2e-5)


@pytest.mark.parametrize("n_samples", [0, 1, 160])
def test_hardly_any_sound_is_no_error(n_samples: int) -> None:
    features = log_mel(np.zeros(n_samples, np.float32), 800, 80)
    assert np.all(np.isfinite(features))


def test_what_does_not_fit_is_left_out() -> None:
    samples = np.random.default_rng(1).standard_normal(40 * 16_000).astype(np.float32)
    assert log_mel(samples, MAX_FRAMES, 80).shape == (1, 80, MAX_FRAMES)


@given(st.integers(0, 40 * 16_000), st.floats(2, 27))
def test_the_window_holds_utterance_and_padding(n_samples: int, padding_s: float) -> None:
    n_frames = window_frames(n_samples, padding_s)
    assert n_frames <= MAX_FRAMES
    assert n_frames % FRAME_STEP == 0
    assert n_frames == MAX_FRAMES or n_frames * HOP >= n_samples + (padding_s - 0.01) * 16_000
