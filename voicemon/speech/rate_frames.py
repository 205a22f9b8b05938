"""Series on the 10 ms grid that the rate meter keeps: the recent past frame by frame, the call as sums."""

from __future__ import annotations

import itertools

import numpy as np

from voicemon.types import Bool, Float64


def bridged(speech: Bool, longest: int) -> Bool:
    """``speech`` with every inner run of at most ``longest`` silent frames filled in; the silent ends stay silent."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], speech, [False])).astype(np.int8)))
    out = speech.copy()
    for end, start in zip(edges[1:-1:2], edges[2::2], strict=True):
        if start - end <= longest:
            out[end:start] = True
    return out


class FrameRing:
    """The last ``size`` values of a frame-by-frame series, addressed by absolute frame; what never came is 0."""

    def __init__(self, size: int) -> None:
        self._values: Float64 = np.zeros(size, dtype=np.float64)
        self.end = 0

    @property
    def begin(self) -> int:
        return max(0, self.end - len(self._values))

    def extend(self, end: int) -> None:
        """Move on to ``end``; the frames between are 0 until written."""
        for _, held in self._parts(max(self.end, end - len(self._values)), end):
            held[:] = 0.0
        self.end = max(self.end, end)

    def write(self, first: int, values: Float64) -> None:
        """Set frames ``first`` …; those already fallen out are ignored."""
        self.extend(first + len(values))
        skip = max(0, self.begin - first)
        for at, held in self._parts(first + skip, first + len(values)):
            held[:] = values[at - first : at - first + len(held)]

    def read(self, first: int, end: int) -> Float64:
        """Frames ``first`` to ``end``: 0 where nothing is held."""
        out = np.zeros(max(0, end - first), dtype=np.float64)
        low, high = max(first, self.begin), min(end, self.end)
        for at, held in self._parts(low, high):
            out[at - first : at - first + len(held)] = held
        return out

    def _parts(self, first: int, end: int) -> list[tuple[int, Float64]]:
        """Where frames ``first`` to ``end``, at most as many as are held, lie: each part's first frame and its view."""
        size = len(self._values)
        at, count = first % size, end - first
        if count <= 0:
            return []
        if at + count <= size:
            return [(first, self._values[at : at + count])]
        return [(first, self._values[at:]), (first + size - at, self._values[: at + count - size])]


class CallSums:
    """Sums over the whole call: a pause counts once its end shows that it was short enough."""

    def __init__(self, pause_limit: int, articulation_limit: int) -> None:
        self._pause_limit, self._articulation_limit = pause_limit, articulation_limit
        self.frames = self.turn = self.phonation = 0
        self.syllables = 0.0
        self._pause_syllables = 0.0
        self._last_speech: int | None = None

    def add(self, first: int, speech: Bool, syllables: Float64) -> None:
        """Take frames ``first`` … into the sums."""
        self.frames = first + len(speech)
        for at, end, talking in runs(speech):
            counted = float(syllables[at:end].sum())
            if not talking:
                self._pause_syllables += counted
                continue
            pause = None if self._last_speech is None else first + at - self._last_speech
            if pause is not None and pause <= self._pause_limit:
                self.turn += pause
                self.syllables += self._pause_syllables
                self.phonation += pause if pause <= self._articulation_limit else 0
            self._pause_syllables = 0.0
            self.turn += end - at
            self.phonation += end - at
            self.syllables += counted
            self._last_speech = first + end


def runs(flags: Bool) -> list[tuple[int, int, bool]]:
    """(start, end, value) of the runs of equal values."""
    if not len(flags):
        return []
    edges = np.concatenate(([0], np.flatnonzero(flags[1:] != flags[:-1]) + 1, [len(flags)]))
    return [(int(a), int(b), bool(flags[a])) for a, b in itertools.pairwise(edges)]
