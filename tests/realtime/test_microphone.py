"""The microphone source against real PortAudio and a virtual sound card that can be pulled out."""

from __future__ import annotations

import math
import threading
import time
import wave
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from voicemon.audio.microphone import MicrophoneSource
from voicemon.audio.placement import DEVICE_LOST, MUTED
from voicemon.audio.portaudio import PortAudioHost
from voicemon.types import Block, Gap

if TYPE_CHECKING:
    from conftest import VirtualMicrophone

pytestmark = pytest.mark.device

RATE = 48_000
TONE_HZ = 1000.0
TONE_PEAK = 0.1


class Recorder(threading.Thread):
    def __init__(self, source: MicrophoneSource) -> None:
        super().__init__(daemon=True)
        self.source = source
        self.items: list[tuple[float, Block | Gap]] = []
        self.start()

    def run(self) -> None:
        for item in self.source:
            if isinstance(item, Gap) or item.samples.shape[1]:
                self.items.append((time.monotonic(), item))

    def gaps(self) -> list[Gap]:
        return [item for _, item in self.items if isinstance(item, Gap)]

    def wait_for(self, what: Callable[[], Any], timeout_s: float) -> float:
        begun = time.monotonic()
        while not what():
            assert time.monotonic() - begun < timeout_s, f"not within {timeout_s} s; gaps: {self.gaps()}"
            time.sleep(0.01)
        return time.monotonic() - begun


def tone(path: Path, length_s: float) -> Path:
    t = np.arange(round(length_s * RATE)) / RATE
    samples = np.round(TONE_PEAK * 32767 * np.sin(2 * np.pi * TONE_HZ * t)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return path


def phase_steps(samples: np.ndarray) -> np.ndarray:
    """How far the tone's phase, in rad, moves against an ideal 1 kHz from one 10 ms stretch to the next."""
    stretch = RATE // 100
    turned = samples * np.exp(-2j * np.pi * TONE_HZ / RATE * np.arange(samples.size))
    means = turned[: samples.size // stretch * stretch].reshape(-1, stretch).mean(axis=1)
    return np.abs(np.diff(np.unwrap(np.angle(means))))


def blocks_since(recorder: Recorder, moment: float) -> list[Block]:
    return [item for at, item in list(recorder.items) if at > moment and isinstance(item, Block)]


def assert_gapless(items: list[tuple[float, Block | Gap]]) -> None:
    for (_, before), (_, after) in pairwise(items):
        end = before.end if isinstance(before, Gap) else before.start + before.samples.shape[1]
        assert after.start == end


def test_the_virtual_microphone_is_listed(virtual_microphone: VirtualMicrophone) -> None:
    assert virtual_microphone.name in [device.name for device in PortAudioHost().devices()]


def test_a_tone_comes_back_whole(virtual_microphone: VirtualMicrophone, tmp_path: Path) -> None:
    source = MicrophoneSource(virtual_microphone.name, sample_rate=RATE)
    recorder = Recorder(source)
    recorder.wait_for(lambda: recorder.items, 5)
    player = virtual_microphone.play(tone(tmp_path / "tone.wav", 3.0))
    assert player.wait(10) == 0
    time.sleep(0.5)
    source.close()
    recorder.join(3)
    assert not recorder.is_alive()
    assert (recorder.gaps(), source.overflows) == ([], 0)
    assert_gapless(recorder.items)
    heard = np.concatenate([item.samples[0] for _, item in recorder.items if isinstance(item, Block)])
    sounding = np.flatnonzero(np.abs(heard) > TONE_PEAK / 2)
    assert 2.9 < (sounding[-1] - sounding[0]) / RATE < 3.01, "the sink may swallow the last hundredths of a second"
    assert phase_steps(heard[sounding[0] : sounding[-1]]).max() < 0.02, "a lost sample turns the phase by 0.13 rad"
    middle = heard[sounding[0] + RATE // 2 :][: 2 * RATE].astype(np.float64)
    level_db = 20 * math.log10(np.sqrt(np.mean(middle**2)))
    assert level_db == pytest.approx(20 * math.log10(TONE_PEAK / math.sqrt(2)), abs=0.05)
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(middle.size)))
    assert np.argmax(spectrum) * RATE / middle.size == pytest.approx(TONE_HZ, abs=0.5)


@pytest.mark.parametrize("times", [2, pytest.param(50, marks=pytest.mark.slow)])
def test_pulled_out_and_put_back(virtual_microphone: VirtualMicrophone, times: int) -> None:
    source = MicrophoneSource(virtual_microphone.name, sample_rate=RATE)
    recorder = Recorder(source)
    recorder.wait_for(lambda: recorder.items, 5)
    noticed_s: list[float] = []
    returned_s: list[float] = []
    for _ in range(times):
        known = len(recorder.gaps())
        virtual_microphone.pull_out()
        noticed_s.append(recorder.wait_for(lambda known=known: len(recorder.gaps()) > known and source.lost, 1.0))
        time.sleep(0.5)
        virtual_microphone.plug_in()
        back = time.monotonic()
        returned_s.append(recorder.wait_for(lambda back=back: blocks_since(recorder, back), 5.0))
        assert not source.lost
    print(f"noticed after at most {max(noticed_s):.2f} s, heard again after at most {max(returned_s):.2f} s")
    begun, last = recorder.items[0][0], recorder.items[-1]
    source.close()
    recorder.join(3)
    assert not recorder.is_alive()
    assert_gapless(recorder.items)
    assert {gap.cause for gap in recorder.gaps()} == {DEVICE_LOST}
    end = last[1].end if isinstance(last[1], Gap) else last[1].start + last[1].samples.shape[1]
    assert end / RATE == pytest.approx(last[0] - begun, abs=0.3), "the sample clock keeps time through the losses"


def test_muted_it_does_not_hear(virtual_microphone: VirtualMicrophone, tmp_path: Path) -> None:
    source = MicrophoneSource(virtual_microphone.name, sample_rate=RATE)
    recorder = Recorder(source)
    recorder.wait_for(lambda: recorder.items, 5)
    player = virtual_microphone.play(tone(tmp_path / "tone.wav", 5.0))
    time.sleep(0.5)
    source.mute()
    begun = time.monotonic()
    time.sleep(0.3)
    muted = time.monotonic()
    time.sleep(1.0)
    assert blocks_since(recorder, muted) == []
    source.unmute()
    recorder.wait_for(lambda: blocks_since(recorder, muted), 5)
    silent_s = time.monotonic() - begun
    time.sleep(0.3)
    source.close()
    recorder.join(3)
    player.kill()
    player.wait()
    assert_gapless(recorder.items)
    assert {gap.cause for gap in recorder.gaps()} == {MUTED}
    assert sum(gap.end - gap.start for gap in recorder.gaps()) / RATE == pytest.approx(silent_s, abs=0.3)
