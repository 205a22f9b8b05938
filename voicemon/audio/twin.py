"""Tells whether the customer's row is a copy of the agent's: one source recorded twice.

A sound server whose sink goes away moves the sink's listener to another source unasked, often the agent's own
microphone.  A copy differs by a lag and a gain alone; bleed through the air, a sidetone or two people talking do not.
Windows lie on the grid of the agent's sample index, so blocks of any size give the same verdicts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from voicemon.audio.twin_filters import REFINE_HALF, REFINE_STEPS, low_pass, refine_matrix
from voicemon.types import Float32, Float64

WINDOW_S: Final = 0.5
"""One comparison; also the longest lag that is looked for, either way."""

BAND_HZ: Final = 4000.0
"""About the rate of comparison: the stronger half of speech, at a twelfth of a sound card's samples."""

WINDOWS: Final = 3
"""1.5 s of the same sound make the verdict."""

SAME_DB: Final = -15.0
"""A digital copy's residual lies below: about -30 dB, and -17 dB while the aligner pulls and the pull changes.  Above:
bleed, which the room has filtered."""

LEAST_RESIDUAL: Final = 1e-6
"""Numerical: -60 dB."""

DIFFERENT_DB: Final = -6.0
"""A residual above this clearly is other sound."""

LEAST_PULL_S: Final = 60e-6
"""Less over two windows leaves a copy's residual at -25 dB: not worth undoing."""

LEAST_SOUND_S: Final = 0.1
PIECE_S: Final = 0.02
"""Less sound than this in a window is a click or a thump, heard alike by everything near it."""

LOUD_DB: Final = -60.0
"""dBFS, of the differentiated band: 20 dB below quiet speech.  Windows with less decide nothing."""

MOST_GAIN_DB: Final = 8.0
"""A moved stream keeps its level, but for a volume control.  The loudspeaker's sound in the agent's microphone, and a
sidetone in the customer's row, are weaker than this."""

ONE_SIDED_DB: Final = 20.0
"""Where one row is quiet, the other is clearly no copy of it if it is louder than quiet by this."""

GAIN_CHANGE_DB: Final = 1.5
LAG_CHANGE_S: Final = 0.005
"""From window to window a copy keeps its gain and, but for the aligner's pull, its lag."""

TONE: Final = 0.97
APART_S: Final = 0.003
"""Sound that fits this well, relative to the best lag, this far away as well is a tone (ring-back, hum): even a room
only delays and weakens a tone, so that it says nothing."""


@dataclass(frozen=True, slots=True)
class Match:
    """How well one window is explained by the other row.

    The lag in comparison samples is positive where the customer's row comes later; the gain is the customer's row's.
    ``vague`` sound (tones, clicks) would fit an echo as well.
    """

    lag: float
    gain_db: float
    residual_db: float
    vague: bool

    @property
    def same(self) -> bool:
        return self.residual_db <= SAME_DB and abs(self.gain_db) <= MOST_GAIN_DB


class Window(NamedTuple):
    """A direction: the window of the later row, and twice its length of the other row up to the same end."""

    later: Float64
    other: Float64
    sign: int


class TwinDetector:
    """A verdict for every :data:`WINDOW_S` of sound; between windows, in silence and across gaps it stands."""

    def __init__(self, rate: int) -> None:
        self._step = max(1, round(rate / BAND_HZ))
        self._length = max(1, round(WINDOW_S * rate / self._step))
        self.window = self._length * self._step
        """Agent samples from one possible change of the verdict to the next."""
        self._rate = rate / self._step
        self._low_pass = low_pass(self._step)
        self._history = self._low_pass.size - self._step
        self._sound = np.zeros((2, self._history + 2 * self.window), np.float32)
        self._pulled = np.zeros(self._sound.shape[1])
        self._bands = np.zeros((2, 2 * self._length))
        self._refine = refine_matrix()
        self._next: int | None = None
        self._filled = self._skip = 0
        self._count = 0
        self._last: Match | None = None
        self.same = False

    def process(self, start: int, rows: Float32, pulled: float = 0.0) -> bool:
        """Takes ``rows``, shape (2, n): agent and customer, at sample index ``start``.  Returns the verdict after.

        The customer's row was read faster by ``pulled`` (a ratio) than its clock asks, to align it.
        """
        if start != self._next:
            self._restart(start)
        self._next = start + rows.shape[1]
        at = min(self._skip, rows.shape[1])
        self._skip -= at
        while at < rows.shape[1]:
            count = min(self.window - self._filled, rows.shape[1] - at)
            first = self._history + self.window + self._filled
            self._sound[:, first : first + count] = rows[:, at : at + count]
            self._pulled[first : first + count] = pulled
            self._filled += count
            at += count
            if self._filled == self.window:
                self._decide()
        return self.same

    def _restart(self, start: int) -> None:
        self._sound[:] = 0
        self._pulled[:] = 0
        self._filled = 0
        self._skip = -start % self.window

    def _decide(self) -> None:
        even = self._evenly()
        if even is None:
            newest = self._lowered(self._sound[:, self.window :])
            self._bands = np.concatenate((self._bands[:, self._length :], newest), axis=1)
        else:
            self._bands = self._lowered(even)
        kept = self._history + self.window
        self._sound[:, :kept] = self._sound[:, -kept:]
        self._pulled[:kept] = self._pulled[-kept:]
        self._filled = 0
        match = self._match()
        if match is None or (match.same and match.vague):
            return
        if match.same:
            self._count = self._count + 1 if self._continues(match) else 1
            self._last = match
            self.same = self.same or self._count >= WINDOWS
        elif match.residual_db > DIFFERENT_DB or not self.same:
            self._count, self._last, self.same = 0, None, False

    def _lowered(self, sound: Float32) -> Float64:
        """Low-passed and decimated: a matrix product of steps with the parts of the response, then its diagonals."""
        parts = self._low_pass.reshape(-1, self._step)
        count = sound.shape[1] // self._step - len(parts) + 1
        products = sound.reshape(2, -1, self._step) @ parts.T.astype(np.float32)
        lowered = np.zeros((2, count))
        for j in range(len(parts)):
            lowered += products[:, j : j + count, j]
        return lowered

    def _evenly(self) -> Float32 | None:
        """Both rows with the aligner's pull, which makes a copy differ, undone; ``None`` where there is hardly any."""
        ahead = np.cumsum(self._pulled)
        if np.ptp(ahead) < LEAST_PULL_S * self._rate * self._step:
            return None
        at = np.arange(ahead.size)
        customer = np.interp(at - (ahead - ahead[ahead.size // 2]), at, self._sound[1])
        return np.stack((self._sound[0], customer.astype(np.float32)))

    def _continues(self, match: Match) -> bool:
        last = self._last
        return (
            last is not None
            and abs(match.lag - last.lag) <= LAG_CHANGE_S * self._rate
            and abs(match.gain_db - last.gain_db) <= GAIN_CHANGE_DB
        )

    def _match(self) -> Match | None:
        """The best match of the newest window; ``None`` where nothing can be told."""
        if np.square(self._bands).sum(axis=1).max() < self._length * 10 ** (LOUD_DB / 10):
            return None
        agent, customer = self._bands
        ways = [Window(customer[self._length :], agent, 1), Window(agent[self._length :], customer, -1)]
        if self._last is not None:
            sign = 1 if self._last.lag >= 0 else -1
            known = self._best(next(way for way in ways if way.sign == sign), self._last)
            # At a pause's end only the earlier row has sound yet: the other way round it is not to be found.
            if known is None or known.same:
                return known
        found = [match for way in ways if (match := self._best(way, None)) is not None]
        return min(found, key=lambda match: match.residual_db, default=None)

    def _best(self, way: Window, near: Match | None) -> Match | None:
        """The best lag of all, or near a known one; ``None`` where both rows are quiet there."""
        length = self._length
        size = 3 * length
        spectrum = np.conj(np.fft.rfft(way.later, size)) * np.fft.rfft(way.other, size)
        lags = np.arange(-REFINE_HALF, length + REFINE_HALF + 1)
        product = np.fft.irfft(spectrum, size)[length - lags]
        power = np.concatenate(([0.0], np.cumsum(way.other**2)))
        first = np.clip(length - lags, 0, length)
        others = power[first + length] - power[first]
        mine = float(way.later @ way.later)
        quiet = length * 10 ** (LOUD_DB / 10)
        norm = np.sqrt(mine * np.maximum(others, quiet))
        fit = product / np.maximum(norm, quiet)
        inner = np.arange(REFINE_HALF, REFINE_HALF + length + 1)
        if near is not None:
            inner = inner[np.abs(lags[inner] - abs(near.lag)) <= LAG_CHANGE_S * self._rate]
        best = int(inner[np.argmax(fit[inner])])
        if min(mine, others[best]) < quiet:
            one_sided = max(mine, others[best]) > quiet * 10 ** (ONE_SIDED_DB / 10)
            return Match(way.sign * float(lags[best]), 0.0, 0.0, vague=False) if one_sided else None
        finer = self._refine @ product[best - REFINE_HALF : best + REFINE_HALF + 1]
        peak = int(np.argmax(finer))
        correlation = float(np.clip(finer[peak] / np.sqrt(mine * others[best]), 0, 1))
        far = np.abs(lags - lags[best]) > APART_S * self._rate
        return Match(
            lag=way.sign * float(lags[best] + (peak - REFINE_STEPS) / REFINE_STEPS),
            gain_db=way.sign * 10 * float(np.log10(mine / others[best])),
            residual_db=10 * float(np.log10(max(1 - correlation**2, LEAST_RESIDUAL))),
            vague=bool(fit[far].max() > TONE * fit[best]) or self._short(way.later),
        )

    def _short(self, sound: Float64) -> bool:
        """Whether its power lies in little time (by the pieces' participation ratio)."""
        size = round(PIECE_S * self._rate)
        powers = np.square(sound[: sound.size // size * size]).reshape(-1, size).sum(axis=1)
        return bool(powers.sum() ** 2 * size < np.square(powers).sum() * LEAST_SOUND_S * self._rate)
