"""Joint silence: how long nobody has spoken, and what kind of silence it was.

Nothing counts before somebody has spoken, and nothing counts as dead air before the customer has been heard: until then
the service manuals prescribe 5 s waits of their own (the silent call, scene 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from voicemon.types import FRAMES_PER_S


class SilenceKind(StrEnum):
    PAUSE = "pause"
    DEAD_AIR = "dead_air"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Silence:
    """Frames ``start`` (inclusive) to ``end`` (exclusive) in which nobody spoke."""

    start: int
    end: int
    kind: SilenceKind

    @property
    def length_s(self) -> float:
        return (self.end - self.start) / FRAMES_PER_S


class SilenceTracker:
    """Follows the silence of all channels together; fed once a frame, in order.

    ``excused`` (an announced hold, a call that has been closed) is asked at the moment of judgement.
    """

    def __init__(self, dead_air_s: float, pause_s: float) -> None:
        self._dead_air = round(dead_air_s * FRAMES_PER_S)
        self._pause = round(pause_s * FRAMES_PER_S)
        self.reset()

    def reset(self) -> None:
        """Forget the running silence, as at a gap: what was lost may have been speech."""
        self.start: int | None = None
        self._reported = False

    def length_s(self, frame: int) -> float:
        """Length of the running silence at the end of ``frame``."""
        return 0.0 if self.start is None else max(0, frame + 1 - self.start) / FRAMES_PER_S

    def due(self, since: int) -> int:
        """The frame at whose end a silence since ``since`` may become dead air."""
        return since + self._dead_air

    def speech(self, start: int, *, customer_heard: bool, holding: bool) -> Silence | None:
        """Somebody began to speak at ``start``: the silence that this ends, when it is long enough to tell of."""
        begun, reported = self.start, self._reported
        self.reset()
        if begun is None or start - begun < self._pause:
            return None
        length = start - begun
        dead = reported or (customer_heard and length > self._dead_air)
        kind = SilenceKind.HOLD if holding else SilenceKind.DEAD_AIR if dead else SilenceKind.PAUSE
        return Silence(begun, start, kind)

    def quiet(self, frame: int, since: int, *, customer_heard: bool, excused: bool) -> bool:
        """Nobody speaks at ``frame`` and has not since ``since``; true once, when the silence becomes dead air."""
        self.start = since
        if self._reported or excused or not customer_heard or frame + 1 - since <= self._dead_air:
            return False
        self._reported = True
        return True
