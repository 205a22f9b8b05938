"""What is too old goes, and nothing else; a folder that will not do is told before the call."""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from voicemon.errors import ConfigError
from voicemon.recorder import Recorder, check_folder, expire
from voicemon.recorder.folder import begun_at
from voicemon.types import Block, Role, SourceInfo

NOW = datetime(2026, 5, 20, 10, 0, 0).astimezone()
ONE = SourceInfo("one", 16_000, (Role.AGENT,))


def clock() -> datetime:
    return NOW


def name(age: timedelta, number: int = 1) -> str:
    return f"voicemon-{(NOW - age).strftime('%Y%m%d-%H%M%S')}-{number}.flac"


def touch(path: Path) -> Path:
    path.write_bytes(b"x")
    return path


def test_recordings_older_than_agreed_are_deleted_by_the_time_in_their_name(tmp_path: Path) -> None:
    old = [touch(tmp_path / name(timedelta(days=7, seconds=1))), touch(tmp_path / name(timedelta(days=400), 12))]
    young = [touch(tmp_path / name(timedelta(days=6, hours=23))), touch(tmp_path / name(timedelta(0)))]
    os.utime(young[0], (0, 0))  # copied, restored: not older for that
    assert expire(tmp_path, 7, clock) == 2
    assert not any(path.exists() for path in old)
    assert all(path.exists() for path in young)


@pytest.mark.parametrize(
    "other",
    [
        "voicemon-20200101-000000-1.flac.bak",
        "my-voicemon-20200101-000000-1.flac",
        "voicemon-20200101-000000.flac",
        "voicemon-20200101-000000-1.wav",
        "voicemon-20209901-000000-1.flac",
        "voicemon-20200101-250000-1.flac",
        "Voicemon-20200101-000000-1.flac",
        "voicemon-20200101-000000-x.flac",
        "voicemon-２０２００１０１-000000-1.flac",
        "voicemon-20200101-000000-1.flac\n",
        "history.sqlite3",
        "20200101.flac",
    ],
)
def test_files_of_other_names_are_never_deleted(tmp_path: Path, other: str) -> None:
    try:
        path = touch(tmp_path / other)
    except OSError:
        pytest.skip("this file system does not take such a name")
    assert expire(tmp_path, 0, clock) == 0
    assert path.exists()
    assert begun_at(other) is None


def test_links_and_folders_of_our_names_are_left_alone(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    precious = touch(elsewhere / name(timedelta(days=30)))
    folder = tmp_path / "calls"
    folder.mkdir()
    link = folder / name(timedelta(days=30), 1)
    link.symlink_to(precious)
    (folder / name(timedelta(days=30), 2)).mkdir()
    (folder / "deeper").symlink_to(elsewhere, target_is_directory=True)
    assert expire(folder, 0, clock) == 0
    assert precious.exists()
    assert link.is_symlink()


def test_zero_days_takes_all_earlier_recordings_at_the_start_and_leaves_those_of_this_run(tmp_path: Path) -> None:
    earlier = touch(tmp_path / name(timedelta(minutes=1), 9))
    now = [NOW]
    taking = Recorder(tmp_path, ONE, keep_days=0, clock=lambda: now[0])
    for number in (1, 2):
        taking.begin_call(number)
        taking.write(Block(0, np.zeros((1, 1600), np.float32)))
        taking.end_call()
        now[0] += timedelta(minutes=5)
    taking.close()
    assert not earlier.exists()
    assert len(list(tmp_path.iterdir())) == 2


def test_old_recordings_go_when_a_call_begins_too(tmp_path: Path) -> None:
    now = [NOW]
    taking = Recorder(tmp_path, ONE, keep_days=1, clock=lambda: now[0])
    old = touch(tmp_path / name(timedelta(hours=23)))
    now[0] += timedelta(hours=2)
    taking.begin_call(1)
    deadline = time.monotonic() + 5
    while old.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    taking.close()


@pytest.mark.skipif(os.name != "posix", reason="Windows itself refuses to delete an open file")
def test_a_recording_that_another_program_is_making_is_not_taken_away(tmp_path: Path) -> None:
    first = Recorder(tmp_path, ONE, keep_days=0, clock=lambda: NOW - timedelta(days=2))
    first.begin_call(1)
    first.write(Block(0, np.zeros((1, 16_000), np.float32)))
    deadline = time.monotonic() + 5
    while first.seconds < 1:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert expire(tmp_path, 0, clock) == 0
    first.close()
    assert expire(tmp_path, 0, clock) == 1


def test_a_folder_that_is_not_there_is_nothing_to_expire(tmp_path: Path) -> None:
    assert expire(tmp_path / "none", 7, clock) == 0


def test_a_folder_is_made_where_it_is_missing_and_left_empty(tmp_path: Path) -> None:
    check_folder(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []


def test_a_file_in_its_place_is_one_line_with_a_remedy(tmp_path: Path) -> None:
    for folder in (touch(tmp_path / "file"), tmp_path / "file" / "below"):
        with pytest.raises(ConfigError) as caught:
            check_folder(folder)
        assert str(folder) in str(caught.value)
        assert caught.value.remedy
        assert "\n" not in str(caught.value)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no folder here that nobody may write to")
def test_a_folder_that_nobody_may_write_to_is_told_at_once() -> None:
    with pytest.raises(ConfigError, match="cannot record to /proc/self"):
        check_folder(Path("/proc/self/task"))
