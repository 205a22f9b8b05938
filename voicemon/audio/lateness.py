"""Sound that comes late and stays late: the device has lost what lay before it, and does not say so.

Late alone says nothing: the callback's thread had to wait, or the sound server brings in one go what it held.  But what
was held is here soon, and from then on sound is as prompt as ever; where it is not, that much is missing.
"""

from __future__ import annotations

from typing import Final

CATCH_UP_S: Final = 0.5
"""After it stood still a device brings what it held within this time, a few chunks at once."""

UNASKED_S: Final = 2.0
"""Where nothing was wrong with the device sound must have stayed late for this long; a busy machine's does not."""

WATCHED_S: Final = 2.0
"""So long after a standstill or an opening :data:`CATCH_UP_S` will do: sound servers lose the time in which they set
their buffers anew after the first few chunks."""

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
        """The device stood still until ``moment`` on the monotonic clock, or its stream has just begun."""
        self._watched_until = moment + WATCHED_S

    def missing(self, late: int, arrived: float) -> int:
        """Samples that are missing before a chunk that is ``late`` by so many; 0 as long as they may still come."""
        if late <= PROMPT_S * self._rate:
            self._since = None
            return 0
        if self._since is None:
            self._since, self._least = arrived, late
        self._least = min(self._least, late)
        if arrived - self._since < (CATCH_UP_S if arrived < self._watched_until else UNASKED_S):
            return 0
        self._since = None
        return self._least
