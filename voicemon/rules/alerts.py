"""The alerts of a call: raised once, put into words, counted, and taken back when their evidence is withdrawn."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from voicemon.events import AlertEvent
from voicemon.strings import AlertFigures, Language, alert_text
from voicemon.types import AlertLine, Role, Severity

LINES_KEPT: Final = 40

SEVERITY: Final[Mapping[str, Severity]] = {
    "forbidden_phrase": Severity.CRITICAL,
    "device_lost": Severity.CRITICAL,
    "dead_air": Severity.WARN,
    "interruption": Severity.WARN,
    "too_loud": Severity.WARN,
    "too_quiet": Severity.WARN,
    "too_fast": Severity.WARN,
    "too_slow": Severity.WARN,
    "missing_greeting": Severity.WARN,
    "missing_closing": Severity.WARN,
    "no_thanks_after_hold": Severity.WARN,
    "clipping": Severity.WARN,
    "asr_behind": Severity.WARN,
    "limited_word": Severity.INFO,
    "wording": Severity.INFO,
    "hold_without_asking": Severity.WARN,
    "silent_call_broken": Severity.WARN,
    "fast_without_warning": Severity.WARN,
    "monotone": Severity.INFO,
    "microphone_moved": Severity.WARN,
    "gain_changed": Severity.WARN,
    "louder_for_faint_customer": Severity.INFO,
    "not_louder_when_asked": Severity.INFO,
}


NOT_THE_AGENTS: Final = frozenset({"device_lost", "asr_behind", "clipping", "gain_changed"})
"""Alerts on the apparatus; they accuse nobody, so there is nothing to dispute."""


class AlertBook:
    """Raises alerts in one language and keeps the last lines for the screen and counts for the summary."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.lines: deque[AlertLine] = deque(maxlen=LINES_KEPT)
        self.counts: Counter[str] = Counter()
        self.disputed: Counter[str] = Counter()

    def raise_(
        self,
        rule: str,
        *,
        t: float,
        start: float,
        end: float,
        figures: AlertFigures = AlertFigures(),  # noqa: B008 - frozen
        evidence: Mapping[str, Any] | None = None,
        channel: Role | None = Role.AGENT,
        severity: Severity | None = None,
        key: str = "",
    ) -> AlertEvent:
        """The record of a new alert; ``severity`` where it is not the rule's own."""
        message, advice = alert_text(rule, self.language, figures)
        severity = SEVERITY[rule] if severity is None else severity
        self.lines.append(AlertLine(t, rule, severity, start, end, message, advice, key))
        self.counts[rule] += 1
        return AlertEvent(
            t=t,
            channel=channel,
            rule=rule,
            severity=severity,
            start=start,
            end=end,
            message=message,
            evidence={**(evidence or {}), **({"advice": advice} if advice else {})},
        )

    def standing(self, rule: str, start: float, end: float, key: str = "") -> bool:
        """Whether an alert of ``rule`` and ``key`` that overlaps ``start`` … ``end`` is on the books."""
        return any(_is(line, rule, key) and line.start < end and start < line.end for line in self.lines)

    def withdraw(self, rule: str, start: float, end: float, key: str = "") -> AlertLine | None:
        """Take back the alert that overlaps ``start`` … ``end``, and give it: its evidence did not hold."""
        for line in reversed(self.lines):
            if _is(line, rule, key) and line.start < end and start < line.end:
                self._strike(line)
                return line
        return None

    def forget_before(self, start: float) -> None:
        """Take back what lies before ``start``, when the call began; what has left the screen stays counted."""
        for line in [line for line in self.lines if line.end < start]:
            self._strike(line)

    def dispute(self) -> AlertLine | None:
        """Mark the newest alert that names the agent's doing and is not disputed yet, and give it, if there is one."""
        for index, line in reversed(list(enumerate(self.lines))):
            if not line.disputed and line.rule not in NOT_THE_AGENTS:
                self.lines[index] = replace(line, disputed=True)
                self.disputed[line.rule] += 1
                return self.lines[index]
        return None

    def _strike(self, line: AlertLine) -> None:
        self.lines.remove(line)
        self.counts[line.rule] -= 1
        self.disputed[line.rule] -= line.disputed


def _is(line: AlertLine, rule: str, key: str) -> bool:
    return line.rule == rule and line.key == key
