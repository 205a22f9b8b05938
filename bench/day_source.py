"""A working day's sound as fast as it is taken, with words that are known, and looks at what grew in the program."""

from __future__ import annotations

import gc
import resource
import time
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from bench.playlist import Playlist, truth_of
from voicemon.asr.recognizer import RecognizerInfo
from voicemon.events import Event, HealthEvent, SummaryEvent
from voicemon.sidecar import Live
from voicemon.types import Block, CharTime, Pass, RecognitionJob, Role, SourceInfo, Transcript

BLOCK_S: Final = 0.05
LOOK_S: Final = 1800.0
LOOKS: Final = 8
"""So many looks at least, on a shorter day the closer."""
TURN_BLOCKS: Final = 50
"""Every so many blocks the other threads get a turn: played so fast, a recogniser on one core would never have one."""


@dataclass(frozen=True)
class Look:
    """What there is at one moment of the simulated day."""

    hour: float
    rss_mb: float
    objects: int
    events: int
    wall_s: float
    cpu_s: float
    queued: dict[str, int]
    types: Counter[str] = field(repr=False, compare=False, default_factory=Counter)


OUR_OWN: Final = (Look, Counter)
"""What this benchmark keeps of each look is no growth of the program."""


class Truth:
    """A recogniser that knows what was said when: it hears each character whose middle lies within the job."""

    info = RecognizerInfo("truth")

    def __init__(self, plan: Playlist) -> None:
        chars = [
            CharTime(char, call.start + start, call.start + end)
            for call in plan.calls
            for char, start, end in truth_of(plan.folder, call.id)["chars"]["agent"]
        ]
        self._chars = chars
        self._middles = np.array([(c.start + c.end) / 2 for c in chars])

    def recognize(self, job: RecognitionJob) -> Transcript:
        first, last = np.searchsorted(self._middles, (job.start, job.end))
        heard = tuple(self._chars[first:last])
        text = "".join(c.char for c in heard)
        rejected = None if heard else "empty"
        settled = job.pausing or job.kind is Pass.FINAL
        times = (job.utterance, job.kind, job.start, job.end)
        return Transcript(*times, text, heard, -0.2, 0.0, rejected, 0.0, settled)

    def close(self) -> None:
        return None


class Day:
    """The source of a whole day's sound; the time of its last sample is the only clock."""

    warnings: tuple[str, ...] = ()

    def __init__(self, plan: Playlist, rate: int, count: Counting) -> None:
        self.info = SourceInfo("a working day", rate, (Role.AGENT,))
        self.looks: list[Look] = []
        self.position = 0
        self.session: Live | None = None
        self.traced: list[tracemalloc.Snapshot] = []
        self._plan = plan
        self._count = count
        self._begun = time.perf_counter()
        self._closed = False

    def clock(self) -> float:
        return self.position / self.info.sample_rate

    def close(self) -> None:
        self._closed = True

    def __iter__(self) -> Iterator[Block]:
        size = round(BLOCK_S * self.info.sample_rate)
        held = np.zeros(0, np.float32)
        every_s = min(LOOK_S, self._plan.length_s / LOOKS)
        due, number = every_s, 0
        for piece in self._plan.sound(self.info.sample_rate):
            held = np.concatenate([held, piece.astype(np.float32) / 32768])
            while held.size >= size and not self._closed:
                block, held = held[:size], held[size:]
                yield Block(self.position, block[None])
                self.position += size
                number += 1
                if number % TURN_BLOCKS == 0:
                    time.sleep(0)
                if self.clock() >= due:
                    self.looks.append(self.look())
                    due += every_s
        if held.size and not self._closed:
            yield Block(self.position, held[None])
            self.position += held.size

    def look(self) -> Look:
        """What there is now; runs in the thread that would otherwise make it more."""
        gc.collect()
        objects = gc.get_objects()
        types = Counter(type(o).__name__ for o in objects if not isinstance(o, OUR_OWN))
        for o in objects:  # what a list or a dict holds need not be an object of the collector's
            if isinstance(o, (list, dict, set)) and not isinstance(o, OUR_OWN):
                types[f"items of {type(o).__name__}s"] += len(o)
        count = len(objects)
        del objects
        if tracemalloc.is_tracing():
            self.traced.append(tracemalloc.take_snapshot())
        spent_s = round(time.perf_counter() - self._begun, 1), round(time.process_time(), 1)
        return Look(self.clock() / 3600, resident_mb(), count, self._count.events, *spent_s, self._queued(), types)

    def _queued(self) -> dict[str, int]:
        """What waits between the threads; nothing but a bench needs to ask for it."""
        worker = self.session._worker if self.session is not None else None
        return {} if worker is None else {"finals": len(worker._finals), "texts": worker._results.qsize()}


class Counting:
    """A sink that counts."""

    fault: str | None = None

    def __init__(self) -> None:
        self.events = 0
        self.kinds: Counter[str] = Counter()
        self.shed = 0
        self.summaries: list[tuple[float, float]] = []
        """Of each call: when it ended and how long it was, seconds."""

    def __call__(self, event: Event) -> None:
        self.events += 1
        self.kinds[event.type] += 1
        if isinstance(event, HealthEvent):
            self.shed = max(self.shed, event.shed_utterances)
        if isinstance(event, SummaryEvent):
            self.summaries.append((event.t, event.duration_s))

    def close(self) -> None:
        return None


def resident_mb() -> float:
    """Resident memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6
