"""The one thread that recognises speech, behind a bounded queue.

Finals wait in a queue of at most a minute of audio; when it is full the oldest is shed, counted and answered with a
rejected transcript.  Provisional passes share one slot in which the newest wins, and run only when no final waits.
Lag is measured on the source's clock, so a model that hangs shows as a lag that grows.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from queue import Empty, SimpleQueue
from typing import Final

from voicemon.asr.checked import recognize
from voicemon.asr.policy import Rejection
from voicemon.asr.recognizer import Recognizer, RecognizerInfo
from voicemon.errors import VoicemonError
from voicemon.types import Pass, RecognitionJob, Transcript

MAX_QUEUE_S: Final = 60.0
"""Audio that may wait; text later than this is of no use to an agent in the call."""
BEHIND_S: Final = 6.0
CAUGHT_UP_S: Final = 3.0
"""Lag at which the recogniser counts as behind, and below which it has caught up again."""

_log = logging.getLogger(__name__)


class WorkerState(StrEnum):
    OFF = "off"
    """Closed, with everything that was to be done done."""
    LOADING = "loading"
    READY = "ready"
    BEHIND = "behind"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class WorkerHealth:
    """How the worker stands.

    ``lag_s``: how long ago on the source's clock the oldest undecided job ended.  ``shed_utterances``: finals that will
    never be recognised; ``shed_provisional``: provisional passes replaced by a newer one before they began.
    """

    state: WorkerState
    lag_s: float = 0.0
    shed_utterances: int = 0
    shed_provisional: int = 0
    busy: bool = False
    info: RecognizerInfo | None = None
    message: str = ""


class AsrWorker:
    """Runs a recogniser in its own thread.

    Results are to be taken by the thread that submits; as every job has at most one result, that bounds them too.
    """

    def __init__(self, factory: Callable[[], Recognizer], max_queue_s: float = MAX_QUEUE_S) -> None:
        """Start the thread; ``factory`` runs inside it, so that loading a model holds nothing up."""
        self._factory = factory
        self._max_queue_s = max_queue_s
        self._changed = threading.Condition()
        self._finals: deque[RecognitionJob] = deque()
        self._provisional: RecognitionJob | None = None
        self._errand: Callable[[], None] | None = None
        self._running: RecognitionJob | None = None
        self._results: SimpleQueue[Transcript] = SimpleQueue()
        self._state = WorkerState.LOADING
        self._closing = False
        self._behind = False
        self._newest_s = 0.0
        self._shed_utterances = 0
        self._shed_provisional = 0
        self._info: RecognizerInfo | None = None
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="asr", daemon=True)
        self._thread.start()

    @property
    def error(self) -> Exception | None:
        """What ended the worker, once its state is ``failed``."""
        return self._error

    @property
    def waited_for(self) -> bool:
        """A job is under way, or its text has not been fetched."""
        with self._changed:
            waiting = self._finals or self._provisional is not None or self._running is not None
            return bool(waiting) or not self._results.empty()

    def submit(self, job: RecognitionJob) -> None:
        """Hand over a job; never waits for the recogniser."""
        with self._changed:
            self._newest_s = max(self._newest_s, job.end)
            if job.kind is Pass.FINAL:
                self._submit_final(job)
            else:
                self._submit_provisional(job)
            self._changed.notify()

    def errand(self, what: Callable[[], None]) -> None:
        """Have ``what`` done in this thread once no job waits; the newest wins.  Not done once the worker ends."""
        with self._changed:
            self._errand = what
            self._changed.notify()

    def results(self) -> list[Transcript]:
        """The transcripts since the last call, oldest first; does not wait."""
        found: list[Transcript] = []
        while True:
            try:
                found.append(self._results.get_nowait())
            except Empty:
                return found

    def health(self, now_s: float | None = None) -> WorkerHealth:
        """How the worker stands at ``now_s`` of the source's clock (left out: at the end of the newest job)."""
        with self._changed:
            undecided = [*self._finals, *([self._running] if self._running is not None else [])]
            now_s = self._newest_s if now_s is None else now_s
            lag_s = max((now_s - job.end for job in undecided), default=0.0)
            self._behind = lag_s > (CAUGHT_UP_S if self._behind else BEHIND_S)
            state = WorkerState.BEHIND if self._behind and self._state is WorkerState.READY else self._state
            return WorkerHealth(
                state,
                max(0.0, lag_s),
                self._shed_utterances,
                self._shed_provisional,
                self._running is not None,
                self._info,
                "" if self._error is None else str(self._error) or type(self._error).__name__,
            )

    def close(self, drain: bool, timeout_s: float) -> bool:
        """End the thread: with ``drain`` after the waiting finals, else after the job in hand; the rest is shed.

        Returns whether it ended within ``timeout_s``.  A recogniser that hangs is left behind (the thread is a daemon)
        and the state becomes ``failed``.  May be called twice.
        """
        with self._changed:
            self._closing = True
            self._provisional = None
            if not drain:
                self._shed_all()
            self._changed.notify()
        self._thread.join(timeout_s)
        with self._changed:
            ended = not self._thread.is_alive()
            if not ended and self._state is not WorkerState.FAILED:
                self._error = TimeoutError(f"the recogniser did not end within {timeout_s:g} s")
                self._state = WorkerState.FAILED
                self._shed_running()
                self._shed_all()
            return ended

    def _submit_final(self, job: RecognitionJob) -> None:
        if self._provisional is not None and self._provisional.utterance == job.utterance:
            self._provisional = None
        if self._closing or self._state is WorkerState.FAILED:
            self._shed(job)
            return
        self._finals.append(job)
        while len(self._finals) > 1 and sum(j.end - j.start for j in self._finals) > self._max_queue_s:
            self._shed(self._finals.popleft())

    def _submit_provisional(self, job: RecognitionJob) -> None:
        finals = [j for j in (*self._finals, self._running) if j is not None and j.kind is Pass.FINAL]
        if self._closing or self._state is WorkerState.FAILED or any(j.utterance == job.utterance for j in finals):
            return
        self._shed_provisional += self._provisional is not None
        self._provisional = job

    def _shed(self, job: RecognitionJob) -> None:
        """Answer a final that will not be recognised, so that nobody waits for it."""
        self._shed_utterances += 1
        self._results.put(
            Transcript(job.utterance, job.kind, job.start, job.end, "", (), rejected=Rejection.SHED, heard=False)
        )

    def _shed_running(self) -> None:
        if self._running is not None and self._running.kind is Pass.FINAL:
            self._shed(self._running)

    def _shed_all(self) -> None:
        while self._finals:
            self._shed(self._finals.popleft())

    def _run(self) -> None:
        """The thread's top: whatever the recogniser raises ends the worker, and is shown."""
        try:
            recognizer = self._factory()
            with self._changed:
                self._info = recognizer.info
                self._state = WorkerState.READY if self._state is WorkerState.LOADING else self._state
            try:
                while (job := self._next()) is not None:
                    self._finish(recognize(recognizer, job))
            finally:
                recognizer.close()
            with self._changed:
                self._state = WorkerState.OFF if self._state is WorkerState.READY else self._state
        except Exception as error:  # noqa: BLE001 - a thread's top: it must say what killed it, whatever it was
            self._fail(error)

    def _next(self) -> RecognitionJob | None:
        """The next job, finals first; waits for one; ``None`` when there is nothing more to do."""
        while True:
            with self._changed:
                self._changed.wait_for(self._wanted)
                if self._finals:
                    self._running = self._finals.popleft()
                else:
                    self._running, self._provisional = self._provisional, None
                if self._running is not None or self._closing or self._errand is None:
                    return self._running
                errand, self._errand = self._errand, None
            errand()

    def _wanted(self) -> bool:
        return bool(self._closing or self._finals or self._provisional is not None or self._errand is not None)

    def _finish(self, transcript: Transcript) -> None:
        with self._changed:
            self._running = None
            self._results.put(transcript)

    def _fail(self, error: Exception) -> None:
        # What a user can mend is said in one line; only a defect is worth a traceback.
        _log.error("the recogniser failed: %s", error, exc_info=not isinstance(error, VoicemonError))
        with self._changed:
            self._error = error
            self._state = WorkerState.FAILED
            self._shed_running()
            self._running = self._provisional = None
            self._shed_all()
