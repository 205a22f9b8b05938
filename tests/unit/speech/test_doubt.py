"""Silero is asked where something stands out of the noise, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
from faster_whisper.vad import get_vad_model

from voicemon import demo
from voicemon.audio.recording import RecordingSource
from voicemon.speech import doubt
from voicemon.speech.doubt import FORGETS, GOES_ON, UNHEARD, SpeechOpinion
from voicemon.speech.silero import CHUNK, CONTEXT, SpeechNet
from voicemon.types import SPEECH_FRAME, SPEECH_RATE_HZ, Block, Bool, Float32

FRAMES = 1200


@pytest.fixture(scope="module")
def agent() -> Float32:
    blocks = [b.samples[0] for b in RecordingSource(demo.CALL) if isinstance(b, Block)]
    return np.concatenate(blocks)[2 * SPEECH_RATE_HZ :][: FRAMES * SPEECH_FRAME]


@pytest.fixture(scope="module")
def loud() -> Bool:
    """Two stretches with a silence between them that is longer than any pause."""
    frames = np.zeros(FRAMES, np.bool_)
    frames[100:400] = frames[700:900] = True
    return frames


def opinions(agent: Float32, loud: Bool, size: int) -> list[float]:
    opinion, found = SpeechOpinion(), []
    for at in range(0, FRAMES, size):
        opinion.process(agent[at * SPEECH_FRAME : (at + size) * SPEECH_FRAME], loud[at : at + size])
        known = min(at + size, FRAMES)
        found += [opinion.around(frame, frame) for frame in range(at, known)]
        opinion.forget(known)
    return found


def test_in_silence_the_network_does_not_run(agent: Float32, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doubt, "SpeechNet", Counting)
    Counting.heard = 0
    assert set(opinions(agent, np.zeros(FRAMES, np.bool_), 2)) == {UNHEARD}
    assert Counting.heard == 0
    opinions(agent, np.ones(FRAMES, np.bool_), 2)
    assert Counting.heard >= FRAMES * SPEECH_FRAME // CHUNK


class Counting(SpeechNet):
    heard = 0

    def process(self, chunks: Float32) -> list[float]:
        Counting.heard += len(chunks)
        return super().process(chunks)


@pytest.mark.parametrize("size", [1, 2, 7, 100, FRAMES])
def test_frames_may_come_in_any_number(agent: Float32, loud: Bool, size: int) -> None:
    """A frame's own chunk may not be over when the frame is: only then does the number matter, and only there."""
    opinion = SpeechOpinion()
    for at in range(0, FRAMES, size):
        opinion.process(agent[at * SPEECH_FRAME : (at + size) * SPEECH_FRAME], loud[at : at + size])
    whole = SpeechOpinion()
    whole.process(agent, loud)
    assert opinion.chunks == whole.chunks == FRAMES * SPEECH_FRAME // CHUNK
    frames = range(0, FRAMES, 7)
    assert [opinion.around(f, f + 6) for f in frames] == [whole.around(f, f + 6) for f in frames]


def test_where_it_is_loud_the_opinion_is_that_of_the_network_run_through(agent: Float32, loud: Bool) -> None:
    reference = get_vad_model()(agent[: len(agent) // CHUNK * CHUNK].copy()).ravel()
    opinion = SpeechOpinion()
    opinion.process(agent, loud)
    sure = [(f, reference[f * SPEECH_FRAME // CHUNK] > 0.5) for f in np.flatnonzero(loud)]
    agreed = [(opinion.around(f, f + 3) >= 0.5) == believed for f, believed in sure]
    assert np.mean(agreed) > 0.9
    assert any(believed for _, believed in sure)


@pytest.mark.parametrize("size", [1, 50, 5000])
def test_after_a_long_silence_it_begins_anew(agent: Float32, size: int) -> None:
    silence = np.zeros((FORGETS + GOES_ON + 5) * CHUNK // SPEECH_FRAME * SPEECH_FRAME, np.float32)
    sound = np.concatenate((agent[: 160 * 128], silence, agent[160 * 128 : 160 * 384]))
    loud = np.zeros(len(sound) // SPEECH_FRAME, np.bool_)
    loud[:128] = loud[-256:] = True
    opinion = SpeechOpinion()
    for at in range(0, len(loud), size):
        opinion.process(sound[at * SPEECH_FRAME : (at + size) * SPEECH_FRAME], loud[at : at + size])
    later = len(loud) - 256
    begin = later * SPEECH_FRAME // CHUNK
    net = SpeechNet()
    padded = sound[begin * CHUNK - CONTEXT :]
    chunks = np.lib.stride_tricks.sliding_window_view(padded, CONTEXT + CHUNK)[::CHUNK]
    expected = net.process(chunks)
    for chunk in range(begin, opinion.chunks):
        end_frame = -(-(chunk + 1) * CHUNK // SPEECH_FRAME) - 1
        assert opinion.around(end_frame, end_frame) in expected[max(0, chunk - begin - 1) : chunk - begin + 1]


def test_it_goes_on_through_the_pauses_within_words(agent: Float32, loud: Bool) -> None:
    opinion = SpeechOpinion()
    opinion.process(agent, loud)
    last = 400 * SPEECH_FRAME // CHUNK
    frame_of = lambda chunk: -(-(chunk + 1) * CHUNK // SPEECH_FRAME)  # noqa: E731
    assert opinion.around(frame_of(last + GOES_ON - 1), frame_of(last + GOES_ON - 1)) != UNHEARD
    assert opinion.around(frame_of(last + GOES_ON + 3), frame_of(last + GOES_ON + 3)) == UNHEARD
