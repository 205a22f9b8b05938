"""A live session without a device: sound is fed by hand, and outages last as long as the test wants."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np
import pytest

from tests.conftest import Collected
from voicemon import demo
from voicemon.asr.recognizer import Recognizer, RecognizerInfo, ScriptedRecognizer
from voicemon.audio.devices import InputDevice
from voicemon.audio.recording import RecordingSource
from voicemon.errors import ModelError
from voicemon.liveview import NOTICE_S
from voicemon.phrases.lexicon import load as load_lexicon
from voicemon.settings import load
from voicemon.sidecar import HEALTH_PERIOD_S, Live
from voicemon.types import Block, Gap, RecognitionJob, Role, SourceInfo, Transcript

RATE = 16_000
BLOCK = 800
IDLE_S = 0.05


class FakeMicrophone:
    """Gives what it is fed, and empty blocks while there is nothing; ``turns`` counts them."""

    def __init__(self) -> None:
        self.info = SourceInfo("Headset", RATE, (Role.AGENT,))
        self.lock_name = "Headset"
        self.device = InputDevice("Headset", "by hand", 1, RATE)
        self.warnings: tuple[str, ...] = ()
        self.lost = self.muted = False
        self.overflows = 0
        self.position = 0
        self.turns = 0
        self._items: SimpleQueue[Block | Gap] = SimpleQueue()
        self._closed = threading.Event()

    def sound(self, samples: np.ndarray) -> None:
        for at in range(0, len(samples), BLOCK):
            block = samples[None, at : at + BLOCK].astype(np.float32)
            self._items.put(Block(self.position, block))
            self.position += block.shape[1]

    def gap(self, length_s: float, cause: str) -> None:
        end = self.position + round(length_s * RATE)
        self._items.put(Gap(self.position, end, cause))
        self.position = end

    def open(self) -> None:
        return None

    def close(self) -> None:
        self._closed.set()

    def __iter__(self) -> Iterator[Block | Gap]:
        while not (self._closed.is_set() and self._items.empty()):
            if self._items.empty():
                self._closed.wait(IDLE_S)
                self.turns += 1
                yield Block(self.position, np.zeros((1, 0), np.float32))
            else:
                yield self._items.get()


class Clock:
    now = 50.0

    def __call__(self) -> float:
        return self.now


class Dying(ScriptedRecognizer):
    """Has a defect."""

    def recognize(self, job: RecognitionJob) -> Transcript:
        raise IndexError("list index\nout of range")


def settle(microphone: FakeMicrophone, turns: int = 3) -> None:
    """All that was fed is through, and the session has had its turn after it."""
    wanted = microphone.turns + turns
    wait_for(lambda: microphone.turns >= wanted)


def wait_for(what: Callable[[], Any], timeout_s: float = 10.0) -> None:
    end = time.monotonic() + timeout_s
    while not what():
        assert time.monotonic() < end, "not seen in time"
        time.sleep(0.005)


@pytest.fixture(scope="module")
def speech() -> np.ndarray:
    """The agent's first sentence of the sample call."""
    source = RecordingSource(demo.CALL, customer_channel=None)
    samples = np.concatenate([b.samples[0] for b in source if isinstance(b, Block)])
    return samples[: 8 * RATE]


@pytest.fixture
def microphone() -> Iterator[FakeMicrophone]:
    microphone = FakeMicrophone()
    yield microphone
    microphone.close()


def live(
    microphone: FakeMicrophone,
    sink: Collected,
    recognizer: Callable[[], Recognizer] | None = None,
    clock: Callable[[], float] = time.monotonic,
    model: RecognizerInfo | None = None,
) -> Live:
    session = Live(microphone, load(environment={}), load_lexicon(), "en", recognizer, [sink], model=model, clock=clock)
    session.start()
    return session


def test_a_mark_in_an_outage_is_told_at_once(microphone: FakeMicrophone, collected: Collected) -> None:
    session = live(microphone, collected)
    microphone.gap(0.5, "muted")
    settle(microphone)
    session.mark()
    wait_for(lambda: collected.records("mark"))
    wait_for(lambda: session.look().marks)
    session.stop()
    session.outcome()


def test_a_dispute_of_nothing_is_answered_for_some_seconds(microphone: FakeMicrophone, collected: Collected) -> None:
    clock = Clock()
    session = live(microphone, collected, clock=clock)
    assert session.look().notice is None
    session.dispute()
    settle(microphone)
    assert session.look().notice == "nothing_to_dispute"
    clock.now += NOTICE_S
    settle(microphone)
    assert session.look().notice is None
    microphone.gap(1.0, "device lost")  # an alert, but none that accuses anybody
    settle(microphone)
    session.dispute()
    settle(microphone)
    assert session.look().notice == "nothing_to_dispute"
    session.stop()
    session.outcome()


def test_a_text_that_comes_in_an_outage_is_told_in_it(
    microphone: FakeMicrophone, collected: Collected, speech: np.ndarray
) -> None:
    go = threading.Event()

    def script(job: RecognitionJob) -> str:
        go.wait(10)
        return "您好很高兴为您服务"

    session = live(microphone, collected, lambda: ScriptedRecognizer(script))
    microphone.sound(speech)
    microphone.gap(0.5, "muted")
    settle(microphone)
    assert collected.records("utterance")
    assert not collected.records("transcript")
    go.set()
    wait_for(lambda: collected.records("transcript"))
    session.stop()
    session.outcome()


def test_health_is_recorded_through_an_outage(microphone: FakeMicrophone, collected: Collected) -> None:
    clock = Clock()
    session = live(microphone, collected, clock=clock)
    microphone.gap(0.5, "device lost")
    settle(microphone)
    told = len(collected.records("health"))
    settle(microphone)
    assert len(collected.records("health")) == told, "not more often than its period"
    for _ in range(3):
        clock.now += HEALTH_PERIOD_S
        settle(microphone)
    assert len(collected.records("health")) == told + 3
    session.stop()
    session.outcome()


def test_a_gap_renews_what_is_shown(microphone: FakeMicrophone, collected: Collected, speech: np.ndarray) -> None:
    clock = Clock()
    session = live(microphone, collected, clock=clock)
    microphone.sound(speech)
    settle(microphone)
    before = session.look().t
    microphone.gap(20.0, "muted")
    settle(microphone)
    assert session.look().t == pytest.approx(8.0 + 20.0, abs=0.02)
    assert session.look().t > before, "although the clock stands still"
    session.stop()
    session.outcome()


def test_one_loss_is_one_alert_whatever_comes_between_its_gaps(
    microphone: FakeMicrophone, collected: Collected, speech: np.ndarray
) -> None:
    session = live(microphone, collected)
    microphone.sound(speech[:RATE])
    microphone.gap(0.5, "device lost")
    settle(microphone)
    microphone.gap(2.0, "device lost")
    microphone.sound(speech[:RATE])
    settle(microphone)
    session.stop()
    outcome = session.outcome()
    assert [a["rule"] for a in collected.records("alert")].count("device_lost") == 1
    assert outcome.faults == ("2.5 s of audio lost",)


def test_a_recogniser_with_a_defect_is_a_fault(
    microphone: FakeMicrophone, collected: Collected, speech: np.ndarray
) -> None:
    session = live(microphone, collected, lambda: Dying(lambda job: ""))
    microphone.sound(speech)
    settle(microphone)
    session.stop()
    outcome = session.outcome()
    assert outcome.degraded
    assert outcome.summary.degraded
    assert "the recogniser failed: IndexError: list index out of range" in outcome.faults
    assert outcome.summary.phrases is not None, "it was ready once"


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (OSError("no room"), "the recogniser failed: OSError: no room"),
        (ModelError("model altered", "pull it again"), "model altered (pull it again)"),
    ],
)
def test_without_a_model_that_loads_nothing_is_said_of_phrases(
    microphone: FakeMicrophone, collected: Collected, speech: np.ndarray, error: Exception, fault: str
) -> None:
    def load_model() -> Recognizer:
        raise error

    session = live(microphone, collected, load_model)
    microphone.sound(speech)
    settle(microphone)
    session.stop()
    outcome = session.outcome()
    assert fault in outcome.faults
    assert outcome.summary.phrases is None
    assert collected.records("summary")[0]["phrases"] is None


def test_the_first_record_names_the_model(microphone: FakeMicrophone, collected: Collected) -> None:
    model = RecognizerInfo("base", "ab" * 32)
    session = live(microphone, collected, lambda: ScriptedRecognizer(lambda job: ""), model=model)
    session.stop()
    session.outcome()
    assert collected.records("session")[0]["model"] == {"name": "base", "sha256": "ab" * 32}


def test_what_ends_the_session_comes_out_of_outcome(microphone: FakeMicrophone, collected: Collected) -> None:
    def broken() -> Iterator[Block | Gap]:
        raise ModelError("broken")
        yield

    microphone.__class__ = type("Broken", (FakeMicrophone,), {"__iter__": lambda self: broken()})
    session = live(microphone, collected)
    with pytest.raises(ModelError, match="broken"):
        session.outcome()
    assert session.finished


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="no signals to send")
def test_an_impatient_second_signal_does_not_cost_the_summary(
    microphone: FakeMicrophone,
    collected: Collected,
    speech: np.ndarray,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    from voicemon.cli.listening import run
    from voicemon.cli.live_order import Order

    for name in ("XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path))

    def slow(job: RecognitionJob) -> str:
        time.sleep(1.0)
        return "您好"

    session = Live(
        microphone, load(environment={}), load_lexicon(), "en", lambda: ScriptedRecognizer(slow), [collected]
    )
    monkeypatch.setattr("voicemon.sidecar.Live", lambda *_, **__: session)
    monkeypatch.setattr("voicemon.audio.microphone.MicrophoneSource", lambda *_, **__: microphone)
    microphone.sound(speech)
    microphone.gap(0.5, "muted")

    def signals() -> None:
        wait_for(lambda: collected.records("utterance"))
        signal.pthread_kill(main, signal.SIGINT)
        wait_for(session._stop.is_set)
        time.sleep(0.3)
        signal.pthread_kill(main, signal.SIGINT)

    main = threading.get_ident()
    sender = threading.Thread(target=signals)
    sender.start()
    settings = load(environment={}, overrides={"asr": {"enabled": False}, "history": {"enabled": False}})
    code = run(Order(settings, None, None, None, None, plain=True, keep_text=False))
    sender.join()
    assert code == 130
    assert collected.records("transcript")
    assert collected.records("summary")
