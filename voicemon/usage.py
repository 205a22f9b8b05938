"""What this process costs the machine."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Final, TypeVar

NICER: Final = 5

Made = TypeVar("Made")


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


def with_humble_threads(make: Callable[[], Made]) -> Made:
    """What ``make`` makes, made in a thread of lower priority that then ends: threads it leaves behind keep that.

    For the recogniser's native threads, which need nearly all of what we use and may wait.  The thread that works with
    them keeps its priority: it holds the interpreter now and then, and where it waits for a core so do the meters.
    Only Linux has threads inherit it; elsewhere ``make`` runs as it is.  Raises what ``make`` raises.
    """
    if sys.platform != "linux":
        return make()
    made: Future[Made] = Future()

    def work() -> None:
        try:
            # Linux keeps the nice value a thread, whatever POSIX says of processes.
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICER)
            made.set_result(make())
        except BaseException as error:  # noqa: BLE001 - a thread's top: it goes to whoever waits
            made.set_exception(error)

    threading.Thread(target=work, name="humble", daemon=True).start()
    return made.result()


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
