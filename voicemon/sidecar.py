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
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from typing import Final

from voicemon.asr.recognizer import Recognizer, RecognizerInfo
from voicemon.asr.worker import AsrWorker, WorkerState
from voicemon.audio.lull import joined
from voicemon.audio.source import Source
from voicemon.calls import LAST_TEXTS_S, Call, Calls, Keeper, Phase
from voicemon.events import Event, SummaryEvent
from voicemon.monitor import Monitor
from voicemon.phrases.model import Lexicon
from voicemon.rules.delivery import Finding
from voicemon.session import SNAPSHOT_PERIOD_S, Outcome, opening
from voicemon.settings import Settings
from voicemon.sinks import Sink
from voicemon.strings import AlertFigures, Language
from voicemon.summary import summarise
from voicemon.types import Gap, HealthSnapshot, RecognitionJob, Snapshot, Transcript
from voicemon.view import in_call, snapshot
from voicemon.vitals import Tape, Vitals

HEALTH_PERIOD_S: Final = 10.0

_log: Final = logging.getLogger("voicemon")

MOST_LAST_ITEMS: Final = 8
"""A source that goes on after it was closed is not heard for ever."""

LOST: Final = "device lost"
MUTED: Final = "muted"


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
        self._lexicon = lexicon
        self._language: Language = language
        self._sinks = sinks
        self._tape = tape
        self._worker = AsrWorker(recognizer) if recognizer is not None else None
        self._model = (model or RecognizerInfo(settings.asr.model)) if recognizer is not None else None
        self._vitals = Vitals(source, self._worker, self._model, tape, sinks)
        keeper = Keeper(self._monitor, self._opened, self._ended, self._finished, self._tell)
        self._calls = Calls(keeper, clock, settings.calls.end_after_silence_s, told=settings.calls.control)
        self._clock = clock
        self._requests: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="dsp", daemon=True)
        self._done: Future[Outcome] = Future()
        self._stop = threading.Event()
        self._interrupted = False
        self._behind = False
        self._lost = False
        self._summary: SummaryEvent | None = None
        self._due = self._health_due = clock()
        self._shown = self._looked_from = self._looked = self._picture()

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self, *, interrupted: bool = False) -> None:
        """Ask for an orderly end, from any thread; :meth:`outcome` waits for it."""
        self._interrupted = interrupted
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
        shown, health = self._shown, self._vitals.look(self._calls.current)
        # The very same snapshot is not drawn again.
        if shown is not self._looked_from or health != self._looked.health:
            self._looked_from, self._looked = shown, replace(shown, health=health)
        return self._looked

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
        self._requests.put(lambda: self._calls.tell(self._now().dispute()))

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
                self._notice(item if isinstance(item, Gap) else None)
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
        return Outcome(self._summary, faults, self._interrupted)

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
        now = self._clock()
        if renewed or now >= self._due:
            self._due = now + SNAPSHOT_PERIOD_S
            self._shown = self._picture()
        if now >= self._health_due:
            self._health_due = now + HEALTH_PERIOD_S
            self._calls.tell([self._vitals.record(self._calls.current)])
            self._watch_recognizer()

    def _picture(self) -> Snapshot:
        """What the screen shows; between calls, what was found in the last one stays on it."""
        calls = self._calls
        now = in_call(snapshot(calls.current.monitor, HealthSnapshot()), calls.current.monitor.began_s)
        if calls.phase is Phase.CALL:
            return now
        if calls.last is None:
            return replace(now, between_calls=calls.phase.value)
        last = in_call(snapshot(calls.last.monitor, HealthSnapshot()), calls.last.monitor.began_s)
        return replace(
            now, between_calls=calls.phase.value, captions=last.captions, alerts=last.alerts, counts=last.counts
        )

    def _take_texts(self) -> None:
        if self._worker is not None:
            for transcript in self._worker.results():
                self._calls.accept(transcript)

    def _last_texts(self) -> Sequence[Transcript]:
        if self._worker is None:
            return ()
        self._worker.close(drain=True, timeout_s=LAST_TEXTS_S)
        return self._worker.results()

    def _submit(self, job: RecognitionJob) -> Transcript | None:
        assert self._worker is not None
        if self._calls.asked(job):
            self._worker.submit(job)
        return None

    def _notice(self, gap: Gap | None) -> None:
        """A device that is lost raises one alert, however many gaps tell of it."""
        if gap is not None and gap.cause == MUTED:
            # A device that was lost is not back because nobody wants to hear it.
            self._calls.current.muted_s += (gap.end - gap.start) / self._source.info.sample_rate
            return
        lost = gap is not None and gap.cause == LOST
        if lost and not self._lost:
            now = self._now().now
            name = self._source.info.name
            finding = Finding("device_lost", now, now, AlertFigures(detail=name), {"device": name})
            self._calls.tell(self._now().alert(finding))
        self._lost = lost

    def _watch_recognizer(self) -> None:
        now = self._now().now
        health = self._vitals.recognizer(now)
        behind = health is not None and health.state is WorkerState.BEHIND
        if health is not None and behind and not self._behind:
            finding = Finding("asr_behind", now, now, AlertFigures(seconds=health.lag_s), {"lag_s": health.lag_s})
            self._calls.tell(self._now().alert(finding))
        self._behind = behind

    # ------------------------------------------------------------------------------------------ of the calls

    def _monitor(self, after: Monitor | None) -> Monitor:
        submit = self._submit if self._worker is not None else None
        return Monitor(self._source.info, self._settings, self._lexicon, self._language, submit, after=after)

    def _opened(self, call: Call) -> Sequence[Event]:
        if self._tape is not None:
            self._tape.begin_call(call.number)
        record = opening(self._source.info, call.monitor, self._model)
        return [replace(record, t=call.monitor.began_s, number=call.number, reference=call.reference)]

    def _ended(self, _call: Call) -> None:
        if self._tape is not None:
            self._tape.end_call()

    def _finished(self, call: Call) -> Sequence[Event]:
        self._vitals.over(call)
        degraded = bool(self._vitals.faults_of(call))
        summary = summarise(call.monitor, call.meter.so_far(), degraded=degraded)
        summary = replace(summary, number=call.number, reference=call.reference)
        if not self._listened(call):
            summary = replace(summary, phrases=None)
        self._summary = summary
        return [self._vitals.record(call), summary]

    def _listened(self, call: Call) -> bool:
        """Whether there ever was a recogniser: without one nothing was listened for, and nothing can be said of it."""
        asr = self._vitals.recognizer(call.monitor.now)
        return asr is not None and asr.info is not None

    def _tell(self, events: Sequence[Event]) -> None:
        for event in events:
            for sink in self._sinks:
                sink(event)
