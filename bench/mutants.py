"""Damaged recordings, made from a seed: what a reader of recordings must survive.

``python -m bench.mutants FOLDER [--count 240] [--seed 1]`` writes them, small recordings in every common format and
their mutants, with ``mutants.json`` that says of each what was done to it and what is to be expected.
"""

from __future__ import annotations

import argparse
import io
import json
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.audio.stream import AudioStream
from numpy.typing import NDArray

LENGTH_S: Final = 2.0
HOURS_12_S: Final = 12 * 3600

UNREADABLE: Final = "unreadable"
"""There is no sound in it: an error is the only right answer."""
SAME: Final = "same"
"""Nothing that matters was changed: it must read as the original."""
CUT: Final = "cut"
"""A beginning of the original: an error, or that beginning and a word that the rest is missing."""
ANY: Final = "any"
"""An error, or finite samples on a clock without holes."""


@dataclass(frozen=True, slots=True)
class Base:
    """A whole recording: ``container`` and ``codec`` as FFmpeg names them; ``knows_length``: a cut can be seen."""

    name: str
    suffix: str
    container: str
    codec: str
    sample_rate: int
    channels: int
    knows_length: bool


BASES: Final = (
    Base("pcm16-stereo", "wav", "wav", "pcm_s16le", 16_000, 2, True),
    Base("pcm24", "wav", "wav", "pcm_s24le", 48_000, 1, True),
    Base("pcm32", "wav", "wav", "pcm_s32le", 16_000, 1, True),
    Base("pcm8", "wav", "wav", "pcm_u8", 8_000, 1, True),
    Base("float", "wav", "wav", "pcm_f32le", 16_000, 1, True),
    Base("alaw", "wav", "wav", "pcm_alaw", 8_000, 1, True),
    Base("mulaw-stereo", "wav", "wav", "pcm_mulaw", 8_000, 2, True),
    Base("flac-stereo", "flac", "flac", "flac", 16_000, 2, True),
    Base("mp3", "mp3", "mp3", "libmp3lame", 22_050, 1, False),
    Base("vorbis-stereo", "ogg", "ogg", "vorbis", 44_100, 2, True),
    Base("opus", "ogg", "ogg", "libopus", 48_000, 1, True),
    Base("aac-stereo", "m4a", "ipod", "aac", 16_000, 2, True),
    Base("adts", "aac", "adts", "aac", 16_000, 1, False),
    Base("amr", "amr", "amr", "libopencore_amrnb", 8_000, 1, False),
    Base("aiff", "aiff", "aiff", "pcm_s16be", 11_025, 1, False),
    Base("mkv", "mkv", "matroska", "pcm_s16le", 16_000, 1, False),
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One damaged file; ``base`` names the recording it was made from, ``expect`` is one of the words above."""

    file: str
    base: str
    kind: str
    expect: str


def sound(sample_rate: int, channels: int, length_s: float = LENGTH_S) -> NDArray[np.float32]:
    """A voice-like buzz in bursts, other pitches in other channels, peak below 0.5: shape (channels, n)."""
    t = np.arange(round(length_s * sample_rate)) / sample_rate
    rows = []
    for channel in range(channels):
        pitch_hz = 120.0 * (1 + channel)
        buzz = sum(np.sin(2 * np.pi * pitch_hz * k * t) / k for k in range(1, 9))
        rows.append(0.2 * buzz * (np.sin(2 * np.pi * 2 * t + channel) > 0))
    return np.array(rows, np.float32)


def encode(samples: NDArray[np.float32], sample_rate: int, container: str, codec: str) -> bytes:
    """``samples`` (channels, n) as a file's bytes, written in pieces of a codec frame."""
    layout = "mono" if len(samples) == 1 else "stereo"
    target = io.BytesIO()
    with av.open(target, "w", format=container) as file:
        stream = file.add_stream(codec, rate=sample_rate)
        assert isinstance(stream, AudioStream)
        context = stream.codec_context
        context.layout = layout
        if codec == "vorbis":
            context.options = {"strict": "experimental"}
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = sample_rate, 0, Fraction(1, sample_rate)
        context.open()
        size = context.frame_size or 1024
        cutter = av.AudioResampler(format=context.format.name, layout=layout, rate=sample_rate, frame_size=size)
        for piece in cutter.resample(frame) + cutter.resample(None):
            file.mux(stream.encode(piece))
        file.mux(stream.encode(None))
    return target.getvalue()


def write_base(base: Base, folder: Path) -> Path:
    """The undamaged recording."""
    path = folder / f"{base.name}.{base.suffix}"
    path.write_bytes(encode(sound(base.sample_rate, base.channels), base.sample_rate, base.container, base.codec))
    return path


def wav(data: bytes, *, rate: int = 16_000, channels: int = 1, bits: int = 16, code: int = 1, claim: int = -1) -> bytes:
    """A RIFF WAVE file whose header may lie: ``claim`` is the data length it speaks of."""
    length = len(data) if claim < 0 else claim
    step = channels * bits // 8
    form = struct.pack("<HHIIHH", code, channels, rate, rate * step & 0xFFFFFFFF, step, bits)
    riff = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", length) + data
    return b"RIFF" + struct.pack("<I", (36 + length) & 0xFFFFFFFF) + riff


def fixed_mutants(rng: np.random.Generator) -> Iterator[tuple[str, str, bytes, str]]:
    """File name, kind, bytes and expectation: damage that a header can have, and things that are no recordings."""
    data = (sound(16_000, 1)[0] * 32_767).astype("<i2").tobytes()
    floats = sound(16_000, 1)[0].astype("<f4")
    floats[5000:6000:7] = np.nan
    floats[9000] = np.inf
    floats[12_000] = -1e30
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr("call.wav", wav(data))
    yield "empty.wav", "empty", b"", UNREADABLE
    yield "header-only.wav", "header only", wav(b""), UNREADABLE
    yield "header-half.wav", "header only", wav(b"")[:20], UNREADABLE
    yield "zero-channels.wav", "zero channels", wav(data, channels=0), UNREADABLE
    yield "many-channels.wav", "many channels", wav(data, channels=30_000), UNREADABLE
    yield "zero-rate.wav", "zero sample rate", wav(data, rate=0), UNREADABLE
    yield "slow-rate.wav", "absurd sample rate", wav(data, rate=7), UNREADABLE
    yield "huge-rate.wav", "absurd sample rate", wav(data, rate=2_000_000_000), UNREADABLE
    yield "no-bits.wav", "no bits a sample", wav(data, bits=0), UNREADABLE
    yield "unknown-codec.wav", "unknown codec", wav(data, code=0x4242), UNREADABLE
    yield "nan.wav", "NaN samples", wav(floats.tobytes(), bits=32, code=3), ANY
    yield "all-nan.wav", "NaN samples", wav(np.full(32_000, np.nan, "<f4").tobytes(), bits=32, code=3), ANY
    yield "random-floats.wav", "random floats", wav(rng.bytes(128_000), bits=32, code=3), ANY
    yield "random-doubles.wav", "random floats", wav(rng.bytes(128_000), bits=64, code=3), ANY
    yield "claims-12h.wav", "12 h claimed", wav(bytes(3200), claim=HOURS_12_S * 32_000), CUT
    yield "claims-4gb.wav", "unknown length", wav(data, claim=0xFFFFFFFF), SAME
    yield "claims-0.wav", "unknown length", wav(data, claim=0), SAME
    yield "archive.wav", "zip named wav", archive.getvalue(), UNREADABLE
    yield "text.wav", "text named wav", "好的，请稍等。\n".encode() * 300, UNREADABLE
    yield "playlist.mp3", "play list", b"#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:9/call.mp3\n" * 9, UNREADABLE
    yield "concat.wav", "play list", b"ffconcat version 1.0\nfile pcm16-stereo.wav\n", UNREADABLE
    yield "zeros.wav", "zero bytes", bytes(50_000), UNREADABLE
    for suffix in ("wav", "flac", "mp3", "ogg", "m4a", "amr", "bin"):
        yield f"random.{suffix}", "random bytes", rng.bytes(40_000), UNREADABLE


def garble(data: bytes, rng: np.random.Generator, first: int, count: int) -> bytes:
    """``data`` with ``count`` random bytes from ``first`` on."""
    damaged = bytearray(data)
    for at in rng.integers(first, len(data), count):
        damaged[at] = rng.integers(256)
    return bytes(damaged)


HEADER_BYTES: Final = 64

Mutation = Callable[[bytes, np.random.Generator], bytes]

MUTATIONS: Final[dict[str, Mutation]] = {
    "cut": lambda data, rng: data[: rng.integers(HEADER_BYTES * 4, len(data) - HEADER_BYTES)],
    "cut in the header": lambda data, rng: data[: rng.integers(1, HEADER_BYTES)],
    "garbled": lambda data, rng: garble(data, rng, HEADER_BYTES, int(rng.integers(1, 200))),
    "garbled header": lambda data, rng: garble(data[:HEADER_BYTES], rng, 0, 3) + data[HEADER_BYTES:],
    "hole": lambda data, rng: data[: (at := len(data) // 3)] + data[at + int(rng.integers(1, len(data) // 3)) :],
    "zeroed": lambda data, _: data[: (at := len(data) // 2)] + bytes(n := len(data) // 5) + data[at + n :],
    "noise inserted": lambda data, rng: data[: (at := len(data) // 2)] + rng.bytes(2000) + data[at:],
    "twice": lambda data, _: data + data,
    "wrong extension": lambda data, _: data,
}

WRONG_SUFFIX: Final = {"wav": "mp3", "flac": "wav", "mp3": "ogg", "ogg": "m4a", "m4a": "wav", "mkv": "flac"}


def expectation(kind: str, base: Base) -> str:
    if kind == "wrong extension":
        return SAME
    return CUT if kind == "cut" and base.knows_length else ANY


def make_mutants(folder: Path, count: int = 240, seed: int = 1) -> list[Mutant]:
    """At least ``count`` mutants in ``folder``, beside the recordings that they were made from; the same for a seed."""
    rng = np.random.default_rng(seed)
    originals = {base: write_base(base, folder).read_bytes() for base in BASES}
    mutants = []
    for name, kind, data, expect in fixed_mutants(rng):
        (folder / name).write_bytes(data)
        mutants.append(Mutant(name, "", kind, expect))
    kinds = list(MUTATIONS)
    number = 0
    while len(mutants) < count:
        base = BASES[number % len(BASES)]
        kind = kinds[number // len(BASES) % len(kinds)]
        suffix = WRONG_SUFFIX.get(base.suffix, "dat") if kind == "wrong extension" else base.suffix
        name = f"{number:04d}-{base.name}-{kind.replace(' ', '-')}.{suffix}"
        (folder / name).write_bytes(MUTATIONS[kind](originals[base], rng))
        mutants.append(Mutant(name, f"{base.name}.{base.suffix}", kind, expectation(kind, base)))
        number += 1
    (folder / "mutants.json").write_text(json.dumps([asdict(mutant) for mutant in mutants], indent=1))
    return mutants


def main() -> None:
    parser = argparse.ArgumentParser(description="write damaged recordings")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=240)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    print(f"{len(make_mutants(options.folder, options.count, options.seed))} mutants in {options.folder}")


if __name__ == "__main__":
    main()
