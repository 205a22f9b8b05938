"""What a recording says of its own length, and how far that can be believed.

A recording that ends before its own header says so has been cut; it must not pass as whole.  Many containers only
carry an estimate from the bit rate, and an estimate proves nothing.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MAX_DURATION_S: Final = 7 * 86_400.0
"""No call lasts a week: a longer duration is a header that was never filled in."""

EXACT_CONTAINERS: Final = frozenset({"w64", "flac", "aiff", "au", "caf"})
"""Headers that count samples."""

TIMED_CONTAINERS: Final = frozenset({"mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "ogg", "mp3"})
"""An index, time stamps or a count of packets that make the length good to a packet or two."""

PACKETS_S: Final = 0.15
"""Two of the longest packets (MP3 at 16 kHz: 72 ms)."""

OGG_TAIL_BYTES: Final = 65_307
"""The longest possible Ogg page (RFC 3533, section 6)."""

_OGG_PAGE: Final = b"OggS"
_OGG_HEADER: Final = 27
_OGG_FLAGS_AT: Final = 5
_OGG_LAST_PAGE: Final = 0x04

_RIFF_UNKNOWN: Final = 0x7FFF_0000
"""Recorders that write to a pipe put 0 or a size from here up into the data chunk: the length was not known."""

_MAX_CHUNKS: Final = 64
"""Chunks before the data chunk; a recorder writes two to five."""


@dataclass(frozen=True, slots=True)
class Claim:
    """``duration_s`` as the container gives it (``None``: it does not, or absurdly).

    ``slack_s``: how much less than that is still whole; ``None``: the duration is an estimate and proves nothing.
    ``unfinished``: the container's own end is missing.
    """

    duration_s: float | None
    slack_s: float | None
    unfinished: bool = False

    def shortfall(self, samples: int, sample_rate: int) -> str | None:
        """What is wrong with a recording that delivered ``samples``; ``None`` where nothing speaks against it."""
        got_s = samples / sample_rate
        if self.duration_s is not None and self.slack_s is not None:
            least = math.floor((self.duration_s - self.slack_s) * sample_rate + 0.5)
            if samples < least:
                return f"the recording is incomplete: {got_s:.2f} s of the {self.duration_s:.2f} s that it should have"
        if self.unfinished:
            return f"the recording has been cut off: it has {got_s:.2f} s and no proper end"
        return None


def claimed_length(path: Path, head: bytes, container: str, seconds: float | None) -> Claim:
    """The claim of a file that begins with ``head`` and for which the demuxer reports ``seconds``."""
    if container == "ogg":
        return Claim(_sane(seconds), PACKETS_S, unfinished=not _ogg_ends(path))
    if container == "wav":
        return Claim(_sane(seconds), None, unfinished=_riff_cut(path))
    if container in EXACT_CONTAINERS:
        return Claim(_sane(seconds), 0.0)
    counted = container in TIMED_CONTAINERS and (container != "mp3" or b"Xing" in head or b"Info" in head)
    return Claim(_sane(seconds), PACKETS_S if counted else None)


def _sane(seconds: float | None) -> float | None:
    return seconds if seconds is not None and 0 < seconds <= MAX_DURATION_S else None


def _riff_cut(path: Path) -> bool:
    """Whether a RIFF WAVE file ends before its data chunk does.  FFmpeg quietly takes the file's size for it."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if file.read(4) != b"RIFF":
            return False
        file.seek(12)
        for _ in range(_MAX_CHUNKS):
            header = file.read(8)
            if len(header) < 8:
                return False
            name, length = struct.unpack("<4sI", header)
            if name == b"data":
                return bool(0 < length < _RIFF_UNKNOWN and file.tell() + length > size)
            file.seek(length + length % 2, 1)
    return False


def _ogg_ends(path: Path) -> bool:
    """Whether the last page is there in full and carries the end-of-stream mark that RFC 3533 asks for."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - OGG_TAIL_BYTES))
        tail = file.read()
    at = tail.rfind(_OGG_PAGE)
    page = tail[at:] if at >= 0 else b""
    if len(page) < _OGG_HEADER:
        return False
    segments = page[_OGG_HEADER - 1]
    body = sum(page[_OGG_HEADER : _OGG_HEADER + segments])
    return bool(page[_OGG_FLAGS_AT] & _OGG_LAST_PAGE) and len(page) >= _OGG_HEADER + segments + body
