"""A lexicon that is changed while a live session runs is taken over between utterances, or told to be faulty."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import Collected
from tests.realtime.test_live_session import RATE, Clock, FakeMicrophone, settle, speech, wait_for  # noqa: F401
from voicemon.asr.recognizer import ScriptedRecognizer
from voicemon.lexiconfeed import PERIOD_S
from voicemon.phrases.lexicon import chosen
from voicemon.settings import load
from voicemon.sidecar import Live
from voicemon.types import RecognitionJob

ONE = 'version: 1\nforbidden_utterances:\n  - {id: x01, original: "跟我没关系"}\n'
TWO = ONE + '  - {id: x02, original: "你自己看着办"}\n'
SAID = "你自己看着办"


class Session:
    """A live session with a lexicon of its own, on a clock that is moved by hand."""

    def __init__(self, path: Path, microphone: FakeMicrophone, script: Callable[[RecognitionJob], str]) -> None:
        self.path, self.microphone, self.clock, self.told = path, microphone, Clock(), Collected()
        path.write_text(ONE, encoding="utf-8")
        settings = load(environment={}, overrides={"phrases": {"lexicons": (str(path),), "builtin": False}})
        lexicon = chosen(settings.phrases)
        self.live = Live(
            microphone,
            settings,
            lexicon,
            "en",
            lambda: ScriptedRecognizer(script),
            [self.told],
            clock=self.clock,
        )
        self.live.start()
        self.look_again()
        assert self.events() == []  # the files are as they were read

    def write(self, text: str) -> None:
        self.path.write_text(text, encoding="utf-8")
        self.look_again()

    def look_again(self, times: int = 3) -> None:
        for _ in range(times):
            self.clock.now += PERIOD_S
            settle(self.microphone)

    def events(self) -> list[tuple[str, bool]]:
        """Each change of lexicon: the hash of the file, and whether it was refused."""
        return [(r["lexicons"][0]["sha256"], r["error"] is not None) for r in self.told.records("lexicon")]

    def end(self) -> dict[str, object]:
        self.live.stop()
        self.live.outcome()
        return self.told.records("summary")[-1]


@pytest.fixture
def microphone() -> Iterator[FakeMicrophone]:
    microphone = FakeMicrophone()
    yield microphone
    microphone.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "own.yaml"


def test_a_phrase_that_was_added_is_found_in_the_next_utterance(
    path: Path,
    microphone: FakeMicrophone,
    speech: np.ndarray,  # noqa: F811 - the fixture
) -> None:
    session = Session(path, microphone, lambda _: SAID)
    session.write(TWO)
    wait_for(session.events)
    assert session.live.look().notice == "lexicon_taken"
    assert not session.live.look().health.lexicon_fault
    microphone.sound(speech)
    microphone.gap(0.5, "muted")
    wait_for(lambda: session.told.records("phrase"))
    summary = session.end()
    assert {r["id"] for r in session.told.records("phrase")} == {"x02"}
    (before,) = session.told.records("session")
    assert summary["lexicons"] != before["lexicons"]
    assert summary["lexicons"] == session.told.records("lexicon")[-1]["lexicons"]


def test_a_faulty_file_changes_nothing_but_the_first_line_until_it_is_mended(
    path: Path, microphone: FakeMicrophone
) -> None:
    session = Session(path, microphone, lambda _: SAID)
    session.write("version: 1\nforbidden_utterances: 3\n")
    wait_for(session.events)
    session.look_again()
    (record,) = session.told.records("lexicon")  # told once
    assert "own.yaml:2" in record["error"]
    assert record["lexicons"] == session.told.records("session")[0]["lexicons"]
    assert session.live.look().health.lexicon_fault
    session.write(ONE)
    wait_for(lambda: not session.live.look().health.lexicon_fault)
    assert len(session.events()) == 1  # the same as before: nothing to take over
    assert session.end()["lexicons"] == record["lexicons"]


def test_a_file_that_was_only_touched_is_no_change(path: Path, microphone: FakeMicrophone) -> None:
    session = Session(path, microphone, lambda _: SAID)
    session.write(ONE)
    session.look_again()
    assert session.events() == []
    session.end()


def test_while_a_text_is_awaited_the_old_lexicon_stays(
    path: Path,
    microphone: FakeMicrophone,
    speech: np.ndarray,  # noqa: F811 - the fixture
) -> None:
    go = threading.Event()

    def script(_: RecognitionJob) -> str:
        go.wait(10)
        return SAID

    session = Session(path, microphone, script)
    microphone.sound(speech)
    microphone.gap(0.5, "muted")
    settle(microphone)
    session.write(TWO)
    assert session.events() == []
    go.set()
    wait_for(lambda: any(r["final"] for r in session.told.records("transcript")))
    session.look_again()
    wait_for(session.events)
    assert session.told.records("phrase") == []
    microphone.sound(np.concatenate([np.zeros(RATE, np.float32), speech]))
    microphone.gap(0.5, "muted")
    wait_for(lambda: session.told.records("phrase"))
    session.end()


def test_the_next_call_begins_with_the_new_lexicon(path: Path, microphone: FakeMicrophone) -> None:
    session = Session(path, microphone, lambda _: SAID)
    session.write(TWO)
    wait_for(session.events)
    session.live.begin_call()
    wait_for(lambda: len(session.told.records("session")) == 2)
    first, second = session.told.records("session")
    assert first["lexicons"] != second["lexicons"]
    assert second["lexicons"] == session.told.records("lexicon")[0]["lexicons"]
    session.end()
