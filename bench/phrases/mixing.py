"""Real noise under speech at a stated ratio to its active level."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from bench.asr import read
from voicemon.dsp.active import ActiveSpeechLevel
from voicemon.types import SPEECH_RATE_HZ, Float32

CLIPS: Final = (
    "noisereduce_cafe_short", "speechbrain_noise2", "keyboard_zoom_key_0", "esc10_Rain_1-17367-A",
    "music_moonlight48_stereo", "speechbrain_noise4", "esc10_Helicopter_1-172649-A", "esc10_Baby_cry_4-185575-B",
    "esc10_Fire_crackling_4-171207-A", "esc10_Sea_waves_1-28135-A", "esc10_Dog_bark_2-122104-A",
)  # fmt: skip
"""A café, a room, keys, rain, music, a machine, rotors, a baby, crackling, waves and a dog: what an agent at a desk or
at home has around him, steady and not."""
TURN_S: Final = 8.0
"""So long each clip is heard, over and over if it is shorter, before the next one: about two sentences."""


def mixed(speech: Float32, name: str, snr_db: float, noise: Path) -> Float32:
    """``speech`` at 16 kHz with the clips of folder ``noise`` in turn, beginning with one chosen by ``name``.

    ``snr_db`` is the speech's active level (ITU-T P.56) over the noise's mean square, in every turn alike.  Speech that
    has no active level stays as it is.
    """
    clips = [read(noise / f"{clip}.flac") for clip in turns(name)]
    return add(speech, clips, snr_db)


def turns(name: str) -> Sequence[str]:
    """The clips in the order in which the recording ``name`` gets them."""
    first = zlib.crc32(name.encode()) % len(CLIPS)
    return (*CLIPS[first:], *CLIPS[:first])


def clip_at(name: str, second: float) -> str:
    """Which clip is heard in the recording ``name`` at a moment of it."""
    order = turns(name)
    return order[int(second / TURN_S) % len(order)]


def add(speech: Float32, clips: Sequence[Float32], snr_db: float) -> Float32:
    """``speech`` with the ``clips`` in turn; samples that would leave ±1 are clipped, as a sound card does."""
    level_db = active_db(speech)
    if level_db is None:
        return speech
    turn = round(TURN_S * SPEECH_RATE_HZ)
    bed = [of_unit_power(np.resize(clip, turn)) for clip in clips]
    noise = np.resize(np.concatenate(bed), len(speech))
    return np.clip(speech + noise * 10 ** ((level_db - snr_db) / 20), -1, 1).astype(np.float32)


def active_db(samples: Float32) -> float | None:
    """Active speech level in dBov."""
    meter = ActiveSpeechLevel(SPEECH_RATE_HZ)
    meter.process(samples)
    return meter.level_db()


def of_unit_power(samples: Float32) -> Float32:
    """``samples`` scaled to a mean square of 1.  Raises :class:`ValueError` for silence."""
    power = float(np.mean(np.square(samples, dtype=np.float64)))
    if not power > 0:
        raise ValueError("silence has no level to be scaled")
    return np.asarray(samples / np.sqrt(power), np.float32)
