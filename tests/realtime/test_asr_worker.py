"""The ASR thread: bounded, finals first, loud when it fails, visible when it hangs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from voicemon.asr.recognizer import Recognizer, RecognizerInfo, ScriptedRecognizer
from voicemon.asr.worker import AsrWorker, WorkerState
from voicemon.errors import ModelError
from voicemon.types import Pass, RecognitionJob, Transcript

PATIENCE_S = 5.0


def job(utterance: int, kind: Pass = Pass.FINAL, start: float = 0.0, length: float = 2.0) -> RecognitionJob:
    return RecognitionJob(utterance, kind, np.zeros(16, np.float32), start, start + length, length, 30.0)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.002)


class Held:
    """A recogniser that holds each job until it is let go; ``seen`` tells what it was given, in order."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, Pass]] = []
        self.started = threading.Semaphore(0)
        self.gate = threading.Semaphore(0)
        self.closed = False
        self.info = RecognizerInfo("held")

    def recognize(self, job: RecognitionJob) -> Transcript:
        self.seen.append((job.utterance, job.kind))
        self.started.release()
        assert self.gate.acquire(timeout=4 * PATIENCE_S)
        return Transcript(job.utterance, job.kind, job.start, job.end, "好", ())

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def held() -> Iterator[tuple[Held, AsrWorker]]:
    recognizer = Held()
    worker = AsrWorker(lambda: recognizer)
    wait_for(lambda: worker.health().state is WorkerState.READY)
    yield recognizer, worker
    recognizer.gate.release(1000)
    worker.close(drain=False, timeout_s=PATIENCE_S)


def occupied(held: tuple[Held, AsrWorker]) -> tuple[Held, AsrWorker]:
    """The worker with utterance 0 in hand."""
    recognizer, worker = held
    worker.submit(job(0))
    assert recognizer.started.acquire(timeout=PATIENCE_S)
    return recognizer, worker


def test_a_final_comes_back_as_its_transcript() -> None:
    worker = AsrWorker(lambda: ScriptedRecognizer(lambda j: "您好"))
    worker.submit(job(7, start=3.0))
    assert worker.close(drain=True, timeout_s=PATIENCE_S)
    (result,) = worker.results()
    assert (result.utterance, result.text, result.start) == (7, "您好", 3.0)
    assert worker.results() == []
    assert worker.health().state is WorkerState.OFF


def test_submitting_waits_neither_for_loading_nor_for_a_slow_model() -> None:
    loaded = threading.Event()

    def slow_factory() -> Recognizer:
        assert loaded.wait(PATIENCE_S)
        return ScriptedRecognizer(lambda j: "好", delay_s=0.05)

    worker = AsrWorker(slow_factory)
    begun = time.monotonic()
    for i in range(10):
        worker.submit(job(i))
    assert time.monotonic() - begun < 0.5
    assert worker.health().state is WorkerState.LOADING
    loaded.set()
    assert worker.close(drain=True, timeout_s=PATIENCE_S)
    assert [t.utterance for t in worker.results()] == list(range(10))


def test_finals_go_before_a_provisional_that_came_earlier(held: tuple[Held, AsrWorker]) -> None:
    recognizer, worker = occupied(held)
    worker.submit(job(3, Pass.PROVISIONAL))
    worker.submit(job(1))
    worker.submit(job(2))
    recognizer.gate.release(4)
    wait_for(lambda: len(recognizer.seen) == 4)
    assert recognizer.seen == [(0, Pass.FINAL), (1, Pass.FINAL), (2, Pass.FINAL), (3, Pass.PROVISIONAL)]


def test_the_newest_provisional_wins_and_replaced_ones_are_counted(held: tuple[Held, AsrWorker]) -> None:
    recognizer, worker = occupied(held)
    for end in (1.0, 2.0, 3.0):
        worker.submit(job(1, Pass.PROVISIONAL, length=end))
    assert worker.health().shed_provisional == 2
    recognizer.gate.release(2)
    wait_for(lambda: len(worker.results()) > 0 or len(recognizer.seen) == 2)
    wait_for(lambda: not worker.health().busy)
    assert recognizer.seen == [(0, Pass.FINAL), (1, Pass.PROVISIONAL)]


@pytest.mark.parametrize("provisional_first", [True, False])
def test_a_provisional_is_pointless_once_its_final_waits(held: tuple[Held, AsrWorker], provisional_first: bool) -> None:
    recognizer, worker = occupied(held)
    kinds = [Pass.PROVISIONAL, Pass.FINAL] if provisional_first else [Pass.FINAL, Pass.PROVISIONAL]
    for kind in kinds:
        worker.submit(job(1, kind))
    recognizer.gate.release(10)
    worker.close(drain=True, timeout_s=PATIENCE_S)
    assert recognizer.seen == [(0, Pass.FINAL), (1, Pass.FINAL)]
    assert worker.health().shed_provisional == 0


def test_the_queue_holds_a_minute_and_sheds_the_oldest(held: tuple[Held, AsrWorker]) -> None:
    recognizer, worker = occupied(held)
    for i in range(1, 9):
        worker.submit(job(i, start=10.0 * i, length=10.0))
    assert worker.health().shed_utterances == 2
    shed = worker.results()
    assert [(t.utterance, t.rejected) for t in shed] == [(1, "shed"), (2, "shed")]
    recognizer.gate.release(20)
    worker.close(drain=True, timeout_s=PATIENCE_S)
    assert [u for u, _ in recognizer.seen] == [0, 3, 4, 5, 6, 7, 8]


def test_one_utterance_longer_than_the_queue_is_still_recognised(held: tuple[Held, AsrWorker]) -> None:
    recognizer, worker = occupied(held)
    worker.submit(job(1, length=100.0))
    assert worker.health().shed_utterances == 0
    recognizer.gate.release(2)
    wait_for(lambda: (1, Pass.FINAL) in recognizer.seen)


def test_a_hanging_model_shows_as_behind_and_recovers(held: tuple[Held, AsrWorker]) -> None:
    recognizer, worker = occupied(held)
    early, late = worker.health(now_s=4.0), worker.health(now_s=12.0)
    assert (early.state, early.lag_s, early.busy) == (WorkerState.READY, 2.0, True)
    assert (late.state, late.lag_s) == (WorkerState.BEHIND, 10.0)
    recognizer.gate.release()
    wait_for(lambda: worker.health(now_s=12.0).lag_s == 0)
    assert worker.health(now_s=12.0).state is WorkerState.READY


def test_behind_has_hysteresis(held: tuple[Held, AsrWorker]) -> None:
    _, worker = occupied(held)
    states = [worker.health(now_s=2.0 + lag).state.value for lag in (5.0, 7.0, 5.0, 2.0, 5.0)]
    assert states == ["ready", "behind", "behind", "ready", "ready"]


def test_a_hanging_model_does_not_hold_up_closing(held: tuple[Held, AsrWorker]) -> None:
    _, worker = occupied(held)
    worker.submit(job(1))
    begun = time.monotonic()
    assert not worker.close(drain=True, timeout_s=0.1)
    assert time.monotonic() - begun < 1.0
    health = worker.health()
    assert health.state is WorkerState.FAILED
    assert "did not end" in health.message
    assert health.shed_utterances == 2


def test_an_exception_in_the_model_is_loud_and_nothing_waits_for_ever() -> None:
    go = threading.Event()

    def explode(j: RecognitionJob) -> str:
        assert go.wait(PATIENCE_S)
        raise RuntimeError("out of memory")

    worker = AsrWorker(lambda: ScriptedRecognizer(explode))
    worker.submit(job(1))
    worker.submit(job(2))
    go.set()
    wait_for(lambda: worker.health().state is WorkerState.FAILED)
    worker.submit(job(3))
    health = worker.health(now_s=100.0)
    assert (health.message, health.shed_utterances, health.busy) == ("out of memory", 3, False)
    assert [(t.utterance, t.rejected) for t in worker.results()] == [(1, "shed"), (2, "shed"), (3, "shed")]
    assert isinstance(worker.error, RuntimeError)
    assert worker.close(drain=True, timeout_s=PATIENCE_S)
    assert worker.health().state is WorkerState.FAILED


def test_a_model_that_cannot_be_loaded_keeps_its_own_error() -> None:
    def missing() -> Recognizer:
        raise ModelError("model base is not installed", "run voicemon models pull base")

    worker = AsrWorker(missing)
    wait_for(lambda: worker.health().state is WorkerState.FAILED)
    assert isinstance(worker.error, ModelError)
    assert worker.health().message == "model base is not installed (run voicemon models pull base)"


def test_closing_without_draining_sheds_what_waits_and_frees_the_model(held: tuple[Held, AsrWorker]) -> None:
    recognizer, worker = occupied(held)
    worker.submit(job(1))
    recognizer.gate.release(10)
    assert worker.close(drain=False, timeout_s=PATIENCE_S)
    assert recognizer.closed
    results = worker.results()
    decided = {t.utterance: t.rejected for t in results}
    assert set(decided) == {0, 1}
    assert decided[0] is None
    assert worker.close(drain=False, timeout_s=PATIENCE_S)


def test_an_idle_worker_uses_no_cpu() -> None:
    worker = AsrWorker(lambda: ScriptedRecognizer(lambda j: ""))
    wait_for(lambda: worker.health().state is WorkerState.READY)
    begun = time.process_time()
    time.sleep(0.3)
    assert time.process_time() - begun < 0.05
    assert worker.close(drain=True, timeout_s=PATIENCE_S)


def test_an_errand_is_run_in_the_thread_once_no_job_waits() -> None:
    held, done = Held(), []
    worker = AsrWorker(lambda: held)
    worker.submit(job(1))
    held.started.acquire()
    worker.errand(lambda: done.append("lost"))
    worker.errand(lambda: done.append(threading.current_thread().name))
    worker.submit(job(2))
    held.gate.release()
    held.started.acquire()
    assert done == []  # the second job came first
    held.gate.release()
    wait_for(lambda: bool(done))
    assert done == ["asr"]  # the newest errand alone
    assert not worker.waited_for or worker.results()
    worker.submit(job(3))
    held.gate.release()
    assert worker.close(drain=True, timeout_s=PATIENCE_S)
    assert [utterance for utterance, _ in held.seen] == [1, 2, 3]


def test_an_errand_does_not_keep_a_worker_from_ending() -> None:
    held, done = Held(), []
    worker = AsrWorker(lambda: held)
    worker.submit(job(1))
    held.started.acquire()
    worker.errand(lambda: done.append(1))
    held.gate.release()
    assert worker.close(drain=True, timeout_s=PATIENCE_S)
    assert worker.health().state is WorkerState.OFF
