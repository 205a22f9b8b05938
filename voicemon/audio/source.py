"""The shape of a source of sound, and pacing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Protocol, runtime_checkable

from voicemon.types import Block, Gap, SourceInfo


class Source(Protocol):
    """An iterator of blocks and gaps on one sample clock.

    Blocks come in order and without overlap; where samples are missing between two blocks, a :class:`Gap` says so.
    A live source without sound gives empty blocks, shape (channels, 0), so that its reader's loop turns.
    """

    @property
    def info(self) -> SourceInfo: ...

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was wrong with the sound, one line each, as far as it is known by now."""

    def __iter__(self) -> Iterator[Block | Gap]: ...

    def close(self) -> None:
        """Free the file or device; the iterator ends.  May be called from another thread, and twice."""


@runtime_checkable
class Microphone(Protocol):
    """What a live source tells beside its blocks; files have none of it."""

    @property
    def lost(self) -> bool: ...

    @property
    def muted(self) -> bool: ...

    @property
    def overflows(self) -> int: ...


def end_of(item: Block | Gap) -> int:
    """The index after the last sample of ``item``."""
    return item.end if isinstance(item, Gap) else item.start + item.samples.shape[1]


class PacedSource:
    """Gives out another source's blocks when they would have been heard: ``pace`` 1 is real time, 2 twice as fast.

    A block leaves when its last sample is due, as a sound card would deliver it.
    """

    def __init__(
        self,
        source: Source,
        pace: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if not pace > 0:
            raise ValueError(f"pace must be positive, not {pace}")
        self._source = source
        self._pace = pace
        self._clock = clock
        self._sleep = sleep

    @property
    def info(self) -> SourceInfo:
        return self._source.info

    @property
    def warnings(self) -> tuple[str, ...]:
        return self._source.warnings

    def __iter__(self) -> Iterator[Block | Gap]:
        begun = self._clock()
        rate = self._source.info.sample_rate * self._pace
        for item in self._source:
            wait = begun + end_of(item) / rate - self._clock()
            if wait > 0:
                self._sleep(wait)
            yield item

    def close(self) -> None:
        self._source.close()
