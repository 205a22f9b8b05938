"""Silero in NumPy: the same probabilities as the ONNX file gives, however the chunks come."""

from __future__ import annotations

import numpy as np
import pytest
from faster_whisper.vad import get_vad_model

from voicemon import demo
from voicemon.audio.recording import RecordingSource
from voicemon.speech.silero import CHUNK, CONTEXT, SpeechNet
from voicemon.types import Block, Float32


@pytest.fixture(scope="module")
def agent() -> Float32:
    """The agent's channel of the sample call, 16 kHz."""
    blocks = [b.samples[0] for b in RecordingSource(demo.CALL) if isinstance(b, Block)]
    return np.concatenate(blocks)[: 600 * CHUNK]


def chunks_of(samples: Float32) -> Float32:
    with_context = np.concatenate((np.zeros(CONTEXT, np.float32), samples))
    return np.lib.stride_tricks.sliding_window_view(with_context, CONTEXT + CHUNK)[::CHUNK]


def test_the_probabilities_are_those_of_the_onnx_file(agent: Float32) -> None:
    reference = get_vad_model()(agent.copy()).ravel()
    ours = SpeechNet().process(chunks_of(agent))
    assert len(ours) == len(reference) == 600
    assert 0.2 < np.mean(reference > 0.5) < 0.8
    # The reference hears its last chunk with another one's context.
    np.testing.assert_allclose(ours[:-1], reference[:-1], atol=1e-5)


@pytest.mark.parametrize("size", [1, 2, 7, 599])
def test_chunks_may_come_in_any_number(agent: Float32, size: int) -> None:
    chunks = chunks_of(agent)
    net = SpeechNet()
    parts = [net.process(chunks[at : at + size]) for at in range(0, len(chunks), size)]
    assert [p for part in parts for p in part] == SpeechNet().process(chunks)


def test_a_reset_forgets_what_was_heard(agent: Float32) -> None:
    chunks = chunks_of(agent)
    net = SpeechNet()
    net.process(chunks[:300])
    net.reset()
    assert net.process(chunks[300:400]) == SpeechNet().process(chunks[300:400])


@pytest.mark.filterwarnings("error")
def test_a_tone_at_the_band_s_end_is_no_warning_on_the_screen() -> None:
    whistle = np.cos(np.pi * np.arange(100 * CHUNK)).astype(np.float32)
    assert max(SpeechNet().process(chunks_of(whistle))) < 0.5
