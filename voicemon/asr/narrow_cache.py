"""Where narrowed models live: disposable copies in the user's cache folder, made once for each model.

``CACHE/voicemon/models/NAME``, the name made of the hashes of what it was derived from and the recipe's version.  A
copy comes into being by one rename of a folder that is complete, with a stamp of sizes and SHA-256 as the store's
models have.  Nothing here is an error: where there is no copy to be had, the whole model serves.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Final

import platformdirs

from voicemon.asr import narrow, stamp

STAGING: Final = ".narrow-"
STALE_S: Final = 3600.0
"""Leftovers of a process that was killed are cleared away after this long: younger ones may still be worked on."""
ROOM: Final = 2
"""So many times the model's weights must be free on the disk, lest the copy leave no room for what matters."""

_log = logging.getLogger(__name__)


def narrowed(model: Path, sha256: str, language: str, *, every_byte: bool = False) -> Path | None:
    """The folder of ``model`` narrowed to ``language``, made where it is not there yet; ``None``: use the whole model.

    ``sha256`` is that of the weights.  With ``every_byte`` a copy that is there is read and compared with its stamp.
    """
    if language != narrow.LANGUAGE:
        return None
    try:
        target = cache_dir() / _name(model, sha256)
        if not stamp.intact(target, every_byte=every_byte):
            _make(model, target, every_byte=every_byte)
    except (OSError, ValueError) as error:
        # File names at most: nothing here comes from a call.
        _log.info("the whole model is used, for it cannot be narrowed: %s", error)
        return None
    return target


def cache_dir() -> Path:
    """``models`` in the user's cache folder."""
    return Path(platformdirs.user_cache_dir("voicemon", appauthor=False)) / "models"


def _name(model: Path, sha256: str) -> str:
    """Weights first, for older recipes' copies are found by them; then what else the copy is made from."""
    others = hashlib.sha256()
    for file in ("config.json", "tokenizer.json"):
        others.update(hashlib.sha256((model / file).read_bytes()).digest())
    return f"{sha256[:16]}-{others.hexdigest()[:8]}-{_recipe()}"


def _recipe() -> str:
    return f"{narrow.LANGUAGE}{narrow.RECIPE}"


def _make(model: Path, target: Path, *, every_byte: bool) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    _clear_stale(target.parent)
    if shutil.disk_usage(target.parent).free < ROOM * (model / "model.bin").stat().st_size:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target.parent))
    staging = Path(tempfile.mkdtemp(prefix=STAGING, dir=target.parent))
    try:
        stamp.write(staging, narrow.narrowed_files(model, staging))
        _publish(staging, target, every_byte=every_byte)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    _log.info("narrowed model written to %s", target)
    for older in target.parent.glob(f"{target.name.split('-')[0]}-*"):
        if not older.name.endswith(f"-{_recipe()}"):
            shutil.rmtree(older, ignore_errors=True)


def _publish(staging: Path, target: Path, *, every_byte: bool) -> None:
    """Rename ``staging`` to ``target``, unless another process was there first with a whole copy."""
    try:
        os.rename(staging, target)
    except OSError:
        if stamp.intact(target, every_byte=every_byte):
            return
        # A damaged copy steps aside under a name that is cleared away later should this process be killed here.
        retired = Path(f"{staging}.old")
        os.rename(target, retired)
        os.rename(staging, target)
        shutil.rmtree(retired, ignore_errors=True)


def _clear_stale(folder: Path) -> None:
    for leftover in folder.glob(f"{STAGING}*"):
        try:
            age_s = time.time() - leftover.stat().st_mtime
        except FileNotFoundError:
            continue
        if age_s > STALE_S:
            shutil.rmtree(leftover, ignore_errors=True)
