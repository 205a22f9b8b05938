"""Where model files come from: a folder, installed Python packages, the Hugging Face hub."""

from __future__ import annotations

import logging
import shutil
import socket
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from voicemon.asr.manifest import Manifest
from voicemon.errors import ModelError

CHUNK: Final = 1 << 20
HUB_TIMEOUT_S: Final = 10.0
HUB_NOTES: Final = ".cache"
"""Where the hub's client keeps its notes on a download; no part of the model."""

Progress = Callable[[str, int, int | None], None]


def remedy(manifest: Manifest) -> str:
    """How a user gets the model."""
    ways = [f'pip install "voicemon[{manifest.extra}]"'] if manifest.extra else []
    ways += [f"voicemon models pull {manifest.name}", f"voicemon models pull {manifest.name} --from DIR"]
    return "run " + ", or ".join(ways)


def from_folder(manifest: Manifest, source: Path, target: Path, progress: Progress) -> None:
    """Copy the model's files from ``source``.

    Raises :class:`ModelError` when one is not there, :class:`OSError` when writing fails.
    """
    for file in manifest.files:
        if not (source / file.name).is_file():
            raise ModelError(
                f"{source} has no {file.name}", f"give the folder that holds the files of model {manifest.name}"
            )
    for file in manifest.files:
        _join([source / file.name], target / file.name, progress)


def from_packages(manifest: Manifest, places: Mapping[str, Sequence[Path]], target: Path, progress: Progress) -> None:
    """Join the parts that lie in installed Python packages.  Raises :class:`OSError` when writing fails."""
    for file in manifest.files:
        _join(places[file.name], target / file.name, progress)


def from_hub(manifest: Manifest, target: Path, progress: Progress) -> None:
    """Download from the Hugging Face hub.  Raises :class:`ModelError` when it cannot be reached or lacks a file."""
    from huggingface_hub import hf_hub_download

    logging.getLogger("huggingface_hub").setLevel(
        logging.ERROR
    )  # A failure is one line of ours, not its log of retries.
    _check_reachable(manifest)
    for file in manifest.files:
        progress(file.name, 0, file.size)
        try:
            hf_hub_download(manifest.hub, file.name, local_dir=target, etag_timeout=HUB_TIMEOUT_S)
        except _hub_errors() as error:
            raise _unreachable(manifest, _first_line(error)) from error
        size = (target / file.name).stat().st_size
        progress(file.name, size, size)
    shutil.rmtree(target / HUB_NOTES, ignore_errors=True)


def _hub_errors() -> tuple[type[Exception], ...]:
    """What a failing download raises: the hub's own errors and those of its HTTP library (httpx, formerly requests)."""
    import huggingface_hub.errors as hub

    found: list[type[Exception]] = [OSError, hub.HfHubHTTPError, hub.EntryNotFoundError]
    try:
        import httpx  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        return tuple(found)
    return (*found, httpx.HTTPError)


def _check_reachable(manifest: Manifest) -> None:
    """Fail at once without a network: the hub's client would go on trying for half a minute."""
    from huggingface_hub.constants import ENDPOINT

    host = urllib.parse.urlsplit(ENDPOINT).hostname
    if urllib.request.getproxies() or host is None:
        return  # Behind a proxy the host's name need not resolve here.
    try:
        socket.getaddrinfo(host, None)
    except OSError as error:
        raise _unreachable(manifest, f"{host} cannot be reached") from error


def _unreachable(manifest: Manifest, why: str) -> ModelError:
    return ModelError(f"model {manifest.name} cannot be downloaded: {why}", _offline_remedy(manifest))


def _offline_remedy(manifest: Manifest) -> str:
    ways = [f'without a network: pip install "voicemon[{manifest.extra}]"'] if manifest.extra else []
    ways.append(f"copy its files from another machine and run voicemon models pull {manifest.name} --from DIR")
    return ", or ".join(ways)


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _join(pieces: Sequence[Path], target: Path, progress: Progress) -> None:
    total = sum(piece.stat().st_size for piece in pieces)
    done = 0
    with target.open("wb") as out:
        for piece in pieces:
            with piece.open("rb") as stream:
                while chunk := stream.read(CHUNK):
                    out.write(chunk)
                    done += len(chunk)
                    progress(target.name, done, total)
