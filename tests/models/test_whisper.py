"""The real model on real sound: words, times, and silence about what is no speech."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from voicemon.asr.models import ModelFolder, locate
from voicemon.asr.whisper import WhisperRecognizer
from voicemon.errors import ModelError
from voicemon.types import SPEECH_RATE_HZ, Float32, Pass, RecognitionJob

SPEECH = Path(__file__).resolve().parents[2] / "../shared/speech"

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def recognizer() -> Iterator[WhisperRecognizer]:
    try:
        folder = locate("base")
    except ModelError as error:
        pytest.skip(str(error))
    model = WhisperRecognizer(folder)
    yield model
    model.close()


@pytest.fixture(scope="module")
def turn() -> tuple[RecognitionJob, list[tuple[str, float, float]]]:
    """The fifth turn of a call (an agent's), with the true times of its characters."""
    path = SPEECH / "calls" / "dev04.truth.json"
    if not path.exists():
        pytest.skip("needs the recordings beside the project")
    truth = json.loads(path.read_text(encoding="utf-8"))
    said = [t for t in truth["turns"] if t["who"] == "agent"][3]
    samples = read(path.with_name("dev04.flac"))
    first, last = (int(t * SPEECH_RATE_HZ) for t in (said["start"] - 0.2, said["end"] + 0.2))
    voiced = ((said["start"], said["end"]),)
    job = RecognitionJob(
        9, Pass.FINAL, samples[first:last], first / 16_000, last / 16_000, said["active_s"], 30.0, voiced
    )
    return job, [c for c in truth["chars"]["agent"] if said["start"] - 0.01 <= c[1] < said["end"]]


def read(path: Path) -> Float32:
    resampler = av.AudioResampler(format="fltp", rate=SPEECH_RATE_HZ)
    with av.open(str(path)) as container:
        frames = [out for frame in container.decode(audio=0) for out in resampler.resample(frame)]
    return np.concatenate([f.to_ndarray()[0] for f in frames]).astype(np.float32)


def noise_job(samples: Float32) -> RecognitionJob:
    length = len(samples) / SPEECH_RATE_HZ
    return RecognitionJob(1, Pass.FINAL, samples, 0.0, length, length, 30.0)


@pytest.mark.shared
@pytest.mark.parametrize("kind", list(Pass))
def test_words_and_times_of_a_sentence(
    recognizer: WhisperRecognizer, turn: tuple[RecognitionJob, list[tuple[str, float, float]]], kind: Pass
) -> None:
    job, truth = turn
    result = recognizer.recognize(dataclasses.replace(job, kind=kind))
    assert (result.utterance, result.kind, result.start, result.end) == (9, kind, job.start, job.end)
    assert result.rejected is None
    heard = {c.char: c for c in result.chars}
    errors = [abs(heard[c].start - s) for c, s, _ in truth if c in heard and [t[0] for t in truth].count(c) == 1]
    assert len(errors) >= 8
    assert float(np.median(errors)) <= 0.1
    assert max(errors) <= 0.4
    assert all(job.start <= c.start <= c.end <= job.end for c in result.chars)
    assert "".join(c.char for c in result.chars) == "".join(c for c in result.text if c.isalnum())
    assert result.cpu_s > 0


@pytest.mark.shared
def test_the_same_sound_gives_the_same_answer(
    recognizer: WhisperRecognizer, turn: tuple[RecognitionJob, list[tuple[str, float, float]]]
) -> None:
    first, second = (dataclasses.replace(recognizer.recognize(turn[0]), cpu_s=0.0) for _ in range(2))
    assert first == second


@pytest.mark.shared
def test_a_short_sentence_is_heard_once() -> None:
    """In a window with little silence behind it the model writes this one twice, and is sure of it."""
    path = SPEECH / "phrases" / "dev_zf_xiaoxiao.truth.json"
    if not path.exists():
        pytest.skip("needs the recordings beside the project")
    text = "麻烦您记录一下好吗"
    segments = json.loads(path.read_text(encoding="utf-8"))["segments"]
    start, end = next((s["start"], s["end"]) for s in segments if s["text"].rstrip("。?？") == text)
    first, last = (round(t * SPEECH_RATE_HZ) for t in (start - 0.2, end + 0.2))
    samples = read(path.with_name("dev_zf_xiaoxiao.flac"))[first:last]
    job = RecognitionJob(1, Pass.FINAL, samples, start - 0.2, end + 0.2, end - start, 30.0, ((start, end),))
    model = WhisperRecognizer(locate("base"), padding_s=2.0)
    assert model.recognize(job).text.count(text[:3]) == 1
    model.close()


@pytest.mark.shared
def test_times_move_with_the_job(
    recognizer: WhisperRecognizer, turn: tuple[RecognitionJob, list[tuple[str, float, float]]]
) -> None:
    job = dataclasses.replace(turn[0], kind=Pass.PROVISIONAL)
    later = dataclasses.replace(
        job,
        start=job.start + 3600,
        end=job.end + 3600,
        voiced=tuple((a + 3600, b + 3600) for a, b in job.voiced),
    )
    here, there = recognizer.recognize(job), recognizer.recognize(later)
    assert there.text == here.text
    assert [c.start - 3600 for c in there.chars] == pytest.approx([c.start for c in here.chars], abs=1e-6)


def test_too_little_speech_costs_nothing(recognizer: WhisperRecognizer) -> None:
    job = dataclasses.replace(noise_job(np.zeros(SPEECH_RATE_HZ, np.float32)), voiced_s=0.1)
    result = recognizer.recognize(job)
    assert (result.rejected, result.text, result.chars) == ("too_short", "", ())
    assert result.cpu_s < 0.05


@pytest.mark.parametrize("sound", ["silence", "white noise", "hum", "clicks"])
def test_no_text_is_believed_where_nobody_spoke(recognizer: WhisperRecognizer, sound: str) -> None:
    n = 4 * SPEECH_RATE_HZ
    rng = np.random.default_rng(4)
    samples = {
        "silence": np.zeros(n),
        "white noise": 0.05 * rng.standard_normal(n),
        "hum": 0.1 * np.sin(2 * np.pi * 50 / SPEECH_RATE_HZ * np.arange(n)),
        "clicks": np.where(np.arange(n) % 4000 < 20, 0.5, 0.0),
    }[sound]
    assert recognizer.recognize(noise_job(samples.astype(np.float32))).rejected is not None


@pytest.mark.shared
@pytest.mark.slow
def test_recorded_non_speech_is_refused(recognizer: WhisperRecognizer) -> None:
    clips = sorted((SPEECH / "noise").glob("*.flac"))[1::2]
    if not clips:
        pytest.skip("needs the recordings beside the project")
    believed = []
    for clip in clips:
        result = recognizer.recognize(noise_job(read(clip)[: 8 * SPEECH_RATE_HZ]))
        if result.rejected is None:
            believed.append((clip.name, result.text))
    assert believed == []


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json"])
def test_a_spoilt_folder_is_a_model_error(tmp_path: Path, recognizer: WhisperRecognizer, name: str) -> None:
    source = locate("base").path
    for file in source.iterdir():
        (tmp_path / file.name).symlink_to(file)
    (tmp_path / name).unlink()
    (tmp_path / name).write_bytes(b"{")
    with pytest.raises(ModelError, match="cannot be loaded"):
        WhisperRecognizer(ModelFolder(tmp_path, "spoilt", "0"))


def test_a_language_that_the_model_lacks(recognizer: WhisperRecognizer) -> None:
    with pytest.raises(ModelError, match="does not know"):
        WhisperRecognizer(locate("base"), language="tlh")


@pytest.mark.shared
def test_other_words_than_were_said_are_less_probable(
    recognizer: WhisperRecognizer, turn: tuple[RecognitionJob, list[tuple[str, float, float]]]
) -> None:
    text = recognizer.recognize(turn[0]).text
    same, other = recognizer.score([text, text[:2] + "你急什么急" + text[7:]])
    assert (same.asked, same.recognised, same.tokens) == (0.0, 0.0, 0)
    assert other.asked < other.recognised - 10
    assert 2 <= other.tokens <= 15


def test_nothing_is_scored_before_anything_was_recognised() -> None:
    try:
        fresh = WhisperRecognizer(locate("base"))
    except ModelError as error:
        pytest.skip(str(error))
    with pytest.raises(ValueError, match="nothing was recognised"):
        fresh.score(["您好"])
    fresh.close()
