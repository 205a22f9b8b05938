"""What a process costs, seen from outside: CPU of each thread, memory, open files; and its machine (Linux)."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
MAIN: Final = "main"
NATIVE: Final = " (C)"
"""Marks threads that a library started in C from the thread of this name: PortAudio's, the recogniser's workers."""


@dataclass(frozen=True)
class Memory:
    """Megabytes (10⁶ bytes): resident, and proportional where the system tells it."""

    rss_mb: float
    pss_mb: float | None


@dataclass(frozen=True)
class Machine:
    """A machine at one moment: core-seconds since it started, and processes that run or wait to, over a minute."""

    busy_s: float
    steal_s: float
    """In which a core had work and the machine's host ran something else."""
    load_1min: float


class ThreadClock:
    """CPU seconds of each of a process's threads by name; threads that ended keep what they had used."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._tasks: dict[int, tuple[str, float]] = {}
        self._firsts: dict[str, int] = {}

    def read(self) -> dict[str, float]:
        """CPU seconds so far by thread name.  Raises :class:`ProcessLookupError` once the process is gone."""
        try:
            tasks = sorted(int(name) for name in os.listdir(f"/proc/{self._pid}/task"))
        except FileNotFoundError as error:
            raise ProcessLookupError(self._pid) from error
        for task in tasks:
            self._look(task)
        used: dict[str, float] = defaultdict(float)
        for name, cpu_s in self._tasks.values():
            used[name] += cpu_s
        return dict(used)

    def _look(self, task: int) -> None:
        try:
            stat = Path(f"/proc/{self._pid}/task/{task}/stat").read_text(encoding="utf-8")
        except (FileNotFoundError, ProcessLookupError):
            return
        comm = stat[stat.index("(") + 1 : stat.rindex(")")]
        fields = stat[stat.rindex(")") + 2 :].split()
        cpu_s = (int(fields[11]) + int(fields[12])) / TICKS_PER_S
        self._tasks[task] = (self._name(task, comm), cpu_s)

    def _name(self, task: int, comm: str) -> str:
        first = self._firsts.setdefault(comm, task)
        if first == self._pid:
            return MAIN if task == self._pid else MAIN + NATIVE
        return comm if first == task else comm + NATIVE


def memory(pid: int) -> Memory:
    """Raises :class:`ProcessLookupError` once the process is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        rss_mb = _kilobytes(status, "VmRSS:")
    except (FileNotFoundError, ProcessLookupError) as error:
        raise ProcessLookupError(pid) from error
    try:
        pss_mb = _kilobytes(Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8"), "Pss:")
    except OSError:
        pss_mb = None
    if rss_mb is None:  # a zombie has no memory
        raise ProcessLookupError(pid)
    return Memory(rss_mb, pss_mb)


def machine(proc: Path = Path("/proc")) -> Machine:
    """What the machine's cores have done, and what its host took from them; see proc_stat(5)."""
    total = (proc / "stat").read_text(encoding="utf-8").splitlines()[0].split()[1:]
    user, nice, system, _, _, interrupts, soft_interrupts, steal = (int(ticks) for ticks in total[:8])
    load = (proc / "loadavg").read_text(encoding="utf-8").split()[0]
    busy = user + nice + system + interrupts + soft_interrupts
    return Machine(busy / TICKS_PER_S, steal / TICKS_PER_S, float(load))


def open_files(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def _kilobytes(text: str, key: str) -> float | None:
    line = next((line for line in text.splitlines() if line.startswith(key)), None)
    return None if line is None else int(line.split()[1]) * 1024 / 1e6
