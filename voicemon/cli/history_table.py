"""The list of calls as a table that fits the window: narrow ones leave columns out, the least telling first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from voicemon.cli.history_rows import clock, count, figure, level, local, state
from voicemon.history import Call
from voicemon.strings import Language
from voicemon.strings.history import history_text
from voicemon.ui.cells import GAP, aligned, clean, cut, width_of

UNKNOWN: Final = "–"

NAME_CELLS: Final = 12
"""A profile's or a softphone's name cut to this still tells one from another; ``history show`` has it whole."""

YEAR: Final = len("2025-")

Cell = Callable[[Call, Language], str]

_COLUMNS: Final[Mapping[str, Cell]] = {
    "id": lambda call, _: str(call.id),
    "started": lambda call, _: local(call.started_utc),
    "profile": lambda call, _: _name(call.profile),
    "reference": lambda call, _: _name(call.reference),
    "length": lambda call, _: clock(call.known_s),
    "talk": lambda call, _: clock(call.talk_s),
    "level": lambda call, _: level(call),
    "in_band": lambda call, _: figure(call.in_band_percent, 0, " %"),
    "rate": lambda call, _: figure(call.speech_rate_cpm, 0),
    "dead_air": lambda call, _: count(call.dead_air_count),
    "interruptions": lambda call, _: count(call.interruptions),
    "phrases": lambda call, _: count(call.phrases),
    "alerts": lambda call, _: str(call.alerts),
    "state": state,
}

_BRIEF: Final[Mapping[str, tuple[str, Cell]]] = {
    "year": ("started", lambda call, _: local(call.started_utc)[YEAR:]),
    "deviation": ("level", lambda call, _: figure(call.active_db, 1)),
}
"""Columns that can be written shorter, and how."""

_GIVES_WAY: Final = (
    "talk", "in_band", "interruptions", "year", "dead_air", "deviation", "profile", "reference", "rate", "alerts",
    "length", "level", "phrases",
)  # fmt: skip
"""What is left out or shortened for the width, in this order: which call, its state and what was found stay longest."""


def table(calls: Sequence[Call], language: Language, width: int) -> list[str]:
    """Heads and a row a call, in at most ``width`` cells (about 30 at least); softphones' names where there are any."""
    columns = {name: _column(name, cell, calls, language) for name, cell in _COLUMNS.items()}
    if _tells_nothing(columns["reference"]):
        del columns["reference"]
    if _cells(columns) > width:
        columns = {name: cells for name, cells in columns.items() if not _tells_nothing(cells)}
    for name in _GIVES_WAY:
        if _cells(columns) <= width:
            break
        if name not in _BRIEF:
            columns.pop(name, None)
            continue
        head, cell = _BRIEF[name]
        if head in columns:
            columns[head] = _column(head, cell, calls, language)
    return aligned([list(row) for row in zip(*columns.values(), strict=True)])


def _column(head: str, cell: Cell, calls: Sequence[Call], language: Language) -> list[str]:
    return [history_text(head, language), *(clean(cell(call, language)) for call in calls)]


def _tells_nothing(cells: Sequence[str]) -> bool:
    return all(cell == UNKNOWN for cell in cells[1:])


def _cells(columns: Mapping[str, Sequence[str]]) -> int:
    """Cells that the table takes."""
    return sum(max(map(width_of, cells)) for cells in columns.values()) + len(GAP) * (len(columns) - 1)


def _name(name: str | None) -> str:
    return cut(clean(name), NAME_CELLS) if name else UNKNOWN
