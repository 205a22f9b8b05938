"""Checks of a model folder against its manifest, and a stamp that spares hashing the weights at every start.

The stamp lies in the model's folder and records, file by file, size, modification time and SHA-256 as last compared.  A
file whose size and time still agree is taken to be the file that was compared; a full verification reads it anyway.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from voicemon.asr.manifest import Manifest, ModelFile
from voicemon.errors import ModelError

STAMP: Final = ".voicemon-verified.json"


def file_sha256(path: Path) -> str:
    """SHA-256 of a file in hexadecimal.  Raises :class:`OSError`."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def size_fault(folder: Path, manifest: Manifest) -> str | None:
    """What is wrong by presence and size alone, or ``None``."""
    for file in manifest.files:
        try:
            size = (folder / file.name).stat().st_size
        except OSError:
            return f"{file.name} is missing"
        if file.size is not None and size != file.size:
            return f"{file.name} has {size} bytes instead of {file.size}"
        if size == 0:
            return f"{file.name} is empty"
    return None


def hash_all(folder: Path, manifest: Manifest) -> dict[str, str]:
    """SHA-256 of every file of a folder that is to become a model, compared with the manifest where it is pinned.

    Raises :class:`ModelError` naming the file.
    """
    hashes, fault = _compare(folder, manifest, known={}, recorded={})
    if fault is not None:
        raise ModelError(f"what was fetched is not model {manifest.name}: {fault}", "try another source")
    return hashes


def check(folder: Path, manifest: Manifest, *, every_byte: bool) -> dict[str, str]:
    """SHA-256 of every file of a stored model, after sizes and hashes were compared; renews the stamp.

    With ``every_byte`` each file is read, else only those that the stamp does not vouch for.  An unpinned file is
    compared with the hash recorded when it was pulled.  Raises :class:`ModelError` naming the file.
    """
    stamped = read(folder)
    recorded = {name: str(entry["sha256"]) for name, entry in stamped.items()}
    vouched = {} if every_byte else {n: recorded[n] for n, entry in stamped.items() if _unchanged(folder / n, entry)}
    hashes, fault = _compare(folder, manifest, known=vouched, recorded=recorded)
    if fault is not None:
        remedy = f"run voicemon models pull {manifest.name}"
        raise ModelError(f"model {manifest.name} in {folder} is damaged: {fault}", remedy)
    if vouched.keys() != hashes.keys():
        # A store that only an administrator may write to is hashed again at the next start; it is still usable.
        with contextlib.suppress(OSError):
            write(folder, hashes)
    return hashes


def intact(folder: Path, *, every_byte: bool) -> bool:
    """Whether all files of a stamped folder are as they were when stamped; with ``every_byte`` they are read."""
    entries = read(folder)
    if not all(_unchanged(folder / name, entry) for name, entry in entries.items()):
        return False
    try:
        return bool(entries) and (
            not every_byte or all(file_sha256(folder / name) == entry["sha256"] for name, entry in entries.items())
        )
    except OSError:
        return False


def read(folder: Path) -> dict[str, dict[str, Any]]:
    """The stamp's entries; empty where there is none or it makes no sense, for it can be made again."""
    try:
        entries = json.loads((folder / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(entries, dict):
        return {}
    return {n: e for n, e in entries.items() if isinstance(e, dict) and {"size", "mtime_ns", "sha256"} <= e.keys()}


def write(folder: Path, hashes: Mapping[str, str]) -> None:
    """Record ``hashes`` for the files as they are now.  Raises :class:`OSError`."""
    entries = {}
    for name, sha256 in hashes.items():
        status = (folder / name).stat()
        entries[name] = {"size": status.st_size, "mtime_ns": status.st_mtime_ns, "sha256": sha256}
    fresh = folder / f"{STAMP}.{os.getpid()}"
    fresh.write_text(json.dumps(entries, indent=1), encoding="utf-8")
    os.replace(fresh, folder / STAMP)


def _unchanged(path: Path, entry: Mapping[str, Any]) -> bool:
    try:
        status = path.stat()
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == (entry["size"], entry["mtime_ns"])


def _compare(
    folder: Path, manifest: Manifest, *, known: Mapping[str, str], recorded: Mapping[str, str]
) -> tuple[dict[str, str], str | None]:
    """Hashes by file and the first fault found; ``known`` hashes are taken as they are, not computed."""
    fault = size_fault(folder, manifest)
    if fault is not None:
        return {}, fault
    hashes: dict[str, str] = {}
    for file in manifest.files:
        hashes[file.name] = known.get(file.name) or _hash(folder / file.name, manifest)
        wanted = file.sha256 or recorded.get(file.name)
        if wanted is not None and hashes[file.name] != wanted:
            return hashes, _altered(file)
    return hashes, None


def _hash(path: Path, manifest: Manifest) -> str:
    try:
        return file_sha256(path)
    except OSError as error:
        message = f"model {manifest.name}: {path} cannot be read: {error.strerror}"
        raise ModelError(message, "check its permissions") from error


def _altered(file: ModelFile) -> str:
    return f"{file.name} does not match its SHA-256" + ("" if file.sha256 else " as recorded when it was pulled")
