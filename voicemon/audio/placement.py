"""Where a sound card's chunks lie on the source's clock, and the gaps before them.

Time is the count of samples.  Where samples are missing, the monotonic clock says how many: an anchor, kept while sound
flows, ties the one to the other (:class:`~voicemon.audio.anchor.Anchor`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from voicemon.audio.anchor import Anchor
from voicemon.audio.capture import Chunk
from voicemon.audio.lateness import Lateness
from voicemon.types import Block, Gap

QUEUE_OVERFLOW: Final = "queue overflow"
DEVICE_OVERFLOW: Final = "device overflow"
DEVICE_UNDERFLOW: Final = "device underflow"
DEVICE_LOST: Final = "device lost"
DEVICE_SEARCH: Final = "device search"
MUTED: Final = "muted"
"""Causes of a microphone's gaps.  All but the last are audio that should have been heard."""

ZEROS_S: Final = 2.0
"""A microphone's own noise moves its lowest bit many times in this time; longer zeros mean that it is shut off."""

SETTLE_S: Final = 2.0
EARLY_S: Final = 0.005
"""Sound servers give a stream that is opened anew its first chunks at once: only the last of them is as young as it
seems.  Until this long after the first, one that comes by so much too early says where the stream lies."""


class Placement:
    """Turns chunks into blocks and gaps that follow each other without a hole."""

    def __init__(self, sample_rate: int, block: int) -> None:
        """``block``: samples a chunk as a rule."""
        self._rate = sample_rate
        self._block = block
        self._anchor = Anchor(sample_rate)
        self._begun = False
        """There has been sound; until then the clock counts from the first opening."""
        self._base: int | None = 0
        """Source index of the stream's first sample; ``None``: to be told from the clock when its first chunk comes."""
        self._cause = QUEUE_OVERFLOW
        """Of the next gap."""
        self._overflows_seen: int | None = None
        """``None``: those of the stream's first chunk lost nothing that was wanted."""
        self._breaks_seen = 0
        self._lateness = Lateness(sample_rate)
        self._settled_at = float("-inf")
        """Until then a stream that took over may still show, by being early, that it lies too far ahead."""
        self._zeros: int | None = 0
        """Samples so far, while all of them were zero."""
        self.position = 0
        """The source's next sample."""
        self.overflows = 0
        """How often sound was lost because the card or the queue was full."""

    @property
    def only_zeros(self) -> bool:
        """The device has delivered nothing but zeros since it was first opened, for :data:`ZEROS_S` or longer."""
        return self._zeros is not None and self._zeros >= ZEROS_S * self._rate

    def begin(self, cause: str) -> None:
        """Another stream takes over after an outage, whose rest is told as a gap of ``cause``."""
        self._base, self._cause = None, cause

    def opened(self, moment: float) -> None:
        """A stream counts from zero.  ``moment``, on the monotonic clock: now."""
        self._overflows_seen, self._breaks_seen = None, 0
        if not self._begun:
            # Of several openings before the first sound the earliest keeps the tie.
            self._anchor.tie(0, 0, moment)

    def stood_still(self, moment: float) -> None:
        """After a standstill there is sound again, at ``moment``: late, or only what came after it."""
        self._lateness.watch(moment)

    def untold_s(self, moment: float) -> float:
        """How long before ``moment`` on the monotonic clock the last block or gap ended."""
        return (self._anchor.index(moment) - self.position) / self._rate

    def until(self, moment: float, cause: str) -> Gap | None:
        """The gap from the last sample to ``moment`` on the monotonic clock."""
        start, now = self.position, self._anchor.index(moment)
        if now <= start:
            return None
        self.position = now
        return Gap(start, now, cause)

    def place(self, chunk: Chunk, latency_s: float) -> Iterator[Block | Gap]:
        """``chunk`` on the source's clock, after a gap for whatever is missing before it.

        ``latency_s``: how much sound the device holds back.
        """
        size = chunk.samples.shape[1]
        self._watch_zeros(chunk)
        self._begin_clock(chunk.start)
        due = self._anchor.index(chunk.arrived) - size
        if self._base is None:
            self._base = due - chunk.start
            self._lateness.watch(chunk.arrived)
            self._settled_at = chunk.arrived + SETTLE_S
        if self._overflows_seen is None:
            self._overflows_seen = chunk.overflows
        if chunk.breaks > self._breaks_seen:
            self._breaks_seen, self._overflows_seen = chunk.breaks, chunk.overflows
            # A fast pause may hide in the time that chunks are under way; it is a splice all the same.
            self._base = max(self._base + self._block, due - chunk.start)
            self._cause = DEVICE_SEARCH
            self._lateness.watch(chunk.arrived)
        early = self._base + chunk.start - due
        if early > EARLY_S * self._rate and chunk.arrived < self._settled_at:
            self._base -= early
        if chunk.overflows > self._overflows_seen:
            self.overflows += chunk.overflows - self._overflows_seen
            self._overflows_seen = chunk.overflows
            # At least a block, and what the clock says: the chunk came late by what is lost and by what the device
            # still holds; the latter is not lost.
            self._base += max(self._block, due - self.position - round(latency_s * self._rate))
            self._cause = DEVICE_OVERFLOW
        if missing := self._lateness.missing(due - self._base - chunk.start, chunk.arrived):
            self.overflows += 1
            self._base += missing
            self._cause = DEVICE_OVERFLOW
        start = self._base + chunk.start
        if start < self.position:
            # Told as missing while it was on its way: taken all the same, it would put the clock ahead each time.
            chunk, start = _without_first(chunk, self.position - start), self.position
            size = chunk.samples.shape[1]
            if not size:
                yield Block(start, chunk.samples)
                return
        if start > self.position:
            self.overflows += self._cause == QUEUE_OVERFLOW
            yield Gap(self.position, start, self._cause)
        self._cause = QUEUE_OVERFLOW
        self.position = start + size
        self._anchor.tie(self.position, size, chunk.arrived)
        yield Gap(start, self.position, DEVICE_UNDERFLOW) if chunk.filled else Block(start, chunk.samples)

    def _begin_clock(self, first: int) -> None:
        """The first sound that is taken, the stream's ``first`` sample, is the clock's beginning.

        However long the device or the reader took to come to it: what the queue dropped before then was nobody's loss.
        Not where a gap was told before it.
        """
        if not self._begun and self.position == 0:
            self._anchor = Anchor(self._rate)
            self._base = -first
        self._begun = True

    def _watch_zeros(self, chunk: Chunk) -> None:
        if self._zeros is not None and not chunk.filled:
            self._zeros = None if chunk.samples.any() else self._zeros + chunk.samples.shape[1]


def _without_first(chunk: Chunk, count: int) -> Chunk:
    return replace(chunk, start=chunk.start + count, samples=chunk.samples[:, count:])
