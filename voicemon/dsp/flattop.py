"""Clipping below full scale: an amplifier, a driver or an earlier recording ran into its limit before we got the sound.

A limit leaves the same largest value again and again, in runs of equal samples that begin or end with a corner.
Neither speech nor noise does that: at its own maximum a smooth wave is round, and the next maximum is another one.
Soft limiters are not found this way, nor flat tops that a resampler or a lossy codec has rounded since.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from voicemon.dsp.level import CODEC_FULL_SCALE
from voicemon.types import Float32

WINDOW_S: Final = 5
FEWEST_RUNS: Final = 3
"""Runs in one window: one alone may be chance."""
SHORTEST_RUN: Final = 3
CORNER: Final = 0.02
"""Share of the top by which a run's neighbour lies lower.  A round top of 3 equal samples drops by a rounding step."""
COARSEST_STEP: Final = 0.01
"""Share of the top between it and the next value.  The steps of G.711 are 3 to 6 %: there equal tops mean nothing."""
LOWEST_TOP: Final = 0.02
"""Under -34 dBFS the rounding of 16 bits comes near a corner's height."""


class FlatTops:
    """Looks at windows of 5 s on the stream's own grid; memory is one window.  Any block size gives the same answer."""

    def __init__(self, sample_rate: int) -> None:
        self._window = np.empty(WINDOW_S * sample_rate, np.float32)
        self.windows = 0
        """Windows looked at."""
        self.flat = 0
        """Of those, clipped ones."""
        self.top: float | None = None
        """The limit in the last clipped window, as a magnitude, ±1 full scale."""
        self.reset()

    def reset(self) -> None:
        """Go on behind a gap: the unfinished window is left out."""
        self._filled = 0

    def process(self, raw: Float32) -> None:
        """Take the next samples, shape (n,), ±1 full scale."""
        while len(raw):
            taken = raw[: len(self._window) - self._filled]
            self._window[self._filled : self._filled + len(taken)] = taken
            self._filled += len(taken)
            raw = raw[len(taken) :]
            if self._filled == len(self._window):
                self._filled = 0
                self._look()

    def _look(self) -> None:
        tops = [top for side in (self._window, -self._window) if (top := flat_top(side)) is not None]
        self.windows += 1
        self.flat += bool(tops)
        self.top = max(tops) if tops else self.top


def flat_top(window: Float32) -> float | None:
    """The limit that the upper side of ``window``, shape (n,), ran into; ``None`` where round or at full scale."""
    top = float(window.max())
    if not LOWEST_TOP <= top < CODEC_FULL_SCALE:
        return None
    edges = np.flatnonzero(np.diff(np.concatenate(([False], window == np.float32(top), [False]))))
    begins, ends = edges[::2], edges[1::2]
    long = ends - begins >= SHORTEST_RUN
    begins, ends = begins[long], ends[long]
    if len(begins) < FEWEST_RUNS:
        return None
    before, after = window[np.maximum(begins - 1, 0)], window[np.minimum(ends, len(window) - 1)]
    corners = np.minimum(before, after) <= top * (1 - CORNER)
    if np.count_nonzero(corners) < FEWEST_RUNS:
        return None
    following = float(window[window < np.float32(top)].max())
    return top if following >= top * (1 - COARSEST_STEP) else None
