"""A call that was cut short is not judged as a whole one, and a good word is said only of what was measured."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from tests.conftest import Collected
from voicemon import demo
from voicemon.asr.recognizer import ScriptedRecognizer
from voicemon.audio.recording import RecordingSource
from voicemon.phrases.lexicon import load as load_lexicon
from voicemon.session import Replay
from voicemon.settings import Settings, load
from voicemon.types import Block, Gap, RecognitionJob, Role, SourceInfo


def polite(job: RecognitionJob) -> str:
    return "您好请问有什么可以帮助您" if job.start < 15 else "好的我帮您查一下"


class Stopping:
    """A recording during which somebody asks for the end after ``seconds``."""

    warnings: tuple[str, ...] = ()

    def __init__(self, stop: threading.Event, seconds: float) -> None:
        self._source, self._stop, self._seconds = RecordingSource(demo.CALL), stop, seconds
        self.info: SourceInfo = self._source.info

    def __iter__(self) -> Iterator[Block | Gap]:
        for item in self._source:
            yield item
            if item.start / self.info.sample_rate >= self._seconds:
                self._stop.set()

    def close(self) -> None:
        return None


def run(seconds: float, collected: Collected, settings: Settings) -> dict[str, Any]:
    stop = threading.Event()
    recognizer = ScriptedRecognizer(polite)
    session = Replay(Stopping(stop, seconds), settings, load_lexicon(), "en", recognizer, [collected])
    session.run(stop=stop)
    summary: dict[str, Any] = collected.records("summary")[0]
    return summary


def test_a_call_cut_short_is_not_told_to_lack_a_closing(collected: Collected) -> None:
    summary = run(20.0, collected, load(environment={}))
    assert summary["complete"] is False
    assert summary["whole_s"] == pytest.approx(54.82, abs=0.01)
    assert not [a for a in collected.records("alert") if a["rule"] == "missing_closing"]
    assert not any("closing" in sentence for sentence in summary["coaching"])


def test_a_whole_call_is_judged_to_its_end(collected: Collected) -> None:
    summary = run(1000.0, collected, load(environment={}))
    assert summary["complete"] is True
    assert [a for a in collected.records("alert") if a["rule"] == "missing_closing"]


def test_without_calibration_and_words_nothing_is_called_on_target(collected: Collected) -> None:
    Replay(RecordingSource(demo.CALL), load(environment={}), load_lexicon(), "en", None, [collected]).run()
    (summary,) = collected.records("summary")
    assert not any("on target" in sentence for sentence in summary["coaching"])


def test_the_calibration_is_of_the_agents_headset_alone(collected: Collected) -> None:
    settings = load(environment={}, overrides={"level": {"calibration_offset_db": 100.0}})
    Replay(RecordingSource(demo.CALL), settings, load_lexicon(), "en", None, [collected]).run()
    for kind in ("level", "utterance"):
        units = {(r["channel"], r["unit"]) for r in collected.records(kind)}
        assert units == {(Role.AGENT.value, "dB(A)"), (Role.CUSTOMER.value, "dBFS(A)")}
    customer = [r for r in collected.records("utterance") if r["channel"] == "customer"]
    assert all(r["active_db"] < 0 for r in customer)


def test_a_forced_cut_gives_no_sound_to_both_sides(collected: Collected) -> None:
    settings = load(environment={}, overrides={"asr": {"max_utterance_s": 4.0, "provisional": False}})
    recognizer = ScriptedRecognizer(polite)
    Replay(RecordingSource(demo.CALL), settings, load_lexicon(), "en", recognizer, [collected]).run()
    jobs = sorted(recognizer.jobs, key=lambda job: job.start)
    assert len(jobs) > 8
    overlaps = [round(a.end - b.start, 3) for a, b in pairwise(jobs) if a.end > b.start]
    assert overlaps == []
