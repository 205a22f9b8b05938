"""What is compared: each system hears a recording as from a microphone and says what it had when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.asr import read
from bench.calls import Collect
from bench.peers.agreement import Hypothesis, LocalAgreement, Piece
from bench.peers.clock import OneCore
from voicemon.asr import chartimes
from voicemon.asr.models import locate
from voicemon.asr.recognizer import Recognizer
from voicemon.audio.recording import RecordingSource
from voicemon.audio.source import Source, end_of
from voicemon.events import Event
from voicemon.types import SPEECH_RATE_HZ, Block, Float32, Gap, RecognitionJob, Transcript

CHUNK_S: Final = 1.0
"""The paper's smallest piece of new sound for a pass."""
BLOCK_S: Final = 0.02
"""What a microphone of ours delivers at once."""
ONE_THREAD: Final = {"asr": {"threads": 1}}
"""Our settings, where they are not the defaults: one core is what is simulated."""
FREE_S: Final = 0.005
"""A pass that took less was answered from what was known."""

Batch = tuple[float, tuple[Piece, ...]]
"""When a text was there, and its characters."""


@dataclass(frozen=True)
class Run:
    """One system over one recording: texts as they were confirmed, or, where it searches itself, its alarms.

    ``costs_s``: core-seconds of each recognition.
    """

    audio_s: float
    core_s: float
    costs_s: list[float]
    lag_s: float
    """How long after the sound's end the last work was done."""
    batches: tuple[Batch, ...] = ()
    records: tuple[dict[str, Any], ...] = ()
    texts: tuple[dict[str, Any], ...] = ()
    """Our own records ``transcript``, final and provisional, rejected ones too."""


class Whisper:
    """faster-whisper's own ``transcribe`` with its defaults, word times asked for, on one thread."""

    def __init__(self, *, vad: bool = False) -> None:
        from faster_whisper import WhisperModel

        self._model = WhisperModel(str(locate("base").path), device="cpu", compute_type="int8", cpu_threads=1)
        self._vad = vad
        self.hear(np.zeros(SPEECH_RATE_HZ, np.float32), "", 0.0)

    def hear(self, samples: Float32, prompt: str, start_s: float) -> Hypothesis:
        segments = list(self.segments(samples, prompt, start_s))
        pieces = tuple(p for s in segments for p in s)
        return Hypothesis(pieces, tuple(s[-1].end for s in segments))

    def segments(self, samples: Float32, prompt: str, start_s: float) -> Iterator[tuple[Piece, ...]]:
        """The characters of each segment that has any."""
        found, _ = self._model.transcribe(
            samples, language="zh", word_timestamps=True, initial_prompt=prompt or None, vad_filter=self._vad
        )
        for segment in found:
            pieces = tuple(_pieces([(w.word, start_s + w.start, start_s + w.end) for w in segment.words or ()]))
            if pieces:
                yield pieces


class Agreement:
    """LocalAgreement-2 on :class:`Whisper`, a pass for each second of new sound or as soon as the core is free."""

    def __init__(self, *, vad: bool = False, speed: float = 1.0) -> None:
        self._whisper = Whisper(vad=vad)
        self._speed = speed

    def run(self, path: Path) -> Run:
        samples = read(path)
        core, policy = OneCore(speed=self._speed), LocalAgreement(self._whisper.hear)
        batches: list[Batch] = []
        fed = 0
        while fed < len(samples):
            due = min(len(samples), max(fed + int(CHUNK_S * SPEECH_RATE_HZ), int(core.free_s * SPEECH_RATE_HZ)))
            policy.add(samples[fed:due])
            fed = due
            core.begin(due / SPEECH_RATE_HZ)
            confirmed = policy.update()
            core.end()
            batches.append((core.free_s, confirmed))
        batches.append((core.free_s, policy.finish()))
        audio_s = len(samples) / SPEECH_RATE_HZ
        return Run(audio_s, sum(core.costs_s), core.costs_s, core.free_s - audio_s, tuple(batches))


class WholeFile:
    """``transcribe`` over the whole recording, once it has ended."""

    def __init__(self) -> None:
        self._whisper = Whisper()

    def run(self, path: Path) -> Run:
        samples = read(path)
        core = OneCore()
        audio_s = len(samples) / SPEECH_RATE_HZ
        core.begin(audio_s)
        batches = tuple((audio_s, pieces) for pieces in self._whisper.segments(samples, "", 0.0))
        core.end()
        at = [(core.free_s, pieces) for _, pieces in batches]
        return Run(audio_s, sum(core.costs_s), core.costs_s, core.free_s - audio_s, tuple(at))


class Ours:
    """The whole live chain, meters and search included, its recogniser run in turn with them on the one core."""

    def __init__(self, lexicons: tuple[Path, ...]) -> None:
        from voicemon.asr.whisper import WhisperRecognizer
        from voicemon.phrases.lexicon import load as load_lexicon
        from voicemon.settings import load

        self._settings = load(environment={}, overrides=ONE_THREAD)
        self._lexicon = load_lexicon(lexicons)
        self._recognizer = WhisperRecognizer.from_settings(self._settings.asr)

    def run(self, path: Path) -> Run:
        from voicemon.session import Replay

        core = OneCore()
        sink = _Stamped(core)
        source = _Arriving(RecordingSource(path, customer_channel=None, block_s=BLOCK_S), core)
        recognizer = _Weighed(self._recognizer)
        Replay(source, self._settings, self._lexicon, "en", recognizer, [sink]).run()
        core.end()
        phrases, texts = tuple(sink.of("phrase")), tuple(sink.of("transcript"))
        lag_s = core.free_s - source.heard_s
        return Run(source.heard_s, sum(core.costs_s), recognizer.costs_s, lag_s, records=phrases, texts=texts)


class _Weighed:
    """A recogniser that notes what each pass cost; one that the model took no part in costs nothing to speak of."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        self.info = recognizer.info
        self.costs_s: list[float] = []

    def recognize(self, job: RecognitionJob) -> Transcript:
        transcript = self._recognizer.recognize(job)
        self.costs_s += [transcript.cpu_s] if transcript.cpu_s > FREE_S else []
        return transcript

    def close(self) -> None:
        return None


class _Stamped(Collect):
    """Keeps the records with the time ``at`` at which each was told."""

    def __init__(self, core: OneCore) -> None:
        super().__init__()
        self._core = core

    def __call__(self, event: Event) -> None:
        super().__call__(event)
        self.records[-1]["at"] = self._core.now()


class _Arriving:
    """A recording in a microphone's blocks; what is done with a block is the work that its arrival begins."""

    def __init__(self, source: Source, core: OneCore) -> None:
        self._source = source
        self._core = core
        self.info = source.info
        self.heard_s = 0.0

    @property
    def warnings(self) -> tuple[str, ...]:
        return self._source.warnings

    def __iter__(self) -> Iterator[Block | Gap]:
        for item in self._source:
            if self.heard_s:
                self._core.end()
            self.heard_s = end_of(item) / self.info.sample_rate
            self._core.begin(self.heard_s)
            yield item

    def close(self) -> None:
        self._source.close()


def _pieces(words: list[tuple[str, float, float]]) -> list[Piece]:
    """Spoken characters, simplified, each with its even share of its word's time.

    Punctuation goes to the character before it.
    """
    pieces: list[Piece] = []
    for word, start, end in words:
        text = chartimes.to_simplified(word.strip())
        step = (end - start) / max(1, sum(map(chartimes.is_spoken, text)))
        at = start
        for char in text:
            if chartimes.is_spoken(char):
                pieces.append(Piece(char, at, at + step))
                at += step
            elif pieces:
                pieces[-1] = replace(pieces[-1], mark=pieces[-1].mark + char)
    return pieces
