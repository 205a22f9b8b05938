"""A live session: capture, DSP and recognition each in a thread of its own, the screen in the caller's.

The DSP thread owns the monitor.  It takes blocks from the source as they come, texts from the recogniser when they are
there and requests from the screen, and leaves a snapshot where the screen finds it.  The model loads behind the first
meters.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
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
    ) -> None:
        self._source = source
        self._microphone = source if isinstance(source, Microphone) else None
        self._sinks = sinks
        self._worker = AsrWorker(recognizer) if recognizer is not None else None
        self.monitor = Monitor(
            source.info, settings, lexicon, language, self._submit if self._worker is not None else None
        )
        self._name = settings.asr.model
        self._requests: SimpleQueue[Callable[[], list[Event]]] = SimpleQueue()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="dsp")
        self._done: Future[Outcome] | None = None
        self._stop = threading.Event()
        self._interrupted = False
        self._behind = False
        self._lost = False
        self._muted_s = 0.0
        self._cpu = CpuMeter()
        self._due = self._health_due = 0.0
        self._shown = snapshot(self.monitor, HealthSnapshot())

    def start(self) -> None:
        """Begin to listen."""
        self._done = self._pool.submit(self._run)

    def stop(self, *, interrupted: bool = False) -> None:
        """Ask for an orderly end, from any thread; :meth:`outcome` waits for it."""
        self._interrupted = interrupted
        self._stop.set()
        self._source.close()

    @property
    def finished(self) -> bool:
        return self._done is not None and self._done.done()

    def outcome(self) -> Outcome:
        """Wait for the end; raises what ended the DSP thread, if anything did."""
        assert self._done is not None
        try:
            return self._done.result()
        finally:
            self._pool.shutdown()

    def mark(self) -> None:
        """Mark this moment, from any thread."""
        self._requests.put(self.monitor.mark)

    def look(self) -> Snapshot:
        """The newest state, health as of now: a device that is gone sends no blocks that could tell of it."""
        return replace(self._shown, health=self._health())

    # ------------------------------------------------------------------------------------------- DSP thread

    def _run(self) -> Outcome:
        meter = CostMeter()
        info = RecognizerInfo(self._name) if self._worker is not None else None
        self._tell([opening(self._source.info, self.monitor, info)])
        for item in self._source:
            self._notice(item if isinstance(item, Gap) else None)
            self._tell(self.monitor.process(item))
            self._turn()
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
        self._tell([summary])
        faults += tuple(s.fault for s in self._sinks if s.fault is not None)
        return Outcome(summary, faults, self._interrupted)

    def _turn(self) -> None:
        """What is done between two blocks."""
        self._take_texts()
        while True:
            try:
                self._tell(self._requests.get_nowait()())
            except Empty:
                break
        now = self.monitor.now
        if now >= self._due:
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
            asr_name=self._name,
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
        if self._worker is not None and isinstance(self._worker.error, VoicemonError):
            faults.append(str(self._worker.error))
        return (*faults, *self._source.warnings)
