"""Calls one after another with pauses between them, and where in what is played everything lies."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import soxr

from voicemon.audio.recording import RecordingSource
from voicemon.types import Block, Float32, Int16

DEV_CALLS: Final = tuple(f"dev{i:02d}" for i in range(1, 11))
PAUSE_S: Final = (5.0, 20.0)
PIECE_S: Final = 0.1


@dataclass(frozen=True)
class Played:
    """One call in a playlist; ``start`` and ``end`` in seconds of what is played."""

    id: str
    number: int
    start: float
    end: float


@dataclass(frozen=True)
class Playlist:
    """``calls`` in order, with silence around them, ``length_s`` in all."""

    folder: Path
    calls: tuple[Played, ...]
    length_s: float

    def sound(self, rate: int) -> Iterator[Int16]:
        """The agent's channel in pieces at ``rate`` Hz, with silence between the calls."""
        at = 0
        for call in self.calls:
            begin = round(call.start * rate)
            yield from silence(begin - at, rate)
            samples = agent_pcm(self.folder, call.id, rate)
            yield from pieces(samples, rate)
            at = begin + samples.size
        yield from silence(round(self.length_s * rate) - at, rate)


def playlist(folder: Path, length_s: float, ids: Sequence[str] = DEV_CALLS, seed: int = 1) -> Playlist:
    """Calls ``ids`` in turn, as many as end within ``length_s``; the pauses are drawn from ``seed``."""
    chance = random.Random(seed)
    calls: list[Played] = []
    at = PAUSE_S[0]
    while True:
        name = ids[len(calls) % len(ids)]
        end = at + truth_of(folder, name)["duration_s"]
        if end + PAUSE_S[0] > length_s:
            return Playlist(folder, tuple(calls), length_s)
        calls.append(Played(name, len(calls), at, end))
        at = end + chance.uniform(*PAUSE_S)


@cache
def truth_of(folder: Path, name: str) -> dict[str, Any]:
    """What was truly said in a call."""
    truth: dict[str, Any] = json.loads((folder / f"{name}.truth.json").read_text(encoding="utf-8"))
    return truth


@cache
def agent_sound(folder: Path, name: str) -> tuple[Float32, int]:
    """The agent's channel as it is on file, ±1, and its rate; ten calls of a minute are 40 MB."""
    source = RecordingSource(folder / f"{name}.flac", customer_channel=None)
    samples = np.concatenate([item.samples[0] for item in source if isinstance(item, Block)])
    return samples, source.info.sample_rate


def agent_pcm(folder: Path, name: str, rate: int) -> Int16:
    """The agent's channel, 16 bits at ``rate`` Hz."""
    samples, own_rate = agent_sound(folder, name)
    if own_rate != rate:
        samples = soxr.resample(samples, own_rate, rate)
    pcm: Int16 = np.round(samples * 32768).clip(-32768, 32767).astype(np.int16)
    return pcm


def pieces(samples: Int16, rate: int) -> Iterator[Int16]:
    """``samples`` in pieces of :data:`PIECE_S`."""
    size = round(PIECE_S * rate)
    for at in range(0, samples.size, size):
        yield samples[at : at + size]


def silence(count: int, rate: int) -> Iterator[Int16]:
    """``count`` samples of nothing, in pieces."""
    nothing = np.zeros(round(PIECE_S * rate), np.int16)
    for at in range(0, count, nothing.size):
        yield nothing[: count - at]
