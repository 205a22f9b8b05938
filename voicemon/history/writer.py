"""One call after another, from events into the tables.  No thread and no clock: both come from outside."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import singledispatchmethod
from typing import Any, Final

from voicemon.events import (
    AlertEvent,
    DisputeEvent,
    Event,
    LevelEvent,
    PhraseEvent,
    RateEvent,
    SessionEvent,
    SummaryEvent,
    WithdrawnEvent,
)
from voicemon.history.columns import rounded, summary_figures, written
from voicemon.history.database import stamp, transaction
from voicemon.types import Calibration, HitStatus, Role

STORED: Final = (
    SessionEvent,
    LevelEvent,
    RateEvent,
    PhraseEvent,
    AlertEvent,
    WithdrawnEvent,
    DisputeEvent,
    SummaryEvent,
)
"""The only events that ever reach the disk; transcripts are not among them."""

SAME_PLACE_S: Final = 1.0
"""A provisional and a final pass may place the same phrase this far apart."""

PHRASE_RULE: Final = "forbidden_phrase"


Item = tuple[datetime, Event]
"""Something to write, and the time of day at which it was told."""


@dataclass(frozen=True, slots=True)
class _State:
    """The open call; as a whole, so that a batch that fails can be tried again from where it began."""

    call: int | None = None
    began_s: float = 0.0
    known_s: float = 0.0
    number: int = 0


class CallWriter:
    """Writes batches of items, each batch in one transaction; remembers the open call in between."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._state = _State()

    @property
    def in_call(self) -> bool:
        return self._state.call is not None

    def write(self, items: Sequence[Item], now: datetime) -> None:
        """Write ``items``; at least a sign of life at ``now`` for an open call.  Raises :class:`sqlite3.Error`."""
        before = self._state
        try:
            with transaction(self._connection):
                for told, item in items:
                    self._put(item, told)
                if self._state.call is not None:
                    self._sign_of_life(now)
        except sqlite3.Error:
            self._state = before
            raise

    def _put(self, item: Event, told: datetime) -> None:
        if isinstance(item, SessionEvent):
            self._open(item, told)
        elif self._state.call is not None:
            self._state = replace(self._state, known_s=max(self._state.known_s, self._since(item.t)))
            self._store(item)
            if isinstance(item, SummaryEvent):
                self._close(item, told)

    def _sign_of_life(self, now: datetime) -> None:
        values = (stamp(now), self._state.known_s, self._state.call)
        self._do("UPDATE calls SET seen_utc = ?, known_s = ? WHERE id = ?", values)

    def _open(self, event: SessionEvent, told: datetime) -> None:
        """A call that was still open stays so: it was interrupted."""
        if self._state.call is not None:
            self._sign_of_life(told)
        reference = None if event.reference is None else written(event.reference)
        unit = Calibration(offset_db=event.calibration.get("offset_db")).unit
        cursor = self._do(
            "INSERT INTO calls (started_utc, seen_utc, source, profile, reference, program, unit)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (stamp(told), stamp(told), written(event.source), event.profile, reference, event.program, unit),
        )
        self._state = _State(cursor.lastrowid, event.t)

    def _close(self, event: SummaryEvent, told: datetime) -> None:
        figures = {"ended_utc": stamp(told), **summary_figures(event)}
        columns = ", ".join(f"{name} = ?" for name in figures)
        self._do(f"UPDATE calls SET {columns} WHERE id = ?", (*figures.values(), self._state.call))
        self._sign_of_life(told)
        self._state = _State()

    @singledispatchmethod
    def _store(self, item: Event) -> None:
        """Everything else is not stored."""

    @_store.register
    def _level(self, event: LevelEvent) -> None:
        """Seconds without the agent's speech say nothing of the agent, and are not kept."""
        if event.channel is Role.AGENT and event.speech_s > 0:
            self._measure("laeq_db", event.end, event.laeq_db)

    @_store.register
    def _rate(self, event: RateEvent) -> None:
        if event.channel is Role.AGENT:
            self._measure("speech_rate_cpm", event.t, event.speech_rate_cpm)

    def _measure(self, column: str, at_s: float, value: float | None) -> None:
        """Level and rate of a second become known at different moments and share a row."""
        shown = rounded(value, 2)
        if shown is None:
            return
        self._do(
            f"INSERT INTO measures (call_id, t, {column}) VALUES (?, ?, ?) "
            f"ON CONFLICT (call_id, t) DO UPDATE SET {column} = excluded.{column}",
            (self._state.call, math.ceil(self._since(at_s)), shown),
        )

    @_store.register
    def _hit(self, event: PhraseEvent) -> None:
        """What was heard is evidence of a hit; of a withdrawn one it would be a transcript, and goes."""
        withdrawn = event.status is HitStatus.WITHDRAWN
        start, end = self._since(event.start), self._since(event.end)
        heard = "" if withdrawn else written(event.heard)
        found = (start, end, heard, rounded(event.score, 3), event.status.value)
        number = self._provisional(event.id, start, end)
        if number is None:
            named = (event.id, written(event.phrase), event.category, event.severity)
            self._do(
                "INSERT INTO hits (call_id, number, id, phrase, category, severity, start, end, heard, score, status)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (self._state.call, self._next(), *named, *found),
            )
        else:
            self._do(
                "UPDATE hits SET start = ?, end = ?, heard = ?, score = ?, status = ? WHERE call_id = ? AND number = ?",
                (*found, self._state.call, number),
            )
        if withdrawn:
            self._withdraw(start, end)

    def _provisional(self, phrase_id: str, start: float, end: float) -> int | None:
        """The hit that waits to be confirmed or withdrawn at this place."""
        query = (
            "SELECT number FROM hits WHERE call_id = ? AND id = ? AND status = ? AND start < ? AND end > ?"
            " ORDER BY number DESC LIMIT 1"
        )
        values = (self._state.call, phrase_id, HitStatus.PROVISIONAL.value, end + SAME_PLACE_S, start - SAME_PLACE_S)
        row = self._do(query, values).fetchone()
        return None if row is None else int(row[0])

    def _withdraw(self, start: float, end: float) -> None:
        """The alert rested on that hit alone."""
        self._do(
            "UPDATE alerts SET withdrawn = 1 WHERE call_id = ?1 AND number = (SELECT max(number) FROM alerts"
            " WHERE call_id = ?1 AND rule = ?2 AND start < ?4 AND end > ?3 AND NOT withdrawn)",
            (self._state.call, PHRASE_RULE, start, end),
        )

    @_store.register
    def _alert(self, event: AlertEvent) -> None:
        """The evidence is left out: it quotes what was said."""
        where = (self._since(event.start), self._since(event.end))
        self._do(
            "INSERT INTO alerts (call_id, number, rule, severity, start, end, message) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (self._state.call, self._next(), event.rule, event.severity.value, *where, written(event.message)),
        )

    @_store.register
    def _withdrawn(self, event: WithdrawnEvent) -> None:
        """Found to be no fault of anybody's after it was told."""
        self._do(
            "UPDATE alerts SET withdrawn = 1 WHERE call_id = ?1 AND number = (SELECT max(number) FROM alerts"
            " WHERE call_id = ?1 AND rule = ?2 AND start = ?3 AND NOT withdrawn)",
            (self._state.call, event.rule, self._since(event.start)),
        )

    @_store.register
    def _dispute(self, event: DisputeEvent) -> None:
        """The agent objects while the call runs; a note can be added afterwards."""
        self._do(
            "UPDATE alerts SET disputed = 1 WHERE call_id = ?1 AND number = (SELECT max(number)"
            " FROM alerts WHERE call_id = ?1 AND rule = ?2 AND start = ?3)",
            (self._state.call, event.rule, self._since(event.start)),
        )

    def _since(self, t: float) -> float:
        """Seconds from the call's start, to the millisecond."""
        return round(t - self._state.began_s, 3)

    def _next(self) -> int:
        self._state = replace(self._state, number=self._state.number + 1)
        return self._state.number

    def _do(self, statement: str, values: Sequence[Any]) -> sqlite3.Cursor:
        return self._connection.execute(statement, values)
