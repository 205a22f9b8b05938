"""How far two sound cards' clocks have come apart, from the moments at which their blocks arrive.

A block arrives as soon as it is whole, or later: the promptest of a second's blocks tells when its card's sample 0 was,
on the monotonic clock.  The difference of the two cards' zeros is a straight line in time; its slope is the drift.
Common disturbances (a busy machine, a slewed system clock) cancel in the difference.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

from voicemon.types import Bool, Float64

WINDOW_S: Final = 1.0
"""One zero a card is kept from this long: some dozens of blocks, of which at least one is prompt."""

WINDOWS: Final = 600
"""Ten minutes: a crystal's rate moves with its temperature, and that moves more slowly."""

PRIOR_DRIFT: Final = 100e-6
"""Standard deviation of the drift before anything is known: consumer crystals are good to 50 or 100 ppm each."""

RESTART_DRIFT: Final = 2e-6
"""What an earlier estimate is worth after a restart: the crystals are the same, perhaps at another temperature."""

NOISE_FLOOR_S: Final = 0.5e-3
"""The scatter of the zeros is never taken for less: deliveries come in steps of a timer."""

OUTLIER_SIGMAS: Final = 4.0
OUTLIER_FLOOR_S: Final = 2e-3
"""Zeros farther from the line than both are of seconds in which no block was prompt."""

ROUNDS: Final = 3
MAD_TO_SIGMA: Final = 1.4826
"""Of a normal distribution."""

MEASURED_PPM: Final = 5.0
"""A drift whose standard uncertainty is larger is not shown as measured."""


@dataclass(frozen=True, slots=True)
class Line:
    """The lag of the customer's clock: ``lag_s`` at agent time ``at_s``, growing by ``slope`` a second."""

    at_s: float
    lag_s: float
    slope: float
    slope_sigma: float

    def lag_at(self, agent_s: float) -> float:
        return self.lag_s + self.slope * (agent_s - self.at_s)


class ClockDrift:
    """Feed it each block's end on its own card's clock and the monotonic moment of its arrival, both in seconds."""

    def __init__(self) -> None:
        self._prior = (0.0, PRIOR_DRIFT)
        self._line: Line | None = None
        self._agent_zero: float = math.inf
        self._customer_zero: float = math.inf
        self.restart()

    def restart(self) -> None:
        """The offset may have changed (a device was opened again); the drift is taken over as a first guess.

        The old line holds until the first second of the new one is over.
        """
        if self._line is not None:
            self._prior = (self._line.slope, math.hypot(self._line.slope_sigma, RESTART_DRIFT))
        self._points: deque[tuple[float, float]] = deque(maxlen=WINDOWS)
        self._open_window()

    def agent(self, end_s: float, arrived: float) -> None:
        """A block of the agent's device that ends at ``end_s``."""
        self._roll(arrived)
        self._agent_s = end_s
        self._agent_zero = min(self._agent_zero, arrived - end_s)

    def customer(self, end_s: float, arrived: float) -> None:
        """A block of the customer's device that ends at ``end_s``."""
        self._roll(arrived)
        self._customer_zero = min(self._customer_zero, arrived - end_s)

    def lag_s(self, agent_s: float) -> float | None:
        """When the agent's clock shows ``agent_s``, the customer's shows this much less; ``None``: not known yet."""
        if self._line is not None:
            return self._line.lag_at(agent_s)
        return self._difference()

    @property
    def slope(self) -> float:
        """By how much the lag grows a second: the best guess, 0 at first."""
        return self._prior[0] if self._line is None else self._line.slope

    @property
    def ppm(self) -> float | None:
        """How much faster the customer's clock runs, parts in a million; ``None`` until that is measured."""
        measured = self.sigma_ppm
        return None if measured is None or measured > MEASURED_PPM else -self.slope * 1e6

    @property
    def sigma_ppm(self) -> float | None:
        """Standard uncertainty of the drift."""
        return None if self._line is None else self._line.slope_sigma * 1e6

    def _open_window(self) -> None:
        self._window: int | None = None
        self._agent_s = 0.0
        self._agent_zero = self._customer_zero = math.inf

    def _difference(self) -> float | None:
        lag = self._customer_zero - self._agent_zero
        return lag if math.isfinite(lag) else None

    def _roll(self, arrived: float) -> None:
        """Close the running second when ``arrived`` lies in a later one."""
        window = math.floor(arrived / WINDOW_S)
        if self._window is None:
            self._window = window
        if window <= self._window:
            return
        lag = self._difference()
        if lag is not None:
            self._points.append((self._agent_s, lag))
            self._line = fit(np.array(self._points), *self._prior)
        self._open_window()
        self._window = window


def fit(points: Float64, slope: float, slope_sigma: float) -> Line:
    """The line through ``points`` (shape (n, 2): agent time and lag, seconds), outliers left out.

    Least squares with a normal prior on the slope, so that the first seconds, over which the scatter of the arrivals
    exceeds the drift by far, move it no more than they can tell.
    """
    at_s = float(points[-1, 0])
    x, y = points[:, 0] - at_s, points[:, 1]
    start, sigma = slope, slope_sigma
    kept, noise_s = _inliers(y - slope * x)
    for _ in range(ROUNDS):
        mean_x, mean_y = float(x[kept].mean()), float(y[kept].mean())
        dx = x[kept] - mean_x
        precision = float(dx @ dx) / noise_s**2 + 1 / slope_sigma**2
        slope = (float(dx @ (y[kept] - mean_y)) / noise_s**2 + start / slope_sigma**2) / precision
        sigma = 1 / math.sqrt(precision)
        kept, noise_s = _inliers(y - slope * x)
    lag_s = float((y[kept] - slope * x[kept]).mean())
    return Line(at_s, lag_s, slope, sigma)


def _inliers(residual_s: Float64) -> tuple[Bool, float]:
    """Which residuals are no outliers, and the standard deviation of the others."""
    off = np.abs(residual_s - np.median(residual_s))
    noise_s = max(NOISE_FLOOR_S, MAD_TO_SIGMA * float(np.median(off)))
    kept: Bool = off <= max(OUTLIER_SIGMAS * noise_s, OUTLIER_FLOOR_S)
    return kept, noise_s
