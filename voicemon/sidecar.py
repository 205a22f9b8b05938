"""A live session: capture, DSP and recognition each in a thread of its own, the screen in the caller's.

The DSP thread owns the monitor.  It takes blocks from the source as they come, texts from the recogniser when they are
there and requests from the screen, and leaves a snapshot where the screen finds it.  The model loads behind the first
meters.  While no sound comes the source's empty blocks keep the thread turning, and periods run on a clock of their own
since the sample clock stands still.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import Final, Protocol, runtime_checkable

from voicemon.asr.recognizer import Recognizer, RecognizerInfo
from voicemon.asr.worker import AsrWorker, WorkerHealth, WorkerState
from voicemon.audio.source import Source
from voicemon.errors import VoicemonError
from voicemon.events import Event, HealthEvent
from voicemon.monitor import Monitor
from voicemon.phrases.model import Lexicon
from voicemon.rules.delivery import Finding
from voicemon.session import SNAPSHOT_PERIOD_S, Outcome, opening
from voicemon.settings import Settings
from voicemon.sinks import Sink
from voicemon.strings import AlertFigures, Language
from voicemon.summary import summarise
from voicemon.types import Gap, HealthSnapshot, RecognitionJob, Snapshot, Transcript
from voicemon.usage import CostMeter, CpuMeter, resident_mb
from voicemon.view import snapshot

HEALTH_PERIOD_S: Final = 10.0
LAST_TEXTS_S: Final = 10.0
"""At the end the recogniser gets this long for what is still waiting."""

LOST: Final = "device lost"
MUTED: Final = "muted"


@runtime_checkable
class Microphone(Protocol):
    """What a live source tells beside its blocks; files have none of it."""

    @property
    def lost(self) -> bool: ...

    @property
    def muted(self) -> bool: ...

    @property
    def overflows(self) -> int: ...


class Live:
    """Drives a monitor from a source that plays in real time: :meth:`start`, then :meth:`look` as often as you like."""

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
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``model``: what ``recognizer`` will load, for the first record; ``clock``: seconds, for periods alone."""
        self._source = source
        self._microphone = source if isinstance(source, Microphone) else None
        self._sinks = sinks
        self._worker = AsrWorker(recognizer) if recognizer is not None else None
        self.monitor = Monitor(
            source.info, settings, lexicon, language, self._submit if self._worker is not None else None
        )
        self._model = (model or RecognizerInfo(settings.asr.model)) if recognizer is not None else None
        self._clock = clock
        self._requests: SimpleQueue[Callable[[], list[Event]]] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="dsp", daemon=True)
        self._done: Future[Outcome] = Future()
        self._stop = threading.Event()
        self._interrupted = False
        self._behind = False
        self._lost = False
        self._muted_s = 0.0
        self._cpu = CpuMeter()
        self._due = self._health_due = clock()
        self._shown = snapshot(self.monitor, HealthSnapshot())

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

    def mark(self) -> None:
        """Mark this moment, from any thread."""
        self._requests.put(self.monitor.mark)

    def look(self) -> Snapshot:
        """The newest state, health as of now: a device that is gone sends no blocks that could tell of it."""
        return replace(self._shown, health=self._health())

    # ------------------------------------------------------------------------------------------- DSP thread

    def _work(self) -> None:
        # A daemon thread and no pool: the interpreter would wait for a pool's, whatever the person at the keys does.
        try:
            self._done.set_result(self._run())
        except BaseException as error:  # noqa: BLE001 - a thread's top: what ended it goes to whoever waits for it
            self._done.set_exception(error)

    def _run(self) -> Outcome:
        meter = CostMeter()
        self._tell([opening(self._source.info, self.monitor, self._model)])
        for item in self._source:
            if isinstance(item, Gap) or item.samples.shape[1]:
                self._notice(item if isinstance(item, Gap) else None)
                self._tell(self.monitor.process(item))
            # What was on screen before a gap must not be taken for now.
            self._turn(renewed=isinstance(item, Gap))
            if self._stop.is_set():
                break
        self._tell(self.monitor.end())
        if self._worker is not None:
            self._worker.close(drain=True, timeout_s=LAST_TEXTS_S)
        self._take_texts()
        self._tell(self.monitor.close())
        self._tell([self._health_event()])
        faults = self._faults()
        summary = summarise(self.monitor, meter.so_far(), degraded=bool(faults))
        if not self._listened():
            summary = replace(summary, phrases=None)
        self._tell([summary])
        faults += tuple(s.fault for s in self._sinks if s.fault is not None)
        return Outcome(summary, faults, self._interrupted)

    def _turn(self, *, renewed: bool) -> None:
        """What is done between two blocks; with ``renewed`` the snapshot is made anew at once."""
        self._take_texts()
        while True:
            try:
                self._tell(self._requests.get_nowait()())
            except Empty:
                break
        now = self._clock()
        if renewed or now >= self._due:
            self._due = now + SNAPSHOT_PERIOD_S
            self._shown = snapshot(self.monitor, HealthSnapshot())
        if now >= self._health_due:
            self._health_due = now + HEALTH_PERIOD_S
            self._tell([self._health_event()])
            self._watch_recognizer()

    def _take_texts(self) -> None:
        if self._worker is not None:
            for transcript in self._worker.results():
                self._tell(self.monitor.accept(transcript))

    def _submit(self, job: RecognitionJob) -> Transcript | None:
        assert self._worker is not None
        self._worker.submit(job)
        return None

    def _notice(self, gap: Gap | None) -> None:
        """A device that is lost raises one alert, however many gaps tell of it."""
        if gap is not None and gap.cause == MUTED:
            self._muted_s += (gap.end - gap.start) / self._source.info.sample_rate
        lost = gap is not None and gap.cause == LOST
        if lost and not self._lost:
            now = self.monitor.now
            name = self._source.info.name
            finding = Finding("device_lost", now, now, AlertFigures(detail=name), {"device": name})
            self._tell(self.monitor.alert(finding))
        self._lost = lost

    def _watch_recognizer(self) -> None:
        health = self._asr()
        behind = health is not None and health.state is WorkerState.BEHIND
        if health is not None and behind and not self._behind:
            now = self.monitor.now
            finding = Finding("asr_behind", now, now, AlertFigures(seconds=health.lag_s), {"lag_s": health.lag_s})
            self._tell(self.monitor.alert(finding))
        self._behind = behind

    def _tell(self, events: Sequence[Event]) -> None:
        for event in events:
            for sink in self._sinks:
                sink(event)

    # ----------------------------------------------------------------------------------------------- health

    def _asr(self) -> WorkerHealth | None:
        return None if self._worker is None else self._worker.health(self.monitor.now)

    def _health(self) -> HealthSnapshot:
        microphone, asr = self._microphone, self._asr()
        known = HealthSnapshot(
            dropped_audio_s=self._lost_s(),
            overflows=microphone.overflows if microphone is not None else 0,
            device_lost=microphone.lost if microphone is not None else False,
            muted=microphone.muted if microphone is not None else False,
        )
        if asr is None:
            return known
        return replace(
            known,
            asr=asr.state.value,
            asr_name=self._model.name if self._model is not None else "",
            asr_lag_s=asr.lag_s,
            shed_utterances=asr.shed_utterances,
            shed_provisional=asr.shed_provisional,
        )

    def _health_event(self) -> HealthEvent:
        health = self._health()
        worker = self._asr()
        return HealthEvent(
            t=self.monitor.now,
            asr_lag_s=health.asr_lag_s,
            dropped_audio_s=health.dropped_audio_s,
            shed_utterances=health.shed_utterances,
            overflows=health.overflows,
            cpu_percent=self._cpu.percent(),
            rss_mb=resident_mb(),
            asr=health.asr,
            message=worker.message or None if worker is not None else None,
        )

    def _lost_s(self) -> float:
        """Audio that should have been heard and was not; rounded, since muted time is subtracted."""
        return round(max(0.0, self.monitor.dropped_s - self._muted_s), 3)

    def _faults(self) -> tuple[str, ...]:
        """Why the result is not whole."""
        faults = []
        lost_s = self._lost_s()
        if lost_s > 0:
            faults.append(f"{lost_s:.1f} s of audio lost")
        asr = self._asr()
        if asr is not None and asr.shed_utterances:
            faults.append(f"{asr.shed_utterances} utterances were not recognised")
        if self._worker is not None and self._worker.error is not None:
            faults.append(told(self._worker.error))
        return (*faults, *self._source.warnings)

    def _listened(self) -> bool:
        """Whether there ever was a recogniser: without one nothing was listened for, and nothing can be said of it."""
        asr = self._asr()
        return asr is not None and asr.info is not None


def told(error: Exception) -> str:
    """What ended the recogniser, in one line; a defect has no sentence of its own, so its type is named too."""
    if isinstance(error, VoicemonError):
        return str(error)
    words = " ".join(str(error).split())
    return f"the recogniser failed: {type(error).__name__}" + (f": {words}" if words else "")
