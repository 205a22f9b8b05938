"""The recordings that gain is judged on: which are fitted on, and which are reported."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import soxr

from bench import agc_effects as fx
from bench.report import SPEECH
from voicemon.audio.recording import RecordingSource
from voicemon.types import SPEECH_RATE_HZ, Block, Float32

SHORTEST_S: Final = 100.0
TAPE_S: Final = 120.0
"""Long ones are cut: a tape has seven minutes."""
ROOM_SNR_DB: Final = 30.0
PAUSE_S: Final = 2.5
"""Sentences read one by one have each its own noise and no pauses: under the effects they get a room and pauses."""
FEWEST_SENTENCES: Final = 3
"""Speakers with fewer are only played plain: one sentence over and over is no call."""

FIT_SPEAKER: Final = "aishell1-S0150"
FIT_TAPES: Final = ("dev_zf_xiaobei", "dev_zm_yunxi")


@dataclass(frozen=True)
class Take:
    """One recording at 16 kHz; ``direct`` is the voice without the room, or ``scene`` where they are not apart."""

    name: str
    part: str
    sound: Float32
    scene: Float32
    """What effects are laid over: as ``sound``, or sentences with pauses in a constant room."""
    direct: Float32
    sentences: int = FEWEST_SENTENCES


@cache
def read(path: Path) -> Float32:
    """A recording's first channel at 16 kHz."""
    source = RecordingSource(path, customer_channel=None)
    sound = np.concatenate([item.samples[0] for item in source if isinstance(item, Block)])
    if source.info.sample_rate == SPEECH_RATE_HZ:
        return sound
    return np.asarray(soxr.resample(sound, source.info.sample_rate, SPEECH_RATE_HZ), np.float32)


def takes() -> Iterator[Take]:
    """All development recordings: calls played twice over, a speaker's sentences in a row, drills, tapes."""
    for number in range(1, 11):
        name = f"dev{number:02d}"
        mixed, clean = read(SPEECH / f"calls/{name}.flac"), read(SPEECH / f"calls/{name}.clean.flac")
        part = "fit" if number <= 5 else "report"
        yield Take(name, part, _long(mixed), _long(mixed), _long(clean))
        yield Take(f"{name}.clean", part, *3 * (_long(clean),))
    speakers: dict[str, list[str]] = defaultdict(list)
    for line in (SPEECH / "human/manifest.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        speakers[row["speaker"]].append(row["file"])
    for speaker, files in speakers.items():
        sentences = [read(SPEECH / "human" / file) for file in files]
        pause = np.zeros(round(PAUSE_S * SPEECH_RATE_HZ), np.float32)
        spaced = np.concatenate([part for sentence in sentences for part in (sentence, pause)])
        direct = _long(spaced)[: round(TAPE_S * SPEECH_RATE_HZ)]
        room = fx.pink(len(direct), 1) * np.float32(10 ** ((fx.speech_db(direct, SPEECH_RATE_HZ) - ROOM_SNR_DB) / 20))
        part = "fit" if speaker == FIT_SPEAKER else "report"
        yield Take(speaker, part, _long(np.concatenate(sentences)), direct + room, direct, len(files))
    for name in ("drill_d1", "drill_d2", "drill_d3"):
        drill = _long(read(SPEECH / f"drills/{name}.flac"))
        yield Take(name, "fit" if name == "drill_d1" else "report", *3 * (drill,))
    for path in sorted((SPEECH / "phrases").glob("*.flac")):
        tape = read(path)[: round(TAPE_S * SPEECH_RATE_HZ)]
        yield Take(path.stem, "fit" if path.stem in FIT_TAPES else "report", *3 * (tape,))
    telephone = read(SPEECH / "telephone/auto_repairs_40_agent_left_caller_right.flac")
    yield Take("telephone", "report", *3 * (_long(telephone),))


def _long(sound: Float32) -> Float32:
    return np.tile(sound, int(np.ceil(SHORTEST_S * SPEECH_RATE_HZ / len(sound))))
