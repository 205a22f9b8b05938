"""What ties a sound card's sample count to the monotonic clock, so that missing samples can be counted."""

from __future__ import annotations

from typing import Final

CREEP: Final = 1e-3
"""The anchor follows the sound card's clock by up to this much a second; crystals differ by a tenth of it."""


class Anchor:
    """The monotonic moment of sample 0, from the promptest of the recent chunks; the others were late on their way."""

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._zero: float | None = None

    def tie(self, end: int, samples: int, arrived: float) -> None:
        """A chunk of ``samples`` that ends at sample ``end`` arrived at this moment."""
        zero = arrived - end / self._rate
        self._zero = zero if self._zero is None else min(zero, self._zero + CREEP * samples / self._rate)

    def index(self, moment: float) -> int:
        """The sample that belongs to ``moment``; 0 as long as nothing has arrived."""
        return 0 if self._zero is None else round((moment - self._zero) * self._rate)
