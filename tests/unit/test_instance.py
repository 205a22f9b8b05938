"""One voicemon a device: who is told what, and what a process that was killed leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from voicemon.errors import DeviceError, ExitCode
from voicemon.instance import DeviceLock

NAME = "Headset (Jabra/Evolve 耳机) [Windows WASAPI]"
HOLD = """
import sys, time
from pathlib import Path
from voicemon.instance import DeviceLock
lock = DeviceLock(sys.argv[1], Path(sys.argv[2]))
lock.acquire()
print("held", flush=True)
time.sleep(60)
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLD, NAME, str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "held"
    return process


def test_a_second_process_is_told_who_listens(tmp_path: Path) -> None:
    process = holder(tmp_path)
    try:
        with pytest.raises(DeviceError) as error:
            DeviceLock(NAME, tmp_path).acquire()
    finally:
        process.kill()
        process.communicate()
    assert error.value.message == f"another voicemon (process {process.pid}) is listening to {NAME}"
    assert "voicemon devices" in error.value.remedy
    assert error.value.exit_code is ExitCode.DEVICE


def test_what_a_killed_process_leaves_blocks_nobody(tmp_path: Path) -> None:
    process = holder(tmp_path)
    process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    process.communicate()
    with DeviceLock(NAME, tmp_path) as lock:
        assert lock.held


def test_another_device_is_free(tmp_path: Path) -> None:
    with DeviceLock(NAME, tmp_path), DeviceLock("another", tmp_path) as other:
        assert other.held


def test_released_it_is_free_again_and_nobodys(tmp_path: Path) -> None:
    with DeviceLock(NAME, tmp_path), pytest.raises(DeviceError, match=f"process {os.getpid()}"):
        DeviceLock(NAME, tmp_path).acquire()
    assert not list(tmp_path.glob("*.pid"))
    lock = DeviceLock(NAME, tmp_path)
    lock.acquire()
    lock.acquire()
    lock.release()
    lock.release()
    assert not lock.held


@pytest.mark.parametrize("obstacle", ["file", "closed"])
def test_where_nothing_can_be_written_it_goes_on_without(tmp_path: Path, obstacle: str) -> None:
    folder = tmp_path / "place" / "run"
    if obstacle == "file":
        (tmp_path / "place").write_text("not a folder")
    else:
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            pytest.skip("to root nothing is closed")
        (tmp_path / "place").mkdir(mode=0o500)
    with DeviceLock(NAME, folder) as lock:
        assert not lock.held


def test_the_second_folder_is_taken_where_the_first_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("platformdirs.user_runtime_dir", lambda *_, **__: str(tmp_path / "file" / "run"))
    monkeypatch.setattr("platformdirs.user_data_dir", lambda *_, **__: str(tmp_path / "data"))
    with DeviceLock(NAME) as lock:
        assert lock.held
    assert list((tmp_path / "data" / "run").glob("*.lock"))
