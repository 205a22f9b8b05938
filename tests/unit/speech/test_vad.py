"""Voice activity: steady noise of any level is none, real speech is found, blocks do not matter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from voicemon import demo
from voicemon.audio.recording import RecordingSource
from voicemon.channel import Features, FrontEnd
from voicemon.speech.vad import FLOOR_MIN_DB, NoiseFloor, VoiceActivity
from voicemon.types import SPEECH_RATE_HZ, Block, Bool, Float32, Float64, Int16


def features(samples: Float32) -> Features:
    return FrontEnd(SPEECH_RATE_HZ, 5.0).process(samples)[0]


@pytest.fixture(scope="module")
def call() -> Float32:
    """Both channels of the sample call."""
    blocks = [b.samples for b in RecordingSource(demo.CALL) if isinstance(b, Block)]
    return np.concatenate(blocks, axis=1)


def truth_frames(spans: list[list[float]], count: int) -> Bool:
    frames = np.zeros(count, np.bool_)
    for start, end in spans:
        frames[round(start * 100) : round(end * 100)] = True
    return frames


@pytest.mark.parametrize("level_dbfs", range(-60, -9, 10))
def test_steady_noise_is_not_speech(level_dbfs: int) -> None:
    noise = np.random.default_rng(7).standard_normal(12 * SPEECH_RATE_HZ) * 10 ** (level_dbfs / 20)
    speech = features(noise.astype(np.float32)).speech
    assert speech.mean() < 0.002
    assert not speech[:50].any(), "nor at the very beginning, where the floor is not known yet"


def test_digital_silence_is_not_speech() -> None:
    result = features(np.zeros(3 * SPEECH_RATE_HZ, np.float32))
    assert not result.speech.any()
    assert (result.floor_db == FLOOR_MIN_DB).all()


def test_a_louder_room_is_followed_within_the_floors_window() -> None:
    rng = np.random.default_rng(8)
    room = rng.standard_normal(20 * SPEECH_RATE_HZ) * 10 ** (-60 / 20)
    room[5 * SPEECH_RATE_HZ :] *= 10 ** (20 / 20)
    speech = features(room.astype(np.float32)).speech
    assert speech[1200:].mean() < 0.002


@pytest.mark.parametrize(("channel", "role"), [(0, "agent"), (1, "customer")])
def test_real_speech_is_found(channel: int, role: str, call: Float32, sample_truth: dict[str, Any]) -> None:
    """Balanced error: the mean of missed speech and false speech, frame by frame."""
    speech = features(call[channel]).speech
    truth = truth_frames(sample_truth["speech"][role], len(speech))
    missed, false = (~speech[truth]).mean(), speech[~truth].mean()
    assert (missed + false) / 2 <= 0.15


def test_the_other_voice_that_leaks_into_the_headset_is_not_the_agent(
    call: Float32, sample_truth: dict[str, Any]
) -> None:
    speech = features(call[0]).speech
    agent = truth_frames(sample_truth["speech"]["agent"], len(speech))
    customer = truth_frames(sample_truth["speech"]["customer"], len(speech))
    assert speech[customer & ~agent].mean() < 0.05


def test_speech_is_found_whatever_the_gain(call: Float32, sample_truth: dict[str, Any]) -> None:
    for gain_db in (-20, 0, 6):
        samples = np.clip(call[0] * np.float32(10 ** (gain_db / 20)), -1, 1)
        speech = features(samples).speech
        truth = truth_frames(sample_truth["speech"]["agent"], len(speech))
        assert ((~speech[truth]).mean() + speech[~truth].mean()) / 2 <= 0.15, gain_db


@pytest.fixture(scope="module")
def noisy_frames() -> tuple[Int16, Float64]:
    rng = np.random.default_rng(3)
    loud = np.repeat(rng.uniform(-60, -15, 40), 20)
    samples = rng.standard_normal((800, 160)) * 10 ** (loud[:, None] / 20) * 32768
    return np.clip(samples, -32768, 32767).astype(np.int16), loud


@pytest.mark.parametrize("size", [1, 3, 7, 100, 799])
def test_frames_may_come_in_any_number(size: int, noisy_frames: tuple[Int16, Float64]) -> None:
    frames, level_db = noisy_frames
    whole = VoiceActivity().process(frames, level_db, last=True)
    assert len(whole.speech) == len(frames)
    vad = VoiceActivity()
    parts = [vad.process(frames[at : at + size], level_db[at : at + size]) for at in range(0, len(frames), size)]
    parts.append(vad.process(frames[:0], level_db[:0], last=True))
    assert np.array_equal(np.concatenate([p.speech for p in parts]), whole.speech)
    assert np.array_equal(np.concatenate([p.floor_db for p in parts]), whole.floor_db)


@pytest.mark.parametrize("size", [80, 320, 777, 16_000])
def test_speech_in_noise_is_the_same_in_any_blocks(call: Float32, size: int) -> None:
    noisy = in_noise(call[0][: 15 * SPEECH_RATE_HZ], 5.0)
    whole, parts = FrontEnd(SPEECH_RATE_HZ, 5.0), FrontEnd(SPEECH_RATE_HZ, 5.0)
    blocks = [parts.process(noisy[at : at + size])[0] for at in range(0, len(noisy), size)]
    found = np.concatenate([block.speech for block in (*blocks, parts.flush()[0])])
    expected = np.concatenate([block.speech for block in (whole.process(noisy)[0], whole.flush()[0])])
    assert np.array_equal(found, expected)
    assert expected.any()


def in_noise(samples: Float32, snr_db: float) -> Float32:
    """Under ``samples`` noise that comes and goes, so much weaker than the speech."""
    rng = np.random.default_rng(5)
    swell = np.repeat(rng.uniform(0.2, 1.8, len(samples) // 1600 + 1), 1600)[: len(samples)]
    noise = rng.standard_normal(len(samples)) * swell
    loud = samples[np.abs(samples) > np.abs(samples).max() / 30]
    noise *= np.sqrt(np.mean(loud.astype(float) ** 2) / np.mean(noise**2)) * 10 ** (-snr_db / 20)
    return (samples + noise).astype(np.float32)


def test_speech_is_found_in_noise_that_comes_and_goes(call: Float32, sample_truth: dict[str, Any]) -> None:
    speech = features(in_noise(call[0], 5.0)).speech
    truth = truth_frames(sample_truth["speech"]["agent"], len(speech))
    assert ((~speech[truth]).mean() + speech[~truth].mean()) / 2 <= 0.1


def test_keystrokes_are_not_speech() -> None:
    rng = np.random.default_rng(6)
    sound = 1e-4 * rng.standard_normal(20 * SPEECH_RATE_HZ)
    for at in rng.integers(0, len(sound) - 800, 120):
        sound[at : at + 800] += 0.2 * rng.standard_normal(800) * np.exp(-np.arange(800) / 150)
    assert features(sound.astype(np.float32)).speech.mean() < 0.005


def test_a_reset_forgets_everything(noisy_frames: tuple[Int16, Float64]) -> None:
    frames, level_db = noisy_frames
    fresh = VoiceActivity().process(frames[:300], level_db[:300])
    vad = VoiceActivity()
    vad.process(frames[300:], level_db[300:])
    vad.reset()
    again = vad.process(frames[:300], level_db[:300])
    assert np.array_equal(again.speech, fresh.speech)


def test_the_floor_is_the_quietest_moment_and_is_forgotten_after_six_seconds() -> None:
    floor = NoiseFloor()
    for _ in range(100):
        floor.update(-50.0)
    after = [floor.update(-30.0) for _ in range(800)]
    assert after[0] == pytest.approx(-50.0)
    assert after[550] == pytest.approx(-50.0)
    assert after[650] == pytest.approx(-30.0)


def test_one_quiet_frame_does_not_set_the_floor() -> None:
    floor = NoiseFloor()
    levels = [-40.0] * 50 + [-70.0] + [-40.0] * 50
    heard = [floor.update(level) for level in levels]
    assert min(heard[8:]) > -45.0


def test_many_frames_at_once_give_the_floors_of_one_by_one() -> None:
    levels = np.random.default_rng(5).normal(-50.0, 12.0, 2000).tolist()
    one, many = NoiseFloor(), NoiseFloor()
    by_frame = [one.update(level) for level in levels]
    sizes = [3, 5, 1, 700, 1291]
    ends = np.cumsum(sizes).tolist()
    assert [f for size, end in zip(sizes, ends, strict=True) for f in many.track(levels[end - size : end])] == by_frame


def test_the_floor_is_known_from_the_eighth_frame_on() -> None:
    floor = NoiseFloor()
    floor.track([-50.0] * 5)
    assert (floor.known, floor.known_from) == (False, 5)
    floor.track([-50.0] * 5)
    assert (floor.known, floor.known_from) == (True, 2)
