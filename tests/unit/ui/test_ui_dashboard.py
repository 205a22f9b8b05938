"""The loop on a real pseudo-terminal: how it ends, and that the terminal is left as it was."""

from __future__ import annotations

import itertools
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from voicemon.types import Snapshot
from voicemon.ui.dashboard import Dashboard, Ending
from voicemon.ui.player import PlayerView
from voicemon.ui.sample import sample_snapshot

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are POSIX", allow_module_level=True)

import fcntl
import pty
import struct
import termios

Frame = tuple[Snapshot, PlayerView | None]
FAST = 50.0


@dataclass
class Pty:
    """A terminal of 80 × 24 whose other end is read all the time."""

    master: int
    slave: int
    seen: bytearray = field(default_factory=bytearray)

    def resize(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def type(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def drain(self) -> None:
        while True:
            try:
                if not select.select([self.master], [], [], 0.2)[0]:
                    return
                self.seen += os.read(self.master, 65536)
            except (OSError, ValueError):
                return


@pytest.fixture
def tty() -> Iterator[Pty]:
    master, slave = pty.openpty()
    terminal = Pty(master, slave)
    terminal.resize(80, 24)
    reading = True

    def read() -> None:
        while reading:
            terminal.drain()

    reader = threading.Thread(target=read, name="terminal", daemon=True)
    reader.start()
    yield terminal
    reading = False
    reader.join(2.0)
    for descriptor in (master, slave):
        try:
            os.close(descriptor)
        except OSError:
            continue


def run(tty: Pty, frames: object, on_key: object = None, frames_per_s: float = FAST) -> Ending:
    with os.fdopen(os.dup(tty.slave), "w", encoding="utf-8") as out, os.fdopen(os.dup(tty.slave)) as keys:
        dashboard = Dashboard("zh", stream=out, stdin=keys)
        return dashboard.run(frames, on_key or (lambda key: None), frames_per_s)  # type: ignore[arg-type]


def moving(count: int) -> object:
    """``count`` frames, then the end."""
    frames = iter(range(count))

    def next_frame() -> Frame | None:
        index = next(frames, None)
        return None if index is None else (sample_snapshot(200.0 + index / 8), None)

    return next_frame


def text_of(tty: Pty) -> str:
    time.sleep(0.3)
    return tty.seen.decode("utf-8", "replace")


def restored(tty: Pty) -> bool:
    """The cursor is back, the other screen left, and nothing was drawn after that (a typed key may echo late)."""
    before, left, after = text_of(tty).rpartition("\x1b[?1049l")
    return bool(left) and "\x1b" not in after and before.endswith("\x1b[?25h")


def test_it_ends_with_the_frames_and_restores_the_terminal(tty: Pty) -> None:
    before = termios.tcgetattr(tty.slave)
    assert run(tty, moving(3)) is Ending.FINISHED
    assert termios.tcgetattr(tty.slave) == before
    assert restored(tty)
    assert "音量" in text_of(tty)


def test_keys_go_to_the_caller_and_q_ends(tty: Pty) -> None:
    pressed: list[str] = []
    tty.type(b"m\x1b[C n")
    threading.Timer(0.4, tty.type, (b"q",)).start()
    assert run(tty, moving(10_000), pressed.append) is Ending.QUIT
    assert pressed == ["m", "right", "space", "n"]


def test_question_mark_lays_help_over_the_panels(tty: Pty) -> None:
    pressed: list[str] = []
    tty.type(b"?")
    threading.Timer(0.4, tty.type, (b"q",)).start()
    run(tty, moving(10_000), pressed.append)
    assert pressed == []
    assert "k = 2" in text_of(tty)


@pytest.mark.parametrize("where", ["next_frame", "on_key"])
def test_an_exception_is_loud_after_the_terminal_is_restored(tty: Pty, where: str) -> None:
    before = termios.tcgetattr(tty.slave)

    def fail(*_: object) -> Frame:
        raise ZeroDivisionError("a defect")

    tty.type(b"m")
    with pytest.raises(ZeroDivisionError):
        run(tty, fail if where == "next_frame" else moving(10_000), fail)
    assert termios.tcgetattr(tty.slave) == before
    assert restored(tty)


def test_a_drawing_that_fails_is_loud(tty: Pty, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> list[object]:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr("voicemon.ui.dashboard.screen", broken)
    with pytest.raises(ZeroDivisionError):
        run(tty, moving(10_000))
    assert restored(tty)


@pytest.mark.parametrize(
    ("number", "ending"),
    [
        (signal.SIGINT, Ending.INTERRUPTED),
        (signal.SIGTERM, Ending.TERMINATED),
        (signal.SIGHUP, Ending.TERMINAL_GONE),
    ],
)
def test_signals_end_it_cleanly_and_their_handlers_come_back(tty: Pty, number: int, ending: Ending) -> None:
    before = termios.tcgetattr(tty.slave)
    handler = signal.getsignal(number)
    threading.Timer(0.3, os.kill, (os.getpid(), number)).start()
    assert run(tty, moving(10_000)) is ending
    assert signal.getsignal(number) is handler
    assert termios.tcgetattr(tty.slave) == before
    assert restored(tty)


def test_a_second_interrupt_breaks_a_frame_that_hangs(tty: Pty) -> None:
    def hang() -> Frame:
        time.sleep(30)
        raise AssertionError("was not interrupted")

    for delay_s in (0.2, 0.4):
        threading.Timer(delay_s, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        run(tty, hang)


def test_a_closed_terminal_ends_it(tty: Pty) -> None:
    threading.Timer(0.3, os.close, (tty.master,)).start()
    begun = time.monotonic()
    assert run(tty, moving(10_000)) is Ending.TERMINAL_GONE
    assert time.monotonic() - begun < 5


def test_any_size_is_survived_in_mid_flight(tty: Pty) -> None:
    sizes = iter([(1, 1), (0, 0), (200, 60), (3, 50), (60, 24), (80, 2)] * 3)
    inner = moving(18)

    def next_frame() -> Frame | None:
        tty.resize(*next(sizes, (80, 24)))
        return inner()  # type: ignore[operator,no-any-return]

    assert run(tty, next_frame) is Ending.FINISHED
    assert restored(tty)


def test_nothing_is_written_while_nothing_changes(tty: Pty) -> None:
    same = sample_snapshot(210.0)
    left = iter(range(40))
    run(tty, lambda: (same, None) if next(left, None) is not None else None)
    assert text_of(tty).count("\x1b[1;1H") == 1


def looks(same: Snapshot, until_s: float) -> tuple[list[float], object]:
    """Moments, from the first look, at which a screen where nothing changes is looked at."""
    at: list[float] = []

    def next_frame() -> Frame | None:
        at.append(time.monotonic())
        if at[-1] - at[0] > until_s:
            return None
        return same, None

    return at, next_frame


def test_a_picture_that_stands_still_is_looked_at_four_times_a_second(tty: Pty) -> None:
    at, next_frame = looks(sample_snapshot(210.0), 2.0)
    run(tty, next_frame, frames_per_s=20.0)
    still = [moment for moment in at if moment - at[0] > 0.7]
    assert 2 <= len(still) <= 7
    assert max(b - a for a, b in itertools.pairwise(still)) < 0.6  # a lost device is to be seen within a second


def test_a_picture_that_begins_to_move_is_drawn_at_its_rate_again(tty: Pty) -> None:
    begun = time.monotonic()
    at: list[float] = []

    def next_frame() -> Frame | None:
        now = time.monotonic() - begun
        if now > 2.4:
            return None
        at.append(now)
        return sample_snapshot(210.0 if now < 1.2 else 210.0 + now), None

    run(tty, next_frame, frames_per_s=20.0)
    assert len([moment for moment in at if moment > 1.9]) >= 4


def test_a_key_hastens_the_next_look(tty: Pty) -> None:
    at, next_frame = looks(sample_snapshot(210.0), 1.6)
    pressed: list[float] = []

    def type_later() -> None:
        time.sleep(1.1)
        tty.type(b"m")

    threading.Thread(target=type_later, daemon=True).start()
    run(tty, next_frame, lambda _key: pressed.append(time.monotonic()), frames_per_s=50.0)
    assert pressed
    assert min(moment - pressed[0] for moment in at if moment >= pressed[0]) < 0.2


def test_frames_come_at_their_rate(tty: Pty) -> None:
    begun = time.monotonic()
    run(tty, moving(9), frames_per_s=20.0)
    assert 0.38 <= time.monotonic() - begun < 1.5


def test_figures_change_once_a_second_of_the_source(tty: Pty) -> None:
    drawn: list[str] = []
    import voicemon.ui.dashboard as module

    original = module.screen

    def note(view: object, width: int, height: int) -> object:
        rows = original(view, width, height)  # type: ignore[arg-type]
        drawn.append("".join(span.text for span in rows[8]))
        return rows

    module.screen = note  # type: ignore[assignment]
    try:
        run(tty, moving(17))
    finally:
        module.screen = original
    assert [len(set(drawn[begin : begin + 8])) for begin in (0, 8)] == [1, 1]
    assert len(set(drawn)) == 3
