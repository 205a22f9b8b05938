"""The tone of an acoustic calibrator, second by second: its own level, and whether it is fit to calibrate by.

The level is narrow-band: what stands beside the tone does not add to it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from voicemon.calibration.faults import Fault, FaultKind
from voicemon.dsp.level import FULL_SCALE
from voicemon.dsp.weighting import design_goal_db
from voicemon.types import Float32, Float64

TONE_HZ: Final = 1000.0
FREQUENCY_TOLERANCE: Final = 0.02
"""IEC 60942:2017, table 4, allows class 2 ±1.7 %."""
LEAST_SNR_DB: Final = 20.0
STEADY_S: Final = 5
"""Seconds in a row that have to be as alike as :data:`STEADY_DB`."""
STEADY_DB: Final = 0.1
"""Largest standard deviation of one-second levels; IEC 60942 allows a class 1 calibrator 0.07 dB of fluctuation."""
DRIFT_DB: Final = 0.2
"""Largest change from the first to the last of them: a slow automatic gain creeps under the standard deviation."""
MOST_DISTORTION: Final = 0.05
"""Second to fifth harmonic over the tone.  IEC 60942 allows the calibrator 3 % with noise, the capsule adds some; a
limiter or an overloaded input adds more."""
MOST_CLIPPED: Final = 2
"""Samples at full scale in a second."""

_SEARCH_HZ: Final = (800.0, 1250.0)
"""One-third octave either side: a tone out there is a wrong tone, not noise."""
_LOBE_HZ: Final = 4.0
"""Hann's main lobe is 2 Hz wide each way on a second; the rest is for a tone that wavers."""
_LOWEST_HZ: Final = 20.0
_HARMONICS: Final = (2, 3, 4, 5)
_TINY: Final = 1e-20


@dataclass(frozen=True, slots=True)
class ToneSecond:
    """One second.  ``snr_db``: tone over everything else, A-weighted; ``distortion``: harmonics over tone."""

    level_dbfs: float
    frequency_hz: float
    snr_db: float
    distortion: float
    clipped: int


@dataclass(frozen=True, slots=True)
class Tone:
    """A tone judged over its last :data:`STEADY_S` seconds; fit to calibrate by where ``faults`` is empty."""

    level_dbfs: float
    frequency_hz: float
    snr_db: float
    spread_db: float
    faults: tuple[Fault, ...]


class ToneMeter:
    """Cuts one channel into seconds and measures the tone in each; any block size gives the same answer."""

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._buffer: Float32 = np.empty(sample_rate, np.float32)
        self._filled = 0

    def process(self, samples: Float32) -> list[ToneSecond]:
        """The next samples, shape (n,); the seconds that they complete."""
        found = []
        taken = 0
        while taken < len(samples):
            take = min(self._rate - self._filled, len(samples) - taken)
            self._buffer[self._filled : self._filled + take] = samples[taken : taken + take]
            self._filled += take
            taken += take
            if self._filled == self._rate:
                found.append(self._measure())
                self._filled = 0
        return found

    def reset(self) -> None:
        """After a gap: the unfinished second is dropped."""
        self._filled = 0

    @cached_property
    def _window(self) -> Float64:
        return np.asarray(np.hanning(self._rate + 1)[:-1], np.float64)

    @cached_property
    def _frequency(self) -> Float64:
        return np.arange(self._rate // 2 + 1, dtype=np.float64)

    @cached_property
    def _a_weight(self) -> Float64:
        """Power response of the A-weighting at each bin, nothing below hearing."""
        frequency = np.maximum(self._frequency, 1.0)
        weight = 10 ** (design_goal_db("A", frequency) / 10)
        return np.where(self._frequency < _LOWEST_HZ, 0.0, weight)

    def _measure(self) -> ToneSecond:
        clipped = int(np.count_nonzero(np.abs(self._buffer) >= FULL_SCALE))
        spectrum = np.fft.rfft((self._buffer - self._buffer.mean()) * self._window)
        # One-sided mean squares: the sum over the bins of a lobe is the tone's mean square.
        power = 2 * np.abs(spectrum) ** 2 / (self._rate * float(np.sum(self._window**2))) + _TINY / self._rate
        frequency = self._peak_hz(power)
        tone = self._about(power, frequency)
        harmonics = sum(self._about(power, n * frequency) for n in _HARMONICS)
        weighted = power * self._a_weight
        rest = max(float(weighted.sum()) - self._about(weighted, frequency), _TINY)
        return ToneSecond(
            level_dbfs=_db(tone),
            frequency_hz=frequency,
            snr_db=_db(self._about(weighted, frequency)) - _db(rest),
            distortion=math.sqrt(harmonics / tone),
            clipped=clipped,
        )

    def _peak_hz(self, power: Float64) -> float:
        """The strongest bin near 1 kHz, between bins by a parabola through the logarithms."""
        low, high = (int(f) for f in _SEARCH_HZ)
        peak = low + int(np.argmax(power[low : high + 1]))
        left, middle, right = np.log(power[peak - 1 : peak + 2])
        curvature = left - 2 * middle + right
        return peak + (0.5 * float((left - right) / curvature) if curvature < 0 else 0.0)

    def _about(self, power: Float64, frequency_hz: float) -> float:
        low, high = math.ceil(frequency_hz - _LOBE_HZ), math.floor(frequency_hz + _LOBE_HZ)
        return max(float(power[low : high + 1].sum()), _TINY)


def judge(seconds: Sequence[ToneSecond]) -> Tone:
    """The tone over the last :data:`STEADY_S` of ``seconds``, and what speaks against it, the first cause first."""
    last = seconds[-STEADY_S:]
    if len(last) < STEADY_S:
        return Tone(-math.inf, 0.0, -math.inf, 0.0, (Fault(FaultKind.SHORT, len(last), STEADY_S),))
    levels = np.array([s.level_dbfs for s in last])
    spread = float(np.std(levels, ddof=1))
    frequency = float(np.median([s.frequency_hz for s in last]))
    snr = min(s.snr_db for s in last)
    faults = tuple(_faults(last, frequency, snr, spread, abs(float(levels[-1] - levels[0]))))
    return Tone(_db(float(np.mean(10 ** (levels / 10)))), frequency, snr, spread, faults)


def _faults(last: Sequence[ToneSecond], frequency: float, snr: float, spread: float, drift: float) -> list[Fault]:
    clipped = max(s.clipped for s in last)
    distortion = max(s.distortion for s in last)
    wavering = max(abs(s.frequency_hz / TONE_HZ - 1) for s in last)
    judged = (
        (clipped > MOST_CLIPPED, Fault(FaultKind.CLIPPED, clipped, MOST_CLIPPED)),
        (snr < LEAST_SNR_DB, Fault(FaultKind.NOISE, snr, LEAST_SNR_DB)),
        (wavering > FREQUENCY_TOLERANCE, Fault(FaultKind.FREQUENCY, frequency, TONE_HZ)),
        (distortion > MOST_DISTORTION, Fault(FaultKind.DISTORTED, 100 * distortion, 100 * MOST_DISTORTION)),
        (spread > STEADY_DB, Fault(FaultKind.UNSTEADY, spread, STEADY_DB)),
        (drift > DRIFT_DB, Fault(FaultKind.UNSTEADY, drift, DRIFT_DB)),
    )
    return [fault for wrong, fault in judged if wrong]


def _db(power: float) -> float:
    return 10 * math.log10(power)
