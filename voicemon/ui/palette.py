"""How each ink looks: for rich colours, for sixteen, and for none.

Blue stands for inside the band, amber for beside it, a red that leans to magenta for outside: the three stay apart for
protanopes, deuteranopes and tritanopes (they differ in lightness or along both colour axes), and each has a contrast of
at least 3 : 1 against black and against white.  Colour only repeats what a shape or a word already says, so the third
palette has none and loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

from rich.color import ColorSystem
from rich.style import Style

from voicemon.ui.rows import Ink

BLUE: Final = "#3b82e6"
AMBER: Final = "#c07a00"
MAGENTA_RED: Final = "#dc2f6f"
ON_COLOUR: Final = "#ffffff"


class Depth(Enum):
    """What the terminal can show."""

    RICH = "rich"
    SIXTEEN = "sixteen"
    NONE = "none"


def _styles(good: str, near: str, bad: str, cue_warn: str) -> dict[Ink, Style]:
    texts = {
        Ink.PLAIN: "",
        Ink.DIM: "dim",
        Ink.STRONG: "bold",
        Ink.GOOD: good,
        Ink.NEAR: near,
        Ink.BAD: f"bold {bad}".strip(),
        Ink.FLAG: f"bold underline {bad}".strip(),
        Ink.FAULT: f"bold reverse {bad}".strip(),
        Ink.PROVISIONAL: "italic dim",
        Ink.CUE_CRITICAL: f"bold reverse {bad}".strip(),
        Ink.CUE_WARN: cue_warn,
    }
    return {ink: Style.parse(text) for ink, text in texts.items()}


STYLES: Final[Mapping[Depth, Mapping[Ink, Style]]] = {
    Depth.RICH: _styles(BLUE, AMBER, MAGENTA_RED, f"bold {AMBER}")
    | {
        Ink.FAULT: Style.parse(f"bold {ON_COLOUR} on {MAGENTA_RED}"),
        Ink.CUE_CRITICAL: Style.parse(f"bold {ON_COLOUR} on {MAGENTA_RED}"),
    },
    Depth.SIXTEEN: _styles("bright_blue", "yellow", "magenta", "bold yellow"),
    Depth.NONE: _styles("", "", "", "bold"),
}

_SYSTEMS: Final = {"256": ColorSystem.EIGHT_BIT, "truecolor": ColorSystem.TRUECOLOR}
_MARK: Final = "\0"


def depth_of(color_system: str | None, no_color: bool) -> Depth:
    """The palette for rich's name of what the terminal can do; ``NO_COLOR`` leaves bold, reverse and underline."""
    if no_color or color_system is None:
        return Depth.NONE
    return Depth.SIXTEEN if color_system in ("standard", "windows") else Depth.RICH


def sgr(depth: Depth, color_system: str | None) -> dict[Ink, tuple[str, str]]:
    """For each ink the terminal codes before and after its text."""
    system = _SYSTEMS.get(color_system or "", ColorSystem.STANDARD)
    codes = {}
    for ink, style in STYLES[depth].items():
        before, _, after = style.render(_MARK, color_system=system).partition(_MARK)
        codes[ink] = (before, after)
    return codes
