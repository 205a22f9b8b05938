"""Overlap of the two speakers: who came in on whom, and whether it was an interruption or a back-channel.

An interruption: the one who came in did so while the other had held the floor for at least 1 s, both went on together,
and it was more than a back-channel (嗯, 是, 好的: 1 s of speech at most).  Agents are asked to give back-channels now
and then (manual 002), so these must never count against them, not even several in a row.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from voicemon.types import FRAMES_PER_S, Role

TURN_PAUSE_FRAMES: Final = FRAMES_PER_S
"""Speech parted by less than this belongs to one turn."""

BOUT_PAUSE_FRAMES: Final = FRAMES_PER_S // 2
"""Speech parted by this much is another contribution: one 嗯 after the other does not add up to an interruption, and
who goes on after such a pause comes in on the one who has begun meanwhile."""

BACKCHANNEL_FRAMES: Final = FRAMES_PER_S
HELD_FLOOR_FRAMES: Final = FRAMES_PER_S
"""Who has spoken for less than this had not really taken the turn yet."""

SHORTEST_FRAMES: Final = FRAMES_PER_S // 5
MOST_MEETINGS: Final = 8
"""Overlaps waiting to be settled; each waits for about a second and they lie half a second apart."""


class OverlapKind(StrEnum):
    INTERRUPTION = "interruption"
    BACKCHANNEL = "backchannel"


@dataclass(frozen=True, slots=True)
class Overlap:
    """Both spoke from frame ``start`` to ``end``; ``by`` came in on the other; ``kind`` ``None``: a change of turns."""

    start: int
    end: int
    by: Role
    kind: OverlapKind | None


@dataclass(slots=True)
class _Bout:
    """Speech of one speaker without a pause of :data:`BOUT_PAUSE_FRAMES`; ``turn_start``: of the turn it belongs to."""

    turn_start: int
    start: int
    end: int
    speech: int = 0


@dataclass(slots=True)
class _Meeting:
    """Both speak: ``bout`` is that of the one who came in, ``both`` the frames in which both really did."""

    start: int
    end: int
    both: int
    by: Role
    bout: _Bout
    floor_held: int


class TurnTracker:
    """Follows both speakers' spans; fed with span starts, active frames and once a frame the time."""

    def __init__(self, interruption_s: float) -> None:
        self._interruption = round(interruption_s * FRAMES_PER_S)
        self.reset()

    def reset(self) -> None:
        self._bouts: dict[Role, _Bout | None] = {Role.AGENT: None, Role.CUSTOMER: None}
        self._meetings: deque[_Meeting] = deque(maxlen=MOST_MEETINGS)

    @property
    def waiting(self) -> bool:
        """An overlap is not settled yet."""
        return bool(self._meetings)

    def turn_start(self, role: Role) -> int | None:
        """Where the running (or last) turn of ``role`` began."""
        bout = self._bouts[role]
        return None if bout is None else bout.turn_start

    def turn_end(self, role: Role) -> int | None:
        """Where ``role`` last spoke."""
        bout = self._bouts[role]
        return None if bout is None else bout.end

    def active(self, role: Role, start: int, end: int) -> None:
        """``role`` spoke from frame ``start`` to ``end``."""
        bout = self._bouts[role]
        if bout is None or start - bout.end >= TURN_PAUSE_FRAMES:
            bout = _Bout(start, start, start)
        elif start - bout.end >= BOUT_PAUSE_FRAMES:
            bout = _Bout(bout.turn_start, start, start)
        self._bouts[role] = bout
        bout.speech += end - max(start, bout.end)
        bout.end = max(bout.end, end)
        self._meet(role, bout, start, end)

    def step(self, frame: int) -> Overlap | None:
        """The overlap that is settled at the end of ``frame``, if any."""
        while self._meetings:
            meeting = self._meetings[0]
            if frame + 1 - meeting.end < BOUT_PAUSE_FRAMES:
                return None
            brief = meeting.bout.speech <= BACKCHANNEL_FRAMES
            if brief and frame + 1 - meeting.bout.end < BOUT_PAUSE_FRAMES:
                return None
            self._meetings.popleft()
            if meeting.end - meeting.start >= SHORTEST_FRAMES:
                return Overlap(meeting.start, meeting.end, meeting.by, self._kind(meeting, brief=brief))
        return None

    def finish(self) -> list[Overlap]:
        """The overlaps still open when the sound ends or is broken off; nothing is carried beyond."""
        last = max((max(m.end, m.bout.end) for m in self._meetings), default=0)
        settled = []
        while (overlap := self.step(last + BOUT_PAUSE_FRAMES)) is not None:
            settled.append(overlap)
        self.reset()
        return settled

    def lose(self, role: Role) -> list[Overlap]:
        """``role`` cannot be heard any more: his overlaps that are still open; what he said is not carried across."""
        bouts = dict(self._bouts)
        settled = self.finish()
        self._bouts = {**bouts, role: None}
        return settled

    def _kind(self, meeting: _Meeting, *, brief: bool) -> OverlapKind | None:
        if brief:
            return OverlapKind.BACKCHANNEL
        late = meeting.floor_held >= HELD_FLOOR_FRAMES
        return OverlapKind.INTERRUPTION if late and meeting.both >= self._interruption else None

    def _meet(self, role: Role, mine: _Bout, start: int, end: int) -> None:
        """Note where the newly active frames of ``role`` meet the other's speech."""
        other = Role.CUSTOMER if role is Role.AGENT else Role.AGENT
        theirs = self._bouts[other]
        if theirs is None:
            return
        begin, finish = max(start, theirs.start), min(end, theirs.end)
        if finish <= begin:
            return
        if self._meetings and begin - self._meetings[-1].end < BOUT_PAUSE_FRAMES:
            meeting = self._meetings[-1]
            meeting.end = max(meeting.end, finish)
            meeting.both += finish - begin
            return
        came, held, by = (mine, theirs, role) if mine.start >= theirs.start else (theirs, mine, other)
        self._meetings.append(_Meeting(begin, finish, finish - begin, by, came, came.start - held.turn_start))
