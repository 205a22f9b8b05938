"""The manuals' rule on a customer who finds the agent faint: the agent goes on slightly louder.

The customer's words are never recognised: that he hears badly shows in what the agent answers, or by a key.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from voicemon.rules.compared import MOST_UTTERANCES, LevelProtocol, ProtocolStatus, Said, difference, recent
from voicemon.rules.speakup import offers_to_speak_up

LOUDER_DB: Final = (2.0, 6.0)
"""Slightly louder: clearly heard, less than a step of vocal effort."""
ALARM_DB: Final = 1.0
"""An alarm takes more than a verdict at the end: not even half of the least, which is no change that could be heard."""
AFTER_UTTERANCES: Final = 3
"""Having promised to speak up, the agent is judged by so many utterances."""


class SpeakUpRule:
    """Requirement 4: a customer who finds the agent faint hears the next utterances slightly louder."""

    name: Final = "slightly_louder_when_asked"

    def __init__(self) -> None:
        self._said: deque[Said] = deque(maxlen=MOST_UTTERANCES)
        self._at: tuple[float, float] | None = None
        self._before: tuple[Said, ...] = ()
        self._after: list[Said] = []
        self._results: list[float] = []
        self._asked = self._unsure = self._alarmed = False

    def hear(self, text: str, start: float, end: float) -> bool:
        """The agent's words between ``start`` and ``end``, which may come late; gives whether they show it."""
        shown = offers_to_speak_up(text)
        if shown:
            self.asked(start, end)
        return shown

    def asked(self, start: float, end: float | None = None) -> None:
        """From ``start`` on (to ``end``: the words that show it) the agent should be louder; also by a key."""
        if self._at is not None and start < self._at[1]:
            return
        self._settle()
        self._asked, self._alarmed = True, False
        end = start if end is None else end
        self._at = (start, end)
        self._before = tuple(recent(s for s in self._said if s.end <= start))
        self._after = [s for s in self._said if s.start >= end][:AFTER_UTTERANCES]

    def agent(self, said: Said) -> None:
        """An utterance of the agent's has ended."""
        if not said.comparable:
            return
        self._said.append(said)
        if self._at is not None and said.start >= self._at[1] and len(self._after) < AFTER_UTTERANCES:
            self._after.append(said)

    def alarm(self) -> tuple[float, float] | None:
        """Once an occasion: how little louder the agent was all the while it is judged by, and since when."""
        if self._at is None or self._alarmed or len(self._after) < AFTER_UTTERANCES:
            return None
        self._alarmed = True
        change = self._change()
        return None if change is None or change >= ALARM_DB else (change, self._at[0])

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
            least_db, most_db = (f"{limit:+.0f}" for limit in LOUDER_DB)
            figures = {"change_db": f"{change:+.1f}", "least_db": least_db, "most_db": most_db}
            return LevelProtocol(self.name, status, "spoke_louder", change, figures)
        return LevelProtocol(self.name, ProtocolStatus.NOT_OBSERVABLE, self._why_not())

    def _why_not(self) -> str:
        if not self._asked:
            return "not_asked"
        return "gain_changed" if self._unsure else "too_little_speech"

    def _change(self) -> float | None:
        return None if self._at is None else difference(self._before, self._after)

    def _settle(self) -> None:
        if len(self._results) < MOST_UTTERANCES:
            self._results += _some(self._change())
        self._at = None


def _some(value: float | None) -> list[float]:
    return [] if value is None else [value]
