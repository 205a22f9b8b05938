"""The check of doubtful phrases is asked when a text is careful, and costs nothing but itself when it fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from voicemon.asr.checked import recognize
from voicemon.asr.recognizer import ScriptedRecognizer
from voicemon.types import Compared, Pass, RecognitionJob, Score, SoundCheck, Transcript

FOUND = SoundCheck("f05", 0.1, 0.9, "神问你确神了", 0.37, 0.9)
ANSWER = Compared(-4.0, -2.0, 5)


class Scoring(ScriptedRecognizer):
    def score(self, texts: Sequence[str]) -> list[Compared]:
        return [ANSWER for _ in texts]


class Broken(ScriptedRecognizer):
    def __init__(self, error: Exception) -> None:
        super().__init__(lambda _: "灰神问你确神了")
        self._error = error

    def score(self, texts: Sequence[str]) -> list[Compared]:
        raise self._error


class Rejecting(Scoring):
    def recognize(self, job: RecognitionJob) -> Transcript:
        return replace(super().recognize(job), rejected="repetition")


def examine(transcript: Transcript, score: Score) -> list[SoundCheck]:
    assert list(score([transcript.text])) == [ANSWER]
    return [FOUND]


def job(kind: Pass = Pass.FINAL, *, pausing: bool = False, examined: bool = True) -> RecognitionJob:
    samples = np.zeros(16_000, np.float32)
    return RecognitionJob(0, kind, samples, 0.0, 1.0, 1.0, 30.0, pausing=pausing, examine=examine if examined else None)


@pytest.mark.parametrize(("kind", "pausing"), [(Pass.FINAL, False), (Pass.PROVISIONAL, True)])
def test_careful_texts_are_examined(kind: Pass, *, pausing: bool) -> None:
    found = recognize(Scoring(lambda _: "灰神问你确神了"), job(kind, pausing=pausing))
    assert (found.text, found.checks) == ("灰神问你确神了", (FOUND,))


def test_texts_that_are_soon_old_are_not() -> None:
    assert recognize(Scoring(lambda _: "好"), job(Pass.PROVISIONAL)).checks == ()


def test_nor_are_rejected_ones_or_those_that_nobody_examines() -> None:
    assert recognize(Rejecting(lambda _: "好"), job()).checks == ()
    assert recognize(Scoring(lambda _: "好"), job(examined=False)).checks == ()


def test_a_recogniser_that_cannot_score_is_not_asked() -> None:
    found = recognize(ScriptedRecognizer(lambda _: "好"), job())
    assert (found.text, found.checks, found.rejected) == ("好", (), None)


@pytest.mark.parametrize("error", [RuntimeError("out of memory"), ValueError("no token spells it")])
def test_a_check_that_fails_leaves_the_text_as_it_is(error: Exception) -> None:
    found = recognize(Broken(error), job())
    assert (found.text, found.checks, found.rejected) == ("灰神问你确神了", (), None)
