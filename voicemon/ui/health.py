"""The first line: time, what is wrong, the source and what its levels are worth, the recogniser, and privacy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from voicemon.strings import Language, text
from voicemon.types import CalibrationStatus, HealthSnapshot, Snapshot
from voicemon.ui.cells import clean, cut, width_of
from voicemon.ui.figures import clock, finite, number, seconds
from voicemon.ui.rows import Ink, Row, Span, fit_row, join, row_width

_GAP: Final = 2
_MOST_NAME_CELLS: Final = 28
"""A longer device or file name is cut even in a wide window."""
_NAME_CELLS: Final = 12
"""A name cut to this still tells one headset or recording from another."""
_SHORT_NAME_CELLS: Final = 8
_ASR_NAME_CELLS: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """One way to write the line: the source's name takes what the rest leaves, at least ``name_cells``, 0 for none."""

    name_cells: int
    asr: bool
    sample_rate: bool = False
    calibrated: str = "calibrated"
    private: str = "private"


_FORMS: Final = (
    _Form(name_cells=_NAME_CELLS, asr=True, sample_rate=True),
    _Form(name_cells=_NAME_CELLS, asr=True),
    _Form(name_cells=_SHORT_NAME_CELLS, asr=True, calibrated="calibrated_short", private="private_short"),
    _Form(name_cells=_NAME_CELLS, asr=False, sample_rate=True),
    _Form(name_cells=_SHORT_NAME_CELLS, asr=False),
    _Form(name_cells=_SHORT_NAME_CELLS, asr=False, calibrated="calibrated_short", private="private_short"),
    _Form(name_cells=0, asr=False, calibrated="calibrated_short"),
    _Form(name_cells=0, asr=False, calibrated="calibrated_short", private="private_short"),
)
"""From the fullest to the barest: that nothing is recorded is a promise, and stays when names have long given way."""


def health_row(snapshot: Snapshot, held: Snapshot, language: Language, width: int) -> Row:
    """The fullest form of the line that fits; in a window too narrow for any, what fits from the front."""
    row = next((row for form in _FORMS if (row := _written(form, snapshot, held, language, width)) is not None), None)
    if row is not None:
        return fit_row(row, width)
    bare = _FORMS[-1]
    return join([*_head(bare, snapshot, language), *_private(bare, snapshot, language)], width, gap=_GAP)


def _written(form: _Form, snapshot: Snapshot, held: Snapshot, language: Language, width: int) -> Row | None:
    """The whole line in this form, ``None`` where the width is not enough for it."""
    head = _head(form, snapshot, language)
    tail = [*([_asr(held.health, language)] if form.asr else []), *_private(form, snapshot, language)]
    room = width - sum(row_width(part) + _GAP for part in (*head, *tail))
    if form.name_cells == 0:
        return join([*head, *tail], width, gap=_GAP) if room >= -_GAP else None
    source = _source(form, snapshot, room)
    return None if source is None else join([*head, source, *tail], width, gap=_GAP)


def _head(form: _Form, snapshot: Snapshot, language: Language) -> list[Row]:
    if snapshot.between_calls is None:
        time = (Span(f" {text('call', language)} {clock(snapshot.t)}", Ink.STRONG),)
    else:
        time = (Span(f" {text(f'call_{snapshot.between_calls}', language)}", Ink.STRONG),)
    faults = [(Span(f" {fault} ", Ink.FAULT),) for fault in _faults(snapshot, language)]
    return [time, *faults, _calibration(form, snapshot, language)]


def _source(form: _Form, snapshot: Snapshot, room: int) -> Row | None:
    """Name, whether it delivers, and its rate in kHz, in at most ``room`` cells."""
    rate = f" {snapshot.source.sample_rate / 1000:g}k" if form.sample_rate else ""
    mark = f" {'○' if snapshot.health.device_lost or snapshot.health.muted else '●'}{rate}"
    name = cut(clean(snapshot.source.name), _MOST_NAME_CELLS)
    cells = room - width_of(mark)
    return None if cells < min(form.name_cells, width_of(name)) else (Span(cut(name, cells) + mark),)


def _private(form: _Form, snapshot: Snapshot, language: Language) -> list[Row]:
    return [] if snapshot.health.recording else [(Span(text(form.private, language), Ink.DIM),)]


def _faults(snapshot: Snapshot, language: Language) -> list[str]:
    """What is wrong or must be known, gravest first."""
    health = snapshot.health
    lag = {} if finite(health.asr_lag_s) is None else {"seconds": seconds(health.asr_lag_s or 0.0)}
    checks = (
        (health.device_lost, text("fault_device_lost", language)),
        (health.muted, text("fault_muted", language)),
        (health.only_zeros and not health.muted, text("fault_only_zeros", language)),
        (health.customer_lost, text("fault_customer_lost", language)),
        (health.asr == "failed", text("fault_asr_failed", language)),
        (health.asr == "behind", text("fault_asr_behind", language, **lag)),
        (health.dropped_audio_s > 0, text("fault_audio_lost", language, seconds=seconds(health.dropped_audio_s))),
        (health.shed_utterances > 0, text("fault_shed", language, count=str(health.shed_utterances))),
        (snapshot.level.suspect, text("fault_suspect", language)),
        (snapshot.level.clipped, text("fault_clipped", language)),
        (health.lexicon_fault, text("fault_lexicon", language)),
        (health.unwritten, text("fault_unwritten", language)),
        (health.recording, text("fault_recording", language)),
    )
    return [words for wrong, words in checks if wrong]


def _calibration(form: _Form, snapshot: Snapshot, language: Language) -> Row:
    calibration = snapshot.level.calibration
    known = finite(calibration.uncertainty_db)
    figures = {} if known is None else {"uncertainty": number(known, 1, 3).strip()}
    if calibration.status is CalibrationStatus.CALIBRATED:
        return (Span(text(form.calibrated, language, **figures)),)
    return (Span(text(calibration.status.value, language, **figures), Ink.NEAR),)


def _asr(health: HealthSnapshot, language: Language) -> Row:
    if health.asr in ("off", "loading"):
        return (Span(text(f"asr_{health.asr}", language), Ink.DIM),)
    lag = "–" if finite(health.asr_lag_s) is None else f"{seconds(health.asr_lag_s or 0.0)} s"
    name = cut(clean(health.asr_name or "?"), _ASR_NAME_CELLS)
    return (Span(text("asr_ready", language, name=name, lag=lag)),)
