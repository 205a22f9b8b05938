"""A phrase that the text garbles is found by its sound, with its evidence, in whatever thread the recogniser works."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.conftest import Collected
from voicemon import demo
from voicemon.asr.recognizer import ScriptedRecognizer
from voicemon.audio.recording import RecordingSource
from voicemon.phrases.lexicon import load as load_lexicon
from voicemon.session import Replay
from voicemon.settings import load
from voicemon.types import Compared, RecognitionJob

GARBLED = "先生为神文说什么您再看看吧"
ALIKE = Compared(-5.0, -2.5, 4)
"""The phrase's own words are nearly as probable as those recognised."""
UNLIKE = Compared(-25.0, -0.2, 4)


def garbled(job: RecognitionJob) -> str:
    return GARBLED if job.start > 15 else "好的我帮您查一下请您稍等"


class Scoring(ScriptedRecognizer):
    """Gives the same answer to whatever is asked."""

    def __init__(self, answer: Compared) -> None:
        super().__init__(garbled)
        self._answer = answer

    def score(self, texts: Sequence[str]) -> list[Compared]:
        return [self._answer for _ in texts]


def replayed(recognizer: ScriptedRecognizer, collected: Collected) -> None:
    Replay(RecordingSource(demo.CALL), load(environment={}), load_lexicon(), "en", recognizer, [collected]).run()


def test_a_garbled_phrase_alarms_with_its_evidence(collected: Collected) -> None:
    replayed(Scoring(ALIKE), collected)
    phrases = [p for p in collected.records("phrase") if p["id"] == "f05"]
    assert {p["status"] for p in phrases} >= {"provisional", "confirmed"}
    assert {p["check"] for p in phrases} == {"sound"}
    assert all(p["heard"] == "为神文说什么" for p in phrases)
    assert all(p["probability"] > 0.9 and 0.2 < p["distance"] < 0.4 for p in phrases)
    alerts = [a for a in collected.records("alert") if a["rule"] == "forbidden_phrase"]
    assert alerts
    assert {a["evidence"]["check"] for a in alerts} == {"sound"}


@pytest.mark.parametrize("recognizer", [Scoring(UNLIKE), ScriptedRecognizer(garbled)])
def test_without_a_likely_sound_it_does_not(recognizer: ScriptedRecognizer, collected: Collected) -> None:
    replayed(recognizer, collected)
    assert collected.records("phrase") == []
