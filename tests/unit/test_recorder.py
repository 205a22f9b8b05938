"""Recordings hold what the source gave, sample for sample, and never hold the meters up."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import Collected
from voicemon import demo
from voicemon.audio.recording import RecordingSource
from voicemon.errors import ConfigError
from voicemon.phrases.lexicon import load as load_lexicon
from voicemon.recorder import Recorder, recorder
from voicemon.session import Replay
from voicemon.settings import load
from voicemon.types import Block, Float32, Gap, Role, SourceInfo

RATE = 48_000
TWO = SourceInfo("two", RATE, (Role.AGENT, Role.CUSTOMER))
ONE = SourceInfo("one", RATE, (Role.AGENT,))
STEP_16_BIT = 1 / 32_768


def noise(seconds: float, channels: int = 2, seed: int = 0) -> Float32:
    size = (channels, round(seconds * RATE))
    return np.random.default_rng(seed).normal(0, 0.1, size).astype(np.float32).clip(-1, 1)


def blocks(samples: Float32, size: int, start: int = 0) -> Iterator[Block]:
    for at in range(0, samples.shape[1], size):
        yield Block(start + at, samples[:, at : at + size])


def read(path: Path) -> Float32:
    return np.concatenate([item.samples for item in RecordingSource(path) if isinstance(item, Block)], axis=1)


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*"))


def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.005)


@pytest.mark.parametrize(("info", "size"), [(TWO, 160), (TWO, 1024), (ONE, 7 * 480), (ONE, RATE)])
def test_a_recording_is_the_sound_to_16_bit_for_any_block_size(tmp_path: Path, info: SourceInfo, size: int) -> None:
    sound = noise(1.3, len(info.roles))
    taking = Recorder(tmp_path, info, keep_days=7)
    taking.begin_call(1)
    for block in blocks(sound, size):
        taking.write(block)
    taking.end_call()
    taking.close()
    assert taking.fault is None
    (path,) = files(tmp_path)
    found = read(path)
    assert found.shape == sound.shape
    assert np.abs(found - sound).max() <= STEP_16_BIT
    assert RecordingSource(path).info.sample_rate == RATE
    assert RecordingSource(path).info.duration_s == pytest.approx(1.3)


def test_the_agent_stands_first_and_full_scale_and_beyond_is_clipped_not_wrapped(tmp_path: Path) -> None:
    taking = Recorder(tmp_path, TWO, keep_days=7)
    taking.begin_call(1)
    taking.write(Block(0, np.array([[1.0, 1.5, np.nan] * 2000, [-1.0, -1.5, 0.5] * 2000], np.float32)))
    taking.close()
    found = read(files(tmp_path)[0])
    assert found[0, :3].tolist() == pytest.approx([1 - STEP_16_BIT, 1 - STEP_16_BIT, 0])
    assert found[1, :3].tolist() == [-1.0, -1.0, 0.5]


def test_what_is_missing_is_silence_of_the_same_length(tmp_path: Path) -> None:
    """Muted, lost, overflown: the source tells it as a gap, and times behind it stay those of the events."""
    sound = noise(0.5)
    n = sound.shape[1]
    taking = Recorder(tmp_path, TWO, keep_days=7)
    taking.begin_call(1)
    taking.write(Gap(0, 4_801, "device lost"))
    taking.write(Block(4_801, sound))
    taking.write(Gap(4_801 + n, 4_801 + n + 3 * RATE, "muted"))
    taking.write(Block(4_801 + n + 3 * RATE, sound))
    taking.end_call()
    taking.close()
    found = read(files(tmp_path)[0])
    assert found.shape[1] == 4_801 + 3 * RATE + 2 * n
    assert not found[:, :4_801].any()
    assert not found[:, 4_801 + n : 4_801 + n + 3 * RATE].any()
    for start in (4_801, 4_801 + n + 3 * RATE):
        assert np.abs(found[:, start : start + n] - sound).max() <= STEP_16_BIT


def test_each_call_is_a_file_of_its_own_and_nothing_between_calls_is_kept(tmp_path: Path) -> None:
    taking = Recorder(tmp_path, ONE, keep_days=7)
    assert not taking.recording
    taking.write(Block(0, noise(0.1, 1)))
    for number in (1, 2, 3):
        taking.begin_call(number)
        assert taking.recording
        taking.write(Block(0, noise(0.1 * number, 1, seed=number)))
        if number != 2:  # a call that begins ends the one before
            taking.end_call()
            assert not taking.recording
            taking.write(Block(0, noise(0.1, 1)))
    taking.begin_call(4)  # nothing comes in it
    taking.write(Block(0, np.zeros((1, 0), np.float32)))
    taking.close()
    found = files(tmp_path)
    assert [path.stem.split("-")[-1] for path in found] == ["1", "2", "3"]
    assert [read(path).shape[1] for path in found] == [4_800, 9_600, 14_400]
    assert taking.fault is None


def test_files_are_named_by_local_time_and_are_their_owners_alone(tmp_path: Path) -> None:
    begun = datetime(2026, 3, 1, 12, 30, 5, tzinfo=UTC)
    folder = tmp_path / "new" / "calls"
    for _ in range(2):
        taking = Recorder(folder, ONE, keep_days=7, clock=lambda: begun)
        taking.begin_call(12)
        taking.write(Block(0, noise(0.1, 1)))
        taking.close()
    stamp = begun.astimezone().strftime("%Y%m%d-%H%M%S")
    assert [path.name for path in files(folder)] == [f"voicemon-{stamp}-12-2.flac", f"voicemon-{stamp}-12.flac"]
    if os.name == "posix":
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in files(folder)} == {0o600}


def test_seconds_grow_while_it_records(tmp_path: Path) -> None:
    taking = Recorder(tmp_path, ONE, keep_days=7)
    taking.begin_call(1)
    taking.write(Block(0, noise(2.0, 1)))
    until(lambda: taking.seconds == 2.0)
    taking.begin_call(2)
    until(lambda: taking.seconds == 0.0)
    taking.close()


def test_the_replay_of_a_recording_tells_what_was_told_live(tmp_path: Path) -> None:
    def told(source: RecordingSource, taking: Recorder | None = None) -> list[dict[str, object]]:
        sink = Collected()

        class Tapped:
            info, warnings, close = source.info, source.warnings, source.close

            def __iter__(self) -> Iterator[Block | Gap]:
                for item in source:
                    if taking is not None:
                        taking.write(item)
                    yield item

        Replay(Tapped(), load(environment={}), load_lexicon(), "en", None, [sink]).run()
        return [r for r in sink.records() if r["type"] != "session"]

    live = RecordingSource(demo.CALL, block_s=0.05)
    taking = Recorder(tmp_path, live.info, keep_days=7)
    taking.begin_call(1)
    first = told(live, taking)
    taking.close()
    assert told(RecordingSource(files(tmp_path)[0])) == first


# ----------------------------------------------------------------------------------------------------------- faults


class SlowDisk:
    """A file whose writes wait until it is freed: a pipe that nobody reads."""

    def __init__(self) -> None:
        self._out, self.descriptor = os.pipe()

    def create(self, *_: object) -> int:
        return self.descriptor

    def free(self) -> None:
        threading.Thread(target=self._drain, daemon=True).start()

    def _drain(self) -> None:
        while os.read(self._out, 65_536):
            pass


@pytest.mark.skipif(os.name != "posix", reason="a pipe stands in for the slow disk")
def test_a_disk_that_hangs_holds_nobody_up_and_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = SlowDisk()
    monkeypatch.setattr(recorder, "create", disk.create)
    monkeypatch.setattr(recorder, "QUEUE_S", 2.0)
    monkeypatch.setattr(recorder, "CLOSE_S", 0.2)
    taking = Recorder(tmp_path, TWO, keep_days=7)
    taking.begin_call(1)
    sound = noise(0.1)
    longest_s = 0.0
    for n in range(100):
        began = time.perf_counter()
        taking.write(Block(n * sound.shape[1], sound))
        longest_s = max(longest_s, time.perf_counter() - began)
    assert longest_s < 0.05
    assert not taking.recording
    assert "too slow" in str(taking.fault)
    assert 5 < taking.missed_s < 10
    began = time.perf_counter()
    taking.close()
    assert time.perf_counter() - began < 1.0
    disk.free()


@pytest.mark.skipif(os.name != "posix", reason="a pipe stands in for the slow disk")
def test_after_a_disk_that_was_too_slow_the_next_call_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, real = SlowDisk(), recorder.create
    monkeypatch.setattr(recorder, "create", disk.create)
    monkeypatch.setattr(recorder, "QUEUE_S", 1.0)
    taking = Recorder(tmp_path, TWO, keep_days=7)
    taking.begin_call(1)
    for _ in range(30):
        taking.write(Block(0, noise(0.1)))
    assert not taking.recording
    monkeypatch.setattr(recorder, "create", real)
    disk.free()
    until(lambda: taking.seconds >= 0.9)
    taking.begin_call(2)
    assert taking.recording
    taking.write(Block(0, noise(0.5)))
    taking.close()
    (path,) = files(tmp_path)
    assert read(path).shape[1] == RATE // 2
    assert "too slow" in str(taking.fault)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full to stand in for the full disk")
def test_a_full_disk_ends_the_recording_of_this_call_and_the_next_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = recorder.create
    monkeypatch.setattr(recorder, "create", lambda *_: os.open("/dev/full", os.O_WRONLY))
    taking = Recorder(tmp_path, ONE, keep_days=7)
    taking.begin_call(1)
    for block in blocks(noise(1.0, 1), 4_800):
        taking.write(block)
    until(lambda: taking.fault is not None)
    assert "No space left" in str(taking.fault)
    assert not taking.recording
    first = taking.fault
    taking.end_call()
    monkeypatch.setattr(recorder, "create", real)
    taking.begin_call(2)
    assert taking.recording
    taking.write(Block(0, noise(0.5, 1)))
    taking.close()
    assert taking.fault == first
    assert read(files(tmp_path)[0]).shape[1] == RATE // 2


def test_a_folder_that_vanishes_in_mid_session_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    taking = Recorder(folder, ONE, keep_days=7)
    folder.rmdir()
    taking.begin_call(1)
    taking.write(Block(0, noise(0.2, 1)))
    until(lambda: taking.fault is not None)
    taking.close()
    assert "No such file" in str(taking.fault)


def test_after_its_end_it_takes_nothing_more(tmp_path: Path) -> None:
    taking = Recorder(tmp_path, ONE, keep_days=7)
    taking.close()
    taking.begin_call(1)
    taking.write(Block(0, noise(0.1, 1)))
    taking.end_call()
    taking.close()
    assert not taking.recording
    assert files(tmp_path) == []


def test_more_channels_than_a_call_has_are_refused(tmp_path: Path) -> None:
    info = SourceInfo("three", RATE, (Role.AGENT, Role.CUSTOMER, Role.AGENT))
    with pytest.raises(ConfigError, match="3 channels"):
        Recorder(tmp_path, info, keep_days=7)


# ------------------------------------------------------------------------------------------------------------ kills

CHILD = """
import sys, time
from pathlib import Path
import numpy as np
from voicemon.recorder import Recorder
from voicemon.types import Block, Role, SourceInfo
taking = Recorder(Path(sys.argv[1]), SourceInfo("x", 48000, (Role.AGENT, Role.CUSTOMER)), keep_days=7)
taking.begin_call(1)
rng = np.random.default_rng(0)
at = 0
while True:
    sound = rng.normal(0, 0.0005, (2, 960)).astype(np.float32)
    taking.write(Block(at, sound))
    at += 960
    print(at, flush=True)
    time.sleep(0.02)
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
@pytest.mark.parametrize("after_s", [0.8, 1.37])
def test_what_a_kill_leaves_is_found_and_whole_but_for_the_last_moment(tmp_path: Path, after_s: float) -> None:
    with subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(after_s)
        child.send_signal(signal.SIGKILL)
        told = int(child.stdout.read().split()[-1])
    (path,) = files(tmp_path)
    found = read(path)
    assert told - found.shape[1] <= 0.3 * RATE
    rng = np.random.default_rng(0)
    sound = np.concatenate([rng.normal(0, 0.0005, (2, 960)).astype(np.float32) for _ in range(told // 960 + 1)], axis=1)
    assert np.abs(found - sound[:, : found.shape[1]].clip(-1, 1)).max() <= STEP_16_BIT


def test_a_call_through_midnight_keeps_the_day_it_began(tmp_path: Path) -> None:
    now = [datetime(2026, 1, 1, 23, 59, 59).astimezone()]
    taking = Recorder(tmp_path, ONE, keep_days=7, clock=lambda: now[0])
    taking.begin_call(1)
    now[0] += timedelta(seconds=2)
    taking.write(Block(0, noise(0.1, 1)))
    taking.close()
    assert files(tmp_path)[0].name == "voicemon-20260101-235959-1.flac"
