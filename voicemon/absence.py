"""The customer's own device comes and goes: how long it was away, and the records that tell of it."""

from __future__ import annotations

from typing import Final

from voicemon.events import GapEvent
from voicemon.output import Output
from voicemon.types import FRAMES_PER_S, NOT_BEGUN, Role

TOLD_FRAMES: Final = 10 * FRAMES_PER_S
"""An absence that does not end is told in pieces of this length."""

OPENING_FRAMES: Final = FRAMES_PER_S
"""The customer's device may open this much after the agent's: nothing to tell of."""


class AbsenceLog:
    """Fed with every frame in order: absent frames of one cause that follow one another make one ``gap`` record."""

    def __init__(self, output: Output) -> None:
        self._out = output
        self._start = 0
        self._cause: str | None = None
        self._told = False
        self.frames = 0
        """Frames without the customer's sound."""
        self.present = False
        """The customer's sound has been there."""

    @property
    def away(self) -> bool:
        """It is not there now."""
        return self._cause is not None

    def step(self, frame: int, cause: str | None) -> None:
        """Frame ``frame`` has no customer's sound because of ``cause``, or has it."""
        if cause != self._cause:
            self.close(frame)
            self._start, self._cause = frame, cause
        if cause is None:
            self.present = True
            return
        self.frames += 1
        if frame + 1 - self._start >= TOLD_FRAMES:
            self._tell(frame + 1)

    def close(self, frame: int) -> None:
        """What is open ends before ``frame``."""
        brief = self._cause == NOT_BEGUN and frame - self._start < OPENING_FRAMES and not self._told
        if self._cause is not None and frame > self._start and not brief:
            self._tell(frame)
        self._cause, self._told = None, False

    def forget_before(self, frame: int) -> None:
        """Count only what lies behind ``frame``, as far as it still goes on."""
        self.frames = min(self.frames, self._out.frame - max(frame, self._start)) if self.away else 0

    def _tell(self, end: int) -> None:
        if self._cause is None:
            return
        self._out.emit(
            GapEvent(
                t=self._out.now,
                channel=Role.CUSTOMER,
                start=self._start / FRAMES_PER_S,
                end=end / FRAMES_PER_S,
                cause=self._cause,
            )
        )
        self._start, self._told = end, True
