"""A device that can be opened and delivers nothing: waited for at next to no cost, and heard as soon as it delivers."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from typing import TYPE_CHECKING

import pytest

from voicemon.audio.microphone import MicrophoneSource
from voicemon.types import Block

if TYPE_CHECKING:
    from conftest import VirtualMicrophone

pytestmark = [pytest.mark.device, pytest.mark.slow]

SINK = "voicemon"
BARREN_FOR_S = 24.0
MOST_CPU = 0.12
"""Of a core, the three seconds that the first opening is given included; ten seconds' waits alone gave 0.23."""

BACK_WITHIN_S = 5.0


def test_a_silent_device_costs_little_and_is_back_within_seconds(virtual_microphone: VirtualMicrophone) -> None:
    environment = os.environ | virtual_microphone.environment

    def suspend(off: bool) -> None:
        subprocess.run(["pactl", "suspend-sink", SINK, str(int(off))], env=environment, check=True)

    suspend(True)
    source = MicrophoneSource(virtual_microphone.name)
    heard = threading.Event()

    def listen() -> None:
        for item in source:
            if isinstance(item, Block) and item.samples.shape[1]:
                heard.set()

    listener = threading.Thread(target=listen)
    before = _cpu_s()
    listener.start()
    try:
        assert not heard.wait(BARREN_FOR_S)
        assert source.lost
        used = (_cpu_s() - before) / BARREN_FOR_S
        suspend(False)
        began = time.monotonic()
        assert heard.wait(BACK_WITHIN_S), "not back in time"
        back_s = time.monotonic() - began
        print(f"{used:.1%} of a core while nothing came, back after {back_s:.2f} s")
        assert used < MOST_CPU
    finally:
        source.close()
        listener.join(10)
    assert not listener.is_alive()


def _cpu_s() -> float:
    times = os.times()
    return times.user + times.system
