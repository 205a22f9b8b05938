"""Recognise a job and have doubtful phrases in its text weighed against the sound, in the recogniser's own thread."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, runtime_checkable

from voicemon.asr.recognizer import Recognizer
from voicemon.types import Compared, Pass, RecognitionJob, Transcript

_log = logging.getLogger(__name__)


@runtime_checkable
class Scoring(Protocol):
    """What a recogniser may offer besides: other texts for the sound it recognised last."""

    def score(self, texts: Sequence[str]) -> list[Compared]:
        """Hold each of ``texts`` against the one recognised last, on the sound of that.

        May raise :class:`RuntimeError` or :class:`ValueError`, which costs the check and nothing else.
        """


def recognize(recognizer: Recognizer, job: RecognitionJob) -> Transcript:
    """The text of ``job``, with the phrases that its examiner found in the sound where the text left them in doubt.

    Careful passes alone are examined: the texts of the others change before they are old.
    """
    transcript = recognizer.recognize(job)
    careful = job.kind is Pass.FINAL or job.pausing
    if job.examine is None or not careful or transcript.rejected is not None or not isinstance(recognizer, Scoring):
        return transcript
    begun = time.process_time()
    try:
        checks = job.examine(transcript, recognizer.score)
    except (RuntimeError, ValueError) as error:
        _log.warning("a doubtful phrase was not weighed against the sound: %s", error)
        return transcript
    return replace(transcript, checks=tuple(checks), cpu_s=transcript.cpu_s + time.process_time() - begun)
