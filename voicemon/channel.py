"""One channel's samples into features on the 10 ms grid: level at the source's own rate, speech and nuclei at 16 kHz.

Levels are metered before decimation, so that A-weighting keeps its accuracy up to the capture rate's own limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from voicemon.audio.resample import Resampler
from voicemon.dsp.level import FrameMeter
from voicemon.dsp.nuclei import NucleusDetector
from voicemon.dsp.weighting import Weighting
from voicemon.speech.vad import VoiceActivity
from voicemon.types import SPEECH_FRAME, SPEECH_RATE_HZ, Bool, Float32, Float64, Int16

INT16_SCALE: Final = 32768.0
METERS: Final = 5
"""Values of the meter in each frame."""

SMALLEST_MS: Final = 1e-12
"""Mean square below which a level is given as -120 dBFS: a 16-bit sample's own step is at -96 dB."""


@dataclass(frozen=True, slots=True)
class Features:
    """Consecutive frames of one channel, each array of shape (n,); ``first`` is the first one's absolute number."""

    first: int
    weighted_ms: Float64
    """Mean square of the A-weighted samples."""
    fast_ms: Float64
    """Fast-weighted mean square at the end of the frame."""
    fast_max_ms: Float64
    clipped: Bool
    peak: Float64
    """Largest magnitude of the raw samples."""
    level_db: Float64
    floor_db: Float64
    speech: Bool

    def __len__(self) -> int:
        return len(self.speech)


class FrontEnd:
    """Turns one channel's blocks into :class:`Features`; any block size gives the same frames."""

    def __init__(self, sample_rate: int, history_s: float, *, telephone: bool = False) -> None:
        """``telephone``: what is heard has come through a telephone line, as a customer's voice has."""
        self._rate = sample_rate
        self._weighting = Weighting("A", sample_rate)
        self._resampler = Resampler(sample_rate, SPEECH_RATE_HZ)
        self._nuclei = NucleusDetector()
        self._vad = VoiceActivity(telephone=telephone)
        self.history = History(round(history_s * SPEECH_RATE_HZ))
        self.reset(0)

    def reset(self, start: int) -> None:
        """Begin anew at sample ``start`` of the source's clock, as after a gap."""
        self._first = -(-start * 100 // self._rate)
        offset = -(-self._first * self._rate // 100) - start
        self._skip = offset
        self._weighting.reset()
        self._meter = FrameMeter(self._rate, start_sample=start + offset)
        self._resampler.reset()
        self._nuclei.reset(self._first * SPEECH_FRAME)
        self._vad.reset()
        self.history.reset(self._first * SPEECH_FRAME)
        self._pending = np.empty((METERS, 0))
        self._undecided = np.empty((METERS + 1, 0))
        """The meters and levels of frames of which it is not known yet whether they are speech."""
        self._speech_rest = np.empty(0, np.float32)

    @property
    def first(self) -> int:
        """The next frame to come."""
        return self._first

    def process(self, samples: Float32) -> tuple[Features, Syllables]:
        """The frames that became complete with ``samples`` (shape (n,)), and the nuclei that became certain."""
        if self._skip:
            dropped = min(self._skip, len(samples))
            samples, self._skip = samples[dropped:], self._skip - dropped
        meter = self._meter.process(samples, self._weighting.process(samples))
        measured = np.empty((METERS, len(meter.weighted_ms)))
        measured[0], measured[1], measured[2] = meter.weighted_ms, meter.fast_ms, meter.fast_max_ms
        measured[3], measured[4] = meter.clipped, meter.peak
        return self._collect(measured, self._resampler.process(samples))

    def flush(self) -> tuple[Features, Syllables]:
        """The frames still held back by the resampler's and the detectors' latency."""
        features, syllables = self._collect(np.empty((METERS, 0)), self._resampler.flush(), last=True)
        rest = self._nuclei.flush()
        return features, Syllables(syllables.first, np.concatenate((syllables.counts, rest.density)))

    def _collect(self, meters: Float64, speech: Float32, *, last: bool = False) -> tuple[Features, Syllables]:
        self.history.append(speech)
        density = self._nuclei.process(speech)
        if self._pending.shape[1]:
            meters = np.concatenate((self._pending, meters), axis=1)
        waiting = np.concatenate((self._speech_rest, speech)) if len(self._speech_rest) else speech
        count = min(len(waiting) // SPEECH_FRAME, meters.shape[1])
        self._speech_rest = waiting[count * SPEECH_FRAME :]
        ready, self._pending = meters[:, :count], meters[:, count:]
        frames: Int16 = to_int16(waiting[: count * SPEECH_FRAME]).reshape(count, SPEECH_FRAME)
        level_db = 10 * np.log10(np.maximum(ready[0], SMALLEST_MS))
        activity = self._vad.process(frames, level_db, last=last)
        figures = np.concatenate((self._undecided, np.vstack((ready, level_db))), axis=1)
        decided = len(activity.speech)
        ready, self._undecided = figures[:, :decided], figures[:, decided:]
        first, self._first = self._first, self._first + decided
        features = Features(
            first,
            ready[0],
            ready[1],
            ready[2],
            ready[3] > 0,
            ready[4],
            ready[5],
            activity.floor_db,
            activity.speech,
        )
        return features, Syllables(density.first, density.density)


@dataclass(frozen=True, slots=True)
class Syllables:
    """Syllables in each of consecutive frames from ``first`` on, fractions allowed; later than the other features."""

    first: int
    counts: Float64


class History:
    """The last seconds of a channel at 16 kHz, addressed by sample index; bounded."""

    def __init__(self, size: int) -> None:
        self._buffer = np.zeros(size, np.float32)
        self.reset(0)

    def reset(self, start: int) -> None:
        self.start = self.end = start

    def append(self, samples: Float32) -> None:
        size = len(self._buffer)
        self.end += max(0, len(samples) - size)
        samples = samples[-size:]
        at = self.end % size
        head = min(len(samples), size - at)
        self._buffer[at : at + head] = samples[:head]
        self._buffer[: len(samples) - head] = samples[head:]
        self.end += len(samples)
        self.start = max(self.start, self.end - size)

    def cut(self, start: int, end: int) -> tuple[int, Float32]:
        """Samples from ``start`` to ``end``, as far as they are still there, with the first one's index."""
        start, end = max(start, self.start), min(end, self.end)
        if end <= start:
            return start, np.empty(0, np.float32)
        size = len(self._buffer)
        at, stop = start % size, end % size
        whole = (self._buffer[at:stop],) if at < stop else (self._buffer[at:], self._buffer[:stop])
        return start, np.concatenate(whole)


def to_int16(samples: Float32) -> Int16:
    """±1 floats as 16-bit integers, clipped."""
    whole = samples * np.float32(INT16_SCALE)
    np.rint(whole, out=whole)
    np.maximum(whole, -INT16_SCALE, out=whole)
    np.minimum(whole, INT16_SCALE - 1, out=whole)
    return whole.astype(np.int16)
