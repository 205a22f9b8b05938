"""Two virtual sound cards through real PortAudio: a click played into both comes out side by side."""

from __future__ import annotations

import os
import subprocess
import threading
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from voicemon.audio.align import PairedBlock
from voicemon.audio.microphone import MicrophoneSource
from voicemon.audio.pair import PairedSource
from voicemon.audio.portaudio import PortAudioHost
from voicemon.types import Block, Gap

if TYPE_CHECKING:
    from conftest import VirtualMicrophone

pytestmark = pytest.mark.device

RATE = 48_000
LINE_RATE = 44_100
LINE = "line"
CLICK_S = 0.005
CLICKS = 8
ASIDE_S = 0.03
DEVICE = """
pcm.line { type pulse device line.monitor hint { show on description "virtual line" } }
"""


def clicks(path: Path) -> Path:
    """Bursts of noise half a second apart."""
    samples = np.zeros(round((CLICKS + 1) * 0.5 * RATE))
    rng = np.random.default_rng(1)
    for number in range(CLICKS):
        start = round((number + 1) * 0.5 * RATE)
        burst = rng.standard_normal(round(CLICK_S * RATE)).clip(-1.5, 1.5)
        samples[start : start + burst.size] = 0.5 * burst
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def onsets(row: np.ndarray) -> np.ndarray:
    """Seconds at which sound sets in after silence."""
    loud = np.flatnonzero(np.abs(row) > 0.1)
    first = loud[np.diff(loud, prepend=-RATE) > RATE // 4]
    return first / RATE


class Line:
    """A second sink, whose monitor can be stopped."""

    def __init__(self, microphone: VirtualMicrophone) -> None:
        self._environment = os.environ | microphone.environment

    def plug_in(self) -> None:
        self.load("module-null-sink", f"sink_name={LINE}", f"rate={LINE_RATE}", "channels=1")

    def stop(self, *, stopped: bool) -> None:
        """It delivers nothing.  (Were it taken away, the server would move its stream to the other source.)"""
        command = ["pactl", "suspend-sink", LINE, str(int(stopped))]
        subprocess.run(command, env=self._environment, check=True)

    def load(self, *module: str) -> str:
        command = ["pactl", "load-module", *module]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"PulseAudio has no {module[0]}")
        return done.stdout.strip()

    def play(self, path: Path, sink: str) -> None:
        subprocess.run(["paplay", f"--device={sink}", str(path)], env=self._environment, timeout=30, check=True)


@pytest.fixture
def line(virtual_microphone: VirtualMicrophone, tmp_path: Path) -> Line:
    """A second sound card beside the first."""
    with (tmp_path / "asound.conf").open("a") as file:
        file.write(DEVICE)
    line = Line(virtual_microphone)
    line.plug_in()
    PortAudioHost().refresh()
    if not any(device.name == LINE for device in PortAudioHost().devices()):
        pytest.skip("ALSA does not show the second device")
    return line


class Reader(threading.Thread):
    def __init__(self, source: PairedSource) -> None:
        super().__init__(daemon=True)
        self.source = source
        self.items: list[Block | Gap] = []
        self.start()

    def run(self) -> None:
        for item in self.source:
            self.items.append(item)


@contextmanager
def reading(source: PairedSource) -> Iterator[Reader]:
    reader = Reader(source)
    try:
        yield reader
    finally:
        begun = time.monotonic()
        source.close()
        reader.join(3)
        assert not reader.is_alive()
        assert time.monotonic() - begun < 1.0


def wait_for(what: Callable[[], bool], timeout_s: float) -> float:
    begun = time.monotonic()
    while not what():
        assert time.monotonic() - begun < timeout_s
        time.sleep(0.01)
    return time.monotonic() - begun


def paired(microphone: VirtualMicrophone) -> tuple[PairedSource, MicrophoneSource, MicrophoneSource]:
    agent = MicrophoneSource(microphone.name, sample_rate=RATE)
    customer = MicrophoneSource(LINE, sample_rate=LINE_RATE)
    return PairedSource(agent, customer), agent, customer


def test_a_click_in_both_comes_out_side_by_side(
    virtual_microphone: VirtualMicrophone, line: Line, tmp_path: Path
) -> None:
    line.load("module-combine-sink", "sink_name=both", f"slaves=voicemon,{LINE}", "channels=1")
    source, agent, customer = paired(virtual_microphone)
    with reading(source) as reader:
        time.sleep(3.0)
        assert not source.customer_lost
        line.play(clicks(tmp_path / "clicks.wav"), "both")
        time.sleep(1.0)
    assert source.customer_fault is None
    assert (agent.overflows, customer.overflows) == (0, 0)
    assert not any(isinstance(item, Gap) for item in reader.items)
    heard = np.concatenate([item.samples for item in reader.items if isinstance(item, Block)], axis=1)
    first, second = onsets(heard[0]), onsets(heard[1])
    assert len(first) == len(second) == CLICKS
    aside = second - first
    print(f"aside by {np.round(aside * 1e3, 1)} ms; absent {source.customer_absent_s:.2f} s")
    assert np.abs(aside).max() < ASIDE_S


def test_the_customers_device_stops_and_goes_on(virtual_microphone: VirtualMicrophone, line: Line) -> None:
    source, _, _ = paired(virtual_microphone)
    with reading(source) as reader:
        wait_for(lambda: not source.customer_lost, 5)
        time.sleep(1.0)
        line.stop(stopped=True)
        noticed_s = wait_for(lambda: source.customer_lost, 1.0)
        count = len(reader.items)
        time.sleep(1.0)
        assert len(reader.items) - count > 40, "the agent's sound goes on"
        line.stop(stopped=False)
        returned_s = wait_for(lambda: not source.customer_lost, 5)
        time.sleep(1.5)
    print(f"noticed after {noticed_s:.2f} s, back after {returned_s:.2f} s, absent {source.customer_absent_s:.2f} s")
    assert not any(isinstance(item, Gap) for item in reader.items), "the agent's device lost nothing"
    absent = [bool(item.absent) for item in reader.items if isinstance(item, PairedBlock)]
    assert not any(absent[-40:-10]), "at the end, what was still held comes without the customer"
    assert 1.0 < source.customer_absent_s < 8.0
