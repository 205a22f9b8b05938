"""What this process costs the machine."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Final

NICER: Final = 5
BELOW_NORMAL_ON_WINDOWS: Final = -1


class CostMeter:
    """Wall and CPU time from its making on, of the whole process."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def so_far(self) -> dict[str, float]:
        return {"cpu_s": time.process_time() - self._cpu, "wall_s": time.perf_counter() - self._wall}


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


def yield_to_others() -> None:
    """Lower the calling thread's priority, and that of threads it starts: the softphone and our own meters come first.

    For the recogniser, which needs nearly all of what we use and may wait; a meter must not.
    """
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        kernel.SetThreadPriority(kernel.GetCurrentThread(), BELOW_NORMAL_ON_WINDOWS)
    elif sys.platform == "linux":
        import os
        import threading

        # Linux keeps the nice value a thread, whatever POSIX says of processes.
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICER)


def return_freed_memory() -> None:
    """Give what was freed back to the system: glibc keeps what loading a model took, and its longest utterance.

    Takes milliseconds, and the pages must be had again when they are needed: for once in a while.  Where the C library
    is not glibc nothing is done.
    """
    if sys.platform == "linux":
        import ctypes

        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
