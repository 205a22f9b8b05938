"""Overlap of the two speakers: who came in on whom, and whether it was an interruption or a back-channel.

An interruption: the one who came in did so at least 200 ms after the other began a turn of at least 1 s, both went on
together, and it was more than a back-channel (嗯, 是, 好的: 1 s of speech at most).  Agents are asked to give
back-channels now and then (manual 002), so these must never count against them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from voicemon.types import FRAMES_PER_S, Role

TURN_PAUSE_FRAMES: Final = FRAMES_PER_S
"""Speech parted by less than this belongs to one turn."""

BACKCHANNEL_FRAMES: Final = FRAMES_PER_S
LEAD_FRAMES: Final = FRAMES_PER_S // 5
HELD_FLOOR_FRAMES: Final = FRAMES_PER_S
"""Who has spoken for less than this had not really taken the turn yet."""

SHORTEST_FRAMES: Final = FRAMES_PER_S // 5


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
class _Turn:
    start: int
    end: int
    speech: int = 0


class TurnTracker:
    """Follows both speakers' spans; fed with span starts, active frames and once a frame the time."""

    def __init__(self, interruption_s: float) -> None:
        self._interruption = round(interruption_s * FRAMES_PER_S)
        self.reset()

    def reset(self) -> None:
        self._turns: dict[Role, _Turn | None] = {Role.AGENT: None, Role.CUSTOMER: None}
        self._overlap: tuple[int, int] | None = None
        self._by: Role | None = None
        self._floor_held = 0

    def turn_start(self, role: Role) -> int | None:
        """Where the running (or last) turn of ``role`` began."""
        turn = self._turns[role]
        return None if turn is None else turn.start

    def turn_end(self, role: Role) -> int | None:
        """Where ``role`` last spoke."""
        turn = self._turns[role]
        return None if turn is None else turn.end

    def active(self, role: Role, start: int, end: int) -> None:
        """``role`` spoke from frame ``start`` to ``end``."""
        turn = self._turns[role]
        if turn is None or start - turn.end >= TURN_PAUSE_FRAMES:
            self._turns[role] = turn = _Turn(start, end)
        turn.speech += end - max(start, turn.end if turn.speech else start)
        turn.end = max(turn.end, end)
        self._meet(role, start, end)

    def step(self, frame: int) -> Overlap | None:
        """The overlap that is settled at the end of ``frame``, if any."""
        if self._overlap is None or self._by is None:
            return None
        start, end = self._overlap
        turn = self._turns[self._by]
        assert turn is not None
        long_enough = end - start >= self._interruption
        if long_enough and turn.speech > BACKCHANNEL_FRAMES and self._came_in_late(start):
            kind: OverlapKind | None = OverlapKind.INTERRUPTION
        elif frame + 1 - turn.end < TURN_PAUSE_FRAMES // 2:
            return None
        else:
            kind = OverlapKind.BACKCHANNEL if turn.speech <= BACKCHANNEL_FRAMES else None
        if frame + 1 - end < TURN_PAUSE_FRAMES // 2:
            return None
        return self._settle(start, end, kind)

    def finish(self) -> Overlap | None:
        """The overlap still open when the sound ends."""
        if self._overlap is None:
            return None
        settled = self.step(self._overlap[1] + 2 * TURN_PAUSE_FRAMES)
        self.reset()
        return settled

    def _settle(self, start: int, end: int, kind: OverlapKind | None) -> Overlap | None:
        by = self._by
        self._overlap = self._by = None
        if by is None or end - start < SHORTEST_FRAMES:
            return None
        return Overlap(start, end, by, kind)

    def _came_in_late(self, start: int) -> bool:
        return self._floor_held >= max(LEAD_FRAMES, HELD_FLOOR_FRAMES)

    def _meet(self, role: Role, start: int, end: int) -> None:
        """Note where the newly active frames of ``role`` meet the other's turn."""
        other = Role.CUSTOMER if role is Role.AGENT else Role.AGENT
        theirs, mine = self._turns[other], self._turns[role]
        if theirs is None or mine is None or theirs.end <= start:
            return
        begin, finish = max(start, theirs.start), min(end, theirs.end)
        if finish <= begin:
            return
        if self._overlap is None:
            self._by = role if mine.start >= theirs.start else other
            self._floor_held = abs(mine.start - theirs.start)
            self._overlap = (max(mine.start, theirs.start, begin), finish)
        else:
            self._overlap = (self._overlap[0], max(self._overlap[1], finish))
