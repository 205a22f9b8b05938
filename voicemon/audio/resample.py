"""Stateful sample-rate conversion of one channel, in blocks of any size.

Whole ratios (48 → 16 kHz, 8 → 16 kHz …) go through a polyphase Nyquist filter of our own, which is late by 2 to 4 ms;
all others (44.1 → 16 kHz …) through soxr, which is late by 40 to 120 ms because it works in long FFT blocks.  Both
give the same samples, to the bit, however the input is cut, and neither shifts the sound: output sample *n* is the
sound at *n* / ``to_hz`` seconds.
"""

from __future__ import annotations

from typing import Final, Protocol

import numpy as np
import soxr

from voicemon.types import Float32

TAPS: Final = 64
"""Filter taps a phase.  A multiple of 32: BLAS takes such dot products without a scalar rest, three times faster."""

KAISER_BETA: Final = 7.857
"""Kaiser window for 80 dB stop-band attenuation (Oppenheim and Schafer, Discrete-Time Signal Processing, 7.6)."""

SOXR_QUALITY: Final = "HQ"
"""20 bit.  LQ would halve the delay but is already 3 dB down at 6.5 kHz."""


class _Engine(Protocol):
    def process(self, x: Float32) -> Float32: ...

    def flush(self) -> Float32: ...


class Resampler:
    """Converts a mono float32 stream from ``from_hz`` to ``to_hz``.

    Flat within ±0.1 dB to 7/8 of the lower of the two Nyquist frequencies; aliases and images from 9/8 of it on are at
    least 70 dB down.

    Equal rates hand the input through without a copy.  Raises :class:`ValueError` for rates that are not positive.
    """

    def __init__(self, from_hz: int, to_hz: int) -> None:
        if from_hz <= 0 or to_hz <= 0:
            raise ValueError(f"sample rates must be positive, not {from_hz} and {to_hz}")
        self.from_hz = from_hz
        self.to_hz = to_hz
        self._engine = self._make()

    def process(self, x: Float32) -> Float32:
        """The output samples that ``x`` (shape (n,)) makes known: shape (m,), perhaps empty."""
        return self._engine.process(x)

    def flush(self) -> Float32:
        """The rest, as if silence followed; the converter is then as new."""
        rest = self._engine.flush()
        self.reset()
        return rest

    def reset(self) -> None:
        """Forget the sound so far: the next input sample is at time 0 again."""
        self._engine = self._make()

    def _make(self) -> _Engine:
        if self.from_hz == self.to_hz:
            return _Identity()
        if self.from_hz % self.to_hz == 0:
            return _Decimator(self.from_hz // self.to_hz)
        if self.to_hz % self.from_hz == 0:
            return _Interpolator(self.to_hz // self.from_hz)
        return _Soxr(self.from_hz, self.to_hz)


_EMPTY: Final = np.zeros(0, np.float32)


class _Identity:
    def process(self, x: Float32) -> Float32:
        return x

    def flush(self) -> Float32:
        return _EMPTY


def nyquist_phases(factor: int) -> Float32:
    """Phases 1 … factor − 1 of an M-th band low-pass, shape (factor − 1, TAPS), each ready for :func:`numpy.correlate`.

    A windowed sinc that cuts at 1 / factor of the Nyquist frequency is zero at all multiples of ``factor`` but the
    middle, so that phase 0 is a bare delay.  The phases' gain at 0 Hz is one each.
    """
    half = TAPS // 2 * factor
    k = np.arange(-half, half + 1)
    prototype = np.sinc(k / factor) * np.kaiser(2 * half + 1, KAISER_BETA)
    phases = [prototype[half + p - half : half + p + half : factor][::-1] for p in range(1, factor)]
    return np.array([phase / phase.sum() for phase in phases], np.float32).reshape(factor - 1, TAPS)


class _Decimator:
    """Every ``factor``-th sample of the low-passed input."""

    def __init__(self, factor: int) -> None:
        self._factor = factor
        self._phases = nyquist_phases(factor)
        self._held = np.zeros(TAPS // 2 * factor, np.float32)

    def process(self, x: Float32) -> Float32:
        factor = self._factor
        held = np.concatenate((self._held, x))
        count = max(0, held.size // factor - TAPS + 1)
        if not count:
            self._held = held
            return _EMPTY
        first = TAPS // 2 * factor
        y = held[first : first + count * factor : factor].copy()
        for p, taps in enumerate(self._phases, start=1):
            y += np.correlate(held[factor - p :: factor][: count + TAPS - 1], taps)
        y *= np.float32(1 / factor)
        self._held = held[count * factor :].copy()
        return y

    def flush(self) -> Float32:
        return self.process(np.zeros(TAPS // 2 * self._factor - 1, np.float32))


class _Interpolator:
    """``factor`` samples for each of the input's; the input's own come through untouched."""

    def __init__(self, factor: int) -> None:
        self._factor = factor
        self._phases = nyquist_phases(factor)
        self._held = np.zeros(TAPS // 2 - 1, np.float32)

    def process(self, x: Float32) -> Float32:
        held = np.concatenate((self._held, x))
        count = max(0, held.size - TAPS + 1)
        if not count:
            self._held = held
            return _EMPTY
        y = np.empty((count, self._factor), np.float32)
        y[:, 0] = held[TAPS // 2 - 1 : TAPS // 2 - 1 + count]
        for p, taps in enumerate(self._phases, start=1):
            y[:, p] = np.correlate(held, taps)
        self._held = held[count:].copy()
        return y.reshape(-1)

    def flush(self) -> Float32:
        return self.process(np.zeros(TAPS // 2, np.float32))


class _Soxr:
    def __init__(self, from_hz: int, to_hz: int) -> None:
        self._stream = soxr.ResampleStream(from_hz, to_hz, 1, dtype="float32", quality=SOXR_QUALITY)

    def process(self, x: Float32) -> Float32:
        y: Float32 = self._stream.resample_chunk(np.ascontiguousarray(x))
        return y

    def flush(self) -> Float32:
        y: Float32 = self._stream.resample_chunk(_EMPTY, last=True)
        return y
