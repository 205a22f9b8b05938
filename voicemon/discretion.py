"""What a live session lets out of its hands: hits with numbers masked, and whole texts only where asked for."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from voicemon.events import AlertEvent, Event, HealthEvent, LexiconEvent, PhraseEvent, SummaryEvent, TranscriptEvent
from voicemon.privacy import MARK, mask, mask_values, spans
from voicemon.sinks import Sink
from voicemon.types import HitStatus

QUOTING_RULES: Final = frozenset({"forbidden_phrase", "limited_word", "wording"})
"""Alerts about words that were said: there the words are the evidence.  Where words were missing (a greeting, thanks)
what was said instead is a piece of transcript."""

QUOTE: Final = "heard"
"""The field of an alert's evidence that holds the agent's words."""


class Discreet:
    """A sink before another one: drops transcripts unless ``keep_text``, and masks numbers in all that is passed on.

    Without ``keep_text`` an alert quotes the words it is about and no others, and a withdrawn hit quotes nothing.
    """

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
        self._sink(_masked(event if self._keep_text else _without_quotes(event)))

    def close(self) -> None:
        self._sink.close()


def _without_quotes(event: Event) -> Event:
    if isinstance(event, PhraseEvent) and event.status is HitStatus.WITHDRAWN:
        return replace(event, heard="")
    if isinstance(event, AlertEvent) and event.rule not in QUOTING_RULES:
        evidence: Mapping[str, Any] = {name: value for name, value in event.evidence.items() if name != QUOTE}
        return replace(event, evidence=evidence)
    return event


def _masked(event: Event) -> Event:
    if isinstance(event, PhraseEvent):
        return replace(event, heard=mask(event.heard))
    if isinstance(event, AlertEvent):
        return replace(event, message=mask(event.message), evidence=mask_values(dict(event.evidence)))
    if isinstance(event, SummaryEvent):
        names = ("phrases", "coaching", "required", "words", "protocols")
        return dataclasses.replace(event, **{name: mask_values(getattr(event, name)) for name in names})
    if isinstance(event, HealthEvent) and event.message is not None:
        return replace(event, message=mask(event.message))
    if isinstance(event, LexiconEvent) and event.error is not None:
        return replace(event, error=mask(event.error))
    return event


def _masked_transcript(event: TranscriptEvent) -> TranscriptEvent:
    """Characters of a number keep their times but not their names."""
    text = "".join(char for char, _, _ in event.chars)
    hidden = {i for start, end in spans(text) for i in range(start, end)}
    chars = tuple((MARK[0] if i in hidden else c, start, end) for i, (c, start, end) in enumerate(event.chars))
    return replace(event, text=mask(event.text), chars=chars)
