"""The shape of a recogniser, and a scripted one for tests."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from voicemon.types import CharTime, Pass, RecognitionJob, Transcript


@dataclass(frozen=True, slots=True)
class RecognizerInfo:
    """Which model speaks: ``sha256`` of its weights where they are known."""

    name: str
    sha256: str | None = None


class Recognizer(Protocol):
    """Puts one utterance into words.  Called from one thread at a time."""

    @property
    def info(self) -> RecognizerInfo: ...

    def recognize(self, job: RecognitionJob) -> Transcript:
        """The text of ``job``; a text that fails a check comes back with ``rejected`` set, not as an exception."""

    def close(self) -> None: ...


class ScriptedRecognizer:
    """Says what ``script`` answers for a job, after ``delay_s``; for tests of everything around a recogniser.

    The characters are spread evenly over the job's span.
    """

    def __init__(self, script: Callable[[RecognitionJob], str], delay_s: float = 0.0) -> None:
        self._script = script
        self._delay_s = delay_s
        self.jobs: list[RecognitionJob] = []

    @property
    def info(self) -> RecognizerInfo:
        return RecognizerInfo("scripted")

    def recognize(self, job: RecognitionJob) -> Transcript:
        self.jobs.append(job)
        if self._delay_s:
            time.sleep(self._delay_s)
        text = self._script(job)
        spoken = [c for c in text if c.isalnum()]
        step = (job.end - job.start) / max(1, len(spoken))
        chars = tuple(CharTime(c, job.start + i * step, job.start + (i + 1) * step) for i, c in enumerate(spoken))
        settled = job.pausing or job.kind is Pass.FINAL
        return Transcript(job.utterance, job.kind, job.start, job.end, text, chars, settled=settled)

    def close(self) -> None:
        return None
