"""Peak C sound level LCpeak (IEC 61672-1:2013, 5.13): the largest magnitude of the C-weighted sound."""

from __future__ import annotations

import numpy as np

from voicemon.dsp.level import to_db
from voicemon.dsp.weighting import Weighting
from voicemon.types import Float32


class CPeak:
    """The peak of one channel since the last :meth:`restart`; any block size gives the same answer to the bit.

    The peak is that of the samples.  Between them the sound may be higher, at the frequency f by no more than
    -20 lg cos(π f / rate): 0.2 dB at 3 kHz and 1.2 dB at 8 kHz for a rate of 48 kHz.
    """

    def __init__(self, sample_rate: int) -> None:
        self._weighting = Weighting("C", sample_rate)
        self.restart()

    def reset(self) -> None:
        """Go on behind a gap: the filter starts afresh, the peak stays."""
        self._weighting.reset()

    def restart(self) -> None:
        """Start a new measurement; the filter goes on."""
        self.peak = 0.0
        """Largest magnitude, ±1 full scale."""

    def process(self, x: Float32) -> float:
        """Take the next samples, shape (n,); gives their own C-weighted peak, 0 for none."""
        if not len(x):
            return 0.0
        weighted = self._weighting.process(x)
        here = max(float(weighted.max()), -float(weighted.min()))
        self.peak = max(self.peak, here)
        return here

    def level_db(self) -> float | None:
        """LCpeak in dBFS, a full-scale square wave at 0; ``None`` where there was no sound."""
        return float(to_db(np.square(self.peak))) if self.peak > 0 else None
