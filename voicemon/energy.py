"""Mean squares summed up, and values of the last frames kept to look back on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from voicemon.types import FRAMES_PER_S

SMALLEST_MS: Final = 1e-15
"""Below this mean square there is no sound, only a filter's dying tail."""


def to_db(mean_square: float) -> float | None:
    """10 lg of a mean square; ``None`` where there is no sound."""
    return 10 * math.log10(mean_square) if mean_square > SMALLEST_MS else None


@dataclass(slots=True)
class Energy:
    """A sum of mean squares over frames; its mean is an equivalent level.  Frames may count in part."""

    total: float = 0.0
    frames: float = 0

    def add(self, mean_squares: list[float], weight: float = 1) -> None:
        self.total += weight * math.fsum(mean_squares)
        self.frames += weight * len(mean_squares)

    def add_frame(self, mean_square: float) -> None:
        """Add one frame that counts whole."""
        self.total += mean_square
        self.frames += 1

    def __add__(self, other: Energy) -> Energy:
        return Energy(self.total + other.total, self.frames + other.frames)

    def __sub__(self, other: Energy) -> Energy:
        return Energy(max(0.0, self.total - other.total), self.frames - other.frames)

    @property
    def db(self) -> float | None:
        """10 lg of the mean square, dBFS; ``None`` without frames or sound."""
        return to_db(self.total / self.frames) if self.frames else None

    @property
    def seconds(self) -> float:
        return self.frames / FRAMES_PER_S


class Ring:
    """Values of the last frames by absolute frame number; plain floats, since they are read one by one."""

    def __init__(self, size: int) -> None:
        self._values = [0.0] * size
        self._size = size

    def put(self, first: int, values: list[float]) -> None:
        at, count = first % self._size, len(values)
        if at + count <= self._size:
            self._values[at : at + count] = values
            return
        head = self._size - at
        self._values[at:] = values[:head]
        self._values[: count - head] = values[head:]

    def fill(self, start: int, end: int, value: float) -> None:
        """Put ``value`` into frames ``start`` to ``end``."""
        if end - start == 1:
            self._values[start % self._size] = value
        else:
            self.put(start, [value] * (end - start))

    def at(self, frame: int) -> float:
        """The value of one frame."""
        return self._values[frame % self._size]

    def get(self, start: int, end: int) -> list[float]:
        """Values of frames ``start`` to ``end``: the newest, when more are asked for than are kept."""
        start = max(start, end - self._size)
        at, stop = start % self._size, end % self._size
        if end <= start:
            return []
        return self._values[at:stop] if at < stop else self._values[at:] + self._values[:stop]
