"""What is heard: phrase tapes, the agent's side of calls, people reading, and sound that is not speech."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.asr import read
from bench.peers.scoring import Said
from voicemon.types import SPEECH_RATE_HZ, Float32

FIT: Final = {"tapes": ("dev_zf_xiaoxiao", "dev_zm_yunjian"), "calls": tuple(f"dev{i:02d}" for i in range(1, 6))}
HELD_OUT: Final = {"tapes": ("dev_zf_xiaobei", "dev_zm_yunxi"), "calls": tuple(f"dev{i:02d}" for i in range(6, 11))}
FITTED: Final = (*FIT["tapes"], *FIT["calls"])
"""Weights and limits of the search were chosen on these; on nothing else."""
CUSTOM: Final = "custom_lexicon.yaml"

SCENES: Final = {
    1: "f01", 2: "f02", 3: "f03", 4: "f04", 11: "f05", 13: "f06", 14: "f03", 15: "f08", 16: "f09", 17: "f10", 18: "f11",
    19: "f12", 20: "f13", 21: "f14",
}  # fmt: skip
"""The calls' truth names forbidden sentences by scene."""

PAUSE_S: Final = 1.5
"""Between sentences that were recorded one by one, and before the first: enough to end an utterance and a context."""
ROOM_DB: Final = -75.0
"""RMS of the white noise in those pauses: no room is digitally silent."""


@dataclass(frozen=True)
class Line:
    """What was said in truth, seconds into the recording."""

    start: float
    end: float
    text: str


@dataclass(frozen=True)
class Recording:
    """One recording or several joined, with the forbidden phrases in it."""

    name: str
    kind: str
    paths: tuple[Path, ...]
    said: tuple[Said, ...] = ()
    lines: tuple[Line, ...] = ()
    lexicons: tuple[Path, ...] = ()
    """Beside the built-in one."""
    seconds: float | None = None
    """So much of it, from its start; ``None``: all."""

    @property
    def part(self) -> str:
        return "fit" if self.name in FITTED else "held_out"

    def cut(self, seconds: float | None) -> Recording:
        """The first ``seconds``, with the phrases that end within them."""
        if seconds is None:
            return self
        return replace(self, seconds=seconds, said=tuple(s for s in self.said if s.end <= seconds))

    def samples(self) -> Float32:
        """The agent's channel at 16 kHz, shape (n,)."""
        whole = read(self.paths[0]) if len(self.paths) == 1 else joined([read(p) for p in self.paths])
        return whole if self.seconds is None else whole[: round(self.seconds * SPEECH_RATE_HZ)]


def recordings(kind: str, speech: Path) -> Iterator[Recording]:
    """All of a set: ``tapes``, ``calls``, ``human`` or ``noise``."""
    if kind == "tapes":
        yield from tapes(speech / "phrases", kind)
    elif kind == "calls":
        names = sorted(p.name.split(".")[0] for p in (speech / "calls").glob("*.truth.json"))
        yield from (call(speech / "calls", name) for name in names)
    else:
        yield from together(speech / kind, kind, (speech / "phrases" / CUSTOM,))


SETS: Final = ("tapes", "calls", "human", "noise")


def tapes(folder: Path, kind: str) -> Iterator[Recording]:
    """Every NAME.flac with a NAME.truth.json in a folder."""
    for name in sorted(p.name.removesuffix(".truth.json") for p in folder.glob("*.truth.json")):
        yield tape(folder, name, kind)


def tape(folder: Path, name: str, kind: str = "tapes") -> Recording:
    """A phrase tape with its truth, and the lexicon beside it."""
    segments = _truth(folder, name)["segments"]
    said = (Said(s["phrase_id"], s["phrase_start"], s["phrase_end"], s["phrase"]) for s in segments if s["phrase_id"])
    lines = tuple(Line(s["start"], s["end"], s["text"]) for s in segments)
    custom = (folder / CUSTOM,) if (folder / CUSTOM).exists() else ()
    return Recording(name, kind, (folder / f"{name}.flac",), tuple(said), lines, custom)


def call(folder: Path, name: str) -> Recording:
    """The agent's channel of a call with its truth."""
    truth = _truth(folder, name)
    agents = (f for f in truth["forbidden"] if f["who"] == "agent" and not f["custom"])
    said = tuple(Said(SCENES[f["scene"]], f["start"], f["end"], f["text"]) for f in agents)
    lines = tuple(Line(t["start"], t["end"], t["text"]) for t in truth["turns"] if t["who"] == "agent")
    return Recording(name, "calls", (folder / f"{name}.flac",), said, lines)


def together(folder: Path, kind: str, lexicons: tuple[Path, ...]) -> Iterator[Recording]:
    """A folder's clips, those of one collection joined: people reading, or sounds, without a forbidden phrase."""
    manifest = (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    rows = sorted((json.loads(line) for line in manifest if line), key=lambda r: str(r["file"]))
    collections: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        collections.setdefault(_collection(kind, str(row["file"])), []).append(row)
    for name, clips in collections.items():
        paths = tuple(folder / str(c["file"]) for c in clips)
        yield Recording(name, kind, paths, lines=_lines(clips), lexicons=lexicons)


def joined(clips: Sequence[Float32]) -> Float32:
    """The clips one after the other, a pause before each and at the end; all of it in a very quiet room."""
    silence = np.zeros(round(PAUSE_S * SPEECH_RATE_HZ), np.float32)
    whole = np.concatenate([piece for clip in clips for piece in (silence, clip)] + [silence])
    room = np.random.default_rng(1).standard_normal(len(whole)) * 10 ** (ROOM_DB / 20)
    return (whole + room).astype(np.float32)


def _lines(clips: Sequence[dict[str, Any]]) -> tuple[Line, ...]:
    lines, at = [], PAUSE_S
    for clip in clips:
        end = at + float(clip["dur_s"])
        lines.append(Line(at, end, clip["transcript"] or clip["file"]))
        at = end + PAUSE_S
    return tuple(lines)


def _collection(kind: str, file: str) -> str:
    """Read sentences by collection and, within it, by session; all sounds together."""
    return "noise" if kind == "noise" else "_".join(file.split("_")[:2]) if file.startswith("aishell1") else "aishell3"


def _truth(folder: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / f"{name}.truth.json").read_text(encoding="utf-8"))
    return found
