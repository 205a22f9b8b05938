"""The recordings that gain is judged on: which are fitted on, and which are reported."""

from __future__ import annotations

import json
import random
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
AGAIN_RATES: Final = (1.0, 1.04, 0.96)
"""A call that is played again is played a little slower, then faster: nobody says the same twice to the sample."""

ROOM_SNR_DB: Final = 30.0
ROOM_OVER_DB: Final = 6.0
"""A speaker's sentences lie in one constant room, so far above the noise that each of them brings along.  Laid one
behind another as they are, their noise breaks off where they end, which is what a noise gate does."""

FADE_S: Final = 0.1
PAUSES_S: Final = (0.8, 4.0)
FEWEST_SENTENCES: Final = 3
SPOKEN_RATES: Final = (0.94, 1.06)
EFFORT_DB: Final = 2.0
"""Who has read fewer sentences says them again at another rate, pitch and effort: a sentence repeated to the sample
has the same highest peak and the same end every time, which is what a limiter and a gate have."""

FIT_SPEAKER: Final = "aishell1-S0150"
FIT_TAPES: Final = ("dev_zf_xiaobei", "dev_zm_yunxi")


@dataclass(frozen=True)
class Take:
    """One recording at 16 kHz; ``direct`` is the voice without the room, or ``sound`` where they are not apart."""

    name: str
    part: str
    sound: Float32
    direct: Float32
    layable: bool = True
    """Whether effects are laid over it: not over what has no room, and not over fewer than three sentences."""


@cache
def read(path: Path) -> Float32:
    """A recording's first channel at 16 kHz."""
    source = RecordingSource(path, customer_channel=None)
    sound = np.concatenate([item.samples[0] for item in source if isinstance(item, Block)])
    if source.info.sample_rate == SPEECH_RATE_HZ:
        return sound
    return np.asarray(soxr.resample(sound, source.info.sample_rate, SPEECH_RATE_HZ), np.float32)


def takes() -> Iterator[Take]:
    """All development recordings: calls, speakers' sentences in a room and as they were read, drills, tapes."""
    for number in range(1, 11):
        name = f"dev{number:02d}"
        mixed, clean = read(SPEECH / f"calls/{name}.flac"), read(SPEECH / f"calls/{name}.clean.flac")
        part = "fit" if number <= 5 else "report"
        yield Take(name, part, _long(mixed), _long(clean))
        yield Take(f"{name}.clean", part, *2 * (_long(clean),), layable=False)
    yield from _speakers()
    for name in ("drill_d1", "drill_d2", "drill_d3"):
        drill = _long(read(SPEECH / f"drills/{name}.flac"))
        yield Take(name, "fit" if name == "drill_d1" else "report", *2 * (drill,))
    for path in sorted((SPEECH / "phrases").glob("*.flac")):
        tape = read(path)[: round(TAPE_S * SPEECH_RATE_HZ)]
        yield Take(path.stem, "fit" if path.stem in FIT_TAPES else "report", *2 * (tape,))
    telephone = read(SPEECH / "telephone/auto_repairs_40_agent_left_caller_right.flac")
    yield Take("telephone", "report", *2 * (_long(telephone),))


def _speakers() -> Iterator[Take]:
    speakers: dict[str, list[str]] = defaultdict(list)
    for line in (SPEECH / "human/manifest.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        speakers[row["speaker"]].append(row["file"])
    for speaker, files in speakers.items():
        sentences = [read(SPEECH / "human" / file) for file in files]
        part = "fit" if speaker == FIT_SPEAKER else "report"
        for file, sentence in zip(files, sentences, strict=True):
            yield Take(Path(file).stem, part, *2 * (sentence,), layable=False)
        direct, room = _in_a_room(speaker, sentences)
        yield Take(speaker, part, direct + room, direct, layable=len(files) >= FEWEST_SENTENCES)


def _in_a_room(speaker: str, sentences: list[Float32]) -> tuple[Float32, Float32]:
    """The sentences one after another with pauses, until they are long enough, and a constant noise to go with them."""
    chance = random.Random(speaker)
    varied = len(sentences) < FEWEST_SENTENCES
    parts: list[Float32] = []
    while sum(map(len, parts)) < SHORTEST_S * SPEECH_RATE_HZ:
        for sentence in sentences:
            again = parts and varied
            said = _at_rate(sentence, chance.uniform(*SPOKEN_RATES)) if again else sentence
            effort_db = chance.uniform(-EFFORT_DB, EFFORT_DB) if again else 0.0
            pause = np.zeros(round(chance.uniform(*PAUSES_S) * SPEECH_RATE_HZ), np.float32)
            parts += [fx.faded(said, SPEECH_RATE_HZ, FADE_S) * np.float32(10 ** (effort_db / 20)), pause]
    direct = np.concatenate(parts)[: round(TAPE_S * SPEECH_RATE_HZ)]
    own_db = float(np.median([np.percentile(fx.levels_db(sentence, SPEECH_RATE_HZ), 5) for sentence in sentences]))
    room_db = max(fx.speech_db(direct, SPEECH_RATE_HZ) - ROOM_SNR_DB, own_db + ROOM_OVER_DB)
    return direct, fx.pink(len(direct), 1) * np.float32(10 ** (room_db / 20))


def _long(sound: Float32) -> Float32:
    """Said again and again, each time at another rate, until it is long enough."""
    times = int(np.ceil(SHORTEST_S * SPEECH_RATE_HZ / len(sound)))
    return np.concatenate([_at_rate(sound, rate) for rate in [*AGAIN_RATES][:times]])


def _at_rate(sound: Float32, rate: float) -> Float32:
    """As from a tape that runs ``rate`` times as fast."""
    return sound if rate == 1 else np.asarray(soxr.resample(sound, rate * SPEECH_RATE_HZ, SPEECH_RATE_HZ), np.float32)
