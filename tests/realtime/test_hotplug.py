"""A device that comes back unknown to PortAudio while another one records: found, at a counted price."""

from __future__ import annotations

import threading
import time
import wave
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import VirtualMicrophone
from scipy.signal import fftconvolve

from voicemon.audio.lateness import CATCH_UP_S, PROMPT_S
from voicemon.audio.microphone import MicrophoneSource
from voicemon.audio.placement import DEVICE_LOST, DEVICE_OVERFLOW, DEVICE_SEARCH
from voicemon.audio.portaudio import PortAudioHost
from voicemon.types import Block, Gap

pytestmark = pytest.mark.device

RATE = 48_000
NAME = "headset"

RETURN_S = 5.0
PAUSE_S = 1.0
NOISE_S = 30


class Headset:
    """A second sound card: a server of its own, and an entry of ALSA's that comes and goes with it."""

    def __init__(self, folder: Path, configuration: Path) -> None:
        folder.mkdir()
        self._server = VirtualMicrophone(folder)
        self._socket = folder / "socket"
        self._configuration = configuration
        self._without = configuration.read_text()

    def plug_in(self) -> None:
        self._server.plug_in()
        hint = 'hint { show on description "virtual headset" }'
        entry = f'pcm.{NAME} {{ type pulse server "unix:{self._socket}" {hint} }}\n'
        self._configure(self._without + entry)

    def pull_out(self) -> None:
        self._server.pull_out()
        self._configure(self._without)

    def _configure(self, text: str) -> None:
        """At once: PortAudio aborts the process where it finds a configuration that is half written."""
        new = self._configuration.with_suffix(".new")
        new.write_text(text)
        new.replace(self._configuration)


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
        return [item for _, item in list(self.items) if isinstance(item, Gap)]

    def hears_since(self, moment: float) -> bool:
        return any(at > moment and isinstance(item, Block) for at, item in list(self.items))


def wait_for(what: Callable[[], Any], timeout_s: float) -> float:
    begun = time.monotonic()
    while not what():
        assert time.monotonic() - begun < timeout_s
        time.sleep(0.01)
    return time.monotonic() - begun


NOISE = np.random.default_rng(1).integers(-1000, 1000, NOISE_S * RATE).astype("<i2")


def noise(path: Path) -> Path:
    """Something to play: a null sink that nobody plays to gives a new listener its first sound after up to 2 s."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(NOISE.tobytes())
    return path


def place_in_noise(block: Block) -> int:
    """Which sample of the noise a block begins with: the truth about its time, which no busy thread can change."""
    (samples,) = block.samples
    return int(fftconvolve(NOISE.astype(np.float32), samples[::-1], mode="valid").argmax())


@pytest.fixture
def headset(virtual_microphone: VirtualMicrophone, tmp_path: Path) -> Iterator[Headset]:
    headset = Headset(tmp_path / "headset", tmp_path / "asound.conf")
    headset.plug_in()
    PortAudioHost().refresh()
    try:
        if not any(device.name == NAME for device in PortAudioHost().devices()):
            pytest.skip("ALSA does not show the second device")
        yield headset
    finally:
        headset.pull_out()


def test_a_device_that_portaudio_does_not_know_of_is_found_and_the_other_stream_says_what_that_cost(
    virtual_microphone: VirtualMicrophone, headset: Headset, tmp_path: Path
) -> None:
    lost = Recorder(MicrophoneSource(NAME, sample_rate=RATE))
    wait_for(lambda: lost.items, 5)
    headset.pull_out()
    wait_for(lambda: lost.source.lost, 1.0)
    wait_for(lambda: NAME not in [device.name for device in PortAudioHost().devices()], 3.0)
    player = virtual_microphone.play(noise(tmp_path / "noise.wav"))
    other = Recorder(MicrophoneSource(virtual_microphone.name, sample_rate=RATE))
    wait_for(lambda: other.items, 5)
    time.sleep(3.0)
    assert other.gaps() == [], "while the device is away nothing is gained by a pause"
    headset.plug_in()
    back = time.monotonic()
    returned_s = wait_for(lambda: lost.hears_since(back), RETURN_S)
    wait_for(lambda: other.hears_since(time.monotonic() - 0.1), 2.0)
    time.sleep(CATCH_UP_S + 0.5)
    for recorder in (lost, other):
        recorder.source.close()
        recorder.join(3)
        assert not recorder.is_alive()
        items = [item for _, item in recorder.items]
        for before, after in pairwise(items):
            assert after.start == (before.end if isinstance(before, Gap) else before.start + before.samples.shape[1])
    player.kill()
    player.wait()
    pause, *lost_after = other.gaps()
    paused_s = [(gap.end - gap.start) / RATE for gap in other.gaps()]
    print(f"back after {returned_s:.2f} s, the other paused for {paused_s} s")
    assert pause.cause == DEVICE_SEARCH
    assert {gap.cause for gap in lost_after} <= {DEVICE_OVERFLOW}, "what the sound server loses as it begins anew"
    assert sum(paused_s) < PAUSE_S
    assert {gap.cause for gap in lost.gaps()} == {DEVICE_LOST}
    sound = [item for _, item in other.items if isinstance(item, Block) and item.samples.any()]
    offset_s = [(block.start - place_in_noise(block)) / RATE for block in (sound[0], sound[-1])]
    print(f"clock against the noise: {offset_s[0]:.3f} s at first, {offset_s[1]:.3f} s at last")
    assert offset_s[1] == pytest.approx(offset_s[0], abs=PROMPT_S + 0.05), "the clock kept time through the pause"


def test_a_device_that_is_still_listed_comes_back_at_no_cost_to_the_other_stream(
    virtual_microphone: VirtualMicrophone, headset: Headset
) -> None:
    lost = Recorder(MicrophoneSource(NAME, sample_rate=RATE))
    other = Recorder(MicrophoneSource(virtual_microphone.name, sample_rate=RATE))
    wait_for(lambda: lost.items and other.items, 5)
    for _ in range(2):
        headset.pull_out()
        noticed_s = wait_for(lambda: lost.source.lost, 1.0)
        time.sleep(1.5)
        headset.plug_in()
        back = time.monotonic()
        returned_s = wait_for(lambda back=back: lost.hears_since(back), RETURN_S)
        print(f"noticed after {noticed_s:.2f} s, back after {returned_s:.2f} s")
    for recorder in (lost, other):
        recorder.source.close()
        recorder.join(3)
        assert not recorder.is_alive()
    assert other.gaps() == []
    assert {gap.cause for gap in lost.gaps()} == {DEVICE_LOST}
