"""The dashboard in a real terminal (tmux): what a person sees at three widths, and after it has gone."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.cells import cell_len

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

DEMO = """
import sys, threading, time
from voicemon.cli.interrupts import interrupts
from voicemon.ui.dashboard import Dashboard
from voicemon.ui.player import PlayerView
from voicemon.ui.sample import sample_snapshot
language, begin, replay = sys.argv[1], float(sys.argv[2]), sys.argv[3] == "replay"
origin = time.monotonic()
def next_frame():
    t = begin + time.monotonic() - origin
    return sample_snapshot(t, language), PlayerView(t, 402.0, analysed_s=t) if replay else None
# As the commands do: a hang-up may come after the screen has noticed that nobody is there.
with interrupts(threading.Event()):
    ending = Dashboard(language).run(next_frame, lambda key: None).name
    open(sys.argv[4], "w").write(ending)
    print("ended", ending, flush=True)
"""


@dataclass
class Tmux:
    socket: Path

    def call(self, *arguments: str) -> str:
        command = ["tmux", "-f", "/dev/null", "-u", "-S", str(self.socket), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=20, encoding="utf-8").stdout

    def start(self, width: int, height: int, command: str) -> None:
        self.call("new-session", "-d", "-x", str(width), "-y", str(height), "env", "LANG=C.UTF-8", "sh")
        self.call("set-option", "-g", "window-size", "manual")
        self.call("send-keys", command, "Enter")

    def page(self) -> str:
        return self.call("capture-pane", "-p")

    def wait_for(self, words: str, within_s: float = 15.0) -> str:
        end = time.monotonic() + within_s
        while words not in (page := self.page()):
            assert time.monotonic() < end, f"{words!r} did not appear:\n{page}"
            time.sleep(0.1)
        return page


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    server = Tmux(tmp_path / "tmux")
    yield server
    subprocess.run(["tmux", "-S", str(server.socket), "kill-server"], check=False, capture_output=True, timeout=10)


def command(tmp_path: Path, *arguments: str) -> str:
    script = tmp_path / "demo.py"
    script.write_text(DEMO, encoding="utf-8")
    return " ".join((sys.executable, str(script), *arguments, str(tmp_path / "ending")))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [60, 80, 120])
def test_what_is_seen_fits_and_lines_up(tmux: Tmux, tmp_path: Path, width: int, language: str) -> None:
    tmux.start(width, 24, command(tmp_path, language, "219", "live"))
    tmux.wait_for("▸▸")
    lines = tmux.page().splitlines()
    assert len(lines) == 24
    boxed = [line for line in lines if line.startswith(("┏", "┃", "┗", "╭", "│", "╰"))]
    assert len(boxed) >= 12
    assert {cell_len(line) for line in boxed} == {width}
    assert all(line.rstrip()[-1] in "┓┃┛╮│╯…" for line in boxed)
    assert lines[-1].strip().startswith("q ")


def test_it_survives_every_resize_and_leaves_a_clean_terminal(tmux: Tmux, tmp_path: Path) -> None:
    tmux.start(80, 24, command(tmp_path, "zh", "219", "replay"))
    tmux.wait_for("播放 03:")
    for width, height in ((1, 1), (200, 50), (30, 6), (60, 20)):
        tmux.call("resize-window", "-x", str(width), "-y", str(height))
        time.sleep(0.3)
    page = tmux.wait_for("字/分")
    assert max(cell_len(line) for line in page.splitlines()) <= 60
    tmux.call("send-keys", "q")
    page = tmux.wait_for("ended QUIT")
    assert "音量" not in page
    tmux.call("send-keys", "echo st''ill here", "Enter")
    tmux.wait_for("still here")


def test_interrupt_leaves_a_clean_terminal(tmux: Tmux, tmp_path: Path) -> None:
    tmux.start(80, 24, command(tmp_path, "en", "219", "live"))
    tmux.wait_for("char/min")
    tmux.call("send-keys", "C-c")
    page = tmux.wait_for("ended INTERRUPTED")
    assert "Traceback" not in page
    assert tmux.call("display-message", "-p", "#{alternate_on} #{cursor_flag}").split() == ["0", "1"]


def test_a_terminal_that_is_closed_ends_it_without_a_crash(tmux: Tmux, tmp_path: Path) -> None:
    ending, errors = tmp_path / "ending", tmp_path / "errors"
    tmux.start(80, 24, f"{command(tmp_path, 'zh', '219', 'live')} 2> {errors}")
    tmux.wait_for("字/分")
    tmux.call("kill-session")
    end = time.monotonic() + 10
    while not (ending.exists() and ending.read_text()):
        assert time.monotonic() < end, errors.read_text()
        time.sleep(0.1)
    assert ending.read_text() == "TERMINAL_GONE"
    assert errors.read_text() == ""
