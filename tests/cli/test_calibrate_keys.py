"""What is typed before, during and after a measurement, at a pseudo-terminal."""

from __future__ import annotations

import os
import sys
import termios
import time
from collections.abc import Callable, Iterator

import pytest

from voicemon.cli.calibrate_keys import TypedLines

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")

Type = Callable[[str], None]


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Type]:
    """Types at the terminal that standard input is for now."""
    master, slave = os.openpty()
    settings = termios.tcgetattr(slave)
    settings[3] &= ~termios.ECHO
    termios.tcsetattr(slave, termios.TCSANOW, settings)
    with open(slave, encoding="utf-8") as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)

        def type_(text: str) -> None:
            os.write(master, text.encode())
            time.sleep(0.05)  # until the terminal has it

        yield type_
    os.close(master)


def test_only_what_is_typed_during_a_measurement_is_thrown_away(typing: Type) -> None:
    typed = TypedLines()
    typing("before\n七十\n")
    with typed.unheard():
        typing("during\n\n\nhalf a li")
    typing("after\n")
    assert [typed.line("") for _ in range(3)] == ["before", "七十", "after"]
    with typed.unheard():
        pass
    typing("last\n")
    assert typed.line("") == "last"


def test_an_answer_typed_ahead_survives_several_measurements(typing: Type) -> None:
    typed = TypedLines()
    typing("one\ntwo\nthree\n")
    for wanted in ("one", "two", "three"):
        with typed.unheard():
            typing("\n")
        assert typed.line("") == wanted


def test_the_end_of_what_was_typed_ahead_is_the_end(typing: Type) -> None:
    typed = TypedLines()
    typing("one\n\x04")
    with typed.unheard():
        pass
    assert typed.line("") == "one"
    with pytest.raises(EOFError):
        typed.line("")


def test_what_comes_through_a_pipe_is_never_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    with open(reading, encoding="utf-8") as pipe, open(writing, "w", encoding="utf-8") as script:
        monkeypatch.setattr(sys, "stdin", pipe)
        typed = TypedLines()
        script.write("one\n")
        script.flush()
        with typed.unheard():
            script.write("two\n")
            script.flush()
        assert [typed.line(""), typed.line("")] == ["one", "two"]
