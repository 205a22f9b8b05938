"""Where descriptor 2 goes while a dashboard runs, seen from outside in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

BEGIN = """
import os, sys
from pathlib import Path
from voicemon.noise import quiet_native_stderr
log = Path(sys.argv[1]) if len(sys.argv) > 1 else None
def native(text): os.write(2, (text + "\\n").encode())
"""


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", BEGIN + script, *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def test_noise_goes_to_the_log_and_our_own_words_to_the_terminal(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("before\n")
    done = run(
        """
native("first")
with quiet_native_stderr(log):
    native("ALSA lib pcm.c: noise")
    print("our own 话", file=sys.stderr)
native("last")
print("at the end", file=sys.stderr)
""",
        str(log),
    )
    assert done.returncode == 0
    assert done.stderr.split("\n") == ["first", "our own 话", "last", "at the end", ""]
    assert log.read_text() == "before\nALSA lib pcm.c: noise\n"


def test_without_a_log_it_is_thrown_away() -> None:
    done = run("with quiet_native_stderr(None): native('noise'); print('ours', file=sys.stderr)")
    assert (done.returncode, done.stderr) == (0, "ours\n")


def test_one_within_another(tmp_path: Path) -> None:
    done = run(
        """
with quiet_native_stderr(log):
    with quiet_native_stderr(None):
        native("inner"); print("ours", file=sys.stderr)
    native("outer")
native("after")
""",
        str(tmp_path / "log"),
    )
    assert (done.returncode, done.stderr) == (0, "ours\nafter\n")
    assert (tmp_path / "log").read_text() == "outer\n"


def test_an_error_passes_through_and_all_is_as_before() -> None:
    done = run(
        """
before = sys.stderr, len(os.listdir("/dev/fd")) if os.path.isdir("/dev/fd") else 0
try:
    with quiet_native_stderr(None):
        raise ValueError
except ValueError:
    native("restored")
after = sys.stderr, len(os.listdir("/dev/fd")) if os.path.isdir("/dev/fd") else 0
assert before == after
"""
    )
    assert (done.returncode, done.stderr) == (0, "restored\n")


def test_a_crash_is_found_in_the_log(tmp_path: Path) -> None:
    script = "import faulthandler; faulthandler.enable()\nwith quiet_native_stderr(log): faulthandler._sigsegv()"
    done = run(script, str(tmp_path / "log"))
    assert done.returncode != 0
    assert "Segmentation fault" in (tmp_path / "log").read_text() or os.name == "nt"


def test_a_log_that_cannot_be_written_costs_only_the_noise(tmp_path: Path) -> None:
    done = run("with quiet_native_stderr(log): native('noise')\nnative('after')", str(tmp_path / "no" / "log"))
    assert (done.returncode, done.stderr) == (0, "after\n")


@pytest.mark.parametrize("broken", ["os.close(2)", "sys.stderr = None", "os.close(2); sys.stderr = None"])
def test_without_a_standard_error_nothing_fails(tmp_path: Path, broken: str) -> None:
    done = run(f"{broken}\nwith quiet_native_stderr(log): print('ran')", str(tmp_path / "log"))
    assert (done.returncode, done.stdout) == (0, "ran\n")


def test_a_standard_error_that_is_no_descriptor_is_left_alone() -> None:
    done = run(
        """
import io
sys.stderr = own = io.StringIO()
with quiet_native_stderr(None):
    assert sys.stderr is own
    native("noise")
native("after")
"""
    )
    assert (done.returncode, done.stderr) == (0, "after\n")


def test_it_needs_no_sound_system() -> None:
    done = run("print('sounddevice' in sys.modules, 'numpy' in sys.modules)")
    assert done.stdout == "False False\n"
