"""Recording from a real sound device: what was muted is nowhere in the file."""

from __future__ import annotations

import time
import wave
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from voicemon.audio.microphone import MUTED, MicrophoneSource
from voicemon.audio.recording import RecordingSource
from voicemon.recorder import Recorder
from voicemon.types import Block, Float32, Gap

if TYPE_CHECKING:
    from conftest import VirtualMicrophone

pytestmark = pytest.mark.device

RATE = 48_000
TONE_S = 20.0
LOUD = 0.05
"""The tone's level is four times this; silence on the virtual sound card is exact."""


def tone(path: Path) -> Path:
    t = np.arange(round(TONE_S * RATE)) / RATE
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((0.2 * 32_767 * np.sin(2 * np.pi * 1000 * t)).astype("<i2").tobytes())
    return path


def loudness(samples: Float32) -> Float32:
    """Peak of each 10 ms."""
    frames = samples[: samples.size // 480 * 480].reshape(-1, 480)
    peaks: Float32 = np.abs(frames).max(axis=1)
    return peaks


def test_what_is_said_while_muted_is_not_in_the_recording(
    virtual_microphone: VirtualMicrophone, tmp_path: Path
) -> None:
    playing = virtual_microphone.play(tone(tmp_path / "tone.wav"))
    source = MicrophoneSource("pulse", block_s=0.05)
    folder = tmp_path / "calls"
    taking = Recorder(folder, source.info, keep_days=7)
    taking.begin_call(1)
    begun, muted_at, unmuted_at, total = time.monotonic(), 0.0, 0.0, 0
    first = None
    gaps: list[Gap] = []
    while_muted: list[Block] = []
    for item in source:
        taking.write(item)
        now = time.monotonic()
        if isinstance(item, Gap):
            gaps.append(item)
            total = item.end
        elif item.samples.shape[1]:
            first = item.start if first is None else first
            total = item.start + item.samples.shape[1]
            if muted_at and not unmuted_at:
                while_muted.append(item)
        if not muted_at and first is not None and now - begun > 3:
            source.mute()
            muted_at = now
        elif muted_at and not unmuted_at and now - muted_at > 2:
            source.unmute()
            unmuted_at = now
        elif unmuted_at and now - unmuted_at > 4:
            source.close()
    taking.end_call()
    taking.close()
    playing.kill()
    playing.wait()

    assert taking.fault is None
    assert while_muted == [], "the source let sound through after mute() had returned"
    muted = [gap for gap in gaps if gap.cause == MUTED]
    assert muted
    (path,) = folder.iterdir()
    sound = np.concatenate([b.samples[0] for b in RecordingSource(path) if isinstance(b, Block)])
    assert sound.size == total
    for gap in muted:
        assert not sound[gap.start : gap.end].any()
    assert all(a.end == b.start for a, b in pairwise(muted)), "one stretch of silence, told in touching gaps"
    silent_s = sum(gap.end - gap.start for gap in muted) / RATE
    assert silent_s == pytest.approx(unmuted_at - muted_at, abs=1.0)
    before, after = sound[muted[0].start - RATE // 2 : muted[0].start], sound[-RATE:]
    assert loudness(before).min() > LOUD
    assert loudness(after).min() > LOUD
