"""Syllables from sound alone: the expected number of syllables in every 10 ms frame, without a recogniser.

A Mandarin character is one syllable (but for 儿 as a suffix), so the sum of the density over speech, divided by its
time, is the rate in characters a minute.  A density rather than a list of nuclei: where two syllables melt into one
another a detector must say one or two and is wrong on average, while an expected count is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from voicemon.dsp.nuclei_features import GROUP_FRAMES, GROUP_SAMPLES, BandFeatures
from voicemon.dsp.nuclei_net import FRAMES_PER_STEP, LOOKAHEAD_STEPS, SyllableNet
from voicemon.types import FRAME_S, SPEECH_FRAME, Float32, Float64

_LOOKAHEAD_FRAMES: Final = LOOKAHEAD_STEPS * FRAMES_PER_STEP
MOST_SAMPLES: Final = 10 * GROUP_SAMPLES
"""Worked off together at most, however long a block is: memory stays bounded."""

_NOTHING: Final[Float64] = np.zeros(0, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class FrameDensity:
    """Expected syllables in frames ``first``, ``first + 1``, … of the source's 10 ms grid; ``density`` is (m,)."""

    first: int
    density: Float64


class NucleusDetector:
    """Syllable density of a mono stream at 16 kHz.

    Blocks may have any length: the answer is the same to the bit.  Frames come out in order, each exactly once, at most
    :attr:`latency_s` after their last sample; :meth:`flush` gives the rest where the sound ends, and :meth:`reset`
    starts anew after a gap.  Level, microphone and stationary noise do not matter within wide limits; *other voices*
    do, so give it one channel a speaker, and let voice activity decide which frames count.
    """

    def __init__(self) -> None:
        self._features = BandFeatures()
        self._net = SyllableNet()
        self._held: Float32 = np.zeros(GROUP_SAMPLES, dtype=np.float32)
        self.reset()

    @property
    def latency_s(self) -> float:
        """The longest time between the end of a frame and its density: lookahead and the rest of a group."""
        return (_LOOKAHEAD_FRAMES + GROUP_FRAMES) * FRAME_S

    def reset(self, start_sample: int = 0) -> None:
        """Begin anew at ``start_sample`` of the source's clock (16 kHz); :meth:`flush` first gives what came before."""
        self._features.reset()
        self._net.reset()
        self._next = -(-start_sample // SPEECH_FRAME)
        # A frame of the grid that has begun already is lost: its first samples are not there.
        self._skip = self._next * SPEECH_FRAME - start_sample
        self._filled = 0
        self._pending = 0
        self._early = _LOOKAHEAD_FRAMES

    def process(self, x: Float32) -> FrameDensity:
        """Take ``x``, mono samples (±1) of shape (n,) with any n, and give the frames that became certain with them."""
        if self._skip:
            dropped = min(self._skip, len(x))
            self._skip -= dropped
            x = x[dropped:]
        whole = (self._filled + len(x)) // GROUP_SAMPLES * GROUP_SAMPLES
        if not whole:
            self._keep(x)
            return FrameDensity(self._next, _NOTHING)
        taken = whole - self._filled
        groups = np.concatenate((self._held[: self._filled], x[:taken]))
        self._filled = 0
        self._pending += whole // SPEECH_FRAME
        self._keep(x[taken:])
        parts = [self._groups(groups[at : at + MOST_SAMPLES]) for at in range(0, whole, MOST_SAMPLES)]
        return self._emit(np.concatenate(parts))

    def flush(self) -> FrameDensity:
        """The frames still held back, as if silence followed; afterwards only :meth:`reset` makes sense."""
        out = [_NOTHING]
        self._pending += self._filled // SPEECH_FRAME
        while self._pending > sum(map(len, out)):
            self._held[self._filled :] = 0.0
            self._filled = 0
            out.append(self._groups(self._held))
        return self._emit(np.concatenate(out)[: self._pending])

    def _keep(self, x: Float32) -> None:
        self._held[self._filled : self._filled + len(x)] = x
        self._filled += len(x)

    def _groups(self, samples: Float32) -> Float64:
        """Density from whole groups of samples; what belongs to the time before the start is left out."""
        by_step = self._net.process(self._features.process(samples)).astype(np.float64)
        by_frame = np.repeat(by_step / FRAMES_PER_STEP, FRAMES_PER_STEP)
        early = min(self._early, len(by_frame))
        self._early -= early
        return by_frame[early:]

    def _emit(self, density: Float64) -> FrameDensity:
        first = self._next
        self._next += len(density)
        self._pending -= len(density)
        return FrameDensity(first, density)


def density_of(samples: Float32) -> Float64:
    """The density of a whole recording, mono at 16 kHz, one value a full frame."""
    detector = NucleusDetector()
    return np.concatenate((detector.process(samples).density, detector.flush().density))
