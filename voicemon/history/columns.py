"""What stands in a column: figures rounded, text masked, a summary taken apart."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Final

from voicemon.events import SummaryEvent, as_record
from voicemon.privacy import mask, mask_values
from voicemon.types import Role

_SUMMARY_FIGURES: Final = (
    "talk_s", "active_db", "level_deviation_db", "in_band_percent", "speech_rate_cpm", "articulation_rate_cpm",
    "characters",
)  # fmt: skip


def summary_figures(event: SummaryEvent) -> dict[str, Any]:
    """The columns of ``calls`` that a summary fills: the agent's figures, and the whole of it as masked JSON."""
    record = as_record(event)
    agent: Mapping[str, Any] = record["channels"].get(Role.AGENT.value, {})
    delays: Mapping[str, Any] = record["response_delay_s"] or {}
    dead_air: list[Mapping[str, float]] | None = record["dead_air"]
    return {
        "unit": event.unit,
        **{name: agent.get(name) for name in _SUMMARY_FIGURES},
        "dead_air_count": None if dead_air is None else len(dead_air),
        "dead_air_s": None if dead_air is None else round(sum(gap["end"] - gap["start"] for gap in dead_air), 3),
        "interruptions": event.interruptions,
        "response_p50_s": delays.get("p50"),
        "response_p95_s": delays.get("p95"),
        "phrases": None if event.phrases is None else len(event.phrases),
        "degraded": int(event.degraded),
        "summary": json.dumps(mask_values(record), ensure_ascii=False, separators=(",", ":")),
    }


def rounded(value: float | None, decimals: int) -> float | None:
    """A figure that is known and finite."""
    return round(value, decimals) if value is not None and math.isfinite(value) else None


def written(text: str) -> str:
    """``text`` masked, and as UTF-8 can hold it: a file name may carry bytes that are no characters."""
    return mask(text.encode("utf-8", errors="backslashreplace").decode("utf-8"))
