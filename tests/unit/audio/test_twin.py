"""One source recorded as both rows is found; two people, bleed and sidetones are not."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import resample_poly

from voicemon import demo
from voicemon.audio.recording import RecordingSource
from voicemon.audio.twin import TwinDetector
from voicemon.audio.twin_blank import SAME_SOUND, TwinBlanker
from voicemon.types import Block, Float32, Gap, PairedBlock

CALLS = Path(__file__).resolve().parents[3] / "../shared/speech/calls"
RATE = 16_000
BLOCK = 800
GRID_S = 0.5
FINE = 16
"""Samples per sample between which lags are read off linearly."""


@cache
def call(path: Path) -> Float32:
    source = RecordingSource(path)
    assert source.info.sample_rate == RATE
    return np.concatenate([item.samples for item in source if isinstance(item, Block)], axis=1)


def speech(first_s: float = 0, last_s: float = 30) -> Float32:
    """The demo's agent."""
    return call(demo.CALL)[0, round(first_s * RATE) : round(last_s * RATE)]


def other(first_s: float = 0, last_s: float = 30) -> Float32:
    """The demo's customer."""
    return call(demo.CALL)[1, round(first_s * RATE) : round(last_s * RATE)]


def copied(sound: Float32, lag_s: float, ppm: float = 0.0, gain_db: float = -6.0) -> Float32:
    fine = resample_poly(sound, FINE, 1)
    at = np.arange(sound.size) * (1 + ppm * 1e-6) - lag_s * RATE
    return (10 ** (gain_db / 20) * np.interp(at * FINE, np.arange(fine.size), fine, 0, 0)).astype(np.float32)


def verdicts(agent: Float32, customer: Float32, block: int = BLOCK) -> list[bool]:
    rows, detector = np.stack((agent, customer)).astype(np.float32), TwinDetector(RATE)
    return [detector.process(start, rows[:, start : start + block]) for start in range(0, rows.shape[1], block)]


def loud_s(sound: Float32) -> float:
    """Seconds within which someone speaks: 0.1 s pieces above -45 dBFS."""
    pieces = sound[: sound.size // 1600 * 1600].reshape(-1, 1600)
    return float((np.mean(pieces**2, axis=1) > 10**-4.5).sum()) / 10


def rms(sound: Float32) -> float:
    return float(np.sqrt(np.mean(sound**2)))


@pytest.mark.parametrize("ppm", [-50, 50])
@pytest.mark.parametrize("lag_s", [-0.2, -0.05, 0.0, 0.0123, 0.2])
@pytest.mark.parametrize("first_s", [0, 3, 7])
def test_a_copy_is_found_within_two_seconds_of_speech_and_stays_found(first_s: float, lag_s: float, ppm: float) -> None:
    agent = speech(first_s)
    same = verdicts(agent, copied(agent, lag_s, ppm))
    found = same.index(True)
    begun_within_a_window_s = GRID_S if abs(lag_s) > 0.1 else 0
    assert loud_s(agent[: found * BLOCK]) <= 2.0 + begun_within_a_window_s
    assert all(same[found:]), "pauses keep the verdict"


@pytest.mark.parametrize("number", range(1, 11))
@pytest.mark.shared
def test_never_on_a_call_of_two_people(number: int) -> None:
    path = CALLS / f"dev{number:02}.flac"
    if not path.exists():
        pytest.skip("the shared calls are not here")
    assert not any(verdicts(*call(path)))


def test_never_on_the_bundled_call() -> None:
    assert not any(verdicts(*call(demo.CALL)))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("taps", "speaks"), [(8, False), (40, False), (40, True)])
def test_never_on_bleed(taps: int, seed: int, speaks: bool) -> None:
    """The customer's loudspeaker in the agent's microphone, the agent silent or not."""
    rng = np.random.default_rng(seed)
    customer = other(0, 50)
    air = rng.standard_normal(taps) * np.exp(-np.arange(taps) / 10)
    bled = 0.1 * np.convolve(customer, air / np.sqrt(np.sum(air**2)))[: customer.size]
    noise = 10 ** (-30 / 20) * rms(bled) * rng.standard_normal(customer.size)
    assert not any(verdicts(bled + noise + (speech(0, 50) if speaks else 0), customer))


@pytest.mark.parametrize("seed", range(4))
def test_never_on_loud_bleed_in_a_room(seed: int) -> None:
    """As loud as the customer's row itself: only the room's filtering tells it from a copy."""
    rng = np.random.default_rng(seed)
    customer = other(0, 50)
    room = 0.05 * rng.standard_normal(800) * np.exp(-np.arange(800) / 250)
    room[0] += 1
    assert not any(verdicts(np.convolve(customer, room)[: customer.size], customer))


def test_never_on_a_sidetone() -> None:
    agent = speech(0, 50)
    assert not any(verdicts(agent, other(0, 50) + 0.3 * agent))


def test_never_on_a_ring_back_tone_heard_by_both() -> None:
    """Of a tone even an echo is an exact copy."""
    tone = 0.1 * np.sin(2 * np.pi * 450 / RATE * np.arange(8 * RATE)).astype(np.float32)
    assert not any(verdicts(np.roll(0.7 * tone, 13), tone))


def test_never_on_clicks_heard_by_both() -> None:
    clicks = np.zeros(8 * RATE, np.float32)
    for start in range(0, clicks.size, RATE // 2):
        clicks[start + 400 : start + 480] = 0.5 * np.random.default_rng(start).uniform(-1, 1, 80)
    assert not any(verdicts(clicks, clicks))


def test_silence_and_hiss_decide_nothing() -> None:
    hiss = (1e-4 * np.random.default_rng(1).standard_normal(5 * RATE)).astype(np.float32)
    assert not any(verdicts(hiss, hiss))
    agent = np.concatenate((speech(0, 10), hiss, 0 * hiss))
    assert verdicts(agent, agent)[-1]


def test_lifted_when_the_customer_is_heard_again() -> None:
    agent = speech(0, 30)
    customer = np.concatenate((agent[: 10 * RATE], other(10, 30)))
    same = verdicts(agent, customer)
    assert same[10 * RATE // BLOCK - 1]
    lifted = len(same) - same[::-1].index(True)
    differs = np.abs(customer - agent)
    assert loud_s(differs[10 * RATE : lifted * BLOCK].astype(np.float32)) <= 2 * GRID_S


@pytest.mark.parametrize("pull", [-0.005, 0.002, 0.005])
def test_the_aligners_pull_hides_no_copy(pull: float) -> None:
    agent = speech(1, 12)
    customer = copied(agent, 0.03 if pull > 0 else -0.03, pull * 1e6, 0)
    rows, detector = np.stack((agent, customer)), TwinDetector(RATE)
    for start in range(0, 4 * RATE, BLOCK):
        detector.process(start, rows[:, start : start + BLOCK], pull)
    assert detector.same
    assert not any(verdicts(agent, customer)[: 4 * RATE // BLOCK]), "without knowing the pull it would not be found"


def blanked(sound: Float32, size: int) -> tuple[Float32, Float32, list[Gap], TwinBlanker]:
    blanker = TwinBlanker(RATE)
    blocks = [
        blanker.process(PairedBlock(start, np.stack((sound[start : start + size],) * 2), ()))
        for start in range(0, sound.size, size)
    ]
    whole = np.concatenate([block.samples for block in blocks], axis=1)
    return whole[0], whole[1], [gap for block in blocks for gap in block.absent], blanker


def mask(gaps: list[Gap], count: int) -> np.ndarray:
    absent = np.zeros(count, np.bool_)
    for gap in gaps:
        absent[gap.start : gap.end] = True
    return absent


@pytest.mark.parametrize("size", [1, 7, 160, 480, 1024, 6 * RATE])
def test_blocks_of_any_size_are_blanked_alike(size: int) -> None:
    sound = speech(1, 7)
    agent, customer, gaps, blanker = blanked(sound, size)
    absent = mask(gaps, sound.size)
    assert np.array_equal(agent, sound)
    assert np.array_equal(absent, mask(blanked(sound, 800)[2], sound.size))
    assert np.array_equal(customer, np.where(absent, 0, sound))
    assert {gap.cause for gap in gaps} == {SAME_SOUND}
    assert blanker.found
    assert blanker.blanked_samples == absent.sum() > RATE


def test_what_was_absent_anyway_is_not_counted_twice() -> None:
    sound = speech(1, 7)
    blanker = TwinBlanker(RATE)
    rows = np.stack((sound, sound))
    blanker.process(PairedBlock(0, rows[:, : 5 * RATE], ()))
    before = blanker.blanked_samples
    gap = Gap(5 * RATE + 100, 5 * RATE + 200, "late")
    block = blanker.process(PairedBlock(5 * RATE, rows[:, 5 * RATE : 5 * RATE + 300], (gap,)))
    assert block.absent == (Gap(5 * RATE, 5 * RATE + 300, SAME_SOUND),)
    assert blanker.blanked_samples - before == 200


def test_a_gap_keeps_the_verdict_and_the_grid() -> None:
    agent = speech(1, 7)
    detector = TwinDetector(RATE)
    assert detector.process(0, np.stack((agent, agent)))
    assert detector.process(20 * RATE + 3, np.stack((agent, agent)))
    assert not detector.process(40 * RATE + 3, np.stack((agent, 0 * agent)))
