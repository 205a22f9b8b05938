"""Any block size gives the same findings of the gain watch, from samples on, and memory stays bounded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from voicemon.audio.recording import RecordingSource
from voicemon.audio.resample import Resampler
from voicemon.dsp.level import FrameMeter
from voicemon.dsp.weighting import Weighting
from voicemon.speech.gain import GainFinding, GainFrames, GainKind, GainWatch, band_levels_db
from voicemon.speech.gain.frames import BANDS
from voicemon.speech.vad import VoiceActivity
from voicemon.types import FRAMES_PER_S, SPEECH_FRAME, SPEECH_RATE_HZ, Block, Float32

CALLS = Path(__file__).resolve().parents[2] / "../shared/speech/calls"
STEP_DB = 8.0
STEP_S = 24.0


class Chain:
    """Blocks of samples in, findings out: the stages that stand before the gain watch in the monitor."""

    def __init__(self, rate: int) -> None:
        self._weighting = Weighting("A", rate)
        self._meter = FrameMeter(rate)
        self._resampler = Resampler(rate, SPEECH_RATE_HZ)
        self._activity = VoiceActivity()
        self._watch = GainWatch()
        self._meters = np.empty((2, 0))
        self._speech: Float32 = np.empty(0, np.float32)
        self._undecided = np.empty((0, 2 + BANDS))
        """Figures of frames of which it is not known yet whether they are speech."""
        self._first = 0
        self.findings: list[GainFinding] = []
        self.suspects: list[str | None] = []

    def process(self, samples: Float32) -> None:
        levels = self._meter.process(samples, self._weighting.process(samples))
        self._meters = np.concatenate((self._meters, np.stack((levels.weighted_ms, levels.peak))), axis=1)
        self._speech = np.concatenate((self._speech, self._resampler.process(samples)))
        count = min(len(self._speech) // SPEECH_FRAME, self._meters.shape[1])
        rows = self._speech[: count * SPEECH_FRAME].reshape(count, SPEECH_FRAME)
        weighted, peak = self._meters[:, :count]
        self._speech, self._meters = self._speech[count * SPEECH_FRAME :], self._meters[:, count:]
        level_db = 10 * np.log10(np.maximum(weighted, 1e-12))
        whole = np.clip(np.rint(rows * 32768), -32768, 32767).astype(np.int16)
        speech = self._activity.process(whole, level_db).speech
        peak_db = 20 * np.log10(np.maximum(peak, 1e-6))
        figures = np.column_stack((level_db, peak_db, band_levels_db(rows)))
        self._undecided = np.concatenate((self._undecided, figures))
        ready, self._undecided = self._undecided[: len(speech)], self._undecided[len(speech) :]
        frames = GainFrames(self._first, ready[:, 0], ready[:, 1], ready[:, 2:], speech)
        self.findings += self._watch.process(frames)
        self._first += len(speech)
        self.suspects.append(self._watch.suspect)


def run(sound: Float32, size: int, rate: int = SPEECH_RATE_HZ) -> Chain:
    chain = Chain(rate)
    for at in range(0, len(sound), size):
        chain.process(sound[at : at + size])
    return chain


@pytest.fixture(scope="module")
def moved_slider() -> Float32:
    """A call in which the slider is moved up by 8 dB after 24 s."""
    path = CALLS / "dev02.flac"
    if not path.exists():
        pytest.skip("the recordings beside the project are not there")
    source = RecordingSource(path, customer_channel=None)
    sound = np.concatenate([item.samples[0] for item in source if isinstance(item, Block)])[: 50 * SPEECH_RATE_HZ]
    at = round(STEP_S * SPEECH_RATE_HZ)
    return np.concatenate((sound[:at], sound[at:] * np.float32(10 ** (STEP_DB / 20))))


@pytest.mark.shared
def test_the_step_is_found_in_a_call(moved_slider: Float32) -> None:
    chain = run(moved_slider, len(moved_slider))
    (found,) = chain.findings
    assert found.kind is GainKind.STEP
    assert found.size_db == pytest.approx(STEP_DB, abs=1.5)
    assert STEP_S < found.frame / FRAMES_PER_S < STEP_S + 20
    assert found.since / FRAMES_PER_S <= STEP_S
    assert chain.suspects == ["step"]


@pytest.mark.shared
@pytest.mark.parametrize("size", [160, 480, 1024, 7777])
def test_any_block_size_gives_the_same(moved_slider: Float32, size: int) -> None:
    assert run(moved_slider, size).findings == run(moved_slider, len(moved_slider)).findings


@pytest.mark.shared
@pytest.mark.parametrize("size", [1, 7])
def test_even_the_smallest(moved_slider: Float32, size: int) -> None:
    """The step's evidence is in the pause before it, and the speech and pause behind: samples one by one around it."""
    begin = round((STEP_S + 4) * SPEECH_RATE_HZ)
    end = begin + SPEECH_RATE_HZ // 2
    chain = Chain(SPEECH_RATE_HZ)
    chain.process(moved_slider[:begin])
    for at in range(begin, end, size):
        chain.process(moved_slider[at : min(at + size, end)])
    chain.process(moved_slider[end:])
    assert chain.findings == run(moved_slider, len(moved_slider)).findings


@pytest.mark.parametrize("size", [1, 3, 50, 1000])
def test_bands_of_frames_do_not_depend_on_their_neighbours(size: int) -> None:
    rows = np.random.default_rng(1).standard_normal((1000, SPEECH_FRAME)).astype(np.float32) * 0.1
    whole = band_levels_db(rows)
    parts = np.concatenate([band_levels_db(rows[at : at + size]) for at in range(0, len(rows), size)])
    assert np.array_equal(whole, parts)
