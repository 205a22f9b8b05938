"""The manuals' rules on the agent's level, through the whole monitor, on the bundled call's two voices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from voicemon import demo
from voicemon.asr.policy import Rejection
from voicemon.audio.recording import RecordingSource
from voicemon.events import as_record
from voicemon.monitor import Monitor
from voicemon.phrases.lexicon import load as load_lexicon
from voicemon.settings import load
from voicemon.summary import summarise
from voicemon.types import Block, CharTime, Float32, Pass, RecognitionJob, Role, SourceInfo, Transcript

ROOM_DBFS = -58.0
TURNS_S = 18.3
"""The agent's first turn and what the customer answers before the agent comes in again."""
LISTENING_S = 12.5
"""How long the agent's turn takes."""
PROMISE = "不好意思我大声一点"


@pytest.fixture(scope="module")
def voices() -> tuple[int, Float32]:
    """A turn of each voice of the bundled call, one after the other, four times: a steady pair."""
    source = RecordingSource(demo.CALL)
    once = np.concatenate([b.samples for b in source if isinstance(b, Block)], axis=1)
    rate = source.info.sample_rate
    return rate, np.tile(once[:, : round(TURNS_S * rate)], 4)


def louder(voices: tuple[int, Float32], agent_db: float, customer_db: float, *, slider: bool = False) -> Float32:
    """The second half by so much louder, the rooms as they are; with ``slider`` the agent's room is louder too."""
    rate, sound = voices[0], voices[1].copy()
    # The agent speaks once more before the customer becomes faint, so that each has been heard twice.
    middle = sound.shape[1] // 2
    noise = np.asarray(np.random.default_rng(0).normal(0, 10 ** (ROOM_DBFS / 20), sound.shape[1]), np.float32)
    scale = np.ones(sound.shape[1], np.float32)
    scale[middle + round(LISTENING_S * rate) :] = 10 ** (agent_db / 20)
    sound[0] = (sound[0] + noise) * scale if slider else sound[0] * scale + noise
    sound[1, middle:] *= 10 ** (customer_db / 20)
    return sound


def play(
    rate: int, sound: Float32, size: int, *, promise_at_s: float | None = None, rejected: str | None = None
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Alerts of the two rules (and of those taken back), and the protocols' status."""

    def submit(job: RecognitionJob) -> Transcript:
        told = promise_at_s is not None and job.kind is Pass.FINAL and job.start <= promise_at_s < job.end
        chars = tuple(CharTime(c, job.start, job.end) for c in PROMISE) if told else ()
        return Transcript(job.utterance, job.kind, job.start, job.end, "", chars, rejected=rejected)

    info = SourceInfo("call", rate, (Role.AGENT, Role.CUSTOMER))
    monitor = Monitor(info, load(environment={}), load_lexicon(), "zh", submit)
    events = []
    for at in range(0, sound.shape[1], size):
        events += monitor.process(Block(at, sound[:, at : at + size]))
    events += monitor.end()
    events += monitor.close()
    records = [as_record(event) for event in [*events, summarise(monitor, {}, degraded=False)]]
    rules = ("louder_for_faint_customer", "not_louder_when_asked")
    told = [r for r in records if r["type"] in ("alert", "withdrawn") and r["rule"] in rules]
    return told, {row["name"]: row["status"] for row in records[-1]["protocols"]}


@pytest.fixture(scope="module")
def shouted_back(voices: tuple[int, Float32]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    return play(voices[0], louder(voices, 10.0, -15.0), 1024)


def test_an_agent_who_shouts_back_at_a_faint_customer_is_told(
    shouted_back: tuple[list[dict[str, Any]], dict[str, str]],
) -> None:
    told, status = shouted_back
    assert [(r["type"], r["rule"], r["channel"]) for r in told] == [("alert", "louder_for_faint_customer", "agent")]
    assert told[0]["severity"] == "info"
    assert told[0]["evidence"]["change_db"] == pytest.approx(10, abs=1)
    assert 2 * TURNS_S < told[0]["start"] < told[0]["end"]
    assert told[0]["evidence"]["advice"] == "保持自己的音量"
    assert status["same_level_for_faint_customer"] == "broken"


@pytest.mark.parametrize("size", [160, 16_000])
def test_at_any_block_size(
    voices: tuple[int, Float32], size: int, shouted_back: tuple[list[dict[str, Any]], dict[str, str]]
) -> None:
    assert play(voices[0], louder(voices, 10.0, -15.0), size) == shouted_back


@pytest.mark.parametrize(("agent_db", "customer_db"), [(0.0, -15.0), (10.0, 0.0)])
def test_a_level_kept_and_a_customer_as_before_raise_nothing(
    voices: tuple[int, Float32], agent_db: float, customer_db: float
) -> None:
    told, status = play(voices[0], louder(voices, agent_db, customer_db), 1024)
    assert told == []
    assert status["slightly_louder_when_asked"] == "not_observable"


def test_a_promise_to_speak_up_is_held_against_what_follows(voices: tuple[int, Float32]) -> None:
    rate, sound = voices
    told, status = play(rate, sound, 1024, promise_at_s=TURNS_S + 5)
    assert status["slightly_louder_when_asked"] == "broken"
    late, _ = play(rate, sound, 16_000, promise_at_s=TURNS_S + 5)
    assert told == late


def test_words_that_failed_a_check_ask_nothing(voices: tuple[int, Float32]) -> None:
    told, status = play(*voices, 1024, promise_at_s=TURNS_S + 5, rejected=Rejection.SHED)
    assert (told, status["slightly_louder_when_asked"]) == ([], "not_observable")


def test_a_slider_that_is_moved_is_not_the_agents_voice(voices: tuple[int, Float32]) -> None:
    """The room rises with the voice: what was said against the agent before that was known is taken back."""
    told, status = play(voices[0], louder(voices, 10.0, -15.0, slider=True), 1024)
    assert [r["type"] for r in told] in ([], ["alert", "withdrawn"])
    assert status["same_level_for_faint_customer"] != "broken"
