"""Accuracy, time stamps, cost and false text of the recogniser on recordings with known truth.

    python -m bench.asr [--quick] [--whole] [--out FILE.json] [--speech FOLDER]

Prints a table and writes the figures with the machine they were taken on.  The recordings lie beside the project;
times are judged against the synthesiser's own character borders.  Non-speech is judged as if a voice detector had
called all of it speech, 30 dB above the noise: the checks of the text stand alone.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from pypinyin import lazy_pinyin

from voicemon.asr.chartimes import is_spoken
from voicemon.asr.models import locate
from voicemon.asr.whisper import WhisperRecognizer
from voicemon.types import SPEECH_RATE_HZ, Float32, Pass, RecognitionJob

SPEECH: Final = Path(__file__).resolve().parents[1] / "../shared/speech"
CALLS: Final = tuple(f"dev{i:02d}" for i in range(1, 11))
EDGE_S: Final = 0.2
"""An utterance is cut with so much sound around it, as an end-pointer would."""
CLEAR_DB: Final = 30.0
HUMAN_SENTENCES: Final = 40
DIGITS: Final = str.maketrans("0123456789", "零一二三四五六七八九")


@dataclass(frozen=True)
class Case:
    """A piece of speech with its text and, where known, the times of its characters."""

    job: RecognitionJob
    text: str
    chars: tuple[tuple[str, float, float], ...] = ()


@dataclass(frozen=True)
class Score:
    """Figures of one setting over one set."""

    set: str
    setting: str
    cases: int
    audio_s: float
    cer: float
    syllable_error: float
    core_s_per_s: float
    wall_s_per_s: float
    rejected: int
    start_error_p50_s: float | None
    start_error_p95_s: float | None
    start_bias_s: float | None


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--quick", action="store_true", help="two calls, ten sentences and nine clips; default setting only"
    )
    parser.add_argument("--out", type=Path, default=Path("bench-asr.json"))
    parser.add_argument("--speech", type=Path, default=SPEECH)
    parser.add_argument("--model", default="base")
    parser.add_argument("--whole", action="store_true", help="the whole vocabulary, not Mandarin alone")
    options = parser.parse_args()
    calls = calls_cases(options.speech, CALLS[3:5] if options.quick else CALLS)
    human = human_cases(options.speech, 10 if options.quick else HUMAN_SENTENCES)
    scores: list[Score] = []
    started = time.perf_counter()
    recognizer = WhisperRecognizer(locate(options.model), narrow=not options.whole)
    loaded = time.perf_counter()
    recognizer.warm_up()
    start_up = {"load_s": loaded - started, "warm_up_s": time.perf_counter() - loaded}
    print(f"load {start_up['load_s']:.2f} s, warm-up {start_up['warm_up_s']:.2f} s")
    noise = noise_texts(recognizer, options.speech, 4 if options.quick else 1)
    recognizer.close()
    for threads, padding_s, beam in [(1, 8.0, 3)] if options.quick else settings():
        recognizer = WhisperRecognizer(
            locate(options.model), threads=threads, padding_s=padding_s, final_beam=beam, narrow=not options.whole
        )
        recognizer.warm_up()
        name = f"beam {beam}, {threads} thread, padding {padding_s:g} s"
        for title, cases in (("calls", calls), ("human", human)):
            scores.append(measure(recognizer, title, name, cases))
            print(_row(scores[-1]), flush=True)
        recognizer.close()
    passed = [n for n in noise if n["rejected"] is None]
    print(f"non-speech: {len(passed)} of {len(noise)} clips left a text: {[(n['file'], n['text']) for n in passed]}")
    document = {
        "machine": machine(),
        "model": options.model,
        "whole_vocabulary": options.whole,
        **start_up,
        "scores": [asdict(s) for s in scores],
        "noise": noise,
    }
    options.out.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")


def settings() -> Iterable[tuple[int, float, int]]:
    """(threads, padding in seconds, beam of finals), one thing changed at a time."""
    return [(1, 8.0, 3), (1, 8.0, 1), (1, 8.0, 5), (2, 8.0, 3), (1, 4.0, 3), (1, 30.0, 1)]


def measure(recognizer: WhisperRecognizer, title: str, setting: str, cases: Sequence[Case]) -> Score:
    """Recognise all ``cases`` as finals and score them."""
    wrong = wrong_syllables = total = rejected = 0
    audio_s = cpu_s = wall_s = 0.0
    errors: list[float] = []
    for case in cases:
        begun = time.perf_counter()
        result = recognizer.recognize(case.job)
        wall_s += time.perf_counter() - begun
        cpu_s += result.cpu_s
        audio_s += case.job.end - case.job.start
        rejected += result.rejected is not None
        truth, heard = normal(case.text), normal(result.text)
        wrong += distance(truth, heard)
        wrong_syllables += distance(lazy_pinyin(truth), lazy_pinyin(heard))
        total += len(truth)
        errors += start_errors(case.chars, [(normal(c.char), c.start) for c in result.chars])
    late = sorted(abs(e) for e in errors)
    return Score(
        title,
        setting,
        len(cases),
        round(audio_s, 1),
        round(wrong / total, 4),
        round(wrong_syllables / total, 4),
        round(cpu_s / audio_s, 4),
        round(wall_s / audio_s, 4),
        rejected,
        round(statistics.median(late), 3) if late else None,
        round(late[int(0.95 * len(late))], 3) if late else None,
        round(statistics.median(errors), 3) if errors else None,
    )


def calls_cases(speech: Path, calls: Iterable[str]) -> list[Case]:
    """The agent's turns of ``calls``, cut by the truth, with the truth's pauses as voice activity."""
    cases: list[Case] = []
    for call in calls:
        truth = json.loads((speech / "calls" / f"{call}.truth.json").read_text(encoding="utf-8"))
        samples = read(speech / "calls" / f"{call}.flac")
        for turn in truth["turns"]:
            if turn["who"] != "agent":
                continue
            edges = [turn["start"], *(t for p in turn["pauses"] for t in (p["start"], p["end"])), turn["end"]]
            voiced = tuple(zip(edges[::2], edges[1::2], strict=True))
            first = int(max(0.0, turn["start"] - EDGE_S) * SPEECH_RATE_HZ)
            last = int((turn["end"] + EDGE_S) * SPEECH_RATE_HZ)
            chars = tuple((c, s, e) for c, s, e in truth["chars"]["agent"] if turn["start"] - 0.01 <= s < turn["end"])
            cases.append(Case(_job(samples[first:last], first / SPEECH_RATE_HZ, voiced), turn["text"], chars))
    return cases


def human_cases(speech: Path, count: int) -> list[Case]:
    """``count`` sentences read by people, spread over the speakers."""
    rows = [json.loads(line) for line in (speech / "human" / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    chosen = rows[:: max(1, len(rows) // count)][:count]
    return [Case(_job(read(speech / "human" / row["file"]), 0.0, ()), row["transcript"]) for row in chosen]


def noise_texts(recognizer: WhisperRecognizer, speech: Path, step: int) -> list[dict[str, Any]]:
    """What the recogniser makes of non-speech, as if all of it were voiced."""
    found = []
    for path in sorted((speech / "noise").glob("*.flac"))[::step]:
        result = recognizer.recognize(_job(read(path)[: 15 * SPEECH_RATE_HZ], 0.0, ()))
        found.append(
            {
                "file": path.name,
                "text": result.text,
                "rejected": result.rejected,
                "avg_logprob": result.avg_logprob,
                "no_speech_prob": result.no_speech_prob,
            }
        )
    return found


def read(path: Path, channel: int = 0) -> Float32:
    """One channel of a recording at the recogniser's rate."""
    resampler = av.AudioResampler(format="fltp", rate=SPEECH_RATE_HZ)
    with av.open(str(path)) as container:
        frames = [out for frame in container.decode(audio=0) for out in resampler.resample(frame)]
    frames += resampler.resample(None)
    return np.concatenate([f.to_ndarray()[channel] for f in frames]).astype(np.float32)


def normal(text: str) -> str:
    """Spoken characters alone, digits as they are read out one by one, small letters."""
    return "".join(c for c in text.translate(DIGITS).lower() if is_spoken(c))


def distance(a: Sequence[str], b: Sequence[str]) -> int:
    """Levenshtein distance."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (x != y))
    return row[-1]


def start_errors(truth: Sequence[tuple[str, float, float]], heard: Sequence[tuple[str, float]]) -> list[float]:
    """Start heard minus true start of every character that was recognised."""
    matcher = SequenceMatcher(None, [normal(c) for c, _, _ in truth], [c for c, _ in heard], autojunk=False)
    pairs = ((truth[m.a + k], heard[m.b + k]) for m in matcher.get_matching_blocks() for k in range(m.size))
    return [got[1] - true[1] for true, got in pairs]


def machine() -> dict[str, Any]:
    """What the figures were taken on."""
    return {"platform": platform.platform(), "cores": os.cpu_count(), "python": platform.python_version()}


def _job(samples: Float32, start: float, voiced: tuple[tuple[float, float], ...]) -> RecognitionJob:
    end = start + len(samples) / SPEECH_RATE_HZ
    voiced_s = sum(b - a for a, b in voiced) if voiced else end - start
    return RecognitionJob(0, Pass.FINAL, samples, start, end, voiced_s, CLEAR_DB, voiced)


def _row(score: Score) -> str:
    times = ""
    if score.start_error_p50_s is not None:
        times = f"  start error p50 {score.start_error_p50_s:.3f} p95 {score.start_error_p95_s:.3f}"
        times += f" bias {score.start_bias_s:+.3f} s"
    return (
        f"{score.set:6} {score.setting:30} CER {100 * score.cer:5.1f} %  syllables {100 * score.syllable_error:5.1f} %"
        f"  core-s/s {score.core_s_per_s:.3f}  wall/s {score.wall_s_per_s:.3f}"
        f"  rejected {score.rejected}/{score.cases}{times}"
    )


if __name__ == "__main__":
    main()
