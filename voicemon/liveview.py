"""What there is to see of a live session: made on the thread that owns the calls, looked at from the screen's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from voicemon.calls import Calls, Phase
from voicemon.session import SNAPSHOT_PERIOD_S
from voicemon.types import HealthSnapshot, Snapshot
from voicemon.view import in_call, snapshot
from voicemon.vitals import Vitals

NOTICE_S: Final = 4.0
"""An answer to a key stays this long: it is read at once, by whoever has just pressed it."""


class LiveView:
    """The newest snapshot; :meth:`look` from any thread, the other methods from the thread that owns the calls."""

    def __init__(self, calls: Calls, vitals: Vitals, clock: Callable[[], float]) -> None:
        self._calls = calls
        self._vitals = vitals
        self._clock = clock
        self._due = clock()
        self._notice: str | None = None
        self._notice_until = 0.0
        self._shown = self._looked_from = self._looked = self._picture()

    def turn(self, *, renewed: bool) -> None:
        """Make it anew where it is due, or, with ``renewed``, at once."""
        now = self._clock()
        if self._notice is not None and now >= self._notice_until:
            self._notice, renewed = None, True
        if renewed or now >= self._due:
            self._due = now + SNAPSHOT_PERIOD_S
            self._shown = self._picture()

    def notice(self, key: str) -> None:
        """Answer whoever has pressed a key, by the words of ``key``, for :data:`NOTICE_S`."""
        self._due = self._clock()
        self._notice, self._notice_until = key, self._due + NOTICE_S

    def look(self) -> Snapshot:
        """The newest state, health as of now: a device that is gone sends no blocks that could tell of it."""
        shown, health = self._shown, self._vitals.look(self._calls.current)
        # The very same snapshot is not drawn again.
        if shown is not self._looked_from or health != self._looked.health:
            self._looked_from, self._looked = shown, replace(shown, health=health)
        return self._looked

    def _picture(self) -> Snapshot:
        """What the screen shows; between calls, what was found in the last one stays on it."""
        calls = self._calls
        now = in_call(snapshot(calls.current.monitor, HealthSnapshot()), calls.current.monitor.began_s)
        now = replace(now, notice=self._notice)
        if calls.phase is Phase.CALL:
            return now
        if calls.last is None:
            return replace(now, between_calls=calls.phase.value)
        last = in_call(snapshot(calls.last.monitor, HealthSnapshot()), calls.last.monitor.began_s)
        return replace(
            now, between_calls=calls.phase.value, captions=last.captions, alerts=last.alerts, counts=last.counts
        )
