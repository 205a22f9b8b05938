"""The whole program as a child: its events as they are written, and a terminal for its dashboard."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from bench.virtual_mic import DEVICE, VirtualMicrophone

ROOT: Final = Path(__file__).resolve().parents[1]
COLUMNS: Final = 80
LINES: Final = 24
FOLLOW_S: Final = 0.01
DEATH: Final = "#{pane_dead},#{pane_dead_status},#{pane_dead_signal},#{pid}"
"""Whether the command ended and how, in tmux's words, and the process of tmux itself."""

Record = dict[str, Any]


class Tail:
    """The records of an events file, each with the moment (monotonic clock, s) at which it was first seen there.

    The moment is that of a :meth:`read`; :meth:`follow` reads all the time, for those who need to know it well.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rest = b""
        self._at = 0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self.records: list[tuple[float, Record]] = []

    def read(self) -> None:
        """Take in what was written since the last look."""
        with self._lock:
            if not self._path.exists() or self._path.stat().st_size == self._at:
                return
            with self._path.open("rb") as file:
                file.seek(self._at)
                new = file.read()
            now = time.monotonic()
            self._at += len(new)
            *lines, self._rest = (self._rest + new).split(b"\n")
            self.records += [(now, json.loads(line)) for line in lines]

    @contextmanager
    def follow(self) -> Iterator[None]:
        """Read again and again, in a thread."""

        def look() -> None:
            while not self._stop.wait(FOLLOW_S):
                self.read()

        thread = threading.Thread(target=look, name="tail", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def of(self, kind: str) -> list[Record]:
        return [record for _, record in self.records if record["type"] == kind]

    def wait_for(self, what: Callable[[Record], bool], timeout_s: float, since: int = 0) -> float | None:
        """The moment at which a record from index ``since`` on was seen that is ``what``; ``None``: not in time."""
        end = time.monotonic() + timeout_s
        looked = since
        while True:
            self.read()
            new = self.records[looked:]
            for seen, record in new:
                if what(record):
                    return seen
            looked += len(new)
            if time.monotonic() > end:
                return None
            time.sleep(FOLLOW_S)


def live_command(events: Path, *extra: str) -> list[str]:
    """``voicemon live`` on the virtual microphone, with named threads."""
    live = ["live", "--device", DEVICE, "--lang", "en", "--events", str(events)]
    return [sys.executable, "-m", "bench.named_threads", *live, *extra]


def plain(microphone: VirtualMicrophone, events: Path, *extra: str) -> subprocess.Popen[bytes]:
    """The program without a screen."""
    command = live_command(events, "--plain", *extra)
    log = (events.parent / "plain.log").open("ab")
    with log:
        return subprocess.Popen(command, env=microphone.whole_environment(), cwd=ROOT, stdout=log, stderr=log)


class Terminal:
    """A terminal of 80 by 24 (tmux on a socket of its own) that runs one command and keeps its exit code."""

    def __init__(self, folder: Path, command: Sequence[str], environment: dict[str, str]) -> None:
        self._tmux = ["tmux", "-S", str(folder / "tmux.socket"), "-f", str(folder / "tmux.conf")]
        options = "set -g status off\nset -g remain-on-exit on\n"
        (folder / "tmux.conf").write_text(options, encoding="utf-8")
        size = ["-x", str(COLUMNS), "-y", str(LINES)]
        session = [*self._tmux, "new-session", "-d", *size, "-c", str(ROOT), "--", *command]
        subprocess.run(session, env=environment, check=True)
        self.pid = int(self._display("#{pane_pid}"))

    def screen(self) -> list[str]:
        """What the terminal shows, line by line."""
        done = subprocess.run([*self._tmux, "capture-pane", "-p"], capture_output=True, text=True, check=False)
        return [line.rstrip() for line in done.stdout.splitlines()]

    def press(self, key: str) -> None:
        subprocess.run([*self._tmux, "send-keys", key], check=False)

    def exit_code(self) -> int | None:
        """``None`` while the command runs or its code is not known yet; negative: the signal that ended it.

        tmux calls a pane dead once its terminal is closed, which in the end of a process comes before its code.  And it
        misses some signals of ended children (seen in 3.3a, on a busy machine, in one end of ten): the command then
        stays a zombie with its code untold until tmux gets another such signal and looks again.
        """
        dead, status, signal_number, server = self._display(DEATH).split(",")
        if dead != "1":
            return None
        if not (status or signal_number):
            os.kill(int(server), signal.SIGCHLD)
            return None
        return int(status) if status else -int(signal_number)

    def wait(self, timeout_s: float) -> int | None:
        """The exit code, or ``None`` if it is not known by then."""
        end = time.monotonic() + timeout_s
        while (code := self.exit_code()) is None and time.monotonic() < end:
            time.sleep(0.1)
        return code

    def close(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], capture_output=True, check=False)

    def _display(self, what: str) -> str:
        done = subprocess.run([*self._tmux, "display-message", "-p", what], capture_output=True, text=True, check=True)
        return done.stdout.strip()
