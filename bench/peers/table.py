"""From the runs to the table."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench.peers.scoring import Tally, percentile, total
from bench.peers.systems import Run

HEAD = (
    "material", "condition", "system", "search", "found", "recall", "false", "false/h", "late p50 s", "late p95 s",
    "core-s/s", "× ours", "core-s/pass", "passes", "lag s", "peak MB",
)  # fmt: skip
"""``core-s/s``: core-seconds for each second of sound; ``lag``: how long after the sound the last work was done."""


@dataclass(frozen=True)
class Result:
    """One system over one take, its text searched one way."""

    take: str
    half: str
    kind: str
    condition: str
    system: str
    search: str
    tally: Tally
    run: Run

    def record(self) -> dict[str, Any]:
        """For the JSON: figures, and no text."""
        named = {k: getattr(self, k) for k in ("take", "half", "kind", "condition", "system", "search")}
        return {**named, **asdict(self.tally), **cost([self.run])}


def rows(results: Sequence[Result], peaks: Mapping[str, float]) -> list[list[object]]:
    """A row for each material, half, condition, system and search."""
    groups: dict[tuple[str, ...], list[Result]] = {}
    for r in results:
        groups.setdefault((f"{r.kind}, {r.half}", r.condition, r.system, r.search), []).append(r)
    blocks: dict[tuple[str, ...], list[list[object]]] = {}
    for (kind, condition, system, search), group in groups.items():
        ours = [r.run for r in results if (f"{r.kind}, {r.half}", r.condition, r.system) == (kind, condition, "ours")]
        row = [kind, condition, system, search, *_figures(group, ours), peaks.get(system)]
        blocks.setdefault((kind, condition), []).append(row)
    return [row for block in blocks.values() for row in block]


def cost(runs: Sequence[Run]) -> dict[str, float]:
    """What recognition cost over ``runs`` together; ``lag_s`` is the longest."""
    costs_s = list(itertools.chain.from_iterable(r.costs_s for r in runs))
    audio_s = sum(r.audio_s for r in runs)
    return {
        "audio_s": audio_s,
        "core_s_per_audio_s": sum(r.core_s for r in runs) / audio_s,
        "core_s_per_pass": sum(costs_s) / max(1, len(costs_s)),
        "passes": len(costs_s),
        "lag_s": max(r.lag_s for r in runs),
    }


def _figures(group: Sequence[Result], ours: Sequence[Run]) -> list[object]:
    all_of = total(r.tally for r in group)
    spent = cost([r.run for r in group])
    live = group[0].system != "whole file"
    late = [percentile(all_of.latency_s, p) if live else None for p in (50, 95)]
    recall = all_of.found / all_of.said if all_of.said else None
    hours = spent["audio_s"] / 3600
    each_s = spent["core_s_per_audio_s"]
    ratio = each_s / cost(ours)["core_s_per_audio_s"] if ours else None
    taken_back = f" ({all_of.false_withdrawn} withdrawn)" if all_of.false_withdrawn else ""
    return [
        f"{all_of.found}/{all_of.said}", recall, f"{all_of.false}{taken_back}", all_of.false / hours, *late,
        each_s, ratio, spent["core_s_per_pass"], spent["passes"], spent["lag_s"],
    ]  # fmt: skip
