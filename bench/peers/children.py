"""Each system in a process of its own, so that its memory is its own; one works at a time."""

from __future__ import annotations

import math
import multiprocessing
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol

from bench.peers.systems import Agreement, Ours, Run, WholeFile


class System(Protocol):
    def run(self, path: Path) -> Run: ...


SYSTEMS: Final[Mapping[str, Any]] = {
    "ours": Ours,
    "LocalAgreement-2": Agreement,
    "LocalAgreement-2, VAD": partial(Agreement, vad=True),
    "LocalAgreement-2, free": partial(Agreement, speed=math.inf),
    "whole file": WholeFile,
}
QUICK_SYSTEMS: Final = ("ours", "LocalAgreement-2", "whole file")

_system: list[System] = []
"""The one system of a child."""


class Child:
    """A system in a process that lives as long as this object's context."""

    def __init__(self, name: str, lexicons: tuple[Path, ...]) -> None:
        arguments = (lexicons,) if name == "ours" else ()
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(1, context, _open, (name, arguments))

    def run(self, path: Path) -> Run:
        """Let the system hear a recording."""
        return self._pool.submit(_run, path).result()

    def peak_mb(self) -> float:
        """The most memory that the child has had resident, in 10⁶ bytes, models and recording included (Linux)."""
        return self._pool.submit(_peak_mb).result()

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)


def _open(name: str, arguments: tuple[Any, ...]) -> None:
    _system.append(SYSTEMS[name](*arguments))


def _run(path: Path) -> Run:
    return _system[0].run(path)


def _peak_mb() -> float:
    # Not getrusage: its peak of a child begins at what the parent had when it was forked.
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024 / 1e6
