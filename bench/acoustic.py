"""What asking the sound about doubtful phrases finds, and what it costs.

    python -m bench.acoustic [--half fit|held_out] [--conditions clean,…] [--fit] [--out FILE.json] [--speech FOLDER]

The recordings lie beside the project.  They are cut by the truth with 0.2 s around each utterance, recognised one by
one in final passes and searched as the monitor does, with the check and without it.  ``--fit`` also prints the weights
that a logistic regression gives on the doubts of these recordings.  Conditions: as recorded; pink noise at 5 and 0 dB
SNR over active speech; telephone (8 kHz, mu-law, 8 bit), also in noise at 5 dB.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import soxr

from bench.asr import SPEECH, machine, read
from voicemon.asr.models import locate
from voicemon.asr.whisper import WhisperRecognizer
from voicemon.phrases.lexicon import load
from voicemon.phrases.model import Lexicon
from voicemon.rules.hits import PhraseLedger
from voicemon.types import SPEECH_RATE_HZ, Compared, Float32, Float64, Pass, PhraseHit, RecognitionJob, SoundCheck

HALVES: Final = {
    "fit": ("dev_zf_xiaoxiao", "dev_zm_yunjian", *(f"dev{i:02d}" for i in range(1, 6)), "human_a"),
    "held_out": ("dev_zf_xiaobei", "dev_zm_yunxi", *(f"dev{i:02d}" for i in range(6, 11)), "human_b"),
}
CONDITIONS: Final = ("clean", "noise_5db", "telephone", "noise_0db", "telephone_noise_5db")
EDGE_S: Final = 0.2
LONGEST_S: Final = 15.0
"""Longer turns are cut in equal parts, as the segmenter cuts them."""

SPEECH_PEAK: Final = 0.002
"""-54 dBFS: leaves out the tape's silence."""

MU: Final = 255
STEPS: Final = 127
RIDGE: Final = 0.01
"""Keeps a weight finite where doubts are told apart without a mistake."""

SCENES: Final = {
    1: "f01", 2: "f02", 3: "f03", 4: "f04", 11: "f05", 13: "f06", 14: "f03", 15: "f08", 16: "f09", 17: "f10", 18: "f11",
    19: "f12", 20: "f13", 21: "f14",
}  # fmt: skip
"""The calls' truth names forbidden sentences by scene."""

Said = tuple[str, float, float]
"""A forbidden sentence that was said: its id, start and end."""


@dataclass(frozen=True)
class Recording:
    """Audio, its utterances and the forbidden sentences among them."""

    kind: str
    samples: Float32
    utterances: tuple[tuple[float, float], ...]
    said: tuple[Said, ...] = ()


@dataclass
class Score:
    """Figures of one set in one condition; ``check_s`` and ``asr_s``: CPU of the check and of the recogniser."""

    said: int = 0
    by_text: int = 0
    by_both: int = 0
    false_by_text: int = 0
    false_by_both: int = 0
    doubts: int = 0
    hours: float = 0.0
    check_s: float = 0.0
    asr_s: float = 0.0
    false: list[str] = field(default_factory=list)
    features: list[tuple[float, float, float, bool]] = field(default_factory=list)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=HALVES, default="held_out")
    parser.add_argument("--conditions", default=",".join(CONDITIONS))
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--out", type=Path, default=Path("bench-acoustic.json"))
    parser.add_argument("--speech", type=Path, default=SPEECH)
    options = parser.parse_args()
    lexicon = load([options.speech / "phrases" / "custom_lexicon.yaml"])
    recognizer = WhisperRecognizer(locate("base"), threads=1)
    rows: list[dict[str, Any]] = []
    features: list[tuple[float, float, float, bool]] = []
    for condition in options.conditions.split(","):
        for kind, score in scores(recognizer, lexicon, options.speech, HALVES[options.half], condition).items():
            features += score.features
            rows.append({"half": options.half, "condition": condition, "set": kind, **figures(score)})
            print(json.dumps(rows[-1], ensure_ascii=False), flush=True)
    document: dict[str, Any] = {"machine": machine(), "scores": rows}
    if options.fit:
        document["weights"] = weights(features)
        print(document["weights"])
    options.out.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")


def figures(score: Score) -> dict[str, Any]:
    """What is told of ``score``."""
    told = {k: v for k, v in vars(score).items() if k not in ("features", "check_s", "asr_s")}
    audio_s = score.hours * 3600
    costs = {"check_core_s_per_s": score.check_s / audio_s, "asr_core_s_per_s": score.asr_s / audio_s}
    return {k: round(v, 4) if isinstance(v, float) else v for k, v in {**told, **costs}.items()}


def scores(
    recognizer: WhisperRecognizer, lexicon: Lexicon, speech: Path, names: Sequence[str], condition: str
) -> dict[str, Score]:
    """The figures of each set among ``names``."""
    found: dict[str, Score] = defaultdict(Score)
    for name in names:
        recording = human(speech, name) if name.startswith("human") else spoken(speech, name)
        judge(recognizer, lexicon, replace(recording, samples=degraded(recording.samples, condition)), found)
    return found


def judge(recognizer: WhisperRecognizer, lexicon: Lexicon, recording: Recording, into: dict[str, Score]) -> None:
    """Recognise ``recording`` and count its hits with the check and without."""
    score = into[recording.kind]
    both, text = PhraseLedger(lexicon), PhraseLedger(lexicon)
    for job in jobs(recording):
        begun = time.process_time()
        transcript = recognizer.recognize(job)
        score.asr_s += time.process_time() - begun
        answers: list[Compared] = []

        def ask(texts: Sequence[str], kept: list[Compared] = answers) -> list[Compared]:
            kept += recognizer.score(texts)
            return kept

        begun = time.process_time()
        checks = () if transcript.rejected else tuple(both.examine(transcript, ask))
        score.check_s += time.process_time() - begun
        score.doubts += len(checks)
        for check, answer in zip(checks, answers, strict=True):
            right = any(matches(said, check) for said in recording.said)
            # A phrase that holds another one's words is no near miss of it.
            if right or not any(overlaps(said, check) for said in recording.said):
                score.features.append((answer.asked, answer.recognised, float(answer.tokens), right))
        both.hear(replace(transcript, checks=checks))
        text.hear(transcript)
    score.hours += len(recording.samples) / SPEECH_RATE_HZ / 3600
    score.said += len(recording.said)
    score.by_text += sum(any(matches(s, h) for h in text.confirmed) for s in recording.said)
    score.by_both += sum(any(matches(s, h) for h in both.confirmed) for s in recording.said)
    score.false_by_text += sum(not any(matches(s, h) for s in recording.said) for h in text.confirmed)
    wrong = [h for h in both.confirmed if not any(matches(s, h) for s in recording.said)]
    score.false_by_both += len(wrong)
    score.false += [f"{h.id}:{h.heard}:{h.check}" for h in wrong]


def matches(said: Said, found: PhraseHit | SoundCheck) -> bool:
    """``found`` has the id and overlaps the place of what was ``said``."""
    return found.id == said[0] and overlaps(said, found)


def overlaps(said: Said, found: PhraseHit | SoundCheck) -> bool:
    return found.start < said[2] and said[1] < found.end


def spoken(speech: Path, name: str) -> Recording:
    """A phrase tape or the agent's channel of a call, with its truth."""
    kind = "tapes" if name.startswith("dev_") else "calls"
    folder = speech / ("phrases" if kind == "tapes" else "calls")
    truth = json.loads((folder / f"{name}.truth.json").read_text(encoding="utf-8"))
    if kind == "tapes":
        spans = tuple((s["start"], s["end"]) for s in truth["segments"])
        lines = (s for s in truth["segments"] if s["phrase_id"])
        said = tuple((s["phrase_id"], s["phrase_start"], s["phrase_end"]) for s in lines)
    else:
        spans = tuple((t["start"], t["end"]) for t in truth["turns"] if t["who"] == "agent")
        said = tuple((SCENES[f["scene"]], f["start"], f["end"]) for f in truth["forbidden"] if f["who"] == "agent")
    return Recording(kind, read(folder / f"{name}.flac"), spans, said)


def human(speech: Path, name: str) -> Recording:
    """The sentences of every other human speaker, one after the other."""
    rows = [json.loads(line) for line in (speech / "human" / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    speakers = sorted({str(row["speaker"]) for row in rows})
    mine = {s for i, s in enumerate(speakers) if i % 2 == (name == "human_b")}
    clips = [read(speech / "human" / row["file"]) for row in rows if str(row["speaker"]) in mine]
    ends = np.cumsum([len(c) for c in clips]) / SPEECH_RATE_HZ
    return Recording("human", np.concatenate(clips), tuple(zip([0.0, *ends[:-1].tolist()], ends.tolist(), strict=True)))


def jobs(recording: Recording) -> Iterator[RecognitionJob]:
    """One job an utterance, long ones in equal parts."""
    edge = 0.0 if recording.kind == "human" else EDGE_S
    for number, (start, end) in enumerate(recording.utterances):
        low, high = max(0.0, start - edge), end + edge
        borders = np.linspace(low, high, int((high - low) // LONGEST_S) + 2).tolist()
        for a, b in pairwise(borders):
            piece = recording.samples[int(a * SPEECH_RATE_HZ) : int(b * SPEECH_RATE_HZ)]
            voiced = (max(a, start), min(b, end))
            yield RecognitionJob(number, Pass.FINAL, piece, a, b, voiced[1] - voiced[0], 30.0, (voiced,))


def degraded(samples: Float32, condition: str) -> Float32:
    """``samples`` in one of the conditions, the same on every run."""
    if condition.endswith("db"):
        samples = noisy(samples, float(condition.removesuffix("db").rsplit("_", 1)[1]))
    return telephone(samples) if condition.startswith("telephone") else samples


def noisy(samples: Float32, snr_db: float) -> Float32:
    spectrum = np.fft.rfft(np.random.default_rng(1).standard_normal(len(samples)))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    noise = np.fft.irfft(spectrum, len(samples))
    power = float(np.mean(samples[np.abs(samples) > SPEECH_PEAK].astype(float) ** 2))
    noise *= np.sqrt(power / 10 ** (snr_db / 10) / np.mean(noise**2))
    return np.clip(samples + noise, -1, 1).astype(np.float32)


def telephone(samples: Float32) -> Float32:
    narrow = np.clip(soxr.resample(samples, SPEECH_RATE_HZ, SPEECH_RATE_HZ // 2), -1, 1)
    coded = np.round(np.sign(narrow) * np.log1p(MU * np.abs(narrow)) / np.log1p(MU) * STEPS) / STEPS
    decoded = np.sign(coded) * np.expm1(np.abs(coded) * np.log1p(MU)) / MU
    wide: Float32 = soxr.resample(decoded.astype(np.float32), SPEECH_RATE_HZ // 2, SPEECH_RATE_HZ)
    return wide


def weights(features: Sequence[tuple[float, float, float, bool]]) -> list[float]:
    """Logistic regression by Newton's method: weights of asked, recognised and tokens, and the constant."""
    rows: Float64 = np.array([(*f[:3], 1.0) for f in features])
    right: Float64 = np.array([f[3] for f in features], float)
    found = np.zeros(rows.shape[1])
    for _ in range(100):
        likely = 1 / (1 + np.exp(-np.clip(rows @ found, -50, 50)))
        slope = rows.T @ (right - likely) - RIDGE * found
        found += np.linalg.solve((rows * (likely * (1 - likely))[:, None]).T @ rows + RIDGE * np.eye(len(found)), slope)
    return [round(w, 3) for w in found.tolist()]


if __name__ == "__main__":
    main()
