"""The calls of a live session: one after another on one clock, each with a monitor, a summary and a history row.

A call begins with the program (unless a softphone is to tell), by key or command, or with the first voice after a call
that silence ended.  It ends by key or command, or when nobody has spoken for long.  Its last texts come after the next
call may have begun: what that one tells is held back meanwhile, so that sinks see whole calls in order.  No thread, no
clock: both come from outside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from voicemon.asr.policy import Rejection
from voicemon.events import Event
from voicemon.monitor import Monitor
from voicemon.types import Block, Gap, Pass, RecognitionJob, Role, Transcript
from voicemon.usage import CostMeter

LEAD_IN_S: Final = 1.0
"""A call that a voice began is said to have begun this much before the voice."""

LAST_TEXTS_S: Final = 10.0
"""After a call's end the recogniser gets this long for what is still waiting."""


class Phase(StrEnum):
    CALL = "call"
    WAITING = "waiting"
    """Between calls: the next voice begins one."""
    RESTING = "resting"
    """Between calls that a key or a command ended: nothing is recognised or told until one begins the next."""


class Call:
    """One call, or the stretch between two: its monitor, and how far it has got."""

    def __init__(self, number: int, monitor: Monitor) -> None:
        self.number = number
        self.reference: str | None = None
        """The softphone's own name for it."""
        self.monitor = monitor
        self.known_begin = True
        """Its beginning was told by a person or a program, not guessed from a voice."""
        self.known_end = True
        self.ended_at: float | None = None
        """The session's clock at its end, while its last texts are awaited."""
        self.awaited: set[int] = set()
        """Utterances whose final text has been asked for."""
        self.held: list[Event] = []
        self.shed = 0
        """Utterances of it that were never recognised."""
        self.muted_s = 0.0
        self.meter = CostMeter()

    @property
    def lost_s(self) -> float:
        """Audio that should have been heard and was not; rounded, since muted time is subtracted."""
        return round(max(0.0, self.monitor.dropped_s - self.muted_s), 3)


@dataclass(frozen=True, slots=True)
class Keeper:
    """What a session does for its calls."""

    new_monitor: Callable[[Monitor | None], Monitor]
    """A monitor that goes on after another."""
    opened: Callable[[Call], Sequence[Event]]
    """A call has begun: its first records."""
    ended: Callable[[Call], None]
    """Its sound is over; texts may still come."""
    finished: Callable[[Call], Sequence[Event]]
    """Its last texts are in: its last records."""
    tell: Callable[[Sequence[Event]], None]
    """To the sinks."""


class Calls:
    """Knows which call the sound belongs to.  All methods are for the thread that owns the monitors."""

    def __init__(
        self, keeper: Keeper, clock: Callable[[], float], end_after_silence_s: float, *, told: bool = False
    ) -> None:
        """``end_after_silence_s``: 0 for never.  With ``told`` the first call too begins only when somebody says so."""
        self._keeper = keeper
        self._clock = clock
        self._silence_s = end_after_silence_s
        self.phase = Phase.RESTING if told else Phase.CALL
        self.current = Call(1, keeper.new_monitor(None))
        self.last: Call | None = None
        """The call that ended last."""
        self._open: list[Call] = []
        """Calls whose last record is not told yet, the oldest first: only that one's events go to the sinks."""
        self._asked: dict[int, Call] = {}
        """Who waits for the texts of which utterance."""

    def start(self) -> None:
        """The first call begins with the program, unless a softphone is to tell."""
        if self.phase is Phase.CALL:
            self._announce()

    # ------------------------------------------------------------------------------------------- sound and text

    def process(self, item: Block | Gap) -> None:
        events = self.current.monitor.process(item)
        if self.phase is Phase.WAITING and (spoken := self.current.monitor.spoken_since) is not None:
            self._begin_with_voice(spoken)
        # Of a stretch between calls nothing is told.
        self.tell([event for event in events if event.t >= self.current.monitor.began_s])

    def asked(self, job: RecognitionJob) -> bool:
        """Note that the current call waits for ``job``; false where it must not be recognised."""
        if self.phase is Phase.RESTING:
            return False
        self._asked[job.utterance] = self.current
        if job.kind is Pass.FINAL:
            self.current.awaited.add(job.utterance)
        return True

    def accept(self, transcript: Transcript) -> None:
        """A text has come: to the call it belongs to, unless that was given up."""
        call = self._asked.get(transcript.utterance)
        if call is None:
            return
        self._emit(call, call.monitor.accept(transcript))
        call.shed += transcript.rejected == Rejection.SHED
        if transcript.kind is Pass.FINAL:
            call.awaited.discard(transcript.utterance)
            del self._asked[transcript.utterance]

    def tell(self, events: Sequence[Event]) -> None:
        """What belongs to the current call; between calls it is told to nobody."""
        if self.phase is Phase.CALL:
            self._emit(self.current, events)

    # ------------------------------------------------------------------------------------------------ boundaries

    def begin(self, reference: str | None = None) -> None:
        """A key or a command begins a call; one that runs ends with it."""
        if self.phase is Phase.CALL:
            self._end(known=True)
        else:
            self._succeed()
        self.current.reference = reference
        self.phase = Phase.CALL
        self._announce()

    def end(self) -> bool:
        """A key or a command ends the call; false where there is none."""
        if self.phase is not Phase.CALL:
            return False
        self._end(known=True)
        self.phase = Phase.RESTING
        return True

    def turn(self) -> None:
        """Look whether silence has ended the call, and whether calls that ended have all their texts."""
        if self.phase is Phase.CALL and 0 < self._silence_s <= self.current.monitor.quiet_s:
            self._end(known=False)
            self.phase = Phase.WAITING
        self._conclude(give_up=False)

    def finish(self, last_texts: Callable[[], Sequence[Transcript]]) -> None:
        """The program ends, and with it the call; ``last_texts`` waits for what the recogniser still makes."""
        if self.phase is Phase.CALL:
            self._close(trailing=True, more=False)
        for transcript in last_texts():
            self.accept(transcript)
        self._conclude(give_up=True)

    def _begin_with_voice(self, spoken_s: float) -> None:
        # On the agent's channel alone a long silence may have been the customer's turn, and this the same call.
        self.current.known_begin = self._hears_both(self.current)
        events = self.current.monitor.begin(spoken_s - LEAD_IN_S, begun=self.current.known_begin)
        self.phase = Phase.CALL
        self._announce()
        self.tell(events)

    def _announce(self) -> None:
        self.current.meter = CostMeter()
        self._open.append(self.current)
        self._emit(self.current, self._keeper.opened(self.current))

    def _end(self, *, known: bool) -> None:
        self.current.known_end = known or self._hears_both(self.current)
        self._close(trailing=known, more=True)
        self._succeed()

    def _close(self, *, trailing: bool, more: bool) -> None:
        """No more sound for this call; silence at its end counts if ``trailing``, the source plays on if ``more``."""
        self._emit(self.current, self.current.monitor.end(trailing=trailing, more=more))
        self.current.ended_at = self._clock()
        self.last = self.current
        self._keeper.ended(self.current)

    def _succeed(self) -> None:
        """Another monitor takes over the sound."""
        if self.current.ended_at is None:
            self.current.monitor.end(more=True)
            self._asked = {number: call for number, call in self._asked.items() if call is not self.current}
        told = self.current.ended_at is not None
        self.current = Call(self.current.number + told, self._keeper.new_monitor(self.current.monitor))

    def _hears_both(self, call: Call) -> bool:
        return Role.CUSTOMER in call.monitor.info.roles and not call.monitor.absence.away

    def _conclude(self, *, give_up: bool) -> None:
        """Close the calls that have ended, in order, as far as their texts are in or have been waited for enough."""
        while self._open and (call := self._open[0]).ended_at is not None:
            if call.awaited and not give_up and self._clock() - call.ended_at < LAST_TEXTS_S:
                return
            self._emit(call, call.monitor.close(whole=call.known_end, begun=call.known_begin))
            self._emit(call, self._keeper.finished(call))
            self._asked = {number: waiting for number, waiting in self._asked.items() if waiting is not call}
            self._open.pop(0)
            if self._open:
                events, self._open[0].held = self._open[0].held, []
                self._emit(self._open[0], events)

    def _emit(self, call: Call, events: Sequence[Event]) -> None:
        if self._open and call is self._open[0]:
            self._keeper.tell(events)
        elif call in self._open:
            call.held.extend(events)
