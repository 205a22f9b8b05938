"""What is to be run, and running it: each system over each recording in each condition."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final

from bench.peers.children import Child
from bench.peers.material import take
from bench.peers.systems import Run
from bench.phrases.conditions import SNR_DB
from bench.phrases.kept import Kept
from bench.phrases.material import Recording

PEERS: Final = ("whole file", "LocalAgreement-2")
"""Dear: in quiet alone, and where there is a phrase to be found."""


@dataclass(frozen=True)
class Plan:
    """What is to be run."""

    recordings: tuple[Recording, ...]
    conditions: tuple[str, ...]
    systems: tuple[str, ...]
    noise: Path
    peer_seconds: float | None = None
    """So much of each recording is heard by the peers, and by ours once more beside them; ``None``: all."""


@dataclass(frozen=True)
class Work:
    """One system over one recording in one condition."""

    recording: Recording
    condition: str
    system: str
    noise: Path

    @property
    def label(self) -> str:
        """The system, and how much it heard where that is not all."""
        seconds = self.recording.seconds
        return self.system if seconds is None else f"{self.system}, {seconds / 60:g} min each"


def works(plan: Plan) -> Iterator[Work]:
    """Ours first, condition by condition; then the peers, which take longest."""
    for condition in plan.conditions if "ours" in plan.systems else ():
        for recording in plan.recordings:
            # Noise under noise has no ratio to speech.
            if not (recording.kind == "noise" and condition in SNR_DB):
                yield Work(recording, condition, "ours", plan.noise)
    peers = [s for s in PEERS if s in plan.systems and "clean" in plan.conditions]
    shorter = [r.cut(plan.peer_seconds) for r in plan.recordings]
    if peers and "ours" in plan.systems:
        again = (r for r in shorter if r.said and r not in plan.recordings)
        yield from (Work(r, "clean", "ours", plan.noise) for r in again)
    for system in peers:
        yield from (Work(r, "clean", system, plan.noise) for r in shorter if r.said)


class Runner:
    """Makes runs, or takes them from what is kept; one process a system and lexicon, one at work at a time."""

    def __init__(self, cache: Path, *, fresh: bool) -> None:
        self._kept = Kept(cache)
        self._fresh = fresh
        self._stack = ExitStack()
        self._children: dict[tuple[str, tuple[Path, ...]], Child] = {}

    def run(self, work: Work) -> tuple[Run, float]:
        """The run and the peak memory of its process, MB."""
        lexicons = work.recording.lexicons if work.system == "ours" else ()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{work.recording.name}.wav"
            take(work.recording, work.condition, work.noise).write(path)
            place = self._kept.place(path, work.system, lexicons)
            known = None if self._fresh else self._kept.load(place)
            if known is not None:
                return known
            child = self._child(work.system, lexicons)
            run, peak_mb = child.run(path), child.peak_mb()
        self._kept.keep(place, run, peak_mb)
        return run, peak_mb

    def _child(self, system: str, lexicons: tuple[Path, ...]) -> Child:
        if (system, lexicons) not in self._children:
            self._children[system, lexicons] = self._stack.enter_context(Child(system, lexicons))
        return self._children[system, lexicons]

    def __enter__(self) -> Runner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
