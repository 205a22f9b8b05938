"""What a live session tells of its calls as such: the first record and the last, and the tape's cuts between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from voicemon.asr.recognizer import RecognizerInfo
from voicemon.calls import Call
from voicemon.events import Event, SummaryEvent
from voicemon.session import opening
from voicemon.sinks import Sink
from voicemon.summary import summarise
from voicemon.types import SourceInfo
from voicemon.vitals import Tape, Vitals


class CallRecords:
    """Called as calls begin and end, on the thread that owns them."""

    def __init__(
        self, info: SourceInfo, model: RecognizerInfo | None, vitals: Vitals, tape: Tape | None, sinks: Sequence[Sink]
    ) -> None:
        self._info = info
        self._model = model
        self._vitals = vitals
        self._tape = tape
        self._sinks = sinks
        self.summary: SummaryEvent | None = None
        """Of the last call that is over."""

    def opened(self, call: Call) -> Sequence[Event]:
        """A call has begun."""
        if self._tape is not None:
            self._tape.begin_call(call.number)
        record = opening(self._info, call.monitor, self._model)
        return [replace(record, t=call.monitor.began_s, number=call.number, reference=call.reference)]

    def ended(self, _call: Call) -> None:
        """Its sound is over."""
        if self._tape is not None:
            self._tape.end_call()

    def finished(self, call: Call) -> Sequence[Event]:
        """Its last texts are in."""
        self._vitals.over(call)
        degraded = bool(self._vitals.faults_of(call))
        summary = summarise(call.monitor, call.meter.so_far(), degraded=degraded)
        summary = replace(summary, number=call.number, reference=call.reference)
        if not self._listened(call):
            summary = replace(summary, phrases=None)
        self.summary = summary
        return [self._vitals.record(call), summary]

    def tell(self, events: Sequence[Event]) -> None:
        """To the sinks."""
        for event in events:
            for sink in self._sinks:
                sink(event)

    def _listened(self, call: Call) -> bool:
        """Whether there ever was a recogniser: without one nothing was listened for, and nothing can be said of it."""
        asr = self._vitals.recognizer(call.monitor.now)
        return asr is not None and asr.info is not None
