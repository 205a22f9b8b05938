"""What is known about each speech model by name: files, sizes, SHA-256, licence, sources."""

from __future__ import annotations

import importlib.util
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a file inside an installed Python package."""

    package: str
    path: str

    def locate(self) -> Path | None:
        """Where it lies, or ``None`` when the package is not installed; the package itself is not imported."""
        spec = importlib.util.find_spec(self.package)
        for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
            file = Path(folder) / self.path
            if file.is_file():
                return file
        return None


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model; ``size`` (bytes) and ``sha256`` are ``None`` where the model is not pinned."""

    name: str
    size: int | None = None
    sha256: str | None = None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """One model: ``hub`` is its repository on the Hugging Face hub, ``extra`` the pip extra that carries it."""

    name: str
    description: str
    licence: str
    hub: str
    files: tuple[ModelFile, ...]
    extra: str | None = None

    @property
    def pinned(self) -> bool:
        """Every file has a SHA-256 that it must match."""
        return all(f.sha256 is not None for f in self.files)

    def package_files(self) -> dict[str, tuple[Path, ...]] | None:
        """The parts of every file in installed packages, in joining order; ``None`` unless all are there."""
        found: dict[str, tuple[Path, ...]] = {}
        for file in self.files:
            places = [part.locate() for part in file.parts]
            if not places or any(place is None for place in places):
                return None
            found[file.name] = tuple(place for place in places if place is not None)
        return found


def parse_manifests(text: str) -> dict[str, Manifest]:
    """The manifests in the TOML ``text``, by name."""
    return {name: _manifest(name, table) for name, table in tomllib.loads(text).items()}


@lru_cache(maxsize=1)
def builtin_manifests() -> Mapping[str, Manifest]:
    """The manifests that come with the program, by name."""
    folder = resources.files("voicemon.asr") / "manifests"
    found: dict[str, Manifest] = {}
    for file in folder.iterdir():
        if file.name.endswith(".toml"):
            found |= parse_manifests(file.read_text(encoding="utf-8"))
    return found


def _manifest(name: str, table: Mapping[str, Any]) -> Manifest:
    files = tuple(
        ModelFile(f["name"], f.get("size"), f.get("sha256"), tuple(Part(**part) for part in f.get("parts", ())))
        for f in table["files"]
    )
    return Manifest(name, table["description"], table["licence"], table["hub"], files, table.get("extra"))
