"""A calibration in words: its result, how it was made, its budget."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from voicemon.calibration.budget import Budget, Contribution
from voicemon.calibration.model import Ingredients, Method
from voicemon.calibration.offset import difference_db, offset_db
from voicemon.calibration.store import SUFFIX, default_folder, load, load_for
from voicemon.calibration.uncertainty import budget
from voicemon.cli.calibrate_distance import distance_notes
from voicemon.cli.calibrate_order import Order
from voicemon.errors import CalibrationError, ExitCode
from voicemon.strings import Language
from voicemon.strings.calibration import calibration_text
from voicemon.ui.cells import aligned, clean

_HEADS: Final = ("head_name", "head_value", "head_distribution", "head_sensitivity", "head_standard", "head_dof")


def show(order: Order) -> int:
    """Every calibration, or those of the devices whose name has ``--device`` in it.  No device is asked."""
    paths = sorted(default_folder().glob(f"*{SUFFIX}"))
    wanted = (order.device or "").lower()
    found = [(path, made) for path in paths if wanted in (made := load(path)).device.name.lower()]
    if not found:
        message = calibration_text("none", order.language, device=order.device or str(default_folder()))
        raise CalibrationError(message, calibration_text("none_remedy", order.language))
    for path, ingredients in found:
        for line in _page(path, ingredients, order):
            print(clean(line))
    for line in distance_notes(order):
        print(line)
    return ExitCode.OK


def outcome(ingredients: Ingredients, order: Order, status: str | None = None) -> list[str]:
    """What the calibration comes to at the order's reference distance, in a line or two."""
    language, distance_m = order.language, order.reference_distance_m
    result = budget(ingredients, distance_m)
    line = calibration_text(
        "done",
        language,
        offset=f"{offset_db(ingredients, distance_m):.1f}",
        uncertainty=f"{result.expanded_db:.1f}",
        k=f"{result.coverage_factor:.2f}",
        distance=f"{100 * distance_m:g}",
        status=calibration_text(status or ingredients.status.value, language),
        expires=str(ingredients.expires.date()),
    )
    untested = ingredients.step is None and ingredients.method is not Method.NOMINAL
    return [line, calibration_text("step_missing", language)] if untested else [line]


def _page(path: Path, ingredients: Ingredients, order: Order) -> list[str]:
    device, language = ingredients.device, order.language
    stored = load_for(device.name, device.host_api, device.sample_rate, now=datetime.now(UTC))
    status = stored.calibration.status.value if stored is not None and stored.path == path else None
    notices = [] if stored is None or stored.notice is None else [stored.notice]
    return [
        device.name,
        *outcome(ingredients, order, status),
        *notices,
        _made(ingredients, language),
        *(_reading(ingredients, i, language) for i in range(len(ingredients.readings))),
        "",
        *_budget_lines(budget(ingredients, order.reference_distance_m), language),
        "",
    ]


def _made(ingredients: Ingredients, language: Language) -> str:
    device = ingredients.device
    optional = {
        "grade": None if ingredients.reference_class is None else str(ingredients.reference_class),
        "gain": None if device.os_gain_db is None else f"{device.os_gain_db:.1f}",
        "note": ingredients.note or None,
    }
    return calibration_text(
        "made",
        language,
        method=calibration_text(ingredients.method.value, language),
        made=ingredients.made.strftime("%Y-%m-%d %H:%M %Z"),
        distance=f"{100 * ingredients.distance_m:g}",
        host_api=device.host_api,
        rate=str(device.sample_rate),
        **{name: text for name, text in optional.items() if text is not None},
    )


def _reading(ingredients: Ingredients, index: int, language: Language) -> str:
    reading = ingredients.readings[index]
    figures = {
        "reference": f"{reading.reference_db:.1f}",
        "measured": f"{reading.measured_dbfs:.2f}",
        "difference": f"{difference_db(reading):.2f}",
    }
    return calibration_text("reading", language, **figures)


def _budget_lines(result: Budget, language: Language) -> list[str]:
    """The budget, a line a contribution, and what it adds up to."""
    rows = [[calibration_text(head, language) for head in _HEADS]]
    rows += [_row(line, language) for line in result.contributions]
    total = calibration_text(
        "combined",
        language,
        combined=f"{result.combined_db:.2f}",
        dof=_dof(result.effective_dof),
        k=f"{result.coverage_factor:.2f}",
        expanded=f"{result.expanded_db:.2f}",
    )
    return [*aligned(rows), total]


def _row(line: Contribution, language: Language) -> list[str]:
    sensitivity = f"{line.sensitivity:.1f} dB/{line.unit}" if line.unit != "dB" else "1"
    return [
        calibration_text(f"c_{line.name}", language),
        f"{line.value:.3g} {line.unit}",
        calibration_text(line.distribution.value, language),
        sensitivity,
        f"{line.standard_db:.2f} dB",
        _dof(line.dof),
    ]


def _dof(dof: float) -> str:
    return "∞" if math.isinf(dof) or dof > 999 else f"{dof:.0f}"
