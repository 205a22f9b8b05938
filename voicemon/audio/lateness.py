"""Sound that comes late and stays late behind a break: the device has lost what lay before it, and does not say so.

Late alone says nothing: the callback's thread had to wait, or the sound server brings in one go what it held.  But what
was held is here soon, and from then on sound is as prompt as ever; where it is not, that much is missing.

Asked only behind a standstill or where a stream took over.  In the midst of one, and at its first beginning, a sound
server may also have been early: the monitor of a sink gets what is to be played ahead of time, by as much as the
sink's latency, which changes with every program that plays.
"""

from __future__ import annotations

from typing import Final

CATCH_UP_S: Final = 0.5
"""After it stood still a device brings what it held within this time, a few chunks at once."""

WATCHED_S: Final = 2.0
"""So long behind a break: sound servers lose the time in which they set their buffers anew after the first chunks."""

PROMPT_S: Final = 0.1
"""Sound that is less late than this is on time."""


class Lateness:
    """Watches how late each chunk is."""

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._since: float | None = None
        """When the first of the late chunks arrived, since the last prompt one."""
        self._least = 0
        self._watched_until = float("-inf")

    def watch(self, moment: float) -> None:
        """The device stood still until ``moment`` on the monotonic clock, or its stream has just taken over."""
        self._watched_until = moment + WATCHED_S

    def missing(self, late: int, arrived: float) -> int:
        """Samples that are missing before a chunk that is ``late`` by so many; 0 as long as they may still come."""
        if late <= PROMPT_S * self._rate:
            self._since = None
            return 0
        if self._since is None:
            if arrived >= self._watched_until:
                return 0
            self._since, self._least = arrived, late
        self._least = min(self._least, late)
        if arrived - self._since < CATCH_UP_S:
            return 0
        self._since = None
        return self._least
