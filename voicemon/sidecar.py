"""A live session: capture, DSP and recognition each in a thread of its own, the screen in the caller's.

The DSP thread owns the calls and their monitors.  It takes blocks from the source as they come, texts from the
recogniser when they are there and requests from the screen, and leaves a snapshot where the screen finds it.  The model
loads behind the first meters.  While no sound comes the source's empty blocks keep the thread turning, and periods run
on a clock of their own since the sample clock stands still.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Final

from voicemon.asr.recognizer import Recognizer, RecognizerInfo
from voicemon.asr.worker import AsrWorker
from voicemon.audio.lull import joined
from voicemon.audio.source import Source
from voicemon.callrecords import CallRecords
from voicemon.calls import LAST_TEXTS_S, Calls, Keeper, Phase
from voicemon.lexiconfeed import LexiconFeed
from voicemon.liveview import LiveView
from voicemon.monitor import Monitor
from voicemon.phrases.model import Lexicon
from voicemon.phrases.watch import LexiconWatch
from voicemon.session import Outcome
from voicemon.settings import Settings
from voicemon.sinks import Sink
from voicemon.strings import Language
from voicemon.troubles import Troubles
from voicemon.types import Gap, RecognitionJob, Snapshot, Transcript
from voicemon.vitals import Tape, Vitals

HEALTH_PERIOD_S: Final = 10.0

_log: Final = logging.getLogger("voicemon")

HURRIED_TEXTS_S: Final = 2.0
"""Of the five seconds that Windows leaves a program whose console was closed; the rest is for device and disk."""

MOST_LAST_ITEMS: Final = 8
"""A source that goes on after it was closed is not heard for ever."""

NOTHING_TO_DISPUTE: Final = "nothing_to_dispute"


@dataclass(frozen=True, slots=True)
class CallState:
    """Where the session stands, for other programs."""

    phase: Phase
    number: int
    """Of the running call, or of the next one."""
    seconds: float
    """How long the call has run; 0 between calls."""


class Live:
    """Drives monitors from a source that plays in real time: :meth:`start`, then :meth:`look` as often as you like."""

    def __init__(
        self,
        source: Source,
        settings: Settings,
        lexicon: Lexicon,
        language: Language,
        recognizer: Callable[[], Recognizer] | None,
        sinks: Sequence[Sink] = (),
        *,
        model: RecognizerInfo | None = None,
        tape: Tape | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``model``: what ``recognizer`` will load, for the first record; ``clock``: seconds, for periods alone."""
        self._source = source
        self._settings = settings
        self._language: Language = language
        self._sinks = sinks
        self._tape = tape
        self._worker = AsrWorker(recognizer) if recognizer is not None else None
        self._model = (model or RecognizerInfo(settings.asr.model)) if recognizer is not None else None
        self._lexicons = LexiconFeed(lexicon, LexiconWatch(settings.phrases), self._worker, clock)
        self._vitals = Vitals(source, self._worker, self._model, tape, sinks)
        self._records = CallRecords(source.info, self._model, self._vitals, tape, sinks)
        keeper = Keeper(
            self._monitor, self._records.opened, self._records.ended, self._records.finished, self._records.tell
        )
        self._calls = Calls(keeper, clock, settings.calls.end_after_silence_s, told=settings.calls.control)
        self._clock = clock
        self._requests: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="dsp", daemon=True)
        self._done: Future[Outcome] = Future()
        self._stop = threading.Event()
        self._interrupted = False
        self._texts_s = LAST_TEXTS_S
        self._health_due = clock()
        self._troubles = Troubles(self._calls, self._vitals, source.info)
        self._view = LiveView(self._calls, self._vitals, clock)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self, *, interrupted: bool = False, hurried: bool = False) -> None:
        """Ask for an orderly end, from any thread; :meth:`outcome` waits for it.  ``hurried``: not long for texts."""
        self._interrupted = interrupted
        self._texts_s = HURRIED_TEXTS_S if hurried else LAST_TEXTS_S
        self._stop.set()
        self._source.close()

    @property
    def finished(self) -> bool:
        return self._done.done()

    def outcome(self) -> Outcome:
        """Wait for the end; raises what ended the DSP thread, if anything did."""
        return self._done.result()

    def look(self) -> Snapshot:
        """The newest state, health as of now: a device that is gone sends no blocks that could tell of it."""
        return self._view.look()

    @property
    def state(self) -> CallState:
        call, phase = self._calls.current, self._calls.phase
        seconds = call.monitor.now - call.monitor.began_s if phase is Phase.CALL else 0.0
        return CallState(phase, call.number, seconds)

    # ------------------------------------------------------------------------------ requests, from any thread

    def mark(self) -> None:
        """Mark this moment."""
        self._requests.put(lambda: self._calls.tell(self._now().mark()))

    def dispute(self) -> None:
        """The agent disputes the newest alert."""

        def dispute() -> None:
            events = self._now().dispute() if self._calls.phase is Phase.CALL else []
            self._calls.tell(events)
            if not events:
                self._view.notice(NOTHING_TO_DISPUTE)

        self._requests.put(dispute)

    def shift_target(self, shift_db: float) -> None:
        """For this customer the level is held against a target so much higher than the settings'; 0 takes it back."""

        def shift() -> None:
            monitor = self._now()
            self._calls.tell(monitor.shift_target(shift_db - monitor.target_shift_db))

        self._requests.put(shift)

    def begin_call(self, reference: str | None = None) -> None:
        """A new call begins; one that runs ends.  ``reference``: the softphone's own name for it."""
        self._requests.put(lambda: self._calls.begin(reference))

    def end_call(self) -> None:
        """The call, if one runs, is over."""
        self._requests.put(self._end)

    # ------------------------------------------------------------------------------------------- DSP thread

    def _end(self) -> None:
        self._calls.end()

    def _now(self) -> Monitor:
        return self._calls.current.monitor

    def _work(self) -> None:
        # A daemon thread and no pool: the interpreter would wait for a pool's, whatever the person at the keys does.
        try:
            self._done.set_result(self._run())
        except BaseException as error:  # noqa: BLE001 - a thread's top: what ended it goes to whoever waits for it
            _log.critical("the dsp thread ended by %s", type(error).__name__, exc_info=error)
            self._done.set_exception(error)

    def _run(self) -> Outcome:
        self._calls.start()
        last_items = MOST_LAST_ITEMS
        for item in joined(self._source, self._source.info.sample_rate, self._nobody_waits):
            if isinstance(item, Gap) or item.samples.shape[1]:
                self._troubles.notice(item if isinstance(item, Gap) else None)
                self._calls.process(item)
                if self._tape is not None:
                    self._tape.write(item)
            # What was on screen before a gap must not be taken for now.
            self._turn(renewed=isinstance(item, Gap))
            if self._stop.is_set():
                # What the source still gives is the end of the last block, or of an outage.
                last_items -= 1
                if last_items < 0:
                    break
        self._calls.finish(self._last_texts)
        faults = self._vitals.faults()
        faults += tuple(s.fault for s in self._sinks if s.fault is not None)
        return Outcome(self._records.summary, faults, self._interrupted)

    def _nobody_waits(self) -> bool:
        """Nobody speaks, no text is awaited, nothing is asked for: the next look at the sound may come later."""
        if not self._requests.empty() or self._stop.is_set():
            return False
        if any(voice.segmenter.current is not None for voice in self._now().voices.values()):
            return False
        return self._worker is None or not self._worker.waited_for

    def _turn(self, *, renewed: bool) -> None:
        """What is done between two blocks; with ``renewed`` the snapshot is made anew at once."""
        self._take_texts()
        while True:
            try:
                self._requests.get_nowait()()
            except Empty:
                break
        self._calls.turn()
        self._lexicons.turn(self._calls, self._vitals, self._view)
        self._view.turn(renewed=renewed)
        now = self._clock()
        if now >= self._health_due:
            self._health_due = now + HEALTH_PERIOD_S
            self._calls.tell([self._vitals.record(self._calls.current)])
            self._troubles.watch_recognizer()

    def _take_texts(self) -> None:
        if self._worker is not None:
            for transcript in self._worker.results():
                self._calls.accept(transcript)

    def _last_texts(self) -> Sequence[Transcript]:
        if self._worker is None:
            return ()
        self._worker.close(drain=True, timeout_s=self._texts_s)
        return self._worker.results()

    def _submit(self, job: RecognitionJob) -> Transcript | None:
        assert self._worker is not None
        if self._calls.asked(job):
            self._worker.submit(job)
        return None

    def _monitor(self, after: Monitor | None) -> Monitor:
        submit = self._submit if self._worker is not None else None
        return Monitor(self._source.info, self._settings, self._lexicons.lexicon, self._language, submit, after=after)
