"""Opening a recording: is it one, and what is in it?  Everything wrong with it that shows at once is said here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer

from voicemon.audio.claims import Claim, claimed_length
from voicemon.errors import InputError

FORMATS: Final = (
    "wav,w64,aiff,au,caf,flac,mp3,ogg,mov,mp4,m4a,3gp,3g2,mj2,aac,adts,loas,amr,amrnb,amrwb,matroska,webm,asf,avi,"
    "mpeg,mpegts,gsm,voc,sph,nistspeech,ape,wv,tta,ac3,eac3,ircam,sox,act,aea"
)
"""Containers of sound.  Play lists and the like stay out: a file must not make us open other files or sockets."""

MIN_RATE_HZ: Final = 4_000
MAX_RATE_HZ: Final = 384_000
MAX_CHANNELS: Final = 64
"""More channels or stranger rates than any recorder writes: a damaged header."""

PROBE_PACKETS: Final = 64
"""A file whose first packets all fail to decode (1 to 8 s of sound) is not a recording."""

AV_ERRORS: Final = (av.FFmpegError, OSError, ValueError)
"""What PyAV raises for files it cannot read: FFmpeg's errors, the system's, and texts that are not UTF-8."""

SCALES: Final[dict[str, tuple[type[np.generic], float, float]]] = {
    "u8": (np.uint8, 128, 1 / 128),
    "s16": (np.int16, 0, 1 / 32_768),
    "s32": (np.int32, 0, 1 / 2**31),
    "s64": (np.int64, 0, 1 / 2**63),
    "flt": (np.float32, 0, 1),
    "dbl": (np.float64, 0, 1),
}
"""FFmpeg's sample formats: type, zero and scale to ±1.  24-bit samples come as the upper bits of ``s32``."""


@dataclass(frozen=True, slots=True)
class RecordingFormat:
    """What the first frame and the header say of a recording."""

    container: str
    codec: str
    sample_rate: int
    channels: int
    sample_format: str
    """A key of :data:`SCALES`: that of the first frame."""
    claim: Claim
    streams: int


def probe(path: Path) -> RecordingFormat:
    """Open ``path``, decode its first frame and say what it is; :class:`InputError` where that cannot be done."""
    head = _read_head(path)
    try:
        with open_container(path) as container:
            if not container.streams.audio:
                raise InputError(f"{path}: there is no audio in this file", "give a recording with an audio track")
            stream = container.streams.audio[0]
            if stream.codec_context is None:
                raise InputError(f"{path}: its audio codec is not known", "convert it to WAV or FLAC")
            frame = _first_frame(container, stream)
            if frame is None:
                raise InputError(f"{path}: no sound can be decoded from it", f"it is damaged or empty; {_AGAIN}")
            return _describe(path, head, container, stream, frame)
    except AV_ERRORS as error:
        raise InputError(f"{path}: this is not a recording, or it is damaged: {reason(error)}", _KNOWN) from error


_AGAIN: Final = "export it again"
_KNOWN: Final = "give WAV, FLAC, MP3, OGG, M4A or AMR"


def _read_head(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise InputError(f"{path}: this is a folder", "give one recording")
        if path.exists() and not path.is_file():
            raise InputError(f"{path}: this is not a regular file", "save the sound to a file first")
        with path.open("rb") as file:
            head = file.read(4096)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file", "check the name") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be opened ({reason(error)})", "check the name and the permissions") from error
    if not head:
        raise InputError(f"{path}: the file is empty", "export the recording again")
    return head


def reason(error: BaseException) -> str:
    """The system's or FFmpeg's words for ``error``, without number and path."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


_OPTIONS: Final = {
    "format_whitelist": FORMATS,
    "protocol_whitelist": "file",
    "max_size": "16384",
    "max_probe_packets": "8",
}
"""FFmpeg's.  PCM in packets of 16 kB rather than 4 kB is three times faster to hand over; and eight of them are enough
to see whether a WAV file holds something else than PCM, for which FFmpeg would look at 2500."""


def open_container(path: Path) -> InputContainer:
    return av.open(f"file:{path}", metadata_errors="replace", options=_OPTIONS)


def prepare(stream: AudioStream) -> None:
    """One thread; and where the codec has a checksum a frame, damaged sound must not pass as sound."""
    stream.codec_context.thread_count = 1
    if stream.codec_context.name == "flac":
        stream.codec_context.options = {"err_detect": "crccheck+explode"}


def _first_frame(container: InputContainer, stream: AudioStream) -> AudioFrame | None:
    prepare(stream)
    for number, packet in enumerate(container.demux(stream)):
        if number >= PROBE_PACKETS:
            return None
        try:
            frames = packet.decode()
        except av.FFmpegError:
            continue
        for frame in frames:
            if isinstance(frame, AudioFrame) and frame.samples:
                return frame
    return None


def _describe(
    path: Path, head: bytes, container: InputContainer, stream: AudioStream, frame: AudioFrame
) -> RecordingFormat:
    rate, channels = frame.sample_rate, frame.layout.nb_channels
    if not MIN_RATE_HZ <= rate <= MAX_RATE_HZ:
        raise InputError(f"{path}: no recording has a sample rate of {rate} Hz", f"the header is damaged; {_AGAIN}")
    if not 1 <= channels <= MAX_CHANNELS:
        raise InputError(f"{path}: no call has {channels} channels", f"the header is damaged; {_AGAIN}")
    if sample_format(frame) not in SCALES:
        raise InputError(f"{path}: samples of type {frame.format.name} are not supported", "convert it to WAV or FLAC")
    seconds = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else None
    if seconds is None and container.duration:
        seconds = container.duration / av.time_base
    claim = claimed_length(path, head, container.format.name, seconds)
    codec = stream.codec_context.name
    return RecordingFormat(
        container.format.name, codec, rate, channels, sample_format(frame), claim, len(container.streams.audio)
    )


def sample_format(frame: AudioFrame) -> str:
    name = frame.format.name
    return name[:-1] if frame.format.is_planar else name
