"""What a live session lets out of its hands: hits with numbers masked, and whole texts only where asked for."""

from __future__ import annotations

import dataclasses
from dataclasses import replace

from voicemon.events import AlertEvent, Event, PhraseEvent, SummaryEvent, TranscriptEvent
from voicemon.privacy import MARK, mask, mask_values, spans
from voicemon.sinks import Sink


class Discreet:
    """A sink before another one: drops transcripts unless ``keep_text``, and masks numbers in all that is passed on."""

    def __init__(self, sink: Sink, *, keep_text: bool) -> None:
        self._sink = sink
        self._keep_text = keep_text

    @property
    def fault(self) -> str | None:
        return self._sink.fault

    def __call__(self, event: Event) -> None:
        if isinstance(event, TranscriptEvent):
            if self._keep_text:
                self._sink(_masked_transcript(event))
            return
        self._sink(_masked(event))

    def close(self) -> None:
        self._sink.close()


def _masked(event: Event) -> Event:
    if isinstance(event, PhraseEvent):
        return replace(event, heard=mask(event.heard))
    if isinstance(event, AlertEvent):
        return replace(event, message=mask(event.message), evidence=mask_values(dict(event.evidence)))
    if isinstance(event, SummaryEvent):
        names = ("phrases", "coaching", "required")
        return dataclasses.replace(event, **{name: mask_values(getattr(event, name)) for name in names})
    return event


def _masked_transcript(event: TranscriptEvent) -> TranscriptEvent:
    """Characters of a number keep their times but not their names."""
    text = "".join(char for char, _, _ in event.chars)
    hidden = {i for start, end in spans(text) for i in range(start, end)}
    chars = tuple((MARK[0] if i in hidden else c, start, end) for i, (c, start, end) in enumerate(event.chars))
    return replace(event, text=mask(event.text), chars=chars)
