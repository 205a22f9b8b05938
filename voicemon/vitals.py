"""Whether a live session itself can be trusted: what its first line, its health records and its exit code say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, runtime_checkable

from voicemon.asr.recognizer import RecognizerInfo
from voicemon.asr.worker import AsrWorker, WorkerHealth
from voicemon.audio.source import Microphone, Source
from voicemon.calls import Call
from voicemon.errors import VoicemonError
from voicemon.events import HealthEvent
from voicemon.session import lost_audio
from voicemon.sinks import Sink
from voicemon.types import Block, Gap, HealthSnapshot
from voicemon.usage import CpuMeter, resident_mb


@runtime_checkable
class TwoDevices(Protocol):
    """What a source of two devices tells of the customer's."""

    @property
    def customer_lost(self) -> bool: ...

    @property
    def drift_ppm(self) -> float | None: ...


@runtime_checkable
class Listening(Protocol):
    """A microphone that knows whether it has delivered anything but zeros."""

    @property
    def only_zeros(self) -> bool: ...


class Tape(Protocol):
    """What records the sound of calls, where somebody has asked for it; nothing here waits or raises."""

    @property
    def recording(self) -> bool: ...

    @property
    def fault(self) -> str | None: ...

    def begin_call(self, number: int) -> None: ...

    def write(self, item: Block | Gap) -> None: ...

    def end_call(self) -> None: ...


class Vitals:
    """Reads the source, the recogniser and the tape; counts what calls that are over have lost."""

    def __init__(
        self,
        source: Source,
        worker: AsrWorker | None,
        model: RecognizerInfo | None,
        tape: Tape | None,
        sinks: Sequence[Sink] = (),
    ) -> None:
        self._source = source
        self._microphone = source if isinstance(source, Microphone) else None
        self._listening = source if isinstance(source, Listening) else None
        self._pair = source if isinstance(source, TwoDevices) else None
        self._worker = worker
        self._model = model
        self._tape = tape
        self._sinks = sinks
        self._cpu = CpuMeter()
        self._past_lost_s = 0.0
        self._past_shed = 0
        self.lexicon_fault: str | None = None
        """Why a changed lexicon could not be taken over."""

    def over(self, call: Call) -> None:
        """``call`` is over for good."""
        self._past_lost_s += call.lost_s
        self._past_shed += call.shed

    def recognizer(self, now_s: float) -> WorkerHealth | None:
        return None if self._worker is None else self._worker.health(now_s)

    def look(self, call: Call) -> HealthSnapshot:
        """How things stand in ``call`` right now."""
        microphone, pair, asr = self._microphone, self._pair, self.recognizer(call.monitor.now)
        known = HealthSnapshot(
            dropped_audio_s=call.lost_s,
            shed_utterances=call.shed,
            overflows=microphone.overflows if microphone is not None else 0,
            device_lost=microphone.lost if microphone is not None else False,
            muted=microphone.muted if microphone is not None else False,
            only_zeros=self._listening is not None and self._listening.only_zeros,
            unwritten=any(sink.fault is not None for sink in self._sinks),
            recording=self._tape is not None and self._tape.recording,
            customer_lost=pair.customer_lost if pair is not None else False,
            drift_ppm=pair.drift_ppm if pair is not None else None,
            lexicon_fault=self.lexicon_fault is not None,
        )
        if asr is None:
            return known
        name = self._model.name if self._model is not None else ""
        shed = asr.shed_provisional
        return replace(known, asr=asr.state.value, asr_name=name, asr_lag_s=asr.lag_s, shed_provisional=shed)

    def record(self, call: Call) -> HealthEvent:
        """The same for the record, and what it costs."""
        health, worker = self.look(call), self.recognizer(call.monitor.now)
        return HealthEvent(
            t=call.monitor.now,
            asr_lag_s=health.asr_lag_s,
            dropped_audio_s=health.dropped_audio_s,
            shed_utterances=health.shed_utterances,
            overflows=health.overflows,
            cpu_percent=self._cpu.percent(),
            rss_mb=resident_mb(),
            asr=health.asr,
            message=(worker.message if worker is not None else "") or self.lexicon_fault,
        )

    def faults_of(self, call: Call) -> tuple[str, ...]:
        """Why the result of ``call`` is not whole."""
        return self._faults(call.lost_s, call.shed)

    def faults(self) -> tuple[str, ...]:
        """Why what all calls that are over gave is not whole."""
        return self._faults(self._past_lost_s, self._past_shed)

    def _faults(self, lost_s: float, shed: int) -> tuple[str, ...]:
        faults = [*lost_audio(lost_s)]
        if shed:
            faults.append(f"{shed} utterances were not recognised")
        if self._worker is not None and self._worker.error is not None:
            faults.append(told(self._worker.error))
        if self._tape is not None and self._tape.fault is not None:
            faults.append(self._tape.fault)
        return (*faults, *self._source.warnings)


def told(error: Exception) -> str:
    """What ended the recogniser, in one line; a defect has no sentence of its own, so its type is named too."""
    if isinstance(error, VoicemonError):
        return str(error)
    words = " ".join(str(error).split())
    return f"the recogniser failed: {type(error).__name__}" + (f": {words}" if words else "")
