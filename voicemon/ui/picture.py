"""``python -m voicemon.ui.picture OUT.svg``: the dashboard of a made-up call, by the panels that draw the real one."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from voicemon.strings import LANGUAGES, Language
from voicemon.ui.player import PlayerView
from voicemon.ui.sample import PICTURE_S, sample_snapshot
from voicemon.ui.screen import View, screen
from voicemon.ui.svg import as_svg


def picture(language: Language, width: int, height: int, t: float = PICTURE_S, replay: bool = False) -> str:
    """The screen at ``t`` seconds of the made-up call as an SVG document."""
    snapshot = sample_snapshot(t, language)
    marks = tuple(alert.start for alert in snapshot.alerts)
    player = PlayerView(t, 402.0, analysed_s=t, marks=marks) if replay else None
    return as_svg(screen(View(snapshot, snapshot, language, player), width, height), width, "voicemon")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m voicemon.ui.picture", description="Write the dashboard as SVG.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--lang", choices=LANGUAGES, default="zh")
    parser.add_argument("--width", type=int, default=80)
    parser.add_argument("--height", type=int, default=24)
    parser.add_argument("--time", type=float, default=PICTURE_S, help="moment of the made-up call, seconds")
    parser.add_argument("--replay", action="store_true", help="with the position bar")
    given = parser.parse_args(arguments)
    svg = picture(given.lang, given.width, given.height, given.time, given.replay)
    given.out.write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
