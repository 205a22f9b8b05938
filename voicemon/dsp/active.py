"""Active speech level and activity factor, ITU-T P.56 method B.

Pauses must not count against a talker, so the energy of a recording is divided by the time in which speech was active.
Active is what lies above a threshold 15.9 dB below the active level itself, and 200 ms more: the envelope is compared
with thresholds 6 dB apart all along, and where between two of them that margin holds is found at the end by halving.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d
from scipy.signal import lfilter

from voicemon.types import Float32, Float64

ENVELOPE_S: Final = 0.03
"""Time constant of each of the envelope's two exponential averages in tandem."""
HANGOVER_S: Final = 0.2
MARGIN_DB: Final = 15.9
TOLERANCE_DB: Final = 0.5
THRESHOLDS: Final = 2.0 ** np.arange(-15, 0)
"""One bit to half of full scale, for samples of 16 bits."""

STEPS_PER_S: Final = 500
"""The envelope is 30 ms slow, so it is followed in steps of 2 ms: no border of activity moves by more."""
BATCH_S: Final = 0.2
"""Small blocks are worked off together: nobody asks for the level more often, and each round has its fixed cost."""

_THRESHOLDS_DB: Final = 20 * np.log10(THRESHOLDS)
_TINY: Final = float(np.finfo(np.float64).tiny)
_HANGOVER_STEPS: Final = round(HANGOVER_S * STEPS_PER_S)


class ActiveSpeechLevel:
    """Streaming P.56 meter of one channel: any block size gives the same answer, memory is bounded by the hangover.

    Levels are in dBov, that is relative to a full-scale square wave.  The method is meant for speech in quiet: steady
    noise within the margin of the speech counts as active.
    """

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        pole = float(np.exp(-1 / (ENVELOPE_S * STEPS_PER_S)))
        self._numerator = np.array([(1 - pole) ** 2])
        self._denominator = np.array([1.0, -2 * pole, pole**2])
        self.reset()

    def reset(self) -> None:
        """Start a new measurement."""
        self._step = 0
        self._pending: Float32 | Float64 = np.empty(0, np.float32)
        self._waiting: list[Float32 | Float64] = []
        self._waiting_samples = 0
        self._envelope_state: Float64 = np.zeros(2)
        self._recent: Float64 = np.zeros(_HANGOVER_STEPS)
        self._active_steps = np.zeros(len(THRESHOLDS), np.int64)
        self._energy = 0.0

    def gap(self) -> None:
        """Sound was lost: the measurement goes on without it, and neither envelope nor hangover reaches across."""
        self._measure()
        self._pending = self._pending[:0]
        self._envelope_state = np.zeros(2)
        self._recent = np.zeros(_HANGOVER_STEPS)

    def process(self, x: Float32 | Float64) -> None:
        """Take the next samples, shape (n,), ±1 full scale."""
        self._waiting.append(x.copy())
        self._waiting_samples += len(x)
        if self._waiting_samples >= self._rate * BATCH_S:
            self._measure()

    def _measure(self) -> None:
        """Work off the samples that wait, up to the last whole step."""
        x = np.concatenate([self._pending, *self._waiting])
        self._waiting.clear()
        self._waiting_samples = 0
        begin = self._border(self._step)
        count = (begin + len(x)) * STEPS_PER_S // self._rate - self._step
        steps = np.arange(self._step, self._step + count + 1)
        borders = -(-steps * self._rate // STEPS_PER_S) - begin
        self._pending = x[borders[-1] :].copy()
        if not count:
            return
        self._step += count
        magnitude, energy = _sums(x[: borders[-1]], borders, even=self._rate % STEPS_PER_S == 0)
        self._count_active(magnitude / np.diff(borders))
        self._energy = float(np.cumsum([self._energy, *energy.tolist()])[-1])

    def level_db(self) -> float | None:
        """Active speech level in dBov so far; ``None`` where nothing stands far enough above the lowest threshold."""
        self._measure()
        active = self._active_steps[self._active_steps > 0]
        level = 10 * np.log10(max(self._energy, _TINY) * STEPS_PER_S / (active * self._rate))
        excess = level - _THRESHOLDS_DB[: len(active)] - MARGIN_DB
        above = int(np.argmax(excess <= 0)) if len(active) else 0
        if above == 0:
            return None
        lower, upper = ((float(level[j]), float(excess[j])) for j in (above - 1, above))
        return _level_at_margin(lower, upper)

    def activity(self) -> float:
        """Share of the time in which speech was active, 0 to 1; 0 where there is no level."""
        level = self.level_db()
        if level is None:
            return 0.0
        mean_square = self._energy / self._border(self._step)
        return min(1.0, float(mean_square / 10 ** (level / 10)))

    def _border(self, step: int) -> int:
        return -(-step * self._rate // STEPS_PER_S)

    def _count_active(self, magnitude: Float64) -> None:
        """Count, for each threshold, the steps in which the envelope passed it now or within the hangover."""
        envelope, self._envelope_state = lfilter(self._numerator, self._denominator, magnitude, zi=self._envelope_state)
        recent = np.concatenate([self._recent, envelope])
        held = maximum_filter1d(recent, _HANGOVER_STEPS + 1, origin=_HANGOVER_STEPS // 2)[_HANGOVER_STEPS:]
        self._recent = recent[-_HANGOVER_STEPS:]
        passed = np.bincount(np.searchsorted(THRESHOLDS, held, side="right"), minlength=len(THRESHOLDS) + 1)
        self._active_steps += np.cumsum(passed[::-1])[::-1][1:]


def _sums(x: Float32 | Float64, borders: NDArray[np.int64], even: bool) -> tuple[Float64, Float64]:
    """Sums of magnitudes and of squares between borders, ``even`` where these are equally far apart at this rate."""
    if even:
        rows = x.reshape(len(borders) - 1, -1)
        return np.abs(rows).sum(axis=1).astype(np.float64), np.einsum("ij,ij->i", rows, rows).astype(np.float64)
    exact, starts = x.astype(np.float64), borders[:-1]
    return np.add.reduceat(np.abs(exact), starts), np.add.reduceat(exact * exact, starts)


def _level_at_margin(lower: tuple[float, float], upper: tuple[float, float]) -> float:
    """The level where the excess over the margin vanishes, between two thresholds given as (level, excess), both in dB.

    Half-way points are tried from one side until one lies within the tolerance or past the margin.  This coarse end
    is how the ITU's own tool behaves; a finer answer would differ from it by up to 0.1 dB.
    """
    for level, excess in (upper, lower):
        if abs(excess) < TOLERANCE_DB:
            return level
    level, excess = _between(lower, upper)
    goal = upper if excess > 0 else lower
    while abs(excess) > TOLERANCE_DB and excess * goal[1] < 0:
        level, excess = _between((level, excess), goal)
    return level


def _between(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
