"""Events as plain lines on standard output, for pipes and for the end of a dashboard."""

from __future__ import annotations

from dataclasses import replace

from voicemon.events import AlertEvent, Event, SessionEvent
from voicemon.strings import Language
from voicemon.ui.plain import plain_line


class PlainLines:
    """A sink that prints one line an alert, and the summary at the end."""

    def __init__(self, language: Language) -> None:
        self.fault: str | None = None
        self._language: Language = language
        self._began_s = 0.0

    def __call__(self, event: Event) -> None:
        """Times are told from the beginning of the call, as a person counts."""
        if isinstance(event, SessionEvent):
            self._began_s = event.t
        told = replace(event, t=event.t - self._began_s)
        if isinstance(told, AlertEvent):
            told = replace(told, start=told.start - self._began_s, end=told.end - self._began_s)
        line = plain_line(told, self._language)
        if line is None or self.fault is not None:
            return
        try:
            print(line, flush=True)
        except OSError as error:
            self.fault = f"standard output is gone: {error.strerror or error}"

    def close(self) -> None:
        return None
