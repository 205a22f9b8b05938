"""A recording's sound as the codec delivers it, packet by packet: any container and codec that FFmpeg (PyAV) reads.

Nothing here holds more than a packet.  What cannot be decoded becomes a :class:`~voicemon.types.Gap` of the length that
the container's time stamps give it; delay and padding that a lossy codec adds are taken off by FFmpeg.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.plane import AudioPlane
from av.audio.stream import AudioStream
from av.packet import Packet
from numpy.typing import NDArray

from voicemon.audio.container import (
    AV_ERRORS,
    SCALES,
    RecordingFormat,
    open_container,
    prepare,
    reason,
    sample_format,
)
from voicemon.types import Gap

HOLE_S: Final = 0.1
"""Time stamps of millisecond clocks jitter by less than this; a longer jump is sound that is missing."""

MAX_HOLE_S: Final = 600.0
"""A longer jump is a damaged time stamp rather than a hole in a call."""

CHECKED_CODECS: Final = frozenset({"flac"})
"""Codecs with a checksum a frame.  FFmpeg's parser puts frames that fail it into one packet without a time stamp."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Decoded samples in the codec's own type: ``raw`` has shape (channels, n) and is scaled by :meth:`write_to`."""

    raw: NDArray[Any]
    sample_format: str

    def write_to(self, out: NDArray[np.float32], rows: slice | list[int], first: int) -> None:
        """Put ``out.shape[1]`` samples from ``first`` on of channels ``rows`` into ``out`` as ±1 float32, exactly."""
        _, zero, scale = SCALES[self.sample_format]
        with np.errstate(over="ignore", invalid="ignore"):
            out[:] = self.raw[rows, first : first + out.shape[1]]
        if zero:
            out -= zero
        if scale != 1:
            out *= np.float32(scale)


class Decoder:
    """One pass through a recording; after it ``samples`` says how far it came and ``failure`` what stopped it."""

    def __init__(self, path: Path, form: RecordingFormat) -> None:
        self._path = path
        self._form = form
        self._tick_s = 0.0
        self._checked = form.codec in CHECKED_CODECS
        self._next_s: float | None = 0.0 if self._checked else None
        """Where the next frame's time stamp should stand."""
        self._lost = 0
        """Samples in packets that failed since the last good frame, by the container's word."""
        self.samples = 0
        self.failure: str | None = None

    def __iter__(self) -> Iterator[Piece | Gap]:
        try:
            with open_container(self._path) as container:
                stream = container.streams.audio[0]
                prepare(stream)
                self._tick_s = float(stream.time_base or 0)
                for packet in container.demux(stream):
                    yield from self._decode(packet)
        except AV_ERRORS as error:
            self.failure = reason(error)
        yield from self._gap(min(self._lost, int(MAX_HOLE_S * self._form.sample_rate)), "undecodable")

    def _decode(self, packet: Packet[AudioStream]) -> Iterator[Piece | Gap]:
        if self._checked and packet.size and packet.pts is None:
            self._lost += self._length(packet)
            return
        try:
            frames = packet.decode()
        except av.FFmpegError:
            self._lost += self._length(packet)
            return
        for frame in frames:
            if not isinstance(frame, AudioFrame) or not frame.samples:
                continue
            if self._alien(frame):
                self._lost += max(1, frame.samples * self._form.sample_rate // max(1, frame.sample_rate))
                continue
            yield from self._gap(*self._hole(frame))
            yield self._piece(frame)

    def _length(self, packet: Packet[AudioStream]) -> int:
        seconds = (packet.duration or 0) * self._tick_s
        return max(1, round(min(seconds, MAX_HOLE_S) * self._form.sample_rate))

    def _alien(self, frame: AudioFrame) -> bool:
        """Whether a frame has another shape than the recording: damaged headers look so."""
        return (
            frame.sample_rate != self._form.sample_rate
            or frame.layout.nb_channels != self._form.channels
            or frame.is_corrupt
            or sample_format(frame) != self._form.sample_format
        )

    def _hole(self, frame: AudioFrame) -> tuple[int, str]:
        """Samples missing before ``frame``, and why."""
        rate = self._form.sample_rate
        lost, self._lost = self._lost, 0
        stamp = None if frame.pts is None else frame.pts * self._tick_s
        expected = self._next_s
        self._next_s = None if stamp is None else stamp + frame.samples / rate
        if stamp is not None and expected is not None:
            jump = stamp - expected
            if lost and 0 < jump <= MAX_HOLE_S:
                return round(jump * rate), "undecodable"
            if not lost and HOLE_S < jump <= MAX_HOLE_S:
                return round(jump * rate), "missing in the recording"
        return lost, "undecodable"

    def _gap(self, length: int, cause: str) -> Iterator[Gap]:
        if length > 0:
            start = self.samples
            self.samples += length
            yield Gap(start, self.samples, cause)

    def _piece(self, frame: AudioFrame) -> Piece:
        self.samples += frame.samples
        name = sample_format(frame)
        dtype = SCALES[name][0]
        if frame.format.is_planar:
            raw: NDArray[Any] = np.array([_samples(plane, dtype, frame.samples) for plane in frame.planes])
        else:
            channels = self._form.channels
            raw = _samples(frame.planes[0], dtype, frame.samples * channels).reshape(frame.samples, channels).T
        return Piece(raw, name)


def _samples(plane: AudioPlane, dtype: type[np.generic], count: int) -> NDArray[Any]:
    """The plane's memory without a copy; FFmpeg pads planes, hence ``count``."""
    return np.frombuffer(plane, dtype, count)  # type: ignore[call-overload, no-any-return]
