"""What of a session's events goes to the log: when it ran, what it lost, how the monitor fared.  Never a text."""

from __future__ import annotations

import logging
from typing import Final

from voicemon.events import AlertEvent, Event, GapEvent, HealthEvent, SessionEvent, SummaryEvent
from voicemon.logfile import log

GAP_QUIET_S: Final = 10.0
"""A device that stutters makes twenty gaps a second: of each cause one line in so much time, with the count."""


MUTED: Final = "muted"
TROUBLE: Final = ("behind", "failed")


class LogSink:
    """A sink that logs facts of the program: figures, states, rule names.  It never fails."""

    fault: str | None = None

    def __init__(self) -> None:
        self._health: HealthEvent | None = None
        self._gaps: dict[str, _Gaps] = {}

    def __call__(self, event: Event) -> None:
        if isinstance(event, GapEvent):
            self._gap(event)
        elif isinstance(event, HealthEvent):
            self._changed(event)
        elif isinstance(event, AlertEvent):
            # No message and no evidence: both may quote what was said.
            log.info("alert %s (%s) at %.1f s", event.rule, event.severity.value, event.start)
        elif isinstance(event, SessionEvent):
            model, channels = (event.model or {}).get("name") or "none", "+".join(event.channels)
            source, program = event.source, event.program
            log.info("begins: %s, %d Hz, %s, model %s, %s", source, event.sample_rate, channels, model, program)
        elif isinstance(event, SummaryEvent):
            self._ended(event)

    def close(self) -> None:
        self._tell_gaps()

    def _gap(self, event: GapEvent) -> None:
        gaps = self._gaps.setdefault(event.cause, _Gaps())
        gaps.count += 1
        gaps.lost_s += event.end - event.start
        # The first at once, whoever waits for the reason is looking now; later ones together.
        if gaps.told_at is None or not 0 <= event.t - gaps.told_at < GAP_QUIET_S:
            self._tell_gap(event.cause, gaps)
            gaps.told_at = event.t

    def _tell_gap(self, cause: str, gaps: _Gaps) -> None:
        if gaps.count:
            level = logging.INFO if cause == MUTED else logging.WARNING
            log.log(level, "no audio, %s: %d gap(s), %.3f s", cause, gaps.count, gaps.lost_s)
            gaps.count, gaps.lost_s = 0, 0.0

    def _tell_gaps(self) -> None:
        for cause, gaps in self._gaps.items():
            self._tell_gap(cause, gaps)

    def _changed(self, event: HealthEvent) -> None:
        before, self._health = self._health, event
        if before is None or before.asr != event.asr:
            log.log(logging.WARNING if event.asr in TROUBLE else logging.INFO, "recogniser: %s", event.asr)
        for name in ("overflows", "shed_utterances"):
            count, known = getattr(event, name), 0 if before is None else getattr(before, name)
            if count > known:
                log.warning("%s: %d (+%d)", name.replace("_", " "), count, count - known)

    def _ended(self, event: SummaryEvent) -> None:
        self._tell_gaps()
        alerts = ", ".join(f"{rule} {count}" for rule, count in sorted(event.alerts.items())) or "none"
        state = "degraded" if event.degraded else "whole"
        cpu_s = event.cost.get("cpu_s")
        cost = f", {cpu_s:.1f} s of CPU" if isinstance(cpu_s, float) else ""
        log.info("ends: %.1f s, %s%s, alerts: %s", event.duration_s, state, cost, alerts)


class _Gaps:
    """Gaps of one cause that are not told yet."""

    def __init__(self) -> None:
        self.count = 0
        self.lost_s = 0.0
        self.told_at: float | None = None
