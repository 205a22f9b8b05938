"""A, C and Z frequency weighting (IEC 61672-1:2013, 5.5 and Annex E) for any usual sample rate.

The bilinear transform squeezes the whole analogue axis under the Nyquist frequency: at 48 kHz it is 2.8 dB too low at
12.5 kHz, at 16 kHz 5.8 dB at 6.3 kHz.  Here only the low poles are carried over (matched z, each a real pole under a
zero at 0 Hz); whatever then lacks to the design goal, a smooth curve, is given by one more second-order section fitted
at the sample rate.  Its power response is a ratio of two quadratics in sin²(ω/2), so the fit is linear least squares
and the section follows by spectral factorisation: three sections for A, two for C, within 0.1 dB of the design goal
from 10 Hz to 20 kHz or the Nyquist frequency at the usual rates, and within 0.15 dB at any rate from 8 to 192 kHz.
Z, the zero weighting, lets everything through as it is.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from voicemon.dsp.iir import sosfilt
from voicemon.errors import InputError
from voicemon.types import Float32, Float64

Curve = Literal["A", "C", "Z"]
Complex128 = NDArray[np.complex128]
_Fit = tuple[Float64, Float64]
"""Numerator and denominator of a power response: coefficients of 1, u and u² with u = sin²(ω/2)."""

POLES_HZ: Final = (20.598997, 107.65265, 737.86223, 12194.217)
"""f1 to f4 of Annex E: f1 and f4 are double poles of both curves, f2 and f3 single ones of A."""
REFERENCE_HZ: Final = 1000.0
LOWEST_RATE: Final = 8_000
HIGHEST_RATE: Final = 192_000

_FIT_FROM_HZ: Final = 100.0
"""Below, the low poles alone are exact."""
_FIT_TO_HZ: Final = 24_000.0
"""Above hearing the response need only be bounded; the fit spends its freedom below."""
_FIT_TURN_HZ: Final = 2_000.0
_FIT_POINTS: Final = (20, 128)
"""Points of the fit: logarithmic up to the turn, where little happens, and linear above it."""
_REWEIGHTINGS: Final = 12
_SCALE_FLOOR: Final = 1e-3
"""A round on the way may put a zero of the denominator among the points; it must not stop the next one."""
_LARGEST_POLE: Final = 0.9
"""A fitted pole nearer the unit circle than this is refused: it could only be a spurious pair near cancellation."""


def design_goal_db(curve: Curve, frequency_hz: Float64) -> Float64:
    """The curve's analogue response in dB at ``frequency_hz`` (any shape, > 0), 0 dB at 1 kHz."""
    at_reference = _analogue_power(curve, np.float64(REFERENCE_HZ))
    return np.asarray(10 * np.log10(_analogue_power(curve, np.asarray(frequency_hz, np.float64)) / at_reference))


@lru_cache(maxsize=32)
def design(curve: Curve, sample_rate: int) -> Float64:
    """The weighting filter as second-order sections, exactly 0 dB at 1 kHz: shape (3, 6) for A, (2, 6) C, (1, 6) Z.

    The array is shared and read-only.  Raises :class:`InputError` for a rate outside 8 to 192 kHz.
    """
    if not LOWEST_RATE <= sample_rate <= HIGHEST_RATE:
        raise InputError(
            f"a sample rate of {sample_rate} Hz cannot be weighted", f"use {LOWEST_RATE} to {HIGHEST_RATE} Hz"
        )
    if curve == "Z":
        return _UNWEIGHTED
    low = _low_sections(curve, sample_rate)
    frequency, wanted = _wanted_power(curve, sample_rate, low)
    u = np.sin(np.pi * frequency / sample_rate) ** 2
    matched = _fit_with_matched_poles(u, wanted, sample_rate)
    fits = [matched, *_fit_jointly(u, wanted, start=matched[1])]
    numerator, denominator = min(fits, key=lambda fit: _worst_error(fit, u, wanted))
    high = np.concatenate([_from_power(numerator), _from_power(denominator)])
    sections = np.vstack([low, high])
    sections[-1, :3] /= np.sqrt(_power(sections, np.array([REFERENCE_HZ]), sample_rate)[0])
    sections.setflags(write=False)
    return sections


_UNWEIGHTED: Final = np.array([[1.0, 0.0, 0.0, 1.0, 0.0, 0.0]])
_UNWEIGHTED.setflags(write=False)

INAUDIBLE: Final = 1e-30
"""600 dB below full scale: far under any sample's rounding, far above the smallest number."""


class Weighting:
    """A stateful weighting filter for one channel; any block size gives the same samples to the bit."""

    def __init__(self, curve: Curve, sample_rate: int) -> None:
        self._sections = np.array(design(curve, sample_rate))
        self._state: Float64 | None = None

    def process(self, x: Float32) -> Float64:
        """Weight the next samples, shape (n,), n ≥ 0; same scale in and out."""
        if x.size == 0:
            return np.empty(0)
        before = self._at_rest_on(float(x[0])) if self._state is None else self._state
        weighted, state = sosfilt(self._sections, x, before)
        # In digital silence the state would ring down into denormal numbers, which processors handle 30 times slower.
        self._state = np.where(np.abs(state) < INAUDIBLE, 0.0, state)
        return weighted

    def reset(self) -> None:
        """Forget what went before: after a gap nothing may ring on from the far side."""
        self._state = None

    def _at_rest_on(self, value: float) -> Float64:
        """The state as though the first sample's value had stood before it for ever.

        From zero, an offset of the converter would be a step: at 5 % of full scale it lifts LAFmax of a quiet room by
        7 dB at every start and gap.  The first section blocks a constant altogether (or passes it at once, for Z), so
        that it alone remembers one.
        """
        state = np.zeros((len(self._sections), 2))
        _, b1, b2 = self._sections[0, :3]
        state[0] = (b1 + b2) * value, b2 * value
        return state


def _analogue_power(curve: Curve, frequency_hz: Float64 | np.float64) -> Float64:
    if curve == "Z":
        return np.ones_like(frequency_hz)
    square = frequency_hz**2
    f1, f2, f3, f4 = (f * f for f in POLES_HZ)
    power = (f4 * square / ((square + f1) * (square + f4))) ** 2
    if curve == "A":
        power = power * square**2 / ((square + f2) * (square + f3))
    return np.asarray(power)


def _low_sections(curve: Curve, sample_rate: int) -> Float64:
    p1, p2, p3, _ = _matched_poles(sample_rate)
    pairs = [(p1, p1), (p2, p3)] if curve == "A" else [(p1, p1)]
    return np.array([[1.0, -2.0, 1.0, 1.0, -(p + q), p * q] for p, q in pairs])


def _matched_poles(sample_rate: int) -> Float64:
    return np.exp(-2 * np.pi * np.array(POLES_HZ) / sample_rate)


def _wanted_power(curve: Curve, sample_rate: int, low: Float64) -> tuple[Float64, Float64]:
    """Where to fit (Hz), and the power response the last section should have there."""
    few, many = _FIT_POINTS
    top = min(sample_rate / 2, _FIT_TO_HZ)
    below = np.geomspace(_FIT_FROM_HZ, _FIT_TURN_HZ, few, endpoint=False)
    frequency = np.array([*below, *np.linspace(_FIT_TURN_HZ, top, many)])
    return frequency, _analogue_power(curve, frequency) / _power(low, frequency, sample_rate)


def _power(sections: Float64, frequency_hz: Float64, sample_rate: int) -> Float64:
    delay = np.exp(-2j * np.pi * np.asarray(frequency_hz) / sample_rate)
    powers = np.stack([np.ones_like(delay), delay, delay**2])
    response = np.prod((sections[:, :3] @ powers) / (sections[:, 3:] @ powers), axis=0)
    return np.asarray(np.abs(response) ** 2)


def _fit_with_matched_poles(u: Float64, wanted: Float64, sample_rate: int) -> _Fit:
    """f4 by matched z, the numerator fitted: always stable, and next to exact from 64 kHz up."""
    pole = _matched_poles(sample_rate)[3]
    factor = np.array([(1 - pole) ** 2, 4 * pole])
    denominator = np.asarray(np.convolve(factor, factor), np.float64)
    basis = _quadratic_basis(u) / (wanted * (_quadratic_basis(u) @ denominator))[:, None]
    numerator = np.asarray(np.linalg.lstsq(basis, np.ones_like(u), rcond=None)[0], np.float64)
    return numerator, denominator


def _fit_jointly(u: Float64, wanted: Float64, start: Float64) -> list[_Fit]:
    """Numerator and denominator together, relative error (Sanathanan and Koerner 1963); empty where none is sound.

    The better fit up to about 48 kHz; further up the poles are determined ever more weakly.  ``start`` is the
    denominator whose weighting the first round uses.
    """
    powers = _quadratic_basis(u)
    columns = np.hstack([powers / wanted[:, None], -powers[:, 1:]])
    scale = powers @ start
    for _ in range(_REWEIGHTINGS):
        solution = np.linalg.lstsq(columns / scale[:, None], 1 / scale, rcond=None)[0]
        denominator = np.array([1.0, *solution[3:]])
        scale = np.abs(powers @ denominator) + _SCALE_FLOOR
    numerator = np.asarray(solution[:3], np.float64)
    circle = _quadratic_basis(np.linspace(0, 1, 401))
    if (circle @ numerator).min() <= 0 or (circle @ denominator).min() <= 0:
        return []
    if np.abs(_roots_inside(denominator)).max() > _LARGEST_POLE:
        return []
    return [(numerator, denominator)]


def _quadratic_basis(u: Float64) -> Float64:
    return np.stack([np.ones_like(u), u, u * u], axis=1)


def _worst_error(fit: _Fit, u: Float64, wanted: Float64) -> float:
    numerator, denominator = (_quadratic_basis(u) @ part for part in fit)
    return float(np.abs(np.log(np.abs(numerator / denominator) / wanted)).max())


def _from_power(coefficients: Float64) -> Float64:
    """The monic minimum-phase polynomial in 1/z, padded to three, whose power on the circle is the quadratic in u."""
    polynomial = np.real(np.poly(_roots_inside(coefficients)))
    return np.concatenate([polynomial, np.zeros(3 - len(polynomial))])


def _roots_inside(coefficients: Float64) -> Complex128:
    """Roots of the quadratic in u = sin²(ω/2) = (2 - z - 1/z)/4, each as the z inside the unit circle."""
    cosine = 1 - 2 * np.roots(coefficients[::-1]).astype(np.complex128)
    root = np.sqrt(cosine**2 - 1)
    one, other = cosine + root, cosine - root
    return np.asarray(np.where(np.abs(one) < np.abs(other), one, other))
