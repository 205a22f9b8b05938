"""Two devices' sound as the rows of one stream, on the first one's sample clock.  No threads, no clock.

The agent's blocks are held until the customer's sound of the same moment has come, but never longer than
:data:`LATENCY_S` of newer agent sound: the agent's stream waits for nobody.  Where the customer's sound has not come by
then, or was lost, its row fades to zeros and the block says so (:class:`PairedBlock`): absence is not silence.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import numpy as np

from voicemon.audio.drift import ClockDrift
from voicemon.audio.fractional import FractionalReader
from voicemon.audio.source import end_of
from voicemon.audio.track import CustomerTrack
from voicemon.types import NOT_BEGUN, Block, Bool, Float32, Float64, Gap, PairedBlock

LATENCY_S: Final = 0.2
"""Both rows are late by this and a block at most: within the 0.2 s of a meter's answer, and enough for a loopback's
lumps of sound."""

LOST_S: Final = 0.5
"""A customer's device this far behind is gone; then nothing waits for it any more."""

PULL_S: Final = 1.0
"""An error of alignment is taken back with about this time constant …"""

MOST_PULL: Final = 0.005
"""… by reading at most this much faster or slower: a twelfth of a semitone, on a voice that is metered, not heard."""

PULL_RAMP_S: Final = 0.25
"""From no correction to the most: the pitch glides."""

JUMP_S: Final = 0.1
"""Errors beyond this (the sound cards' first blocks, a device opened again) are jumped over at once."""

FADE_S: Final = 0.005
TAIL_S: Final = 0.001
"""Where the sound sets in again it is faded in; where it breaks off the last value dies away: no clicks."""

LATE: Final = "late"
LOST: Final = "device lost"
SKIPPED: Final = "clocks aligned anew"
"""Causes of absence beside ``NOT_BEGUN``; a device's own gaps keep theirs."""


class Aligner:
    """Takes both devices' items with the moments they arrived; gives out the agent's items with two rows."""

    def __init__(self, agent_hz: int, customer_hz: int) -> None:
        self._agent_hz = agent_hz
        self._customer_hz = customer_hz
        self._ratio = customer_hz / agent_hz
        self.drift = ClockDrift()
        self._track = CustomerTrack(customer_hz)
        self._reader = FractionalReader(customer_hz, agent_hz)
        self._held: deque[Block | Gap] = deque()
        self._newest = 0
        self._cursor: float | None = None
        """Where in the customer's sound the next agent sample falls."""
        self._pull = 0.0
        self.pulled = 0.0
        """How much faster the newest block's customer row was read to align it, a ratio."""
        self._last = np.float32(0)
        self._faded = 0
        self._fade = max(1, round(FADE_S * agent_hz))
        self._tail = float(np.exp(-1 / (TAIL_S * agent_hz)))
        self.customer_lost = True
        self.absent_samples = 0
        """Agent samples without the customer's sound, so far."""

    def customer(self, item: Block | Gap, arrived: float) -> None:
        if isinstance(item, Gap):
            self._track.skip(item)
            self.drift.restart()
            return
        self._track.append(item)
        self.drift.customer(self._track.end / self._customer_hz, arrived)

    def agent(self, item: Block | Gap, arrived: float) -> Iterator[Block | Gap]:
        """Gives the items that are ready now."""
        if end_of(item) == item.start:
            return
        self._held.append(item)
        self._newest = end_of(item)
        if isinstance(item, Gap):
            self.drift.restart()
        else:
            self.drift.agent(self._newest / self._agent_hz, arrived)
        yield from self._ready()

    def flush(self) -> Iterator[Block | Gap]:
        """What is still held, as it is."""
        while self._held:
            yield self._pair(self._held.popleft())

    def _ready(self) -> Iterator[Block | Gap]:
        behind = self._target(self._newest)
        self.customer_lost = behind is None or behind - self._track.heard > LOST_S * self._customer_hz
        while self._held and (self.customer_lost or self._due(self._held[0])):
            yield self._pair(self._held.popleft())

    def lacks(self, newest: int) -> bool:
        """Whether agent sound up to index ``newest`` would push something out before the customer's sound has come,
        though the customer's device is there."""
        if not self._held or self.customer_lost:
            return False
        first = self._held[0]
        return self._overdue(first, newest) and not self._complete(first)

    @property
    def awaits(self) -> bool:
        """Whether something held still wants the customer's sound, and his device is there."""
        return bool(self._held) and not self.customer_lost and not self._complete(self._held[-1])

    def _due(self, item: Block | Gap) -> bool:
        return self._overdue(item, self._newest) or self._complete(item)

    def _overdue(self, item: Block | Gap, newest: int) -> bool:
        return newest - end_of(item) >= LATENCY_S * self._agent_hz

    def _complete(self, item: Block | Gap) -> bool:
        """The customer's sound has come as far as ``item`` needs it."""
        if isinstance(item, Gap):
            return True
        target = self._target(end_of(item))
        if target is None:
            return False
        if self._cursor is not None:
            target = max(target, self._cursor + (1 + MOST_PULL) * self._ratio * item.samples.shape[1])
        return self._track.end - self._reader.half - 2 >= target

    def _target(self, agent_index: int) -> float | None:
        """Where in the customer's sound, in samples, the moment of ``agent_index`` lies."""
        agent_s = agent_index / self._agent_hz
        lag_s = self.drift.lag_s(agent_s)
        return None if lag_s is None else (agent_s - lag_s) * self._customer_hz

    def _pair(self, item: Block | Gap) -> Block | Gap:
        if isinstance(item, Gap):
            self._cursor = None
            self._faded, self._last = 0, np.float32(0)
            return item
        count = item.samples.shape[1]
        positions, jumped = self._positions(item.start, count)
        present = self._present(positions)
        row = self._row(positions, present)
        absent = self._absences(item.start, positions, present, jumped=jumped)
        self.absent_samples += count - int(present.sum())
        if self._cursor is not None:
            self._track.forget(int(self._cursor) - 2 * self._reader.half)
        return PairedBlock(item.start, np.stack((item.samples[0], row)), absent)

    def _positions(self, start: int, count: int) -> tuple[Float64, bool]:
        """Where in the customer's sound the next ``count`` agent samples fall, and whether that is a jump.

        NaN where nothing is known of it yet.
        """
        target = self._target(start)
        if target is None:
            self._cursor = None
            return np.full(count, np.nan), False
        jumped = False
        if self._cursor is None or abs(target - self._cursor) > JUMP_S * self._customer_hz:
            jumped = self._cursor is not None
            self._cursor = target
            self._pull = 0.0
        before, self._pull = self._pull, self._next_pull(target - self._cursor, count)
        k = np.arange(count + 1, dtype=np.float64)
        self.pulled = (self._pull + before) / 2
        bend = (self._pull - before) / (2 * count)
        path = self._cursor + self._ratio * k * (1 - self.drift.slope + before + bend * k)
        self._cursor = float(path[-1])
        return path[:-1], jumped

    def _next_pull(self, error: float, count: int) -> float:
        """How much faster to read at the end of the next ``count`` agent samples, ``error`` customer samples behind."""
        wanted = min(max(error / self._customer_hz / PULL_S, -MOST_PULL), MOST_PULL)
        change = MOST_PULL * count / (PULL_RAMP_S * self._agent_hz)
        return min(max(wanted, self._pull - change), self._pull + change)

    def _present(self, positions: Float64) -> Bool:
        """Which of ``positions`` have all the samples they need."""
        half, track = self._reader.half, self._track
        present: Bool = (positions >= track.start + half) & (positions < track.end - half - 1)
        for hole in track.holes:
            present &= ~((positions > hole.start - half - 1) & (positions < hole.end + half))
        return present

    def _row(self, positions: Float64, present: Bool) -> Float32:
        row = np.zeros(len(positions), np.float32)
        for first, last in runs(present):
            if present[first]:
                row[first:last] = self._reader.read(self._track.samples, positions[first:last] - self._track.start)
                if self._faded < self._fade:
                    gain = (self._faded + np.arange(1, last - first + 1)) / self._fade
                    row[first:last] *= np.minimum(gain, 1).astype(np.float32)
                    self._faded += last - first
            else:
                self._faded = 0
                row[first:last] = self._last * self._tail ** np.arange(1, last - first + 1)
            self._last = row[last - 1]
        return row

    def _absences(self, start: int, positions: Float64, present: Bool, *, jumped: bool) -> tuple[Gap, ...]:
        absent = [
            Gap(start + first, start + last, self._cause(float(positions[first])))
            for first, last in runs(present)
            if not present[first]
        ]
        if jumped and not (absent and absent[0].start == start):
            absent.insert(0, Gap(start, start + 1, SKIPPED))
        return tuple(absent)

    def _cause(self, position: float) -> str:
        half = self._reader.half
        for hole in self._track.holes:
            if hole.start - half - 1 < position < hole.end + half:
                return hole.cause
        if np.isnan(position) or position < half:
            return NOT_BEGUN
        return LOST if self.customer_lost else LATE


def runs(flags: Bool) -> Iterator[tuple[int, int]]:
    """Stretches of equal flags: first index, and the one after the last."""
    if flags.all():
        return iter([(0, len(flags))])
    edges = [0, *(np.flatnonzero(flags[1:] != flags[:-1]) + 1).tolist(), len(flags)]
    return ((first, last) for first, last in pairwise(edges) if last > first)
