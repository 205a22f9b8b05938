"""The manuals' two rules on the agent's level: the same for a faint customer, slightly louder for one who hears badly.

Both compare the agent with the agent, so no calibration is needed, only a gain that stays; where it was found to
change, the rule is not observable.
"""

from __future__ import annotations

from typing import Any, Final

from voicemon.rules.compared import Said
from voicemon.rules.delivery import Finding
from voicemon.rules.keeplevel import KeepLevelRule
from voicemon.rules.louder import SpeakUpRule
from voicemon.strings import AlertFigures, Language
from voicemon.types import Role

LOUDER_FOR_FAINT: Final = "louder_for_faint_customer"
NOT_LOUDER: Final = "not_louder_when_asked"
ALERTS: Final = (LOUDER_FOR_FAINT, NOT_LOUDER)
"""Names of the rules' alerts."""


class LevelRules:
    """Fed with what both speakers say, in the order of becoming known; gives each breach that alarms once."""

    def __init__(self) -> None:
        self._keep = KeepLevelRule()
        self._louder = SpeakUpRule()

    def spoken(self, role: Role, said: Said) -> None:
        """An utterance has ended."""
        if role is Role.AGENT:
            self._keep.agent(said)
            self._louder.agent(said)
        else:
            self._keep.customer(said)

    def heard(self, text: str, start: float, end: float) -> None:
        """The agent's words between ``start`` and ``end`` (seconds)."""
        if self._louder.hear(text, start, end):
            self._keep.released(start)

    def gain_changed(self) -> None:
        """Levels before and after cannot be compared."""
        self._keep.gain_changed()
        self._louder.gain_changed()

    def findings(self, now: float) -> list[Finding]:
        """Breaches that have become unmistakable by ``now``."""
        found = []
        for rule, breach in ((LOUDER_FOR_FAINT, self._keep.alarm()), (NOT_LOUDER, self._louder.alarm())):
            if breach is not None:
                change_db, since = breach
                figures = AlertFigures(deviation_db=change_db if rule == LOUDER_FOR_FAINT else None)
                found.append(Finding(rule, since, now, figures, {"change_db": change_db}))
        return found

    def protocols(self, language: Language) -> tuple[dict[str, Any], ...]:
        """Entries of the summary's ``protocols``."""
        return tuple(rule.protocol().as_dict(language) for rule in (self._keep, self._louder))
