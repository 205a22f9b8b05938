"""Sessions: what drives a monitor from the first block to the summary."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from voicemon import __version__
from voicemon.asr.checked import recognize
from voicemon.asr.recognizer import Recognizer, RecognizerInfo
from voicemon.audio.source import Source
from voicemon.events import Event, SessionEvent, SummaryEvent
from voicemon.monitor import Monitor
from voicemon.phrases.model import Lexicon
from voicemon.settings import Settings, as_dict
from voicemon.sinks import Sink
from voicemon.strings import Language
from voicemon.summary import summarise
from voicemon.types import Calibration, HealthSnapshot, RecognitionJob, Snapshot, SourceInfo, Transcript
from voicemon.usage import CostMeter
from voicemon.view import snapshot

SNAPSHOT_PERIOD_S: Final = 0.125


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a session ended; ``faults`` are the reasons why it counts as degraded."""

    summary: SummaryEvent | None
    """Of the last call; ``None`` where a live session had none."""
    faults: tuple[str, ...] = ()
    interrupted: bool = False

    @property
    def degraded(self) -> bool:
        return bool(self.faults)


class Replay:
    """A recording through a monitor, the recogniser run inline: the same file gives the same events on every run."""

    def __init__(
        self,
        source: Source,
        settings: Settings,
        lexicon: Lexicon,
        language: Language,
        recognizer: Recognizer | None,
        sinks: Sequence[Sink] = (),
    ) -> None:
        self._source = source
        self._recognizer = recognizer
        self._sinks = sinks
        submit = None if recognizer is None else self._recognize
        self.monitor = Monitor(source.info, settings, lexicon, language, submit)
        self._health = health_of(recognizer)
        self._opening = opening(source.info, self.monitor, None if recognizer is None else recognizer.info)

    def run(self, *, stop: threading.Event | None = None, watch: Callable[[Snapshot], None] | None = None) -> Outcome:
        """Play to the end, or until ``stop`` is set; ``watch`` gets the state some times a second of source time."""
        meter = CostMeter()
        self._tell([self._opening])
        interrupted, due = False, 0.0
        for item in self._source:
            self._tell(self.monitor.process(item))
            if watch is not None and self.monitor.now >= due:
                due = self.monitor.now + SNAPSHOT_PERIOD_S
                watch(snapshot(self.monitor, self._health))
            if stop is not None and stop.is_set():
                interrupted = True
                break
        self._tell(self.monitor.end())
        self._tell(self.monitor.close(whole=not interrupted))
        faults = self._faults()
        summary = summarise(self.monitor, meter.so_far(), degraded=bool(faults))
        self._tell([summary])
        if watch is not None:
            watch(snapshot(self.monitor, self._health))
        return Outcome(summary, (*faults, *(s.fault for s in self._sinks if s.fault is not None)), interrupted)

    def look(self) -> Snapshot:
        """The state before the first block; not to be called while :meth:`run` works."""
        return snapshot(self.monitor, self._health)

    def _recognize(self, job: RecognitionJob) -> Transcript:
        assert self._recognizer is not None
        return recognize(self._recognizer, job)

    def _faults(self) -> tuple[str, ...]:
        """Why the result is not whole: what the source could not give."""
        return (*lost_audio(self.monitor.dropped_s), *self._source.warnings)

    def _tell(self, events: Sequence[Event]) -> None:
        for event in events:
            for sink in self._sinks:
                sink(event)


def opening(info: SourceInfo, monitor: Monitor, recognizer: RecognizerInfo | None) -> SessionEvent:
    """The first record of a session."""
    settings, calibration = monitor.settings, monitor.gauges.calibration
    model = None if recognizer is None else {"name": recognizer.name, "sha256": recognizer.sha256}
    return SessionEvent(
        t=0.0,
        source=info.name,
        sample_rate=info.sample_rate,
        channels=tuple(role.value for role in info.roles),
        duration_s=info.duration_s,
        profile=settings.profile,
        targets={"level_db": settings.target_level_db, "rate_cpm": settings.rate.target_cpm},
        calibration=_calibration(calibration),
        model=model,
        lexicons=monitor.lexicon.record,
        program=f"voicemon {__version__}",
        settings=as_dict(settings),
    )


def lost_audio(lost_s: float) -> tuple[str, ...]:
    """The fault that ``lost_s`` of sound that was never heard make; none where all was."""
    return (f"{lost_s:.1f} s of audio lost",) if lost_s > 0 else ()


def health_of(recognizer: Recognizer | None) -> HealthSnapshot:
    """The health line of a replay: its recogniser never lags, since the sound waits for it."""
    if recognizer is None:
        return HealthSnapshot()
    return HealthSnapshot(asr="ready", asr_name=recognizer.info.name)


def _calibration(calibration: Calibration) -> dict[str, Any]:
    return {
        "status": calibration.status,
        "offset_db": calibration.offset_db,
        "uncertainty_db": calibration.uncertainty_db,
        "reference_distance_m": calibration.reference_distance_m,
    }
