"""Key names from terminal bytes, whichever way the bytes are cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicemon.ui.keys import KeyParser, Keys, keyboard

WHOLE = "q?\x1b[C\x1b[D\x1bOA ？n+\x1b[1;5C−\x1b[3~x".encode()
NAMES = ["q", "?", "right", "left", "up", "space", "?", "n", "+", "-", "x"]


def test_names() -> None:
    assert KeyParser().feed(WHOLE) == NAMES


@given(st.lists(st.integers(1, len(WHOLE) - 1), max_size=8))
def test_any_cut_of_the_bytes_gives_the_same_keys(cuts: list[int]) -> None:
    parser, keys = KeyParser(), []
    edges = [0, *sorted(set(cuts)), len(WHOLE)]
    for begin, end in pairwise(edges):
        keys += parser.feed(WHOLE[begin:end])
    assert keys == NAMES


def test_a_lone_escape_is_a_key_once_nothing_follows() -> None:
    parser = KeyParser()
    assert parser.feed(b"\x1b") == []
    assert parser.feed(b"") == ["esc"]
    assert parser.feed(b"") == []


@given(st.binary(max_size=200))
def test_any_bytes_are_survived_and_nothing_piles_up(data: bytes) -> None:
    parser = KeyParser()
    for byte in data * 5:
        parser.feed(bytes([byte]))
    parser.feed(b"")
    assert len(parser._pending) < 64


@pytest.mark.parametrize(("pressed", "name"), [("Q", "q"), ("ｑ", "q"), ("\r", "enter"), ("您", None), ("\x01", None)])
def test_case_and_input_method_do_not_matter(pressed: str, name: str | None) -> None:
    assert KeyParser().feed(pressed.encode()) == ([name] if name else [])


def test_no_terminal_no_keys() -> None:
    with open("/dev/null") as nothing, keyboard(nothing) as keys:
        assert type(keys) is Keys
        assert keys.wait(0.0) == []
