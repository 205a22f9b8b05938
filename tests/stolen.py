"""How much of the machine its host took for others: in that time nothing here ran, and no clock here can be judged."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

STAT: Final = Path("/proc/stat")
STEAL_FIELD: Final = 8
"""proc(5), of the line ``cpu``: ticks of all cores together."""
TOO_MUCH: Final = 0.05
"""A twentieth of all cores' time comes in pieces of tens to hundreds of milliseconds, as long as what is measured."""


class Stolen:
    """Reads the counter from its making on; nothing is ever stolen where the system does not count it."""

    def __init__(self) -> None:
        self._ticks, self._moment = _ticks(), time.monotonic()

    @property
    def share(self) -> float:
        """Of all cores' time since the beginning, 0…1."""
        wall_s = (time.monotonic() - self._moment) * (os.cpu_count() or 1)
        return (_ticks() - self._ticks) / os.sysconf("SC_CLK_TCK") / max(wall_s, 1e-9)

    @property
    def too_much(self) -> bool:
        return self.share > TOO_MUCH


def _ticks() -> int:
    if not STAT.exists():
        return 0
    fields = STAT.read_text(encoding="ascii").split("\n", 1)[0].split()
    return int(fields[STEAL_FIELD]) if len(fields) > STEAL_FIELD else 0
