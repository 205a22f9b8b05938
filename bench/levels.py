"""The agent's level, turn by turn, on the development calls: clean, as recorded, and in babble of 55 dB(A).

    python -m bench.levels [--babble-dba 55] [ID …]

The babble is twelve people reading at once (the human recordings, played over one another), laid on the recorded call.
Three errors a turn: what we say minus the clean voice's level in the truth; the part of it that any meter must show,
since the noise stands in the sound while the agent speaks (a meter that knows the turn's exact active time, weighted by
the design goal of IEC 61672-1 in the frequency domain); and the rest, which is ours.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import tempfile
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.agc_takes import read
from bench.calls import SPL_OF_0_DBFS, Collect
from bench.report import SPEECH, table, write
from voicemon.audio.recording import RecordingSource
from voicemon.dsp.weighting import design_goal_db
from voicemon.phrases.lexicon import load as load_lexicon
from voicemon.session import Replay
from voicemon.settings import load
from voicemon.types import SPEECH_RATE_HZ, Block, Float32, Float64

TALKERS: Final = 12
PAUSE_S: Final = 0.2
"""Inner pauses longer than this are no part of a turn's active time (the truth's own rule)."""
REACH_S: Final = 0.1
INT16: Final = 32768.0
LEAST_HZ: Final = 1.0


@dataclass(frozen=True)
class Turn:
    """One turn's level: the truth's, what a perfect meter reads there, and ours; dB(A)."""

    call: str
    condition: str
    true_db: float
    perfect_db: float
    heard_db: float | None


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("ids", nargs="*", default=[f"dev{i:02d}" for i in range(1, 11)])
    parser.add_argument("--babble-dba", type=float, default=55.0)
    options = parser.parse_args(arguments)
    folder = SPEECH / "calls"
    turns: list[Turn] = []
    for name in options.ids:
        truth = json.loads((folder / f"{name}.truth.json").read_text(encoding="utf-8"))
        recorded = rows(folder / f"{name}.flac")
        noisy = recorded.copy()
        noisy[0] += babble(recorded.shape[1], options.babble_dba)
        sounds = {"clean": rows(folder / f"{name}.clean.flac"), "recorded": recorded, "babble": noisy}
        for condition, sound in sounds.items():
            turns += measure(truth, condition, sound)
    figures = {condition: judged([t for t in turns if t.condition == condition]) for condition in sounds}
    print(show(figures))
    path = write("levels", {"babble_dba": options.babble_dba, "conditions": figures, "turns": [vars(t) for t in turns]})
    print(f"\nwritten: {path.name}")


def rows(path: Path) -> Float32:
    """Both channels, shape (2, n)."""
    return np.concatenate([item.samples for item in RecordingSource(path) if isinstance(item, Block)], axis=1)


def babble(length: int, level_dba: float) -> Float32:
    """So many people reading at once, ``level_dba`` over the whole."""
    speakers: dict[str, list[Float32]] = {}
    for line in (SPEECH / "human/manifest.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        speakers.setdefault(row["speaker"], []).append(read(SPEECH / "human" / row["file"]))
    total = np.zeros(length)
    for number, sentences in enumerate(list(speakers.values())[:TALKERS]):
        voice = np.concatenate(sentences).astype(np.float64)
        total += np.roll(np.resize(voice / np.sqrt(np.mean(voice**2)), length), number * length // TALKERS)
    now_dba = SPL_OF_0_DBFS + 10 * math.log10(float(np.mean(weighted(total) ** 2)))
    return (total * 10 ** ((level_dba - now_dba) / 20)).astype(np.float32)


def weighted(sound: Float64) -> Float64:
    """A-weighted by the design goal itself, in the frequency domain."""
    frequency = np.maximum(np.fft.rfftfreq(sound.size, 1 / SPEECH_RATE_HZ), LEAST_HZ)
    return np.fft.irfft(np.fft.rfft(sound) * 10 ** (design_goal_db("A", frequency) / 20), sound.size)


def measure(truth: dict[str, Any], condition: str, sound: Float32) -> list[Turn]:
    """The agent's turns of one call through the whole monitor."""
    overrides = {"level": {"calibration_offset_db": SPL_OF_0_DBFS, "voice": truth["agent"]["gender"]}}
    events = Collect()
    with tempfile.TemporaryDirectory(prefix="levels") as name:
        path = Path(name) / "call.wav"
        with wave.open(str(path), "wb") as file:
            file.setparams((2, 2, SPEECH_RATE_HZ, 0, "NONE", ""))
            file.writeframes(np.rint(np.clip(sound.T, -1, 1 - 1 / INT16) * INT16).astype("<i2").tobytes())
        settings = load(environment={}, overrides=overrides)
        Replay(RecordingSource(path), settings, load_lexicon([], builtin=True), "en", None, [events]).run()
    power = weighted(sound[0].astype(np.float64)) ** 2
    said = [u for u in events.of("utterance") if u["channel"] == "agent" and u["active_db"] is not None]
    return [
        Turn(truth["id"], condition, turn["level_dba"], perfect_db(power, turn), heard_db(said, turn))
        for turn in truth["turns"]
        if turn["who"] == "agent"
    ]


def perfect_db(power: Float64, turn: dict[str, Any]) -> float:
    """Mean power over the turn's true active time."""
    at = np.arange(power.size) / SPEECH_RATE_HZ
    active = (at >= turn["start"]) & (at < turn["end"])
    for pause in turn["pauses"]:
        if pause["end"] - pause["start"] > PAUSE_S:
            active &= (at < pause["start"]) | (at >= pause["end"])
    return SPL_OF_0_DBFS + 10 * math.log10(float(power[active].mean()))


def heard_db(said: Sequence[dict[str, Any]], turn: dict[str, Any]) -> float | None:
    """Our active level of the utterances within the turn, by their active time; ``None``: none was heard."""
    parts = [u for u in said if u["start"] < turn["end"] - REACH_S and turn["start"] < u["end"] - REACH_S]
    active_s = sum(u["active_s"] for u in parts)
    if not active_s:
        return None
    return 10 * math.log10(sum(u["active_s"] * 10 ** (u["active_db"] / 10) for u in parts) / active_s)


def judged(turns: Sequence[Turn]) -> dict[str, Any]:
    heard = [(t, t.heard_db) for t in turns if t.heard_db is not None]
    error = [db - t.true_db for t, db in heard]
    noise = [t.perfect_db - t.true_db for t, _ in heard]
    ours = [db - t.perfect_db for t, db in heard]
    return {
        "turns": len(turns),
        "not_heard": len(turns) - len(heard),
        "error_mean_db": statistics.fmean(map(abs, error)),
        "error_max_db": max(map(abs, error)),
        "bias_db": statistics.fmean(error),
        "noise_share_mean_db": statistics.fmean(map(abs, noise)),
        "own_share_mean_db": statistics.fmean(map(abs, ours)),
        "own_share_max_db": max(map(abs, ours)),
        "within_1_db_percent": 100 * statistics.fmean(abs(e) <= 1 for e in error),
    }


def show(figures: dict[str, dict[str, Any]]) -> str:
    names = list(next(iter(figures.values())))
    return table(["condition", *names], [[c, *(f[n] for n in names)] for c, f in figures.items()])


if __name__ == "__main__":
    main()
