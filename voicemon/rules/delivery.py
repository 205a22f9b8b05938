"""Judgement of how an utterance was delivered: its level and its rate against the targets, once a turn."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any, Final

from voicemon.rules.targets import place
from voicemon.settings import Settings
from voicemon.strings import AlertFigures
from voicemon.types import Band, BandState

CUSTOMER_STARTS_KEPT: Final = 32
"""Texts come late: this many of the customer's beginnings are remembered until they do."""

TURN_GAP_S: Final = 2.0
"""An agent's turn for judging the rate: pauses up to this long are part of how slowly it was said."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that was broken between ``start`` and ``end`` (seconds)."""

    rule: str
    start: float
    end: float
    figures: AlertFigures
    evidence: dict[str, Any]


@dataclass(slots=True)
class _Turn:
    """Speech of the agent without a long pause or the customer in between; rules that have spoken in it."""

    start: float
    end: float
    syllables: float = 0.0
    said: bool = False


def _turn(turn: _Turn | None, start: float, end: float) -> _Turn:
    """``turn`` with the utterance ``start`` … ``end``, or the new one that it begins."""
    if turn is None or start - turn.end > TURN_GAP_S:
        return _Turn(start, end)
    turn.end = max(turn.end, end)
    return turn


class DeliveryRules:
    """Findings on the agent's level and rate; each of the two speaks at most once a turn."""

    def __init__(self, settings: Settings, band: Band | None, offset_db: float | None) -> None:
        self._settings = settings
        self._band = band
        self._offset_db = offset_db
        self._level_turn: _Turn | None = None
        self._rate_turn: _Turn | None = None
        self._customer_at: deque[float] = deque(maxlen=CUSTOMER_STARTS_KEPT)

    def aim(self, band: Band | None) -> None:
        """Hold levels against ``band`` from now on."""
        self._band = band

    def customer_spoke(self, at: float) -> None:
        """The customer began to speak at ``at`` (seconds): what the agent begins after that is a new turn."""
        self._customer_at.append(at)

    def _turn(self, turn: _Turn | None, start: float, end: float) -> _Turn:
        parted = turn is not None and any(turn.start < at <= start for at in self._customer_at)
        return _turn(None if parted else turn, start, end)

    def level(self, start: float, end: float, active_dbfs: float | None, active_s: float) -> Finding | None:
        """The finding on an utterance's active level, in dBFS(A)."""
        turn = self._level_turn = self._turn(self._level_turn, start, end)
        if self._band is None or self._offset_db is None or active_dbfs is None or turn.said:
            return None
        if active_s < self._settings.level.alert_min_active_s:
            return None
        level_db, target_db = active_dbfs + self._offset_db, self._band.target
        rule = {BandState.HIGH: "too_loud", BandState.LOW: "too_quiet"}.get(place(level_db, self._band))
        if rule is None:
            return None
        turn.said = True
        figures = AlertFigures(level_db=level_db, target_db=target_db, deviation_db=level_db - target_db)
        return Finding(rule, start, end, figures, {"active_db": level_db, "target_db": target_db, "active_s": active_s})

    def rate(self, start: float, end: float, syllables: float, basis: str) -> Finding | None:
        """The finding on the turn that the utterance ``start`` … ``end`` with ``syllables`` belongs to."""
        turn = self._rate_turn = self._turn(self._rate_turn, start, end)
        limits = self._settings.rate
        turn.syllables += syllables
        if turn.said or turn.syllables < limits.alert_min_chars or turn.end <= turn.start:
            return None
        rate_cpm = 60 * turn.syllables / (turn.end - turn.start)
        slow_cpm, fast_cpm = limits.limits_cpm
        if slow_cpm <= rate_cpm <= fast_cpm:
            return None
        turn.said = True
        rule = "too_fast" if rate_cpm > fast_cpm else "too_slow"
        evidence = {"speech_rate_cpm": rate_cpm, "syllables": turn.syllables, "basis": basis}
        figures = AlertFigures(rate_cpm=rate_cpm, target_cpm=limits.target_cpm)
        return Finding(rule, turn.start, turn.end, figures, evidence)
