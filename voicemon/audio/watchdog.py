"""Whether a microphone that delivers nothing is gone."""

from __future__ import annotations

from typing import Final

from voicemon.audio.capture import Capture, Chunk

LOST_S: Final = 0.5
"""A device that delivers nothing for this long is told as lost; ten times the longest pause of a healthy one."""

PATIENCE_S: Final = 2.0
"""So long it stays open all the same: a sound server that was kept from its work brings what it holds afterwards, and
closing the device would throw that away."""

START_S: Final = 3.0
"""A wireless headset takes this long to switch its microphone on."""

POLL_S: Final = 0.15
"""How often a reader without sound looks whether the device is gone."""


class Watchdog:
    """Watches one stream after another, from its reader's thread."""

    def __init__(self) -> None:
        self._heard_at = 0.0
        self._looks = 0
        """How often the reader has looked for sound in vain since it last had some."""
        self._breaks_heard = 0
        self.heard_any = False
        """The present stream has delivered something."""
        self.late = False
        """It has, but for :data:`LOST_S` it has delivered nothing."""

    def opened(self, moment: float) -> None:
        self._heard_at, self._looks, self._breaks_heard = moment, 0, 0
        self.heard_any = self.late = False

    def heard(self, chunk: Chunk) -> None:
        self._heard_at, self._looks, self._breaks_heard = chunk.arrived, 0, chunk.breaks
        self.heard_any, self.late = True, False

    def silent(self, capture: Capture, moment: float) -> bool:
        """The reader has looked for a chunk in vain, at this moment: whether the device is gone."""
        begun = self.heard_any and capture.breaks == self._breaks_heard
        self._looks += 1
        self.late = begun and self._longer_than(LOST_S, moment)
        return bool(capture.finished or self._longer_than(PATIENCE_S if begun else START_S, moment))

    def _longer_than(self, limit_s: float, moment: float) -> bool:
        # Where this thread did not get to run for a while, neither did the callback: that is no sign of a loss.
        return self._looks >= limit_s / POLL_S and moment - self._heard_at > limit_s
