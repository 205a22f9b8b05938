"""Recall and false alarms of the phrase search on recordings with known truth, and its cost as lexicons grow.

    python -m bench.phrases [--growth-only] [--out FILE.json] [--speech FOLDER] [--cache FOLDER] [--model base]

The recordings lie beside the project.  They are cut by the truth with 0.2 s around each utterance, recognised one by
one (a final pass, its text dropped where the recogniser rejected it) and searched over the last 12 s, as the monitor
does.
Numbers were fitted on two of the four tapes and on calls dev01 to dev05; the other half is reported apart.  Conditions:
as recorded; pink noise at 5 dB SNR over active speech; telephone (8 kHz, mu-law, 8 bit).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import soxr

from bench.asr import SPEECH, machine, read
from voicemon.asr.models import locate
from voicemon.asr.whisper import WhisperRecognizer
from voicemon.phrases.lexicon import ForbiddenPhrase, Lexicon, load
from voicemon.phrases.spotter import Match, Spotter
from voicemon.types import SPEECH_RATE_HZ, CharTime, Float32, Pass, RecognitionJob, Severity

FIT: Final = {"tapes": ("dev_zf_xiaoxiao", "dev_zm_yunjian"), "calls": tuple(f"dev{i:02d}" for i in range(1, 6))}
HELD_OUT: Final = {"tapes": ("dev_zf_xiaobei", "dev_zm_yunxi"), "calls": tuple(f"dev{i:02d}" for i in range(6, 11))}
CONDITIONS: Final = ("clean", "noise_5db", "telephone")
EDGE_S: Final = 0.2
WINDOW_S: Final = 12.0
LONGEST_S: Final = 15.0
"""Longer turns are cut in equal parts, as the segmenter cuts them."""

SCENES: Final = {
    1: "f01", 2: "f02", 3: "f03", 4: "f04", 11: "f05", 13: "f06", 14: "f03", 15: "f08", 16: "f09", 17: "f10", 18: "f11",
    19: "f12", 20: "f13", 21: "f14",
}  # fmt: skip
"""The calls' truth names forbidden sentences by scene."""

GROWTH: Final = (10, 100, 1_000, 10_000)


@dataclass(frozen=True)
class Said:
    """A forbidden sentence that was said."""

    id: str
    start: float
    end: float


@dataclass(frozen=True)
class Recording:
    """Audio, the utterances in it and the forbidden sentences among them."""

    name: str
    path: Path
    utterances: tuple[tuple[float, float], ...]
    said: tuple[Said, ...]
    duration_s: float


@dataclass(frozen=True)
class Score:
    """Hits and false alarms over a set."""

    set: str
    condition: str
    said: int
    found: int
    false_alarms: int
    hours: float
    misses: tuple[str, ...]
    false: tuple[str, ...]


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--growth-only", action="store_true", help="no recordings, only the cost of larger lexicons")
    parser.add_argument("--out", type=Path, default=Path("bench-phrases.json"))
    parser.add_argument("--speech", type=Path, default=SPEECH)
    parser.add_argument(
        "--cache", type=Path, default=Path(".bench-cache/phrases"), help="transcripts kept between runs"
    )
    parser.add_argument("--model", default="base")
    options = parser.parse_args()
    lexicon = load([options.speech / "phrases" / "custom_lexicon.yaml"]) if not options.growth_only else load()
    scores = [] if options.growth_only else list(accuracy(lexicon, options.speech, options.cache, options.model))
    document = {"machine": machine(), "scores": [dataclasses.asdict(s) for s in scores], "growth": growth(lexicon)}
    options.out.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")


def accuracy(lexicon: Lexicon, speech: Path, cache: Path, model: str) -> Iterable[Score]:
    """Scores of both halves in every condition, printed as they come."""
    spotter = Spotter(lexicon)
    recognizer = WhisperRecognizer(locate(model), threads=1)
    for half, names in (("fit", FIT), ("held out", HELD_OUT)):
        for kind, read_truth in (("tapes", tape), ("calls", call)):
            recordings = [read_truth(speech, name) for name in names[kind]]
            for condition in CONDITIONS:
                heard = [(r, transcripts(recognizer, r, condition, cache)) for r in recordings]
                score = judge(spotter, f"{half} {kind}", condition, heard)
                print(
                    f"{score.set:15} {condition:10} {score.found}/{score.said} found, "
                    f"{score.false_alarms} false in {score.hours:.2f} h; missed: {', '.join(score.misses) or 'none'}",
                    flush=True,
                )
                yield score
    recognizer.close()


def tape(speech: Path, name: str) -> Recording:
    """A phrase tape with its truth."""
    truth = json.loads((speech / "phrases" / f"{name}.truth.json").read_text(encoding="utf-8"))
    segments = truth["segments"]
    said = (Said(s["phrase_id"], s["phrase_start"], s["phrase_end"]) for s in segments if s["phrase_id"])
    spans = tuple((s["start"], s["end"]) for s in segments)
    return Recording(name, speech / "phrases" / f"{name}.flac", spans, tuple(said), truth["duration_s"])


def call(speech: Path, name: str) -> Recording:
    """The agent's channel of a call with its truth."""
    truth = json.loads((speech / "calls" / f"{name}.truth.json").read_text(encoding="utf-8"))
    agents = (f for f in truth["forbidden"] if f["who"] == "agent")
    said = tuple(Said(SCENES[f["scene"]], f["start"], f["end"]) for f in agents)
    spans = tuple((t["start"], t["end"]) for t in truth["turns"] if t["who"] == "agent")
    return Recording(name, speech / "calls" / f"{name}.flac", spans, said, truth["duration_s"])


def transcripts(
    recognizer: WhisperRecognizer, recording: Recording, condition: str, cache: Path
) -> list[list[CharTime]]:
    """The characters of each utterance; empty for a rejected text."""
    kept = cache / f"{recording.name}.{condition}.json"
    if kept.exists():
        return [[CharTime(*c) for c in chars] for chars in json.loads(kept.read_text(encoding="utf-8"))]
    samples = degraded(read(recording.path), condition)
    found = []
    for job in jobs(recording, samples):
        result = recognizer.recognize(job)
        found.append([] if result.rejected else list(result.chars))
    cache.mkdir(parents=True, exist_ok=True)
    rows = [[[c.char, c.start, c.end] for c in chars] for chars in found]
    kept.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    return found


def jobs(recording: Recording, samples: Float32) -> Iterable[RecognitionJob]:
    """One job an utterance, long ones in equal parts."""
    for number, (start, end) in enumerate(recording.utterances):
        low, high = max(0.0, start - EDGE_S), end + EDGE_S
        borders = np.linspace(low, high, int((high - low) // LONGEST_S) + 2)
        for a, b in zip(borders[:-1].tolist(), borders[1:].tolist(), strict=True):
            piece = samples[int(a * SPEECH_RATE_HZ) : int(b * SPEECH_RATE_HZ)]
            spoken = (max(a, start), min(b, end))
            yield RecognitionJob(number, Pass.FINAL, piece, a, b, spoken[1] - spoken[0], 30.0, (spoken,))


def degraded(samples: Float32, condition: str) -> Float32:
    """``samples`` in one of the conditions, the same on every run."""
    if condition == "noise_5db":
        spectrum = np.fft.rfft(np.random.default_rng(1).standard_normal(len(samples)))
        spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
        noise = np.fft.irfft(spectrum, len(samples))
        active = samples[np.abs(samples) > 0.002]  # -54 dBFS: leaves out the tape's silence
        noise *= np.sqrt(np.mean(active.astype(float) ** 2) / 10**0.5 / np.mean(noise**2))
        return np.clip(samples + noise, -1, 1).astype(np.float32)
    if condition == "telephone":
        narrow = np.clip(soxr.resample(samples, SPEECH_RATE_HZ, 8_000), -1, 1)
        coded = np.round(np.sign(narrow) * np.log1p(255 * np.abs(narrow)) / np.log1p(255) * 127) / 127
        decoded = np.sign(coded) * np.expm1(np.abs(coded) * np.log1p(255)) / 255
        return soxr.resample(decoded.astype(np.float32), 8_000, SPEECH_RATE_HZ)  # type: ignore[no-any-return]
    return samples


def judge(
    spotter: Spotter, title: str, condition: str, heard: Sequence[tuple[Recording, list[list[CharTime]]]]
) -> Score:
    """Hits at the right place with the right id; all others are false."""
    misses: list[str] = []
    false: list[str] = []
    for recording, utterances in heard:
        hits = search(spotter, utterances)
        right = [(s, [h for h in hits if h.id == s.id and h.start < s.end and s.start < h.end]) for s in recording.said]
        misses += [f"{recording.name}:{s.id}" for s, found in right if not found]
        used = [h for _, found in right for h in found]
        false += [f"{recording.name}:{h.id}:{h.heard}" for h in hits if h not in used]
    said = sum(len(r.said) for r, _ in heard)
    hours = sum(r.duration_s for r, _ in heard) / 3600
    return Score(title, condition, said, said - len(misses), len(false), hours, tuple(misses), tuple(false))


def search(spotter: Spotter, utterances: Sequence[Sequence[CharTime]]) -> list[Match]:
    """All hits of a recording, each place once; every utterance is searched with what was said just before it."""
    hits: list[Match] = []
    recent: list[CharTime] = []
    for chars in utterances:
        if not chars:
            continue
        recent = [c for c in recent if c.end > chars[-1].end - WINDOW_S] + list(chars)
        for match in spotter.find(recent, final=True):
            if not any(h.id == match.id and h.start < match.end and match.start < h.end for h in hits):
                hits.append(match)
    return hits


def growth(lexicon: Lexicon) -> list[dict[str, Any]]:
    """Build and search times with 10 to 10 000 phrases of 4 to 12 syllables, over 12 s of speech (60 characters)."""
    pool = "".join(line.normalised for line in lexicon.required).translate(dict.fromkeys(map(ord, "{}|")))
    han = [c for c in pool if "\u4e00" <= c <= "\u9fff"]
    chance = np.random.default_rng(1)
    texts = ["".join(chance.choice(han, 60)) for _ in range(20)]
    said = [[CharTime(c, i * 0.2, (i + 1) * 0.2) for i, c in enumerate(text)] for text in texts]
    found = []
    for count in GROWTH:
        words = ["".join(chance.choice(han, int(chance.integers(4, 13)))) for _ in range(count)]
        phrases = tuple(ForbiddenPhrase(f"x{i}", w, w, w, "custom", Severity.WARN) for i, w in enumerate(words))
        begun = time.process_time()
        spotter = Spotter(dataclasses.replace(lexicon, forbidden=phrases))
        build_s = time.process_time() - begun
        times = [timed(spotter, chars) for chars in said[:1] + said]
        find_ms = 1e3 * statistics.median(times[1:])
        found.append({"phrases": count, "build_s": round(build_s, 3), "find_ms": round(find_ms, 2)})
        print(f"{count:6} phrases: built in {build_s:.2f} s, searched in {find_ms:.1f} ms of CPU", flush=True)
    return found


def timed(spotter: Spotter, chars: Sequence[CharTime]) -> float:
    """Seconds of CPU for one search."""
    begun = time.process_time()
    spotter.find(chars, final=True)
    return time.process_time() - begun


if __name__ == "__main__":
    main()
