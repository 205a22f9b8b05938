"""What is heard: the tapes and the agent's channel of the calls, in conditions of the phrase benchmark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.peers.scoring import Said
from bench.phrases import conditions
from bench.phrases.material import FIT, HELD_OUT, Recording, call, tape
from voicemon.types import Float32

CONDITIONS: Final = ("clean", "snr_5db", "telephone")


@dataclass(frozen=True)
class Choice:
    """Which recordings, in which conditions, and how much of each (``None``: all)."""

    calls: tuple[str, ...]
    tapes: tuple[str, ...]
    conditions: tuple[str, ...]
    seconds: float | None = None


QUICK = Choice(("dev08", "dev10"), ("dev_zf_xiaobei",), CONDITIONS, 120.0)
"""Of the half that nothing was fitted on, four phrases in the calls and seven on the tape's two minutes."""
FULL = Choice(
    tuple(f"dev{i:02d}" for i in (4, 5, 6, 7, 8, 10)),
    (*FIT["tapes"], *HELD_OUT["tapes"]),
    CONDITIONS,
)


@dataclass(frozen=True)
class Take:
    """A recording in one condition, cut to length, with the forbidden phrases that end within it."""

    name: str
    kind: str
    half: str
    condition: str
    samples: Float32
    said: tuple[Said, ...]

    def write(self, path: Path) -> None:
        conditions.write(self.samples, self.condition, path)


def takes(choice: Choice, speech: Path) -> Iterator[Take]:
    for condition in choice.conditions:
        for kind, names, truth in (("calls", choice.calls, call), ("tapes", choice.tapes, tape)):
            whole = (truth(speech / ("calls" if kind == "calls" else "phrases"), name) for name in names)
            yield from (take(r, condition, speech / "noise", choice.seconds) for r in whole)


def take(recording: Recording, condition: str, noise: Path, seconds: float | None = None) -> Take:
    """``recording`` as it is heard in ``condition``, the first ``seconds`` of it."""
    kept = recording.cut(seconds)
    samples = conditions.degraded(kept.samples(), condition, recording.name, noise)
    half = recording.part.replace("_", " ")
    return Take(recording.name, recording.kind, half, condition, samples, kept.said)
