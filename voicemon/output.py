"""Where the parts of a monitor put what they find: events in order, and alerts."""

from __future__ import annotations

from voicemon.events import Event, WithdrawnEvent
from voicemon.rules.alerts import AlertBook
from voicemon.rules.delivery import Finding
from voicemon.types import FRAMES_PER_S, Role


class Output:
    """Collects a monitor's events; ``frame`` is the number of frames decided, which gives each record its ``t``."""

    def __init__(self, alerts: AlertBook) -> None:
        self.alerts = alerts
        self.frame = 0
        self._events: list[Event] = []
        self._next: Output | None = None

    @property
    def now(self) -> float:
        """The end of the last decided frame, in seconds: of the source, also where another call's frames go on."""
        return self.frame / FRAMES_PER_S if self._next is None else self._next.now

    def go_on(self, after: Output) -> None:
        """Continue where ``after`` has ended; what becomes known of its call from now on bears this one's time."""
        self.frame = after.frame
        after._next = self

    def emit(self, event: Event) -> None:
        self._events.append(event)

    def alert(self, finding: Finding | None, channel: Role | None = Role.AGENT) -> None:
        """Raise an alert for ``finding``, if there is one."""
        if finding is None:
            return
        self.emit(
            self.alerts.raise_(
                finding.rule,
                t=self.now,
                start=finding.start,
                end=finding.end,
                figures=finding.figures,
                evidence=finding.evidence,
                channel=channel,
            )
        )

    def withdraw(self, rule: str, start: float, end: float, reason: str) -> bool:
        """Take back the alert of ``rule`` that overlaps ``start`` … ``end``, if there is one, and tell so."""
        line = self.alerts.withdraw(rule, start, end)
        if line is not None:
            self.emit(
                WithdrawnEvent(t=self.now, rule=rule, start=line.start, end=line.end, reason=reason, key=line.key)
            )
        return line is not None

    def drain(self) -> list[Event]:
        """The events since the last call, in order."""
        events, self._events = self._events, []
        return events
