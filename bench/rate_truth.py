"""What the rate bench measures against: recordings with character times, people's sentences, ways to worsen them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, signal

from models.nuclei.corpus import (
    RATE,
    Float32,
    Float64,
    Take,
    call_takes,
    decode,
    drill_takes,
    noisy,
    spoken_takes,
    tape_takes,
)

HELD_OUT_VOICES = ("zf_xiaobei", "zm_yunxi")
WINDOW_S, HOP_S, LEAST_SPEECH_S = 15.0, 5.0, 5.0
PAUSE_LIMIT_S = 1.0
FRAMES_PER_S = 100
FRAME = RATE // FRAMES_PER_S
NOISE_SNR_DB = 10.0

Bool = NDArray[np.bool_]


def turns(chars: Float64, pause_s: float) -> list[tuple[float, float]]:
    """Spans of characters with no pause over ``pause_s`` between them."""
    out: list[tuple[float, float]] = []
    for start, end in chars:
        if out and start - out[-1][1] <= pause_s:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((float(start), float(end)))
    return out


def spread(chars: Float64, frames: int) -> Float64:
    """Characters in each frame, every one spread evenly over its own time."""
    edges = np.arange(frames + 1) / FRAMES_PER_S
    out = np.zeros(frames)
    for start, end in chars:
        a, b = int(start * FRAMES_PER_S), min(int(end * FRAMES_PER_S) + 2, frames)
        if b > a:
            out[a:b] += np.diff(np.clip((edges[a : b + 1] - start) / max(end - start, 0.01), 0, 1))
    return out


def by_window(take: Take, density: Float64) -> Iterator[tuple[float, float]]:
    """(true, estimated) rate in characters a minute of every window with enough speech."""
    frames = len(density)
    speech = np.zeros(frames, dtype=bool)
    for start, end in turns(take.chars, PAUSE_LIMIT_S):
        speech[int(start * FRAMES_PER_S) : int(end * FRAMES_PER_S) + 1] = True
    truth = spread(take.chars, frames)
    window, hop = int(WINDOW_S * FRAMES_PER_S), int(HOP_S * FRAMES_PER_S)
    for at in range(0, max(1, frames - window + 1), hop):
        inside = speech[at : at + window]
        minutes = inside.sum() / FRAMES_PER_S / 60
        if minutes * 60 >= LEAST_SPEECH_S:
            yield truth[at : at + window][inside].sum() / minutes, density[at : at + window][inside].sum() / minutes


@dataclass(frozen=True)
class Piece:
    """Sentences put together: ``inside`` marks the frames from each one's first to its last sound."""

    samples: Float32
    inside: Bool
    characters: int

    @property
    def minutes(self) -> float:
        return float(self.inside.sum()) / FRAMES_PER_S / 60


def sounding(samples: Float32) -> Bool:
    """Frames from the first to the last sound: over the floor by a third of the way to the loud parts, in decibels."""
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME).astype(np.float64)
    level_db = ndimage.uniform_filter1d(10 * np.log10(np.mean(frames**2, axis=1) + 1e-10), 5)
    floor_db, loud_db = np.quantile(level_db, (0.03, 0.95))
    loud = np.flatnonzero(level_db > max(floor_db + (loud_db - floor_db) / 3, loud_db - 35))
    inside = np.zeros(len(frames), dtype=bool)
    inside[loud[0] : loud[-1] + 1] = True
    return inside


def human_pieces(folder: Path) -> list[Piece]:
    """People's sentences in the manifest's order, put together to about 15 s of speech."""
    out, samples, inside, characters = [], [], [], 0
    for line in (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        x = decode(folder / row["file"])[0]
        mask = sounding(x)
        samples.append(x[: len(mask) * FRAME])
        inside.append(mask)
        characters += row["n_hanzi"]
        if sum(int(m.sum()) for m in inside) >= WINDOW_S * FRAMES_PER_S * 0.8:
            out.append(Piece(np.concatenate(samples), np.concatenate(inside), characters))
            samples, inside, characters = [], [], 0
    return out


def telephone(x: Float32) -> Float32:
    """8 kHz, 300 to 3400 Hz, 8-bit A-law-like steps."""
    low = signal.sosfilt(signal.butter(4, [300, 3400], "band", fs=8000, output="sos"), signal.resample_poly(x, 1, 2))
    coded = np.round(np.sign(low) * np.log1p(255 * np.clip(np.abs(low), 0, 1)) / np.log(256) * 127) / 127
    low = np.sign(coded) * np.expm1(np.abs(coded) * np.log(256)) / 255
    return signal.resample_poly(low, 2, 1)[: len(x)].astype(np.float32)


def conditions(recordings: Path) -> dict[str, Callable[[Float32], Float32]]:
    """What is done to the sound before counting, by name."""
    cafe = decode(recordings / "noise" / "noisereduce_cafe_short.flac")[0]
    tapes = [decode(recordings / "phrases" / f"dev_{voice}.flac")[0] for voice in HELD_OUT_VOICES]
    babble = np.sum([np.roll(tape[: 400 * RATE], k * 37 * RATE) for k in range(4) for tape in tapes], axis=0)
    return {
        "clean": lambda x: x,
        "cafe 10 dB": lambda x: noisy(x, cafe, NOISE_SNR_DB),
        "babble 10 dB": lambda x: noisy(x, babble, NOISE_SNR_DB),
        "telephone": telephone,
    }


def sets(recordings: Path, spoken: Path | None) -> dict[str, tuple[list[Take], bool]]:
    """Takes by set; ``True`` where no voice of it was trained on."""

    def part(held: bool, takes: Sequence[Take]) -> list[Take]:
        return [take for take in takes if (take.voice in HELD_OUT_VOICES) == held]

    calls = [*call_takes(recordings / "calls", clean=True)]
    tapes, drills = [*tape_takes(recordings / "phrases")], [*drill_takes(recordings / "drills")]
    out = {
        "calls": (part(True, calls), True),
        "tapes": (part(True, tapes), True),
        "drills": (part(True, drills), True),
        "calls, voices trained on": (part(False, calls), False),
        "tapes, voices trained on": (part(False, tapes), False),
    }
    if spoken is not None:
        out["120 to 320 cpm"] = ([*spoken_takes(spoken, "eval")], True)
    return out
