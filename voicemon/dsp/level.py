"""Levels on the 10 ms grid: mean square, Fast time weighting (IEC 61672-1:2013, 5.8), peak and clipping.

All values are mean squares of samples at ±1 full scale, so that 10 lg gives dBFS with a full-scale square wave at 0 dB.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from voicemon.types import FRAMES_PER_S, Bool, Float32, Float64

_Index = NDArray[np.int64]
_Samples = TypeVar("_Samples", Float32, Float64)

FAST_S: Final = 0.125
SLOW_S: Final = 1.0
"""Time constants of the time weightings F and S."""

FULL_SCALE: Final = 0.9999
"""Samples from here on are at the converter's end: 16 bits reach 32767/32768 = 0.99997 upwards, floats may pass 1."""
CODEC_FULL_SCALE: Final = 0.98
"""The largest codes of G.711 decode to 0.9804 (µ-law) and 0.9844 (A-law); there only a flat top counts as clipped."""

FEWEST_SLOTS: Final = 16
MOST_SLOTS: Final = 25
"""The time weighting runs over slots of 0.4 to 0.6 ms: what a slot hides of F's rise and fall stays under 0.02 dB."""


@dataclass(frozen=True, slots=True)
class FrameLevels:
    """Levels of successive 10 ms frames, shape (m,) each; frame k covers ceil(k fs/100) to ceil((k + 1) fs/100)."""

    first: int
    """Number of the first frame on the source's clock."""
    weighted_ms: Float64
    """Mean square of the weighted samples in the frame."""
    fast_ms: Float64
    """Exponentially time-weighted mean square of the weighted samples at the frame's last sample."""
    fast_max_ms: Float64
    """Its largest value within the frame."""
    peak: Float64
    """Largest magnitude of the raw samples."""
    mean: Float64
    """Mean of the raw samples: an offset of the converter, in the long run."""
    clipped: Bool
    """The frame holds the second or a later one of successive samples at full scale, or of a flat top near it."""


def to_db(mean_square: float | Float64) -> Float64:
    """10 lg of a mean square, any shape; ``-inf`` where it is zero.  A scalar gives an array of shape ()."""
    with np.errstate(divide="ignore"):
        return np.asarray(10 * np.log10(np.asarray(mean_square, np.float64)))


def at_full_scale(previous: np.float32, raw: Float32) -> Bool:
    """Which samples, shape (n,), are the second or a later one of a run at full scale; ``previous`` lies before."""
    samples = np.concatenate([[previous], raw])
    size = np.abs(samples)
    flat = (samples[1:] == samples[:-1]) & (size[1:] >= CODEC_FULL_SCALE)
    full = (size[1:] >= FULL_SCALE) & (size[:-1] >= FULL_SCALE)
    return np.asarray(flat | full)


class FrameMeter:
    """Cuts a channel into 10 ms frames and gives their levels; any block size gives the same answer to the bit.

    The frames lie on the source's clock: the first sample handed in has index ``start_sample``, and what lies before
    the next frame border is left out.  A rate that 100 does not divide (11 025, 22 050 Hz) has frames of two lengths.
    """

    def __init__(self, sample_rate: int, time_constant_s: float = FAST_S, start_sample: int = 0) -> None:
        self._rate = sample_rate
        self._decay = float(np.exp(-1 / (time_constant_s * sample_rate)))
        self._slots, slot = _slots(-(-sample_rate // FRAMES_PER_S))
        self._width = self._slots * slot
        ends = slot * np.arange(1, self._slots + 1, dtype=np.float64)
        self._carry = self._decay**ends
        self._fade = self._carry * (1 - self._decay**slot) / slot
        self._growth = self._decay**-ends
        self._even = sample_rate % FRAMES_PER_S == 0 and self._width * FRAMES_PER_S == sample_rate
        """All frames are of one length, and the slots fill it."""
        self._over_frame = self._decay**self._width
        self.reset(start_sample)

    def reset(self, start_sample: int) -> None:
        """Start afresh after a gap: the unfinished frame and the time weighting's memory are dropped."""
        self._frame = -(-start_sample * FRAMES_PER_S // self._rate)
        self._skip = self._border(self._frame) - start_sample
        self._raw: Float32 = np.empty(0, np.float32)
        self._weighted: Float64 = np.empty(0)
        self._fast = 0.0
        self._previous = np.float32(0)

    def process(self, raw: Float32, weighted: Float64) -> FrameLevels:
        """Take the next samples, both of shape (n,); the levels of the frames that they complete, perhaps none."""
        if len(raw) != len(weighted):
            raise ValueError(f"{len(raw)} raw but {len(weighted)} weighted samples")
        skipped = min(self._skip, len(raw))
        self._skip -= skipped
        raw, weighted = raw[skipped:], weighted[skipped:]
        if len(self._raw):
            raw, weighted = np.concatenate([self._raw, raw]), np.concatenate([self._weighted, weighted])
        begin = self._border(self._frame)
        count = (begin + len(raw)) * FRAMES_PER_S // self._rate - self._frame
        borders = self._borders(count) - begin
        end = int(borders[-1])
        self._raw, self._weighted = raw[end:].copy(), weighted[end:].copy()
        return self._measure(raw[:end], weighted[:end], borders)

    def flush(self) -> FrameLevels | None:
        """The levels over the unfinished last frame, ``None`` if there is none; then only :meth:`reset` may follow."""
        if not len(self._raw):
            return None
        raw, weighted = self._raw, self._weighted
        self._raw, self._weighted = raw[:0], weighted[:0]
        return self._measure(raw, weighted, np.array([0, len(raw)]))

    def _border(self, frame: int) -> int:
        return -(-frame * self._rate // FRAMES_PER_S)

    def _borders(self, count: int) -> _Index:
        if self._even:
            return np.arange(self._frame * self._width, (self._frame + count) * self._width + 1, self._width)
        return -(-np.arange(self._frame, self._frame + count + 1) * self._rate // FRAMES_PER_S)

    def _measure(self, raw: Float32, weighted: Float64, borders: _Index) -> FrameLevels:
        first, count = self._frame, len(borders) - 1
        self._frame += count
        if not count:
            none = np.empty(0)
            return FrameLevels(first, none, none, none, none, none, np.empty(0, np.bool_))
        starts, lengths = borders[:-1], borders[1:] - borders[:-1]
        slots = _rows(weighted, starts, lengths, self._width).reshape(count, self._slots, -1)
        energy = np.einsum("ijk,ijk->ij", slots, slots)
        fast, fast_max = self._time_weight(energy, lengths)
        samples = _rows(raw, starts, lengths, self._width)
        peak = np.abs(samples).max(axis=1).astype(np.float64)
        mean = samples.sum(axis=1).astype(np.float64) / lengths
        clipped = self._clipped(raw, starts, peak)
        return FrameLevels(first, energy.sum(axis=1) / lengths, fast, fast_max, peak, mean, clipped)

    def _time_weight(self, energy: Float64, lengths: _Index) -> tuple[Float64, Float64]:
        """The one-pole y[i] = d y[i-1] + (1 - d) x[i] at the slots' ends: each frame from rest, then what was before.

        ``energy``: sums of squares, shape (frames, slots), each taken as spread evenly over its slot.
        """
        response = np.cumsum(energy * self._growth, axis=1) * self._fade
        last = response[:, -1]
        if self._even and lengths[-1] == self._width:
            over = [self._over_frame] * len(lengths)
        else:
            # A shorter frame's row runs past its end over zeros, through which the response only decayed.
            last = last * self._decay ** (lengths - self._width).astype(np.float64)
            over = [self._decay**length for length in lengths.tolist()]
        before, now = [], self._fast
        for at_rest, decay in zip(last.tolist(), over, strict=True):
            before.append(now)
            now = at_rest + decay * now
        self._fast = now
        ends = np.array([*before[1:], now])
        response += np.multiply.outer(np.array(before), self._carry)
        return ends, np.maximum(response.max(axis=1), ends)

    def _clipped(self, raw: Float32, starts: _Index, peak: Float64) -> Bool:
        previous, self._previous = self._previous, raw[-1]
        if peak.max() < CODEC_FULL_SCALE:
            return np.zeros(len(peak), np.bool_)
        return np.asarray(np.logical_or.reduceat(at_full_scale(previous, raw), starts))


def _slots(longest_frame: int) -> tuple[int, int]:
    """How many slots a frame has and the samples in each; they may reach past the frame where nothing divides it."""
    for count in range(MOST_SLOTS, FEWEST_SLOTS - 1, -1):
        if longest_frame % count == 0:
            return count, longest_frame // count
    return FEWEST_SLOTS, -(-longest_frame // FEWEST_SLOTS)


def _rows(x: _Samples, starts: _Index, lengths: _Index, width: int) -> _Samples:
    """Frames as rows of one width, zeros behind the samples of those that are shorter."""
    if len(x) == len(lengths) * width:
        return x.reshape(-1, width)
    column = np.arange(width)
    inside = column < lengths[:, None]
    rows = np.zeros(inside.shape, x.dtype)
    rows[inside] = x[(starts[:, None] + column)[inside]]
    return rows
