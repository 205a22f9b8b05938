"""A sound level meter for one channel: every quantity of IEC 61672-1 that a call needs, in one pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from voicemon.dsp.leq import Leq
from voicemon.dsp.level import FrameLevels, FrameMeter, to_db
from voicemon.dsp.overload import Clipping, DcOffset
from voicemon.dsp.peak import CPeak
from voicemon.dsp.percentiles import LevelPercentiles
from voicemon.dsp.slow import SlowLevel
from voicemon.dsp.weighting import Weighting
from voicemon.types import Float32

BATCH_FRAMES: Final = 20
"""Frames are worked off together: nobody asks more often than five times a second, and each round has its cost."""
MOST_WAITING: Final = 64
"""Blocks without a whole frame wait too, but not without end."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a meter shows of the time since it was restarted; levels in dBFS, ``None`` where there was no sound."""

    duration_s: float
    laeq_db: float | None
    lae_db: float | None
    lafmax_db: float | None
    lasmax_db: float | None
    l10_db: float | None
    l50_db: float | None
    l90_db: float | None
    """Exceeded in 10, 50 and 90 % of the frames, of the F-weighted level."""
    lcpeak_db: float | None
    clipped_runs: int
    clipped_samples: int
    dc_offset: float | None
    """±1 full scale, over the last seconds."""


class SoundLevelMeter:
    """Feed blocks in order, tell it of gaps, ask any time; any block size gives the same answer to the bit."""

    def __init__(self, sample_rate: int, start_sample: int = 0) -> None:
        """Raises :class:`voicemon.errors.InputError` for a rate outside 8 to 192 kHz."""
        self._weighting = Weighting("A", sample_rate)
        self._frames = FrameMeter(sample_rate, start_sample=start_sample)
        self._slow = SlowLevel()
        self._c_peak = CPeak(sample_rate)
        self._clipping = Clipping()
        self._dc = DcOffset()
        self._leq = Leq()
        self._percentiles = LevelPercentiles()
        self._fast_max = 0.0
        self._waiting: list[FrameLevels] = []
        self._waiting_frames = 0

    def process(self, x: Float32) -> FrameLevels:
        """Take the next samples, shape (n,), ±1 full scale; gives the frames that they complete."""
        frames = self._frames.process(x, self._weighting.process(x))
        self._c_peak.process(x)
        self._clipping.process(x)
        self._waiting.append(frames)
        self._waiting_frames += len(frames.weighted_ms)
        if self._waiting_frames >= BATCH_FRAMES or len(self._waiting) >= MOST_WAITING:
            self._work_off()
        return frames

    def _work_off(self) -> None:
        waiting, self._waiting, self._waiting_frames = self._waiting, [], 0
        if not any(len(frames.weighted_ms) for frames in waiting):
            return
        weighted = np.concatenate([frames.weighted_ms for frames in waiting])
        self._leq.process(weighted)
        self._slow.process(weighted)
        self._percentiles.process(np.concatenate([frames.fast_ms for frames in waiting]))
        self._dc.process(np.concatenate([frames.mean for frames in waiting]))
        highest = max(float(frames.fast_max_ms.max()) for frames in waiting if len(frames.fast_max_ms))
        self._fast_max = max(self._fast_max, highest)

    def gap(self, start_sample: int) -> None:
        """Sound was lost up to ``start_sample``: filters start afresh there, the measurement goes on without it."""
        self._work_off()
        self._weighting.reset()
        self._frames.reset(start_sample)
        self._slow.reset()
        self._c_peak.reset()
        self._clipping.reset()
        self._dc.reset()

    def restart(self) -> None:
        """Start a new measurement, as with an utterance; filters and time weightings go on."""
        self._work_off()
        self._slow.restart()
        self._c_peak.restart()
        self._clipping.restart()
        self._leq.restart()
        self._percentiles.restart()
        self._fast_max = 0.0

    def measurement(self) -> Measurement:
        """Everything since the start or the last :meth:`restart`."""
        self._work_off()
        return Measurement(
            duration_s=self._leq.seconds,
            laeq_db=self._leq.level_db(),
            lae_db=self._leq.exposure_db(),
            lafmax_db=_level_db(self._fast_max),
            lasmax_db=_level_db(self._slow.max_ms),
            l10_db=self._percentiles.level_db(10),
            l50_db=self._percentiles.level_db(50),
            l90_db=self._percentiles.level_db(90),
            lcpeak_db=self._c_peak.level_db(),
            clipped_runs=self._clipping.runs,
            clipped_samples=self._clipping.samples,
            dc_offset=self._dc.offset,
        )


def _level_db(mean_square: float) -> float | None:
    return float(to_db(mean_square)) if mean_square > 0 else None
