"""Clipping below full scale: found where a limit left flat tops, never in sound that no limit has touched."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from voicemon.dsp.flattop import FlatTops
from voicemon.types import Float32

RATE = 16_000
CALLS = Path(__file__).resolve().parents[3] / "../shared/speech/calls"


def sixteen_bits(x: np.ndarray) -> Float32:
    return (np.round(x * 32768) / 32768).astype(np.float32)


def voice(seconds: float = 10, rate: int = RATE) -> np.ndarray:
    """Harmonics of a gliding pitch whose loudness comes and goes."""
    time_s = np.arange(round(seconds * rate)) / rate
    phase = 2 * np.pi * np.cumsum(120 + 30 * np.sin(2 * np.pi * 0.3 * time_s)) / rate
    harmonics = sum(np.sin(k * phase + k * k) / k for k in range(1, 20))
    return 0.2 * np.abs(np.sin(2 * np.pi * 1.7 * time_s)) * (1 + 0.3 * np.sin(2 * np.pi * 0.37 * time_s)) * harmonics


def looked_at(x: Float32, rate: int = RATE, block: int | None = None) -> FlatTops:
    meter = FlatTops(rate)
    for at in range(0, len(x), block or len(x)):
        meter.process(x[at : at + (block or len(x))])
    return meter


@pytest.mark.parametrize("limit", [0.1, 0.25])
@pytest.mark.parametrize("side", [1, -1])
def test_a_limit_below_full_scale_is_found_with_its_height(limit: float, side: int) -> None:
    found = looked_at(sixteen_bits(side * np.clip(voice(), -1, limit)))
    assert (found.windows, found.flat) == (2, 2)
    assert found.top == pytest.approx(limit, abs=1e-4)


def test_sound_without_a_limit_is_round() -> None:
    assert looked_at(sixteen_bits(voice())).flat == 0


@pytest.mark.parametrize("frequency_hz", [31.62, 100.0, 1000.0])
@pytest.mark.parametrize("amplitude", [0.03, 0.5, 0.97])
@pytest.mark.parametrize("rate", [8_000, 48_000])
def test_a_pure_tone_repeats_its_top_and_is_not_clipped(rate: int, amplitude: float, frequency_hz: float) -> None:
    x = amplitude * np.sin(2 * np.pi * frequency_hz * np.arange(5 * rate) / rate)
    found = looked_at(sixteen_bits(x), rate)
    assert (found.windows, found.flat) == (1, 0)


def test_the_coarse_steps_of_a_telephone_codec_are_no_limit() -> None:
    x = np.clip(voice(rate=8_000), -0.98, 0.98)
    code = np.round(127 * np.sign(x) * np.log1p(255 * np.abs(x)) / np.log(256))
    decoded = np.sign(code) * (256 ** (np.abs(code) / 127) - 1) / 255
    assert looked_at(decoded.astype(np.float32), 8_000).flat == 0


@pytest.mark.parametrize("block", [7, 160, 1023])
def test_any_block_size_gives_the_same_answer(block: int) -> None:
    x = sixteen_bits(np.clip(np.concatenate([voice(5), 2 * voice(7)]), -0.4, 0.4))
    whole, parts = looked_at(x), looked_at(x, block=block)
    assert (parts.windows, parts.flat, parts.top) == (whole.windows, whole.flat, whole.top)


def test_a_window_does_not_reach_across_a_gap() -> None:
    meter = FlatTops(RATE)
    meter.process(np.zeros(4 * RATE, np.float32))
    meter.reset()
    meter.process(np.zeros(4 * RATE, np.float32))
    assert meter.windows == 0


@pytest.mark.shared
@pytest.mark.skipif(not CALLS.exists(), reason="the recordings are not beside the project")
@pytest.mark.parametrize("path", sorted(CALLS.glob("*.flac")), ids=lambda path: path.stem)
def test_no_recording_is_accused(path: Path) -> None:
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray().reshape(-1, 2) for frame in container.decode(audio=0)]
    samples = np.concatenate(frames)
    for channel in samples.T:
        assert looked_at((channel / 32768).astype(np.float32)).flat == 0
