"""``voicemon call`` as a softphone runs it, against sessions that listen."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from voicemon.control import Action, Control, Reply, Request, Status

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Unix sockets")


class Session:
    """A live session as the command sees it."""

    def __init__(self, device: str) -> None:
        self.device = device
        self.heard: list[Request] = []
        self.call: int | None = None
        self.muted = False

    def handle(self, request: Request) -> Reply:
        if request.action is Action.STATUS:
            seconds = 61.9 if self.call else None
            return Reply(True, "", Status(bool(self.call), self.call, seconds, self.device, self.muted, False, "v1"))
        self.heard.append(request)
        if request.action is Action.END and self.call is None:
            return Reply(False, "No call is running.")
        self.call = 7 if request.action is Action.START else None
        return Reply(True)


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.delenv("VOICEMON_SETTINGS", raising=False)
    return folder


@pytest.fixture
def jabra() -> Iterator[Session]:
    session = Session("Jabra Evolve2 头戴")
    with Control(session.handle, session.device):
        yield session


@pytest.fixture
def logi() -> Iterator[Session]:
    session = Session("Logi Zone")
    with Control(session.handle, session.device):
        yield session


def run(*arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error of the real command."""
    command = [sys.executable, "-m", "voicemon", "call", *arguments]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60, env=os.environ, encoding="utf-8")
    return done.returncode, done.stdout, done.stderr


def test_start_and_end_are_one_line_each(jabra: Session) -> None:
    assert run("start", "--id", "queue-a 13800138000") == (0, "Call begun.\n", "")
    assert run("end", "--lang", "zh") == (0, "通话结束。\n", "")
    assert jabra.heard == [Request(Action.START, "queue-a ****"), Request(Action.END)]


def test_what_is_refused_is_told_with_the_sessions_words(jabra: Session) -> None:
    code, out, error = run("end")
    assert (code, out) == (2, "")
    assert error == "voicemon: No call is running. (see voicemon call status)\n"


@pytest.mark.parametrize("action", ["start", "end", "mute", "unmute", "status"])
def test_nobody_listening_is_one_line_with_the_remedy(action: str, runtime: Path) -> None:
    code, out, error = run(action)
    assert (code, out) == (4, "")
    assert error.count("\n") == 1
    assert "voicemon live" in error
    assert "[calls] control = true" in error
    assert list(runtime.iterdir()) == []  # asking makes nothing


def test_a_session_that_was_killed_is_nobody(runtime: Path) -> None:
    script = (
        "import os,signal; from voicemon.control import Control, Reply;"
        " Control(lambda r: Reply(True), 'x').start(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", script], check=False, timeout=60)
    assert len(list((runtime / "voicemon").iterdir())) == 1
    assert run("start")[0] == 4


SLEEPER = (
    "import time; from voicemon.control import Control, Reply; control = Control(lambda r: Reply(True), 'stuck');"
    " control.start(); print('up', flush=True); time.sleep(60)"
)


@pytest.fixture
def hanging() -> Iterator[int]:
    """The process of a session that is there and does nothing any more."""
    process = subprocess.Popen([sys.executable, "-c", SLEEPER], stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == b"up\n"
        process.send_signal(signal.SIGSTOP)
        yield process.pid
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_session_that_hangs_is_told_and_hides_no_other(hanging: int, jabra: Session) -> None:
    code, out, error = run("status")
    assert (code, out) == (4, "No call: Jabra Evolve2 头戴\n")
    assert f"(process {hanging}) does not answer" in error
    assert error.count("\n") == 1
    assert run("status", "--device", "jabra") == (0, "No call: Jabra Evolve2 头戴\n", "")
    assert run("start")[0] == 0
    assert jabra.heard == [Request(Action.START)]


def test_a_session_that_hangs_alone_is_not_nobody(hanging: int) -> None:
    for action in ("status", "start"):
        code, out, error = run(action, "--lang", "zh")
        assert (code, out) == (4, "")
        assert f"（进程 {hanging}）没有应答" in error
        assert error.count("\n") == 1


def test_several_sessions_have_to_be_told_apart(jabra: Session, logi: Session) -> None:
    code, out, error = run("start")
    assert (code, out) == (2, "")
    assert "Jabra Evolve2 头戴, Logi Zone" in error
    assert "--device" in error
    assert jabra.heard == logi.heard == []
    assert run("start", "--device", "zone")[0] == 0
    assert jabra.heard == []
    assert logi.heard == [Request(Action.START)]
    code, _, error = run("end", "--device", "Plantronics")
    assert code == 4
    assert "Jabra Evolve2 头戴, Logi Zone" in error


def test_status_is_a_line_or_a_json_object_a_session(jabra: Session, logi: Session) -> None:
    jabra.call, jabra.muted = 7, True
    assert run("status") == (0, "Call 7, 1:01, muted: Jabra Evolve2 头戴\nNo call: Logi Zone\n", "")
    code, out, _ = run("status", "--json", "--device", "jabra")
    assert code == 0
    assert json.loads(out) == {
        "in_call": True,
        "call": 7,
        "seconds": 61.9,
        "device": "Jabra Evolve2 头戴",
        "muted": True,
        "recording": False,
        "program": "v1",
    }
