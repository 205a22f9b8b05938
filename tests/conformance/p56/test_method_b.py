"""ITU-T P.56 method B: against the ITU's own tool (sv56) on recordings, and on signals whose answer is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from voicemon.dsp.active import ActiveSpeechLevel
from voicemon.types import Float32

SPEECH = Path(__file__).resolve().parents[3] / "../shared/speech"
REFERENCE = SPEECH / "p56_reference.jsonl"
RATE = 16_000
AS_SV56_DB = 0.02
AS_SV56_PERCENT = 0.2
"""The method itself is specified to 0.5 dB."""


def reference_rows() -> list[dict[str, Any]]:
    if not REFERENCE.exists():
        return []
    return [json.loads(line) for line in REFERENCE.read_text(encoding="utf-8").splitlines()]


def decoded(path: Path, channel: int) -> tuple[Float32, int]:
    with av.open(str(path)) as container:
        parts, rate = [], 0
        for frame in container.decode(audio=0):
            samples, rate = frame.to_ndarray(), frame.sample_rate
            interleaved = not frame.format.is_planar
            parts.append(samples.reshape(-1, frame.layout.nb_channels).T[channel] if interleaved else samples[channel])
    x = np.concatenate(parts)
    return (x / -float(np.iinfo(x.dtype).min)).astype(np.float32), rate


def measured(x: Float32, rate: int = RATE, block: int = 1023) -> ActiveSpeechLevel:
    meter = ActiveSpeechLevel(rate)
    for at in range(0, len(x), block):
        meter.process(x[at : at + block])
    return meter


def tone(duration_s: float, amplitude: float = 0.1, rate: int = RATE) -> Float32:
    return (amplitude * np.sin(2 * np.pi * 440 * np.arange(round(duration_s * rate)) / rate)).astype(np.float32)


@pytest.mark.shared
@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference recordings are not beside the project")
@pytest.mark.parametrize("row", reference_rows(), ids=lambda row: Path(row["file"]).stem)
def test_as_the_itu_tool_reads_it(row: dict[str, Any]) -> None:
    x, rate = decoded(SPEECH / row["file"], row["channel"])
    assert rate == row["sample_rate"]
    meter = measured(x, rate)
    assert meter.level_db() == pytest.approx(row["active_dbov"], abs=AS_SV56_DB)
    assert 100 * meter.activity() == pytest.approx(row["activity_percent"], abs=AS_SV56_PERCENT)


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 44_100, 48_000])
def test_without_pauses_it_is_the_plain_level(rate: int) -> None:
    meter = measured(tone(20, rate=rate), rate)
    assert meter.level_db() == pytest.approx(20 * np.log10(0.1 / np.sqrt(2)), abs=0.1)
    assert meter.activity() == pytest.approx(1.0, abs=0.02)


def test_long_pauses_do_not_lower_it() -> None:
    meter = measured(np.concatenate([tone(10), np.zeros(30 * RATE, np.float32)]))
    assert meter.level_db() == pytest.approx(20 * np.log10(0.1 / np.sqrt(2)), abs=0.2)
    assert meter.activity() == pytest.approx(0.25, abs=0.02)


def test_pauses_within_the_hangover_count_as_speech() -> None:
    burst = np.concatenate([tone(0.1), np.zeros(RATE // 10, np.float32)])
    meter = measured(np.tile(burst, 100))
    assert meter.level_db() == pytest.approx(20 * np.log10(0.1 / np.sqrt(2)) - 3.01, abs=0.1)


@pytest.mark.parametrize("gain_db", [-30, -17, -6, 5, 15])
def test_gain_moves_the_level_by_itself(gain_db: float) -> None:
    x = np.concatenate([np.concatenate([tone(1.3, a), np.zeros(RATE, np.float32)]) for a in (0.02, 0.1, 0.05)])
    level, amplified = measured(x).level_db(), measured((x * 10 ** (gain_db / 20)).astype(np.float32)).level_db()
    assert level is not None
    assert amplified == pytest.approx(level + gain_db, abs=0.5)


@pytest.mark.parametrize("rate", [16_000, 22_050])
def test_any_block_size_gives_the_same_answer(rate: int) -> None:
    rng = np.random.default_rng(56)
    x = (tone(3.0, rate=rate) * np.repeat(rng.random(30), rate // 10)[: 3 * rate].round() + 1e-3).astype(np.float32)
    whole = measured(x, rate, len(x))
    for block in (1, 7, 160, 480, 1023, 1024):
        part = measured(x, rate, block)
        assert (part.level_db(), part.activity()) == (whole.level_db(), whole.activity())


def test_silence_and_nothing_have_no_level() -> None:
    meter = ActiveSpeechLevel(RATE)
    assert (meter.level_db(), meter.activity()) == (None, 0.0)
    meter.process(np.zeros(RATE, np.float32))
    assert (meter.level_db(), meter.activity()) == (None, 0.0)


def test_reset_forgets() -> None:
    meter = measured(tone(5, amplitude=0.9))
    meter.reset()
    meter.process(tone(5, amplitude=0.01))
    assert meter.level_db() == measured(tone(5, amplitude=0.01)).level_db()


@pytest.mark.parametrize("rate", [16_000, 22_050])
def test_lost_sound_is_left_out_and_nothing_reaches_across(rate: int) -> None:
    speech, pause = tone(5, rate=rate), np.zeros(5 * rate, np.float32)
    meter = measured(np.concatenate([speech, pause, speech]), rate)
    level, activity = meter.level_db(), meter.activity()
    meter.gap()
    meter.process(np.concatenate([pause, speech, pause]))
    assert meter.level_db() == pytest.approx(level, abs=0.05)
    assert activity == pytest.approx(2 / 3, abs=0.02)
    assert meter.activity() == pytest.approx(3 / 6, abs=0.02)


def test_no_hangover_behind_a_gap() -> None:
    meter = measured(tone(5))
    for _ in range(100):
        meter.gap()
        meter.process(np.zeros(RATE // 10, np.float32))
    assert meter.activity() == pytest.approx(5 / 15, abs=0.01)
