"""Frames as a script of speech and pauses, for the gain watch's tests: levels scatter as they do in recordings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from voicemon.speech.gain import GainFrames
from voicemon.speech.gain.frames import BANDS
from voicemon.types import FRAMES_PER_S, Float64

SPEECH_DB = -30.0
FLOOR_DB = -60.0
SPEECH_BANDS = np.array([-8.0, -3.0, -6.0, -12.0])
FLOOR_BANDS = np.array([-4.0, -6.0, -8.0, -10.0])
CREST_DB = 14.0


@dataclass(frozen=True)
class Part:
    """``seconds`` of speech or pause; ``gain_db`` acts on all of it (a number, or a function of seconds into it)."""

    seconds: float
    speech: bool
    gain_db: float | Callable[[Float64], Float64] = 0.0
    speech_db: float = 0.0
    floor_db: float = 0.0
    low_db: float = 0.0
    """On the speech's lowest band."""
    voice_db: Sequence[float] = (0.0, 0.0, 0.0, 0.0)
    """On the speech's bands: another person's."""
    colour_db: Sequence[float] = (0.0, 0.0, 0.0, 0.0)
    """On the noise's bands."""


def frames(parts: Sequence[Part], seed: int = 1) -> GainFrames:
    """One after another from frame 0."""
    random = np.random.default_rng(seed)
    levels, bands, peaks, speech = [], [], [], []
    for part in parts:
        count = round(part.seconds * FRAMES_PER_S)
        time_s = np.arange(count) / FRAMES_PER_S
        gain = part.gain_db(time_s) if callable(part.gain_db) else np.full(count, part.gain_db)
        if part.speech:
            level = SPEECH_DB + part.speech_db + random.normal(0, 5, count) + random.normal(0, 0.5)
            shape = SPEECH_BANDS + np.array([part.low_db, 0, 0, 0]) + np.asarray(part.voice_db)
        else:
            level = FLOOR_DB + part.floor_db + random.normal(0, 1, count)
            shape = FLOOR_BANDS + np.asarray(part.colour_db)
        levels.append(level + gain)
        bands.append((level + gain)[:, None] + shape + random.normal(0, 1, (count, BANDS)))
        peaks.append(np.minimum(level + gain + CREST_DB + random.normal(0, 2, count), 0))
        speech.append(np.full(count, part.speech))
    return GainFrames(0, np.concatenate(levels), np.concatenate(peaks), np.concatenate(bands), np.concatenate(speech))


def turns(count: int, *, talk_s: float = 4.0, pause_s: float = 3.0, **change: object) -> list[Part]:
    """``count`` turns with a pause behind each; ``change`` as in :class:`Part`."""
    found = []
    for _ in range(count):
        found += [Part(talk_s, True, **change), Part(pause_s, False, **change)]  # type: ignore[arg-type]
    return found


def cut(whole: GainFrames, size: int) -> list[GainFrames]:
    """The same frames, ``size`` at a time."""
    return [
        GainFrames(
            whole.first + at,
            *(column[at : at + size] for column in (whole.level_db, whole.peak_db, whole.bands_db, whole.speech)),
        )
        for at in range(0, len(whole), size)
    ]
