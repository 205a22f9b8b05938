"""Runs that were made before, taken again only if nothing that they rest on has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import voicemon
from bench.peers.agreement import Piece
from bench.peers.systems import Run
from bench.report import LIBRARIES, machine
from voicemon.asr.models import locate

BENCH: Final = Path(__file__).resolve().parents[1]
CODE: Final = (".py", ".yaml", ".npz", ".toml")
PROGRAM: Final = Path(voicemon.__file__).parent
RUNNERS: Final = tuple(BENCH / "peers" / f"{name}.py" for name in ("systems", "clock", "agreement", "children"))


class Kept:
    """Runs in a folder, each under the digest of its sound, the program, the model, the lexicons and the machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._state = _digest(_state())

    def place(self, sound: Path, system: str, lexicons: Iterable[Path]) -> Path:
        """Where the run of ``system`` over the recording ``sound`` belongs."""
        parts = [self._state.encode(), system.encode(), sound.read_bytes(), *(path.read_bytes() for path in lexicons)]
        return self._folder / f"{_digest(parts)}.json"

    def load(self, place: Path) -> tuple[Run, float] | None:
        """A run and the peak memory of its process in MB; ``None`` where there is none."""
        if not place.exists():
            return None
        found: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
        return _run(found["run"]), float(found["peak_mb"])

    def keep(self, place: Path, run: Run, peak_mb: float) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        half = place.with_suffix(".part")
        half.write_text(json.dumps({"run": asdict(run), "peak_mb": peak_mb}, ensure_ascii=False), encoding="utf-8")
        half.replace(place)


def _state() -> Iterator[bytes]:
    for path in sorted(p for p in PROGRAM.rglob("*") if p.suffix in CODE) + list(RUNNERS):
        yield str(path.name).encode()
        yield path.read_bytes()
    here = machine()
    yield json.dumps([here["processor"], [here["libraries"][name] for name in LIBRARIES]]).encode()
    yield str(locate("base").sha256).encode()


def _digest(parts: Iterable[bytes]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()


def _run(found: dict[str, Any]) -> Run:
    batches = tuple((at, tuple(Piece(**p) for p in pieces)) for at, pieces in found["batches"])
    return Run(**{**found, "batches": batches, "records": tuple(found["records"]), "texts": tuple(found["texts"])})
