"""A voice that speaks when a test says so."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from voicemon import demo
from voicemon.audio.recording import RecordingSource
from voicemon.types import SPEECH_FRAME, SPEECH_RATE_HZ, Block, Float32

FAINTEST: Final = 1 / 300
"""Of the loudest frames' power: less is a pause."""

ROOM: Final = 1e-4


@cache
def voice() -> Float32:
    """The sample call's agent without a pause: the louder frames of what she says, one after the other; RMS 1."""
    sound = np.concatenate([block.samples[0] for block in RecordingSource(demo.CALL) if isinstance(block, Block)])
    frames = sound[: len(sound) // SPEECH_FRAME * SPEECH_FRAME].reshape(-1, SPEECH_FRAME)
    power = np.mean(np.square(frames), axis=1)
    said: Float32 = frames[power > np.quantile(power, 0.99) * FAINTEST].reshape(-1)
    return said / np.sqrt(np.mean(np.square(said)))


def speech(spans: list[tuple[float, float]], seconds: float, seed: int = 1, amplitude: float = 0.1) -> Float32:
    """``seconds`` at 16 kHz of a faint room in which somebody speaks in the ``spans``, RMS 0.8 of ``amplitude``."""
    sound = ROOM * np.random.default_rng(seed).standard_normal(round(seconds * SPEECH_RATE_HZ))
    said = np.roll(voice(), round(3 * seed * SPEECH_RATE_HZ)) * (0.8 * amplitude)
    for start, end in spans:
        first, last = round(start * SPEECH_RATE_HZ), round(end * SPEECH_RATE_HZ)
        sound[first:last] += said[: last - first]
    return sound.astype(np.float32)
