"""Voice activity in noise, frame by frame, beside webrtcvad alone and Silero alone on the same sound.

    python -m bench.vad [--part fit|held_out] [--speech FOLDER]

The agents' voices of phrase tapes and calls with known speech times, as recorded and with real noise at 15, 10 and 5 dB
SNR over active speech (P.56), and the noises alone.  Limits were fitted on ``fit`` with other noises than ``held_out``
has.  What counts are frames in spans of speech, pauses under 200 ms included, for all three alike; CPU is that of the
decision itself, for ours with webrtcvad, levels' floor and Silero in it.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import webrtcvad
from faster_whisper.vad import get_vad_model

from bench.asr import read
from bench.phrases import mixing
from bench.report import SPEECH, table, write
from voicemon.channel import to_int16
from voicemon.dsp.level import FrameMeter
from voicemon.dsp.weighting import Weighting
from voicemon.speech import vad
from voicemon.speech.silero import CHUNK
from voicemon.speech.spans import PAUSE_FRAMES, SpanTracker
from voicemon.types import FRAMES_PER_S, SPEECH_FRAME, SPEECH_RATE_HZ, Bool, Float32, Float64

PARTS: Final = {
    "fit": (("dev_zf_xiaoxiao", "dev_zm_yunjian"), ("dev01", "dev02", "dev03", "dev04", "dev05")),
    "held_out": (("dev_zf_xiaobei", "dev_zm_yunxi"), ("dev06", "dev07", "dev08", "dev09", "dev10")),
}
SNRS_DB: Final = (None, 15.0, 10.0, 5.0)
ALONE_S: Final = 20
SILERO_SURE: Final = 0.5
ROTATION: Final = 5
"""Clips by which one recording's turn of noises is ahead of the one's before."""


@dataclass
class Count:
    """Frames, and seconds of CPU."""

    missed: int = 0
    speech: int = 0
    false: int = 0
    other: int = 0
    cpu_s: float = 0.0

    def add(self, found: Bool, truth: Bool, cpu_s: float) -> None:
        self.missed += int((truth & ~found).sum())
        self.speech += int(truth.sum())
        self.false += int((found & ~truth).sum())
        self.other += int((~truth).sum())
        self.cpu_s += cpu_s

    def row(self) -> dict[str, float | None]:
        missed = self.missed / self.speech if self.speech else None
        false = self.false / self.other
        balanced = None if missed is None else (missed + false) / 2
        cpu_ms_per_s = 1e3 * self.cpu_s * FRAMES_PER_S / (self.speech + self.other)
        return {"missed": missed, "false": false, "balanced_error": balanced, "cpu_ms_per_s": cpu_ms_per_s}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--part", choices=PARTS, default="held_out")
    parser.add_argument("--speech", type=Path, default=SPEECH)
    options = parser.parse_args()
    counts: dict[tuple[str, str], Count] = {}
    for condition, sound, truth in material(options.speech.resolve(), options.part):
        level_db = levels(sound)
        for name, decide in SYSTEMS.items():
            begun = time.process_time()
            found = decide(sound, level_db)
            cpu_s = time.process_time() - begun
            count = min(len(found), len(truth))
            counts.setdefault((condition, name), Count()).add(in_spans(found[:count]), truth[:count], cpu_s)
    rows = [{"condition": condition, "system": name} | c.row() for (condition, name), c in counts.items()]
    print(table(list(rows[0]), [list(row.values()) for row in rows]))
    name = "vad" if options.part == "held_out" else f"vad_{options.part}"
    print(f"written: {write(name, {'part': options.part, 'rows': rows}).name}")


def material(speech: Path, part: str) -> Iterator[tuple[str, Float32, Bool]]:
    """Condition, sound at 16 kHz and which frames are speech."""
    noise = speech / "noise"
    others = sorted(p.stem for p in noise.glob("*.flac") if p.stem not in mixing.CLIPS)
    clips = others if part == "fit" else list(mixing.CLIPS)
    tapes, calls = PARTS[part]
    paths = [speech / "phrases" / name for name in tapes] + [speech / "calls" / name for name in calls]
    for number, path in enumerate(paths):
        clean = read(path.with_suffix(".flac"))
        truth = speech_frames(path.with_suffix(".truth.json"), len(clean) // SPEECH_FRAME)
        first = number * ROTATION % len(clips)
        turns = [read(noise / f"{clip}.flac") for clip in (*clips[first:], *clips[:first])]
        for snr_db in SNRS_DB:
            sound = clean if snr_db is None else mixing.add(clean, turns, snr_db)
            yield ("as recorded" if snr_db is None else f"{snr_db:g} dB"), sound, truth
    for clip in clips:
        sound = np.resize(read(noise / f"{clip}.flac"), ALONE_S * SPEECH_RATE_HZ)
        yield "noise alone", sound, np.zeros(len(sound) // SPEECH_FRAME, np.bool_)


def speech_frames(path: Path, count: int) -> Bool:
    truth = json.loads(path.read_text(encoding="utf-8"))
    frames = np.zeros(count, np.bool_)
    for start, end in truth["speech"]["agent"] if "speech" in truth else spoken(truth["segments"]):
        frames[round(start * FRAMES_PER_S) : round(end * FRAMES_PER_S)] = True
    return frames


def spoken(segments: Sequence[dict[str, list[tuple[str, float, float]]]]) -> Iterator[tuple[float, float]]:
    """Characters run together where less than a pause parts them."""
    for segment in segments:
        begin, last = segment["chars"][0][1:]
        for _, start, end in segment["chars"][1:]:
            if start - last >= PAUSE_FRAMES / FRAMES_PER_S:
                yield begin, last
                begin = start
            last = end
        yield begin, last


def levels(sound: Float32) -> Float64:
    meter = FrameMeter(SPEECH_RATE_HZ).process(sound, Weighting("A", SPEECH_RATE_HZ).process(sound))
    return np.asarray(10 * np.log10(np.maximum(meter.weighted_ms, 1e-12)))


def in_spans(decisions: Bool) -> Bool:
    tracker, frames = SpanTracker(), np.zeros(len(decisions), np.bool_)
    for frame, decision in enumerate(decisions.tolist()):
        change = tracker.update(frame, decision)
        if change.active is not None:
            frames[slice(*change.active)] = True
    return frames


def ours(sound: Float32, level_db: Float64) -> Bool:
    count = min(len(sound) // SPEECH_FRAME, len(level_db))
    frames = to_int16(sound[: count * SPEECH_FRAME]).reshape(count, SPEECH_FRAME)
    return vad.VoiceActivity().process(frames, level_db[:count], last=True).speech


def webrtc_alone(sound: Float32, _: Float64) -> Bool:
    judge, data = webrtcvad.Vad(vad.WEBRTC_MODE), to_int16(sound).tobytes()
    step = 2 * SPEECH_FRAME
    return np.array(
        [judge.is_speech(data[at : at + step], SPEECH_RATE_HZ) for at in range(0, len(data) - step + 1, step)]
    )


def silero_alone(sound: Float32, _: Float64) -> Bool:
    chunks = len(sound) // CHUNK
    sure = get_vad_model()(sound[: chunks * CHUNK].copy()).ravel() >= SILERO_SURE
    middle = (np.arange(len(sound) // SPEECH_FRAME) * SPEECH_FRAME + SPEECH_FRAME // 2) // CHUNK
    return np.asarray(sure[np.minimum(middle, chunks - 1)])


SYSTEMS: Final[dict[str, Callable[[Float32, Float64], Bool]]] = {
    "ours": ours,
    "webrtcvad": webrtc_alone,
    "Silero": silero_alone,
}


if __name__ == "__main__":
    main()
