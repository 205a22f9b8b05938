"""The manuals' protocols in a call: what the rules on the agent's level hear, and what they tell."""

from __future__ import annotations

from typing import Any, Final

from voicemon.gainfeed import GainFeed
from voicemon.measured import Spoken
from voicemon.output import Output
from voicemon.rules.compared import Said
from voicemon.rules.levelrules import ALERTS, LevelRules
from voicemon.types import FRAMES_PER_S, Pass, Role, Transcript

GAIN_CHANGED: Final = "the microphone's gain had changed"
"""Why an alert is taken back."""


class Protocols:
    """Of one call.  A gain that is in doubt alarms nobody; one found to have changed takes back what rested on it."""

    def __init__(self, output: Output, gain: GainFeed) -> None:
        self._out = output
        self._gain = gain
        self._changes = gain.changes
        self._rules = LevelRules()

    def spoken(self, role: Role, spoken: Spoken) -> None:
        """An utterance has ended."""
        self._look_at_gain()
        if spoken.active_db is not None:
            start, end = spoken.piece.start / FRAMES_PER_S, spoken.piece.end / FRAMES_PER_S
            self._rules.spoken(role, Said(start, end, spoken.active_db, spoken.active_s))
            self._tell()

    def heard(self, transcript: Transcript) -> None:
        """Words of the agent's; only final ones count."""
        if transcript.kind is Pass.FINAL and transcript.rejected is None:
            self._look_at_gain()
            self._rules.heard("".join(c.char for c in transcript.chars), transcript.start, transcript.end)
            self._tell()

    def records(self) -> tuple[dict[str, Any], ...]:
        """Entries of the summary's ``protocols``, in the language of the alerts."""
        return self._rules.protocols(self._out.alerts.language)

    def _look_at_gain(self) -> None:
        if self._gain.changes != self._changes:
            self._changes = self._gain.changes
            self._rules.gain_changed()
            for rule in ALERTS:
                while self._out.withdraw(rule, self._gain.changed_s, self._out.now, GAIN_CHANGED):
                    pass
        elif self._gain.automatic:
            self._rules.gain_changed()

    def _tell(self) -> None:
        if not self._gain.suspect:
            for finding in self._rules.findings(self._out.now):
                self._out.alert(finding)
