"""The manuals' rule on a faint customer: the agent's level stays as it is."""

from __future__ import annotations

from collections import deque
from statistics import median
from typing import Final

from voicemon.rules.compared import MOST_UTTERANCES, LevelProtocol, ProtocolStatus, Said, difference, recent

FAINT_UNDER_DB: Final = 8.0
"""So far under his own earlier level a customer is faint: more than a step of vocal effort (ISO 9921: 6 dB)."""
FAINT_BELOW_DB: Final = -50.0
"""dBFS(A): and so faint whatever he was before, 20 dB under the usual level of a telephone line."""
RECOVERED_DB: Final = 4.0
"""Back within this of his earlier level (or this much over the absolute limit) he is no longer faint."""
CUSTOMER_FEWEST: Final = 2
"""Utterances that make the customer's own level."""

SAME_DB: Final = 2.0
"""The agent's level may change by this much."""
ALARM_DB: Final = 6.0
"""An alarm takes more than a verdict at the end: a whole step of vocal effort, which is shouting back.  Utterances of
one reader differ by 1 dB (standard deviation), of one talker by more, so that a few of them may be 2 dB off by chance.
"""


class KeepLevelRule:
    """Requirement 3: while the customer is faint the agent's level stays the same."""

    name: Final = "same_level_for_faint_customer"

    def __init__(self) -> None:
        self._customer: deque[float] = deque(maxlen=MOST_UTTERANCES)
        self._before: deque[Said] = deque(maxlen=MOST_UTTERANCES)
        self._during: deque[Said] = deque(maxlen=MOST_UTTERANCES)
        self._faint_since: float | None = None
        self._unsure = False
        self._heard_customer = self._was_faint = False
        self._alarmed = self._released = False
        self._worst: tuple[float, float] | None = None
        """The largest change of any faint stretch so far, and when that began."""

    @property
    def faint(self) -> bool:
        """The customer is faint now."""
        return self._faint_since is not None

    def customer(self, said: Said) -> None:
        """An utterance of the customer's has ended."""
        if not said.comparable:
            return
        self._heard_customer = True
        own = median(self._customer) if len(self._customer) >= CUSTOMER_FEWEST else None
        limit = FAINT_BELOW_DB if own is None else max(FAINT_BELOW_DB, own - FAINT_UNDER_DB)
        if self._faint_since is None and said.active_db < limit:
            self._faint_since, self._was_faint = said.start, True
        elif self._faint_since is not None and said.active_db > limit + RECOVERED_DB:
            self._close()
        if self._faint_since is None:
            self._customer.append(said.active_db)

    def agent(self, said: Said) -> None:
        """An utterance of the agent's has ended."""
        if said.comparable and not self._released:
            (self._before if self._faint_since is None else self._during).append(said)

    def released(self, at: float) -> None:
        """The customer hears badly too, so that what the agent says from ``at`` on has to be louder."""
        if self.faint:
            self._released = True
            kept = [said for said in self._during if said.end <= at]
            self._during = deque(kept, maxlen=MOST_UTTERANCES)

    def alarm(self) -> tuple[float, float] | None:
        """Once a faint stretch: by how much the agent has become unmistakably louder in it, and when it began."""
        change = self._change()
        if self._alarmed or change is None or change[0] < ALARM_DB:
            return None
        self._alarmed = True
        return change

    def gain_changed(self) -> None:
        """Levels before and after cannot be compared."""
        self._unsure = self._unsure or self.faint
        self._before.clear()
        self._during.clear()

    def protocol(self) -> LevelProtocol:
        """The judgement so far."""
        worst = _larger(self._worst, self._change())
        if worst is None:
            return LevelProtocol(self.name, ProtocolStatus.NOT_OBSERVABLE, self._why_not())
        change, since = worst
        status = ProtocolStatus.BROKEN if abs(change) > SAME_DB else ProtocolStatus.FOLLOWED
        figures = {"change_db": f"{change:+.1f}", "since_s": f"{since:.0f}"}
        return LevelProtocol(self.name, status, "level_changed", change, figures)

    def _why_not(self) -> str:
        if not self._heard_customer:
            return "customer_not_heard"
        if not self._was_faint:
            return "never_faint"
        return "gain_changed" if self._unsure else "too_little_speech"

    def _change(self) -> tuple[float, float] | None:
        if self._faint_since is None:
            return None
        change = difference(recent(self._before), self._during)
        return None if change is None else (change, self._faint_since)

    def _close(self) -> None:
        self._worst = _larger(self._worst, self._change())
        self._faint_since = None
        self._during.clear()


def _larger(one: tuple[float, float] | None, other: tuple[float, float] | None) -> tuple[float, float] | None:
    both = [pair for pair in (one, other) if pair is not None]
    return max(both, key=lambda pair: abs(pair[0]), default=None)
