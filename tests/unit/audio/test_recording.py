"""Recordings in the formats that call centres keep: exact samples, right channels, plain words about damage."""

from __future__ import annotations

import importlib
import sys
import tracemalloc
import wave
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from voicemon.audio.recording import RecordingSource
from voicemon.errors import ConfigError, InputError
from voicemon.types import Block, Gap, Role

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))
mutants = importlib.import_module("bench.mutants")
wav: Callable[..., bytes] = mutants.wav

RATE = 16_000


def read(source: RecordingSource) -> tuple[np.ndarray, list[Gap]]:
    """All samples (channels, n), zero in the gaps, and the gaps; the clock must have no holes."""
    items = list(source)
    for before, after in pairwise(items):
        assert after.start == (before.end if isinstance(before, Gap) else before.start + before.samples.shape[1])
    channels = len(source.info.roles)
    rows = [
        item.samples if isinstance(item, Block) else np.zeros((channels, item.end - item.start), np.float32)
        for item in items
    ]
    return np.concatenate(rows, axis=1), [item for item in items if isinstance(item, Gap)]


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def ramp(count: int) -> np.ndarray:
    return np.random.default_rng(3).integers(-32_768, 32_768, count).astype("<i2")


# ------------------------------------------------------------------------------------------------------ samples


def test_sixteen_bit_samples_come_exactly(tmp_path: Path) -> None:
    data = ramp(40_001)
    samples, gaps = read(RecordingSource(write(tmp_path / "a.wav", wav(data.tobytes()))))
    assert samples.dtype == np.float32
    assert np.array_equal(samples[0], data.astype(np.float32) / 32_768)
    assert gaps == []


def test_eight_bit_samples_are_unsigned(tmp_path: Path) -> None:
    data = np.arange(256, dtype=np.uint8)
    samples, _ = read(RecordingSource(write(tmp_path / "a.wav", wav(data.tobytes(), bits=8, rate=8000))))
    assert np.array_equal(samples[0], (np.arange(256) - 128) / 128)


def test_twenty_four_bit_samples_come_exactly(tmp_path: Path) -> None:
    values = np.array([0, 1, -1, 2**23 - 1, -(2**23), 123_456, -654_321])
    data = b"".join(int(v).to_bytes(3, "little", signed=True) for v in values)
    samples, _ = read(RecordingSource(write(tmp_path / "a.wav", wav(data, bits=24, rate=48_000))))
    assert np.array_equal(samples[0], (values / 2**23).astype(np.float32))


def test_float_samples_may_exceed_full_scale(tmp_path: Path) -> None:
    data = np.array([0.0, 0.25, -1.0, 1.5, -2.0], "<f4")
    samples, gaps = read(RecordingSource(write(tmp_path / "a.wav", wav(data.tobytes(), bits=32, code=3))))
    assert np.array_equal(samples[0], data)
    assert gaps == []


@pytest.mark.parametrize(("code", "quiet", "loud"), [(6, 0xD5, 0xAA), (7, 0xFF, 0x80)])
def test_telephone_codes_follow_g711(tmp_path: Path, code: int, quiet: int, loud: int) -> None:
    """ITU-T G.711: the code words for the smallest and the largest positive value."""
    data = bytes([quiet, loud])
    samples, _ = read(RecordingSource(write(tmp_path / "a.wav", wav(data, bits=8, code=code, rate=8000))))
    assert abs(samples[0, 0]) < 0.001
    assert samples[0, 1] == pytest.approx(0.98, abs=0.01)


@pytest.mark.parametrize("base", mutants.BASES, ids=lambda base: base.name)
def test_every_format_reads_back(base: object, tmp_path: Path) -> None:
    """Level within 0.5 dB of what was written, and in time to a millisecond; AMR, made for voices, within 3 dB."""
    path = mutants.write_base(base, tmp_path)
    source = RecordingSource(path)
    samples, gaps = read(source)
    written = mutants.sound(base.sample_rate, base.channels)
    assert (source.info.sample_rate, len(source.info.roles)) == (base.sample_rate, base.channels)
    assert (gaps, source.truncated, source.warnings) == ([], False, ())
    assert samples.shape[1] / base.sample_rate == pytest.approx(mutants.LENGTH_S, abs=0.15)
    untrimmed = base.codec == "libopencore_amrnb" or base.container == "adts"
    got, sent = samples[0].astype(float), written[0].astype(float)
    if not untrimmed:
        got = got[: sent.size]
        correlation = np.fft.irfft(np.fft.rfft(got, 2 * sent.size) * np.conj(np.fft.rfft(sent, 2 * sent.size)))
        lag = int(np.argmax(correlation))
        lag -= correlation.size if lag > sent.size else 0
        assert abs(lag) <= base.sample_rate / 1000
    tolerance_db = 3.0 if base.codec == "libopencore_amrnb" else 0.5
    assert abs(10 * np.log10(np.sum(got**2) / np.sum(sent**2))) < tolerance_db


def test_the_wave_module_agrees(tmp_path: Path) -> None:
    path = mutants.write_base(mutants.BASES[0], tmp_path)
    with wave.open(str(path)) as file:
        data = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2).T
    assert np.array_equal(read(RecordingSource(path))[0], data / np.float32(32_768))


@pytest.mark.parametrize("block_s", [1 / RATE, 7 / RATE, 0.01, 0.0333, 1.0, 1000.0])
def test_blocks_are_even_and_the_last_one_short(tmp_path: Path, block_s: float) -> None:
    data = ramp(4_001)
    source = RecordingSource(write(tmp_path / "a.wav", wav(data.tobytes())), block_s=block_s)
    sizes = [item.samples.shape[1] for item in source if isinstance(item, Block)]
    assert set(sizes[:-1]) <= {round(block_s * RATE)}
    assert sizes[-1] <= round(block_s * RATE)
    assert np.array_equal(read(source)[0][0], data / np.float32(32_768))


def test_memory_does_not_grow_with_the_length(tmp_path: Path) -> None:
    path = write(tmp_path / "long.wav", wav(bytes(RATE * 2 * 2 * 300), channels=2))
    tracemalloc.start()
    length = sum(item.samples.shape[1] for item in RecordingSource(path) if isinstance(item, Block))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert length == 300 * RATE
    assert peak < 2_000_000


# ----------------------------------------------------------------------------------------------------- channels


@pytest.fixture
def stereo(tmp_path: Path) -> Path:
    data = np.stack([np.full(1000, 100), np.full(1000, 200)], axis=1).astype("<i2")
    return write(tmp_path / "stereo.wav", wav(data.tobytes(), channels=2))


def values(source: RecordingSource) -> list[int]:
    return [round(float(row[0]) * 32_768) for row in read(source)[0]]


def test_of_two_channels_the_first_is_the_agent(stereo: Path) -> None:
    source = RecordingSource(stereo)
    assert source.info.roles == (Role.AGENT, Role.CUSTOMER)
    assert values(source) == [100, 200]


def test_channels_can_be_named(stereo: Path) -> None:
    assert values(RecordingSource(stereo, agent_channel=1)) == [200, 100]
    assert values(RecordingSource(stereo, agent_channel=1, customer_channel=None)) == [200]
    only = RecordingSource(stereo, agent_channel=None, customer_channel=0)
    assert (only.info.roles, values(only)) == ((Role.CUSTOMER,), [100])


def test_of_many_channels_only_the_agents_is_known(tmp_path: Path) -> None:
    data = np.tile(np.arange(1, 7, dtype="<i2"), 500)
    path = write(tmp_path / "six.wav", wav(data.tobytes(), channels=6))
    assert values(RecordingSource(path)) == [1]
    assert values(RecordingSource(path, agent_channel=5, customer_channel=2)) == [6, 3]


def test_a_channel_that_is_not_there_is_named(stereo: Path) -> None:
    with pytest.raises(InputError, match=r"no channel 2, it has channels 0 to 1 \(set --customer-channel\)"):
        RecordingSource(stereo, customer_channel=2)


def test_one_channel_for_both_is_refused(stereo: Path) -> None:
    with pytest.raises(ConfigError, match="both have channel 0"):
        RecordingSource(stereo, customer_channel=0)
    with pytest.raises(ConfigError, match="neither"):
        RecordingSource(stereo, agent_channel=None, customer_channel=None)


# ------------------------------------------------------------------------------------------------------- damage


def test_what_is_not_a_number_is_a_gap_and_never_passed_on(tmp_path: Path) -> None:
    data = np.zeros(32_000, "<f4")
    data[5_000:5_300] = np.nan
    data[9_000], data[20_000] = np.inf, 1e30
    for block_s in (0.01, 0.25, 1.0):
        source = RecordingSource(write(tmp_path / "a.wav", wav(data.tobytes(), bits=32, code=3)), block_s=block_s)
        samples, gaps = read(source)
        assert [(gap.start, gap.end) for gap in gaps] == [(4_960, 5_440), (8_960, 9_120), (20_000, 20_160)]
        assert {gap.cause for gap in gaps} == {"invalid samples"}
        assert samples.shape[1] == data.size
        assert np.isfinite(samples).all()


def test_a_damaged_packet_is_a_gap_at_its_place(tmp_path: Path) -> None:
    path = mutants.write_base(next(base for base in mutants.BASES if base.name == "flac-stereo"), tmp_path)
    whole, _ = read(RecordingSource(path))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x55
    samples, gaps = read(RecordingSource(write(tmp_path / "damaged.flac", bytes(data))))
    assert samples.shape == whole.shape
    (gap,) = gaps
    assert gap.cause == "undecodable"
    assert 0 < gap.end - gap.start < RATE // 2
    assert np.array_equal(samples[:, : gap.start], whole[:, : gap.start])
    assert np.array_equal(samples[:, gap.end :], whole[:, gap.end :])


def test_a_cut_recording_says_so(tmp_path: Path) -> None:
    data = ramp(32_000).tobytes()
    source = RecordingSource(write(tmp_path / "cut.wav", wav(data, claim=len(data) * 2)))
    assert read(source)[0].shape[1] == 32_000
    assert source.truncated
    assert source.warnings == ("the recording has been cut off: it has 2.00 s and no proper end",)


@pytest.mark.parametrize("claim", [0, 0xFFFF_FFFF, 0x7FFF_FFFF])
def test_a_recorder_that_wrote_to_a_pipe_did_not_know_the_length(tmp_path: Path, claim: int) -> None:
    source = RecordingSource(write(tmp_path / "piped.wav", wav(ramp(32_000).tobytes(), claim=claim)))
    assert read(source)[0].shape[1] == 32_000
    assert not source.truncated


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("empty.wav", b"", "the file is empty"),
        ("header.wav", wav(b""), "no sound can be decoded"),
        ("text.wav", b"hello\n" * 99, "this is not a recording"),
        ("rate.wav", wav(bytes(999), rate=7), "no recording has a sample rate of 7 Hz"),
        ("channels.wav", wav(bytes(9999), channels=200, bits=8), "no call has 200 channels"),
        ("codec.wav", wav(bytes(999), code=0x4242), "its audio codec is not known"),
        ("list.m3u8", b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n", "not a recording"),
    ],
)
def test_what_is_no_recording_is_said_in_one_line(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message) as error:
        RecordingSource(write(tmp_path / name, data))
    assert "\n" not in str(error.value)
    assert error.value.remedy


def test_what_is_no_file_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        RecordingSource(tmp_path / "missing.wav")
    with pytest.raises(InputError, match="this is a folder"):
        RecordingSource(tmp_path)
    with pytest.raises(InputError, match="not a regular file"):
        RecordingSource(Path("/dev/null"))


def test_the_codecs_say_nothing_on_standard_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = mutants.write_base(next(base for base in mutants.BASES if base.name == "mp3"), tmp_path)
    data = path.read_bytes()
    read(RecordingSource(write(tmp_path / "damaged.mp3", data[:3000] + bytes(500) + data[3500:])))
    assert capfd.readouterr() == ("", "")


def test_closing_ends_the_loop(stereo: Path) -> None:
    source = RecordingSource(stereo, block_s=0.01)
    got = 0
    for _ in source:
        got += 1
        source.close()
        source.close()
    assert got == 1
