"""What a soak saw of its program and its machine from outside, every few seconds, and what that comes to."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from bench.matching import Record, percentile, slope_an_hour
from bench.playlist import Playlist
from bench.usage_of import Machine, Memory

SAMPLE_S: Final = 5.0
SCREEN_S: Final = 600.0
SETTLED_S: Final = 3.0
"""After so much silence the texts of what was said are there: from then on the program has nothing to do."""
AROUND_S: Final = 10.0
"""A machine's short breath shows within so long of the outage that it caused: two samples."""


@dataclass(frozen=True)
class Sample:
    """The program at one moment: ``at_s`` since the player began, CPU seconds so far by thread."""

    at_s: float
    memory: Memory
    files: int
    cpu_s: dict[str, float]
    machine: Machine


def threads(samples: Sequence[Sample], plan: Playlist) -> dict[str, dict[str, float | None]]:
    """Percent of one core by thread: over all, in the busiest sample, and while nothing is played."""
    if len(samples) < 2:
        return {}
    steps = [(a, b) for a, b in pairwise(samples) if b.at_s > a.at_s]
    idle = [(a, b) for a, b in steps if _silent(plan, a.at_s - SETTLED_S, b.at_s)]
    found: dict[str, dict[str, float | None]] = {}
    for name in [*sorted(samples[-1].cpu_s, key=lambda n: -samples[-1].cpu_s[n]), "all"]:
        shares = [_share(a, b, name) for a, b in steps]
        rest = [_share(a, b, name) for a, b in idle]
        found[name] = {
            "mean_percent": round(_share(samples[0], samples[-1], name), 2),
            "p95_percent": percentile([round(s, 2) for s in shares], 95),
            "idle_percent": round(sum(rest) / len(rest), 2) if rest else None,
        }
    return found


def _share(before: Sample, after: Sample, name: str) -> float:
    def of(sample: Sample) -> float:
        return sum(sample.cpu_s.values()) if name == "all" else sample.cpu_s.get(name, 0.0)

    return 100 * (of(after) - of(before)) / (after.at_s - before.at_s)


def _silent(plan: Playlist, start_s: float, end_s: float) -> bool:
    return not any(call.start < end_s and start_s < call.end for call in plan.calls)


def memory_of(samples: Sequence[Sample]) -> dict[str, Any]:
    """Megabytes at the start (the model is loaded), every ten minutes and at the end, and how they grow."""
    if not samples:
        return {}
    half = [s for s in samples if s.at_s >= samples[-1].at_s / 2]
    tens: dict[int, Sample] = {}
    for sample in samples:
        tens.setdefault(int(sample.at_s // SCREEN_S) * round(SCREEN_S / 60), sample)
    return {
        "start_rss_mb": samples[0].memory.rss_mb,
        "end_rss_mb": samples[-1].memory.rss_mb,
        "start_pss_mb": samples[0].memory.pss_mb,
        "end_pss_mb": samples[-1].memory.pss_mb,
        "rss_mb_by_minute": {minute: sample.memory.rss_mb for minute, sample in tens.items()},
        "second_half_mb_an_hour": slope_an_hour([s.at_s for s in half], [s.memory.rss_mb for s in half]),
    }


def host(samples: Sequence[Sample]) -> dict[str, Any]:
    """The machine while it all ran: what its host took, how busy it was, how late our own look-out woke."""
    if len(samples) < 2:
        return {}
    cores = os.cpu_count() or 1
    first, last = samples[0], samples[-1]
    core_s = (last.at_s - first.at_s) * cores
    steps = [(a, b) for a, b in pairwise(samples) if b.at_s > a.at_s]
    shares = {b.at_s: 100 * _stolen_s(a, b) / ((b.at_s - a.at_s) * cores) for a, b in steps}
    worst_s = max(shares, key=lambda at_s: shares[at_s])
    loads = [s.machine.load_1min for s in samples]
    return {
        "cores": cores,
        "steal_s": round(_stolen_s(first, last), 2),
        "steal_percent": round(100 * _stolen_s(first, last) / core_s, 2),
        "steal_worst_percent": round(shares[worst_s], 1),
        "steal_worst_at_s": worst_s,
        "busy_percent": round(100 * (last.machine.busy_s - first.machine.busy_s) / core_s, 1),
        "load_mean": round(sum(loads) / len(loads), 2),
        "load_max": max(loads),
        "late_sample_s": round(max(b.at_s - a.at_s for a, b in steps) - SAMPLE_S, 2),
    }


def outages(records: Sequence[Record], samples: Sequence[Sample], began_s: float) -> list[dict[str, Any]]:
    """Each gap with what the machine did around it; ``began_s``: the source's clock as the player began.

    ``steal_s`` and ``busy_s`` are core-seconds between the last sample before the gap and the first one after it, with
    the next ones on both sides.  Much steal points to the host; a machine that its host stops altogether counts none,
    but then samples are far apart (``over_s``, and ``late_sample_s`` of :func:`host`).
    """
    found = []
    for gap in (r for r in records if r["type"] == "gap"):
        start_s, end_s = gap["start"] - began_s - AROUND_S, gap["end"] - began_s + AROUND_S
        near = [s for s in samples if start_s <= s.at_s <= end_s]
        entry: dict[str, Any] = {"t": gap["t"], "length_s": round(gap["end"] - gap["start"], 3), "cause": gap["cause"]}
        if len(near) >= 2:
            entry["over_s"] = round(near[-1].at_s - near[0].at_s, 1)
            entry["steal_s"] = round(_stolen_s(near[0], near[-1]), 2)
            entry["busy_s"] = round(near[-1].machine.busy_s - near[0].machine.busy_s, 2)
            entry["load"] = max(s.machine.load_1min for s in near)
        found.append(entry)
    return found


def _stolen_s(before: Sample, after: Sample) -> float:
    return after.machine.steal_s - before.machine.steal_s
