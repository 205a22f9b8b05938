"""The manuals' two rules on the agent's level: the same for a faint customer, slightly louder for one who hears badly.

Both compare the agent with the agent, so no calibration is needed, only a gain that stays; where it was found to
change, the rule is not observable.  Levels are A-weighted, over active speech, in dBFS or any other fixed reference.

The customer's words are never recognised: that he hears badly shows in what the agent answers, or by a key.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Any, Final

from voicemon.rules.speakup import offers_to_speak_up

SHORTEST_S: Final = 0.6
"""Active speech below this has no level worth comparing: 嗯, 好的."""

FAINT_UNDER_DB: Final = 8.0
"""So far under his own earlier level a customer is faint: more than a step of vocal effort (ISO 9921: 6 dB)."""
FAINT_BELOW_DB: Final = -50.0
"""dBFS(A): and so faint whatever he was before, 20 dB under the usual level of a telephone line."""
RECOVERED_DB: Final = 4.0
"""Back within this of his earlier level (or this much over the absolute limit) he is no longer faint."""

SAME_DB: Final = 2.0
"""The agent's level may change by this much."""
LOUDER_DB: Final = (2.0, 6.0)
"""Slightly louder: clearly heard, less than a step of vocal effort."""

COMPARED_S: Final = 2.0
"""Active speech needed on either side of a comparison."""
BEFORE_S: Final = 30.0
"""How much of the agent's speech before counts, at most."""
AFTER_UTTERANCES: Final = 3
"""Having promised to speak up, the agent is judged by so many utterances."""
MOST_UTTERANCES: Final = 20
CUSTOMER_FEWEST: Final = 2
"""Utterances that make the customer's own level."""


class ProtocolStatus(StrEnum):
    """How a rule was kept."""

    FOLLOWED = "followed"
    BROKEN = "broken"
    NOT_OBSERVABLE = "not_observable"


@dataclass(frozen=True, slots=True)
class LevelProtocol:
    """The judgement of one rule; ``change_db`` is the agent's change of level where it could be measured."""

    name: str
    status: ProtocolStatus
    detail: str
    change_db: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """As an entry of the summary's ``protocols``."""
        return {"name": self.name, "status": self.status.value, "detail": self.detail}


@dataclass(frozen=True, slots=True)
class Said:
    """An utterance's times in seconds, its level over active speech and how much of that there was."""

    start: float
    end: float
    active_db: float
    active_s: float


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
        self._worst: tuple[float, float] | None = None
        """The largest change of any faint stretch so far, and when that began."""

    @property
    def faint(self) -> bool:
        """The customer is faint now."""
        return self._faint_since is not None

    def customer(self, said: Said) -> None:
        """An utterance of the customer's has ended."""
        if said.active_s < SHORTEST_S:
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
        if said.active_s >= SHORTEST_S:
            (self._before if self._faint_since is None else self._during).append(said)

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
        detail = f"the agent's level changed by {change:+.1f} dB while the customer was faint, from {since:.0f} s on"
        return LevelProtocol(self.name, status, detail, change)

    def _why_not(self) -> str:
        if not self._heard_customer:
            return "the customer was not heard"
        if not self._was_faint:
            return "the customer was never faint"
        return "the microphone's gain changed" if self._unsure else "too little speech of the agent to compare"

    def _change(self) -> tuple[float, float] | None:
        if self._faint_since is None:
            return None
        change = _difference(_last(self._before, BEFORE_S), self._during)
        return None if change is None else (change, self._faint_since)

    def _close(self) -> None:
        self._worst = _larger(self._worst, self._change())
        self._faint_since = None
        self._during.clear()


class SpeakUpRule:
    """Requirement 4: a customer who finds the agent faint hears the next utterances slightly louder."""

    name: Final = "slightly_louder_when_asked"

    def __init__(self) -> None:
        self._said: deque[Said] = deque(maxlen=MOST_UTTERANCES)
        self._at: tuple[float, float] | None = None
        self._before: tuple[Said, ...] = ()
        self._after: list[Said] = []
        self._results: list[float] = []
        self._asked = self._unsure = False

    def hear(self, text: str, start: float, end: float) -> None:
        """The agent's words between ``start`` and ``end``; they may come late."""
        if offers_to_speak_up(text):
            self.asked(start, end)

    def asked(self, start: float, end: float | None = None) -> None:
        """From ``start`` on (to ``end``: the words that show it) the agent should be louder; also by a key."""
        if self._at is not None and start < self._at[1]:
            return
        self._settle()
        self._asked = True
        end = start if end is None else end
        self._at = (start, end)
        self._before = tuple(_last((s for s in self._said if s.end <= start), BEFORE_S))
        self._after = [s for s in self._said if s.start >= end][:AFTER_UTTERANCES]

    def agent(self, said: Said) -> None:
        """An utterance of the agent's has ended."""
        if said.active_s < SHORTEST_S:
            return
        self._said.append(said)
        if self._at is not None and said.start >= self._at[1] and len(self._after) < AFTER_UTTERANCES:
            self._after.append(said)

    def gain_changed(self) -> None:
        """As for the other rule."""
        if self._at is not None and len(self._after) < AFTER_UTTERANCES:
            self._at, self._unsure = None, True
        self._said.clear()

    def protocol(self) -> LevelProtocol:
        """The judgement so far; the worst of several occasions."""
        changes = [*self._results, *_some(self._change())]
        wrong = [change for change in changes if not LOUDER_DB[0] <= change <= LOUDER_DB[1]]
        if changes:
            change = max(wrong or changes, key=lambda c: abs(c - sum(LOUDER_DB) / 2))
            status = ProtocolStatus.BROKEN if wrong else ProtocolStatus.FOLLOWED
            detail = (
                f"the agent spoke {change:+.1f} dB louder; {LOUDER_DB[0]:+.0f} to {LOUDER_DB[1]:+.0f} dB is slightly"
            )
            return LevelProtocol(self.name, status, detail, change)
        why = "the microphone's gain changed" if self._unsure else "too little speech of the agent to compare"
        why = why if self._asked else "nothing showed that the customer found the agent faint"
        return LevelProtocol(self.name, ProtocolStatus.NOT_OBSERVABLE, why)

    def _change(self) -> float | None:
        return None if self._at is None else _difference(self._before, self._after)

    def _settle(self) -> None:
        if len(self._results) < MOST_UTTERANCES:
            self._results += _some(self._change())
        self._at = None


def _last(said: Iterable[Said], active_s: float) -> list[Said]:
    """The last of ``said`` that make up ``active_s``."""
    chosen: list[Said] = []
    for one in reversed(list(said)):
        if active_s <= 0:
            break
        chosen.append(one)
        active_s -= one.active_s
    return chosen


def _difference(before: Iterable[Said], after: Iterable[Said]) -> float | None:
    levels = [_mean(list(part)) for part in (before, after)]
    return None if levels[0] is None or levels[1] is None else levels[1] - levels[0]


def _mean(said: list[Said]) -> float | None:
    """Energy mean over active speech, ``None`` where there is too little."""
    total_s = sum(s.active_s for s in said)
    if total_s < COMPARED_S:
        return None
    return 10 * math.log10(sum(10 ** (s.active_db / 10) * s.active_s for s in said) / total_s)


def _larger(one: tuple[float, float] | None, other: tuple[float, float] | None) -> tuple[float, float] | None:
    both = [pair for pair in (one, other) if pair is not None]
    return max(both, key=lambda pair: abs(pair[0]), default=None)


def _some(value: float | None) -> list[float]:
    return [] if value is None else [value]
