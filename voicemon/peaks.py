"""LCpeak of a call, at the price of a filter that seldom runs.

C-weighting at the device's own rate would cost as much as A-weighting does.  But no second can raise the peak whose raw
samples are too small for it: a filter's output never passes the largest input times the sum of its impulse response's
magnitudes, 2.3 for C.  So the last seconds of sound are kept, and a second is weighted only where it may matter.

The peak is that of the conversation: sound before :data:`LEAD_FRAMES` ahead of the first voice is left out, like that
behind the last, where headsets are put on and laid down.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import numpy as np

from voicemon.dsp.weighting import Weighting
from voicemon.energy import to_db
from voicemon.gather import absent_of
from voicemon.types import FRAMES_PER_S, Block, Float32, Gap, Role, SourceInfo

KEPT_S: Final = 5
"""A second of level is asked for up to 2.5 s after its begin: blocks of a second, latencies, pauses to be settled."""
LEAD_FRAMES: Final = 2 * FRAMES_PER_S
WARM_UP_S: Final = 0.1
"""What lies further back adds less than 0.0003 dB to a C-weighted peak."""
MOST_BLOCKS: Final = 256
"""Blocks are joined once a second, or when they are so many."""


class RecentSound:
    """The last blocks at the device's own rate; goes on from call to call."""

    def __init__(self, info: SourceInfo) -> None:
        self._rate = info.sample_rate
        self._kept = KEPT_S * self._rate
        self._roles = info.roles
        self._blocks: deque[tuple[int, Float32, tuple[Gap, ...]]] = deque()
        self._fresh: list[Block] = []

    def add(self, block: Block) -> None:
        """Take the next sound."""
        self._fresh.append(block)
        if len(self._fresh) == MOST_BLOCKS or _end(block) - self._fresh[0].start >= self._rate:
            self._join()

    def runs(self, role: Role, start: int, end: int) -> Iterator[tuple[int, Float32]]:
        """A channel's sound between two samples, as far as it is kept: each whole stretch and where it begins."""
        self._join()
        row = self._roles.index(role)
        begin, upto, pieces = start, start, list[Float32]()
        for first, samples, absent in self._blocks:
            gaps = absent if role is Role.CUSTOMER else ()
            for low, high in _present(max(first, start), min(first + samples.shape[1], end), gaps):
                if pieces and low != upto:
                    yield begin, np.concatenate(pieces)
                    pieces = []
                begin, upto = low if not pieces else begin, high
                pieces.append(samples[row, low - first : high - first])
        if pieces:
            yield begin, np.concatenate(pieces)

    def _join(self) -> None:
        """Blocks that follow one another become one; the oldest go."""
        waiting, self._fresh = self._fresh, []
        while waiting:
            count = 1
            while count < len(waiting) and waiting[count].start == _end(waiting[count - 1]):
                count += 1
            joined, waiting = waiting[:count], waiting[count:]
            samples = joined[0].samples if count == 1 else np.concatenate([b.samples for b in joined], axis=1)
            self._blocks.append((joined[0].start, samples, tuple(gap for b in joined for gap in absent_of(b))))
            newest = _end(joined[-1])
            while self._blocks[0][0] + self._blocks[0][1].shape[1] < newest - self._kept:
                self._blocks.popleft()


class CallPeaks:
    """LCpeak of one call's channels, a second at a time; ``sound`` is fed by another's hand."""

    def __init__(self, info: SourceInfo, sound: RecentSound, begin: int) -> None:
        """``begin``: the call's first frame."""
        self.sound = sound
        self._rate = info.sample_rate
        self._since = begin
        self._levelled = begin
        self._spoken = False
        self._call = dict.fromkeys(info.roles, 0.0)
        self._trailing = dict.fromkeys(info.roles, 0.0)

    def second(self, start: int, end: int, *, spoken: bool) -> None:
        """Frames ``start`` to ``end`` are over; ``spoken``: somebody spoke in them or in the second before."""
        if spoken and not self._spoken:
            start -= LEAD_FRAMES
        start = max(start, self._since)
        self._spoken, self._levelled = self._spoken or spoken, end
        if not self._spoken:
            return
        for role, trailing in self._trailing.items():
            peak = max(trailing, self._peak(role, start, end, above=max(trailing, self._call[role])))
            self._trailing[role] = 0.0 if spoken else peak
            if spoken:
                self._call[role] = max(self._call[role], peak)

    def forget_before(self, frame: int) -> None:
        """The call began at ``frame``, not before."""
        self._since = frame
        for role in self._call:
            found = self._peak(role, frame, self._levelled, above=0.0) if self._spoken else 0.0
            self._call[role], self._trailing[role] = found, 0.0

    def forget_trailing(self) -> None:
        """The silence at the end is not the call's."""
        self._trailing = dict.fromkeys(self._trailing, 0.0)

    def level_db(self, role: Role) -> float | None:
        """LCpeak in dBFS, a full-scale square wave at 0; ``None`` where nobody has spoken or there was no sound."""
        return to_db(max(self._call[role], self._trailing[role]) ** 2)

    def _peak(self, role: Role, start: int, end: int, *, above: float) -> float:
        """Largest C-weighted magnitude in the frames, as far as it passes ``above``; 0 where it cannot."""
        first, last = (-(-frame * self._rate // FRAMES_PER_S) for frame in (start, end))
        peak = 0.0
        for begin, x in self.sound.runs(role, first - round(WARM_UP_S * self._rate), last):
            low, high = self._where(x, above / _gain(self._rate))
            skipped = max(0, first - begin - low)
            if high - low > skipped:
                weighted = Weighting("C", self._rate).process(x[low:high])[skipped:]
                peak = max(peak, float(weighted.max()), -float(weighted.min()))
        return peak

    def _where(self, x: Float32, above: float) -> tuple[int, int]:
        """What of ``x`` passes ``above``, with what rings into it and out of it; nothing where nothing does."""
        warm = round(WARM_UP_S * self._rate)
        if max(float(x.max()), -float(x.min())) <= above:
            return 0, 0
        loud = np.abs(x) > above
        return max(0, int(loud.argmax()) - warm), len(x) - max(0, int(loud[::-1].argmax()) - warm)


@lru_cache(maxsize=8)
def _gain(sample_rate: int) -> float:
    """How much larger than every input C-weighting's output can be at most."""
    impulse = np.zeros(sample_rate, np.float32)
    impulse[1] = 1.0
    return float(np.abs(Weighting("C", sample_rate).process(impulse)).sum())


def _end(block: Block) -> int:
    return int(block.start + block.samples.shape[1])


def _present(start: int, end: int, absent: tuple[Gap, ...]) -> Iterator[tuple[int, int]]:
    """What of ``start`` to ``end`` lies outside the gaps, which come in order."""
    for gap in absent:
        if start < min(gap.start, end):
            yield start, min(gap.start, end)
        start = max(start, gap.end)
    if start < end:
        yield start, end
