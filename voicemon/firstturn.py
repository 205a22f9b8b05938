"""When the agent's first turn is over: then it can be said whether it held a greeting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from voicemon.types import FRAMES_PER_S, Role
from voicemon.voice import Voice

FIRST_TURN_PAUSE_S: Final = 2.0
ANSWERED_PAUSE_S: Final = 1.0
"""The agent's first turn is over after a pause of this length; of the shorter one once the customer has answered."""


class FirstTurn:
    """Follows who begins to speak until the agent has spoken and stopped."""

    def __init__(self, voices: Mapping[Role, Voice]) -> None:
        self._voices = voices
        self._agent_began: int | None = None
        self._customer_began: int | None = None
        self.over = False

    def began(self, role: Role, start: int) -> None:
        """``role`` began to speak at frame ``start``."""
        if role is Role.CUSTOMER:
            self._customer_began = start
        elif self._agent_began is None:
            self._agent_began = start

    def look(self, frame: int) -> None:
        """At the end of ``frame``: has the agent paused for longer, or for a moment after the customer took over?"""
        if self.over or self._agent_began is None:
            return
        quiet_s = (frame - self._voices[Role.AGENT].tracker.last_speech) / FRAMES_PER_S
        answered = self._customer_began is not None and self._customer_began > self._agent_began
        self.over = quiet_s >= (ANSWERED_PAUSE_S if answered else FIRST_TURN_PAUSE_S)
