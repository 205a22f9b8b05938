"""What is heard: the tapes and the agent's channel of the calls, in the conditions of the phrase benchmark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import phrases
from bench.asr import read
from bench.peers.scoring import Said
from voicemon.types import SPEECH_RATE_HZ, Float32


@dataclass(frozen=True)
class Choice:
    """Which recordings, in which conditions, and how much of each (``None``: all)."""

    calls: tuple[str, ...]
    tapes: tuple[str, ...]
    conditions: tuple[str, ...]
    seconds: float | None = None


QUICK = Choice(("dev08", "dev10"), ("dev_zf_xiaobei",), phrases.CONDITIONS, 120.0)
"""Of the half that nothing was fitted on, four phrases in the calls and seven on the tape's two minutes."""
FULL = Choice(
    tuple(f"dev{i:02d}" for i in (4, 5, 6, 7, 8, 10)),
    (*phrases.FIT["tapes"], *phrases.HELD_OUT["tapes"]),
    phrases.CONDITIONS,
)


@dataclass(frozen=True)
class Take:
    """A recording in one condition, cut to length, with the forbidden phrases that end within it."""

    name: str
    kind: str
    condition: str
    samples: Float32
    said: tuple[Said, ...]

    @property
    def half(self) -> str:
        """Whether anything of ours was fitted on it."""
        return "fit" if self.name in (*phrases.FIT["tapes"], *phrases.FIT["calls"]) else "held out"


def takes(choice: Choice, speech: Path) -> Iterator[Take]:
    for condition in choice.conditions:
        for kind, names, truth in (("calls", choice.calls, phrases.call), ("tapes", choice.tapes, phrases.tape)):
            yield from (_take(truth(speech, name), kind, condition, choice.seconds) for name in names)


def _take(recording: phrases.Recording, kind: str, condition: str, seconds: float | None) -> Take:
    samples = phrases.degraded(read(recording.path), condition)
    kept = samples if seconds is None else samples[: int(seconds * SPEECH_RATE_HZ)]
    end = len(kept) / SPEECH_RATE_HZ
    return Take(recording.name, kind, condition, kept, _within(recording.said, end))


def _within(said: Sequence[phrases.Said], end: float) -> tuple[Said, ...]:
    return tuple(Said(s.id, s.start, s.end) for s in said if s.end <= end)
