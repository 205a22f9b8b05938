"""What this process costs the machine."""

from __future__ import annotations

import sys
import time
from pathlib import Path


class CpuMeter:
    """Share of one core that the process used since the last reading."""

    def __init__(self) -> None:
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    def percent(self) -> float:
        """CPU time over wall time since the last call, 100 for one whole core."""
        cpu, wall = time.process_time(), time.perf_counter()
        used = 100 * (cpu - self._cpu) / max(wall - self._wall, 1e-9)
        self._cpu, self._wall = cpu, wall
        return used


def resident_mb() -> float | None:
    """Resident memory in MB; ``None`` where the system does not tell without further libraries."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        import resource

        return int(statm.read_text(encoding="ascii").split()[1]) * resource.getpagesize() / 1e6
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return None


def lower_priority() -> None:
    """Give way to the softphone: meters need little, and the recogniser may wait."""
    if sys.platform == "win32":
        import ctypes

        below_normal = 0x00004000
        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), below_normal)
    else:
        import os

        os.nice(NICER)


NICER = 5
