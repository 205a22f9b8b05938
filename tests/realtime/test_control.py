"""The control channel between real processes: prompt, private, and not to be blocked by whoever connects."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from voicemon.control import Action, Control, Reply, Request, ask, instances
from voicemon.control.messages import encode_request
from voicemon.control.pipe import PipeDoor, knock
from voicemon.control.transport import PATIENCE_S
from voicemon.errors import ConfigError, DeviceError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Unix sockets")

PROMPT_S = 0.1

SLEEPER = """
import sys, time
from pathlib import Path
from voicemon.control import Control, Reply
Control(lambda request: Reply(True), "other", Path(sys.argv[1])).start()
print("up", flush=True)
time.sleep(60)
"""


@pytest.fixture
def heard() -> list[Request]:
    return []


@pytest.fixture
def control(tmp_path: Path, heard: list[Request]) -> Iterator[Control]:
    def handle(request: Request) -> Reply:
        heard.append(request)
        return Reply(True, request.action.value)

    with Control(handle, "headset", tmp_path / "run") as control:
        yield control


def entry(control: Control) -> Path:
    assert control.path is not None
    return control.path


def raw(control: Control) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(5)
    connection.connect(str(entry(control)))
    return connection


def test_requests_arrive_and_are_answered_within_100_ms(control: Control, heard: list[Request]) -> None:
    took_s = []
    for number in range(100):
        before = time.perf_counter()
        assert ask(entry(control), Request(Action.START, f"a-{number}")) == Reply(True, "start")
        took_s.append(time.perf_counter() - before)
    assert [request.reference for request in heard] == [f"a-{number}" for number in range(100)]
    assert sorted(took_s)[94] < PROMPT_S


def test_only_the_owner_can_reach_it(control: Control) -> None:
    assert stat.S_IMODE(entry(control).stat().st_mode) == 0o600
    assert stat.S_ISSOCK(entry(control).stat().st_mode)
    assert stat.S_IMODE(entry(control).parent.stat().st_mode) == 0o700


def test_a_folder_that_others_could_write_to_is_made_private(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    folder.chmod(0o777)
    with Control(lambda _: Reply(True), "x", folder):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_link_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigError):
        Control(lambda _: Reply(True), "x", tmp_path / "run").start()
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.skipif(os.getuid() != 0, reason="takes another user's place, which only root can")
def test_another_user_is_cut_off_even_where_rights_would_let_him_in(control: Control, heard: list[Request]) -> None:
    path = entry(control)
    # The way there is opened by hand, so that the check of the caller itself is what is left.
    path.chmod(0o777)
    parents = [parent for parent in path.parents if parent.stat().st_uid == 0 and parent != Path("/tmp")]
    modes = {parent: stat.S_IMODE(parent.stat().st_mode) for parent in parents}
    for parent in parents:
        parent.chmod(modes[parent] | 0o055)
    script = (
        "import os,socket,sys; os.setuid(65534); s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]);"
        ' s.settimeout(5); s.send(b\'{"do":"end"}\\n\'); print(s.recv(99))'
    )
    try:
        done = subprocess.run(
            [sys.executable, "-c", script, str(path)], capture_output=True, timeout=30, text=True, check=False
        )
    finally:
        for parent, mode in modes.items():
            parent.chmod(mode)
    assert "ok" not in done.stdout
    assert done.stdout == "b''\n" or "Broken pipe" in done.stderr or "reset" in done.stderr, done.stderr
    assert heard == []
    assert ask(path, Request(Action.END)).ok


def test_silent_chatty_and_vanishing_callers_keep_nobody_waiting(control: Control) -> None:
    silent = [raw(control) for _ in range(10)]
    half = raw(control)
    half.send(b'{"do":"sta')
    for _ in range(5):
        raw(control).close()
    flood = raw(control)
    with pytest.raises(OSError):  # noqa: PT011 - which one depends on when it notices
        flood.sendall(b"x" * 10_000_000)
    before = time.perf_counter()
    assert ask(entry(control), Request(Action.STATUS)).ok
    assert time.perf_counter() - before < PROMPT_S
    for connection in [*silent, half]:
        assert connection.recv(99) == b""  # cut off, each in its time
        connection.close()
    assert time.perf_counter() - before < PATIENCE_S + 1


def test_a_byte_now_and_then_buys_no_time(control: Control) -> None:
    connection = raw(control)
    begun = time.monotonic()
    with suppress(OSError):
        while time.monotonic() - begun < 5 and connection.send(b" "):
            time.sleep(0.05)
    assert time.monotonic() - begun < PATIENCE_S + 1


def test_more_callers_than_places_are_served_in_turn(control: Control) -> None:
    silent = [raw(control) for _ in range(30)]
    assert ask(entry(control), Request(Action.STATUS)).ok
    for connection in silent:
        connection.close()


def test_garbage_gets_an_answer_and_harms_nothing(control: Control, heard: list[Request]) -> None:
    connection = raw(control)
    connection.send(b"GET / HTTP/1.1\r\n")
    assert b'"ok":false' in connection.recv(999)
    connection.close()
    assert heard == []
    assert ask(entry(control), Request(Action.MUTE)).ok


def test_a_defect_in_an_answer_costs_that_answer_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", told.append)

    def handle(request: Request) -> Reply:
        return Reply(True, str(1 // (request.action is not Action.START)))

    with Control(handle, "x", tmp_path / "run") as control:
        with pytest.raises(DeviceError, match="does not answer"):
            ask(entry(control), Request(Action.START))
        assert ask(entry(control), Request(Action.END)).ok
        end = time.monotonic() + 5
        while not told and time.monotonic() < end:
            time.sleep(0.01)
    assert [args.exc_type for args in told] == [ZeroDivisionError]  # and it is not hushed up


def test_a_session_that_hangs_is_given_up_on(tmp_path: Path) -> None:
    free = threading.Event()

    def handle(request: Request) -> Reply:
        free.wait(10)
        return Reply(True)

    with Control(handle, "x", tmp_path / "run") as control:
        before = time.monotonic()
        with pytest.raises(DeviceError, match="does not answer"):
            ask(entry(control), Request(Action.END), deadline_s=0.3)
        assert time.monotonic() - before < 1
        assert [each.name for each in instances(tmp_path / "run")] == ["x"]  # who it is can still be told
        free.set()


def test_several_sessions_are_told_apart_and_dead_ones_are_not_there(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    other = subprocess.Popen([sys.executable, "-c", SLEEPER, str(folder)], stdout=subprocess.PIPE)
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == b"up\n"
        with Control(lambda _: Reply(True), "mine", folder), Control(lambda _: Reply(True), "again", folder):
            assert [each.name for each in instances(folder)] == ["again", "mine", "other"]
            other.send_signal(signal.SIGKILL)
            other.wait()
            assert [each.name for each in instances(folder)] == ["again", "mine"]
        assert (folder / f"{other.pid}.sock").exists()
        with pytest.raises(DeviceError, match="no longer running"):
            ask(folder / f"{other.pid}.sock", Request(Action.END))
        with Control(lambda _: Reply(True), "next", folder) as control:
            assert list(folder.iterdir()) == [entry(control)]  # the next one to come cleans up
    finally:
        other.kill()
        other.wait()
        assert other.stdout is not None
        other.stdout.close()


def test_closing_leaves_nothing_behind_and_may_be_done_twice(tmp_path: Path) -> None:
    before = threading.active_count()
    control = Control(lambda _: Reply(True), "x", tmp_path / "run")
    control.close()  # never started
    control.start()
    begun = time.monotonic()
    control.close()
    control.close()
    assert time.monotonic() - begun < 0.5
    assert list((tmp_path / "run").iterdir()) == []
    assert threading.active_count() == before


def test_a_path_too_long_for_a_socket_is_told_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="too long"):
        Control(lambda _: Reply(True), "x", tmp_path / ("d" * 100)).start()


def test_nothing_is_opened_before_it_is_asked_for() -> None:
    script = """
import sys
opened = []
sys.addaudithook(lambda event, args: opened.append(event) if event.startswith(("socket.", "os.mkdir")) else None)
import voicemon.cli.main, voicemon.control, voicemon.control.server, voicemon.control.client
from voicemon.cli.app import register
register()
voicemon.control.Control(lambda request: None, "x")
print(opened, "multiprocessing.connection" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[] False\n"


def test_a_pipe_refuses_whoever_lacks_its_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The logic of the Windows channel on the same classes of the standard library, over a Unix socket."""
    monkeypatch.setattr(
        "voicemon.control.server.open_door",
        lambda folder: PipeDoor(folder, 1, family="AF_UNIX", address=str(tmp_path / "pipe")),
    )
    with Control(lambda _: Reply(True, "done"), "x", tmp_path / "run") as control:
        for key, expected in ((None, b'"ok":true'), ("wrong", b"not allowed"), ("", b"not allowed")):
            channel, right = knock(entry(control), family="AF_UNIX")
            channel.send(encode_request(Request(Action.END), right if key is None else key), 1)
            assert expected in channel.receive(1)
            channel.close()
        silent, _ = knock(entry(control), family="AF_UNIX")
        channel, right = knock(entry(control), family="AF_UNIX")
        channel, right = knock(entry(control), family="AF_UNIX")
        channel.send(encode_request(Request(Action.STATUS), right), 1)
        assert b'"ok":true' in channel.receive(PROMPT_S)
        channel.close()
        silent.close()
    assert not (tmp_path / "run" / "1.pipe").exists()
    (tmp_path / "run" / "1.pipe").write_text('{"address": "' + str(tmp_path / "gone") + '", "key": ""}')
    with pytest.raises(ConnectionRefusedError):
        knock(tmp_path / "run" / "1.pipe", family="AF_UNIX")
