"""The real model with the vocabulary of Mandarin alone: the same words at the same times, for less."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from voicemon import demo
from voicemon.asr import models, narrow_cache
from voicemon.asr.whisper import WhisperRecognizer
from voicemon.audio.recording import RecordingSource
from voicemon.types import SPEECH_RATE_HZ, Block, Pass, RecognitionJob, Transcript

pytestmark = pytest.mark.model

EDGE_S = 0.2
LESS_BYTES = 30e6
"""The copy lacks 45 000 rows of 512 numbers of 8 bits, the scales and the words: 23 MB of rows, 10 MB beside."""

MEMORY = """
import os, sys
from voicemon.asr.models import locate
from voicemon.asr.whisper import WhisperRecognizer
recognizer = WhisperRecognizer(locate("base"), threads=1, narrow=sys.argv[1] == "narrow")
recognizer.warm_up()
from voicemon.usage import return_freed_memory
return_freed_memory()
print(int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE"))
"""


@pytest.fixture(scope="module")
def jobs(sample_truth: dict[str, Any]) -> list[RecognitionJob]:
    """The agent's turns in the sample call, cut by the truth."""
    source = RecordingSource(demo.CALL, customer_channel=None)
    agent = np.concatenate([item.samples[0] for item in source if isinstance(item, Block)])
    assert source.info.sample_rate == SPEECH_RATE_HZ
    found = []
    for turn in sample_truth["turns"]:
        if turn["who"] == "agent":
            start, end = turn["start"] - EDGE_S, turn["end"] + EDGE_S
            samples = agent[int(start * SPEECH_RATE_HZ) : int(end * SPEECH_RATE_HZ)].astype(np.float32)
            found.append(RecognitionJob(len(found), Pass.FINAL, samples, start, end, turn["end"] - turn["start"], 30.0))
    return found


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(narrow_cache, "cache_dir", lambda: folder)
        yield folder


def heard(jobs: list[RecognitionJob], model: str, kind: Pass, *, narrow: bool) -> list[Transcript]:
    recognizer = WhisperRecognizer(models.locate(model), threads=1, narrow=narrow)
    try:
        return [recognizer.recognize(replace(job, kind=kind)) for job in jobs]
    finally:
        recognizer.close()


@pytest.mark.slow
@pytest.mark.parametrize("kind", list(Pass))
def test_the_same_words_at_the_same_times(
    jobs: list[RecognitionJob], speech_model: str, cache: Path, kind: Pass
) -> None:
    assert len(jobs) >= 3
    whole = heard(jobs, speech_model, kind, narrow=False)
    narrow = heard(jobs, speech_model, kind, narrow=True)
    assert list(cache.iterdir())
    assert [t.text for t in narrow] == [t.text for t in whole]
    assert all(t.text for t in whole)
    assert [t.chars for t in narrow] == [t.chars for t in whole]
    assert [t.rejected for t in narrow] == [t.rejected for t in whole]
    for ours, theirs in zip(narrow, whole, strict=True):
        # Rows that are not there have no share of the probability: the rest has a little more, never less.
        assert ours.avg_logprob == pytest.approx(theirs.avg_logprob, abs=0.05)
        assert ours.no_speech_prob == pytest.approx(theirs.no_speech_prob, abs=0.01)
    assert sum(t.avg_logprob or 0 for t in narrow) > sum(t.avg_logprob or 0 for t in whole)


def test_a_copy_that_cannot_be_loaded_is_no_error(
    jobs: list[RecognitionJob], speech_model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(narrow_cache, "narrowed", lambda *_, **__: tmp_path)
    assert heard(jobs[:1], speech_model, Pass.PROVISIONAL, narrow=True)[0].text


def test_verification_makes_the_copy(speech_model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(narrow_cache, "cache_dir", lambda: tmp_path)
    folder = models.verify(speech_model)
    (copy,) = tmp_path.iterdir()
    assert (copy / "model.bin").stat().st_size < 0.75 * (folder.path / "model.bin").stat().st_size
    assert narrow_cache.narrowed(folder.path, folder.sha256, "zh") == copy


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_it_takes_less_memory(speech_model: str) -> None:
    used = {}
    for which in ("narrow", "narrow", "whole"):  # the first may have to make the copy
        command = [sys.executable, "-c", MEMORY, which]
        used[which] = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert used["whole"] - used["narrow"] > LESS_BYTES
