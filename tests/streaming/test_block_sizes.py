"""Invariant 3: any block size gives the same answer; invariant 2: so does every run and every pace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import Collected
from voicemon import demo
from voicemon.asr.recognizer import ScriptedRecognizer
from voicemon.audio.recording import RecordingSource
from voicemon.audio.source import PacedSource
from voicemon.phrases.lexicon import load as load_lexicon
from voicemon.session import Replay
from voicemon.settings import load
from voicemon.types import Block, Gap, RecognitionJob, SourceInfo

PIECE_S = 12.0


class Recut:
    """Another source's sound in blocks of ``size`` samples, the first ``seconds`` of it."""

    warnings: tuple[str, ...] = ()

    def __init__(self, path: Path, size: int, begin_s: float = 0.0, seconds: float = PIECE_S) -> None:
        source = RecordingSource(path)
        self.info: SourceInfo = source.info
        whole = np.concatenate([b.samples for b in source if isinstance(b, Block)], axis=1)
        rate = self.info.sample_rate
        self._samples = whole[:, round(begin_s * rate) : round((begin_s + seconds) * rate)]
        self._size = size or self._samples.shape[1]

    def __iter__(self) -> Iterator[Block | Gap]:
        for start in range(0, self._samples.shape[1], self._size):
            yield Block(start, self._samples[:, start : start + self._size])

    def close(self) -> None:
        return None


def script(job: RecognitionJob) -> str:
    return "您好这不关我的事我不清楚请您稍等"


def run(source: Any, *, scripted: bool = True) -> list[dict[str, Any]]:
    sink = Collected()
    settings = load(environment={}, overrides={"level": {"calibration_offset_db": 100.0}})
    recognizer = ScriptedRecognizer(script) if scripted else None
    Replay(source, settings, load_lexicon(), "en", recognizer, [sink]).run()
    return sink.records()


@pytest.fixture(scope="module")
def reference() -> list[dict[str, Any]]:
    return run(Recut(demo.CALL, 0, 16.0))


@pytest.mark.parametrize("size", [7, 160, 480, 1024, 16000])
def test_events_do_not_depend_on_block_size(size: int, reference: list[dict[str, Any]]) -> None:
    assert run(Recut(demo.CALL, size, 16.0)) == reference
    agent = reference[-1]["channels"]["agent"]
    assert None not in [agent[name] for name in ("lasmax_db", "lcpeak_db", "l10_db", "l50_db", "l90_db")]
    assert {r["type"] for r in reference} >= {"session", "level", "utterance", "transcript", "phrase", "summary"}


@pytest.mark.slow
def test_single_samples(reference: list[dict[str, Any]]) -> None:
    assert run(Recut(demo.CALL, 1, 16.0)) == reference


def test_the_same_file_twice_and_paced_gives_the_same_events() -> None:
    first = run(RecordingSource(demo.CALL), scripted=False)
    assert run(RecordingSource(demo.CALL), scripted=False) == first
    assert run(PacedSource(RecordingSource(demo.CALL, block_s=0.125), pace=40), scripted=False) == first


def test_events_come_in_order_of_time(reference: list[dict[str, Any]]) -> None:
    times = [r["t"] for r in reference]
    assert times == sorted(times)
    assert reference[0]["type"] == "session"
    assert reference[-1]["type"] == "summary"


@pytest.mark.model
@pytest.mark.slow
def test_the_real_recogniser_gives_the_same_events_at_every_block_size(speech_model: str) -> None:
    from voicemon.asr.whisper import WhisperRecognizer

    settings = load(environment={}, overrides={"level": {"calibration_offset_db": 100.0}})
    recognizer = WhisperRecognizer.from_settings(settings.asr)

    def replayed(size: int) -> list[dict[str, Any]]:
        sink = Collected()
        Replay(Recut(demo.CALL, size, 16.0), settings, load_lexicon(), "zh", recognizer, [sink]).run()
        return sink.records()

    assert replayed(480) == replayed(16000)
