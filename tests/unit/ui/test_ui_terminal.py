"""What is written to a terminal: changed rows only, in the colours it has, in the characters it has."""

from __future__ import annotations

import io
from itertools import pairwise
from pathlib import Path

import pytest
from rich.cells import cell_len

from voicemon.ui.keys import TerminalGoneError
from voicemon.ui.palette import Depth, depth_of
from voicemon.ui.picture import picture
from voicemon.ui.rows import Ink, Span
from voicemon.ui.sample import sample_snapshot
from voicemon.ui.screen import View, screen
from voicemon.ui.terminal import Terminal, substitutes

SIZE = (10, 3)


def row(text: str, ink: Ink = Ink.PLAIN) -> tuple[Span, ...]:
    return (Span(text, ink),)


def written(stream: io.StringIO) -> str:
    text = stream.getvalue()
    stream.seek(0)
    stream.truncate()
    return text


def open_terminal(environment: dict[str, str] | None = None) -> tuple[Terminal, io.StringIO]:
    stream = io.StringIO()
    terminal = Terminal(stream, environment or {"TERM": "xterm-256color"})
    terminal.__enter__()
    written(stream)
    return terminal, stream


def test_only_rows_that_changed_are_written() -> None:
    terminal, stream = open_terminal()
    terminal.draw([row("one"), row("two"), row("three")], SIZE)
    first = written(stream)
    assert all(word in first for word in ("one", "two", "three"))
    terminal.draw([row("one"), row("TWO"), row("three")], SIZE)
    changed = written(stream)
    assert "\x1b[2;1HTWO" in changed
    assert "one" not in changed
    terminal.draw([row("one"), row("TWO"), row("three")], SIZE)
    assert written(stream) == ""


def test_rows_that_are_gone_are_cleared_and_a_new_size_draws_all() -> None:
    terminal, stream = open_terminal()
    terminal.draw([row("one"), row("two")], SIZE)
    written(stream)
    terminal.draw([row("one")], SIZE)
    assert "\x1b[2;1H\x1b[2K" in written(stream)
    terminal.draw([row("one")], (12, 3))
    assert "one" in written(stream)


def test_no_color_keeps_shapes_and_drops_colours() -> None:
    terminal, stream = open_terminal({"TERM": "xterm-256color", "NO_COLOR": "1"})
    terminal.draw([row("x", Ink.BAD), row("y", Ink.CUE_CRITICAL)], SIZE)
    text = written(stream)
    assert "\x1b[1mx\x1b[0m" in text
    assert "\x1b[1;7my\x1b[0m" in text


@pytest.mark.parametrize(
    ("system", "no_color", "depth"),
    [
        ("truecolor", False, Depth.RICH),
        ("256", False, Depth.RICH),
        ("standard", False, Depth.SIXTEEN),
        ("windows", False, Depth.SIXTEEN),
        (None, False, Depth.NONE),
        ("truecolor", True, Depth.NONE),
    ],
)
def test_the_palette_follows_the_terminal(system: str | None, no_color: bool, depth: Depth) -> None:
    assert depth_of(system, no_color) is depth


@pytest.mark.parametrize("encoding", ["ascii", "gbk", "cp437", "latin-1"])
def test_other_encodings_get_characters_of_the_same_width(encoding: str) -> None:
    table = substitutes(encoding)
    assert all(cell_len(chr(code)) == cell_len(plain) == 1 for code, plain in table.items())
    snapshot = sample_snapshot(222.0)
    drawn = "".join(s.text for r in screen(View(snapshot, snapshot, "en"), 120, 30) for s in r)
    plain = "".join(char for char in drawn.translate(table) if ord(char) < 0x2E80)
    plain.encode(encoding)


def test_characters_that_cannot_be_written_keep_their_width() -> None:
    raw = io.BytesIO()
    terminal = Terminal(io.TextIOWrapper(raw, encoding="ascii", write_through=True), {"TERM": "xterm"})
    terminal.draw([row("│您好│")], SIZE)
    assert b"|????|" in raw.getvalue()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pictures_in_the_documentation_are_of_this_version(language: str) -> None:
    path = Path(__file__).resolve().parents[3] / f"docs/images/dashboard-{language}.svg"
    remedy = f"python -m voicemon.ui.picture {path} --lang {language}"
    assert path.read_text(encoding="utf-8") == picture(language, 80, 24), remedy  # type: ignore[arg-type]


def test_a_stream_that_is_closed_means_that_the_terminal_is_gone() -> None:
    terminal, stream = open_terminal()
    stream.close()
    with pytest.raises(TerminalGoneError):
        terminal.draw([row("x")], SIZE)
    terminal.__exit__(None, None, None)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_picture_is_self_contained_and_every_character_has_its_cell(language: str) -> None:
    import re
    import xml.etree.ElementTree as ET

    svg = picture(language, 80, 24)  # type: ignore[arg-type]
    assert not re.search(r"(href|url\(|@import|@font-face|https?://(?!www\.w3\.org))", svg)
    assert "CJK" in svg
    for text in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):
        content = text.text or ""
        places = [float(x) for x in (text.get("x") or "").split()]
        if text.get("textLength") or content == "voicemon":
            continue
        steps = [round((b - a) / 10) for a, b in pairwise(places)]
        assert steps == [cell_len(char) for char in content[:-1]]
