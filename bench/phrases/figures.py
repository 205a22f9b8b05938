"""From runs to rows: recall with its interval, false alarms an hour, latency and cost, by lexicon too."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bench.peers.scoring import Alarm, Alike, Said, answers, lateness, percentile, touch, unfounded
from bench.peers.systems import Run
from bench.phrases.conditions import SNR_DB
from bench.phrases.mixing import clip_at

Z_95: Final = 1.959964
"""Two-sided 95 % of the normal distribution."""
HEAD: Final = (
    "set", "part", "condition", "system", "found", "recall", "95 %", "built-in", "custom", "false", "false/h",
    "by lexicon", "taken back", "misnamed", "late p50 s", "p95 s", "max s", "texts", "core-s/s", "peak MB",
)  # fmt: skip
"""``false``: alarms that stand where nothing forbidden was said; ``by lexicon``: built-in + custom; ``taken back``:
shown there and withdrawn; ``misnamed``: standing on a forbidden phrase under another one's name; ``texts``: final texts
that passed their checks.
"""


@dataclass(frozen=True)
class Outcome:
    """A phrase that was said, the alarms that name it, and how late the first that stands was."""

    said: Said
    answers: tuple[Alarm, ...]
    late_s: float | None


@dataclass(frozen=True)
class Scored:
    """One system over one recording in one condition."""

    set: str
    part: str
    condition: str
    system: str
    recording: str
    outcomes: tuple[Outcome, ...]
    false: tuple[Alarm, ...]
    """Where nothing forbidden was said; withdrawn ones too."""
    misnamed: tuple[Alarm, ...]
    texts: int
    audio_s: float
    core_s: float
    peak_mb: float

    @property
    def standing(self) -> tuple[Alarm, ...]:
        return tuple(a for a in self.false if not a.withdrawn)

    @property
    def missed(self) -> tuple[Said, ...]:
        return tuple(o.said for o in self.outcomes if o.late_s is None)


def outcomes(said: Sequence[Said], alarms: Sequence[Alarm], same: Alike) -> tuple[Outcome, ...]:
    found = [(phrase, answers(phrase, alarms, same)) for phrase in said]
    return tuple(Outcome(phrase, tuple(raised), lateness(phrase, raised)) for phrase, raised in found)


def misnamed(said: Sequence[Said], alarms: Sequence[Alarm], same: Alike) -> tuple[Alarm, ...]:
    """Standing alarms on a forbidden phrase that name another one."""
    on_phrases = [a for a in alarms if not a.withdrawn and a not in unfounded(said, alarms)]
    return tuple(a for a in on_phrases if not any(touch(a, p) and same(a.id, p.id) for p in said))


def final_texts(run: Run) -> int:
    return sum(bool(t["final"] and not t["rejected"] and t["text"]) for t in run.texts)


def wilson(found: int, said: int) -> tuple[float, float] | None:
    """95 % interval of a share (Wilson 1927); ``None`` of nothing."""
    if not said:
        return None
    share, z2 = found / said, Z_95**2
    centre = (share + z2 / (2 * said)) / (1 + z2 / said)
    half = Z_95 / (1 + z2 / said) * math.sqrt(share * (1 - share) / said + z2 / (4 * said**2))
    return max(0.0, centre - half), min(1.0, centre + half)


def figures(group: Sequence[Scored], builtin: frozenset[str]) -> dict[str, Any]:
    """All recordings of ``group`` together; ``builtin``: the ids of the lexicon that comes with the program."""
    every = [o for s in group for o in s.outcomes]
    late_s = [o.late_s for o in every if o.late_s is not None]
    false = [a for s in group for a in s.standing]
    audio_s = sum(s.audio_s for s in group)
    return {
        **_recall(every),
        "built_in": _recall([o for o in every if o.said.id in builtin]),
        "custom": _recall([o for o in every if o.said.id not in builtin]),
        "false": len(false),
        "false_built_in": sum(a.id in builtin for a in false),
        "false_custom": sum(a.id not in builtin for a in false),
        "false_per_h": len(false) / audio_s * 3600,
        "taken_back": sum(a.withdrawn for s in group for a in s.false),
        "misnamed": sum(len(s.misnamed) for s in group),
        **{f"late_p{p}_s": percentile(late_s, p) for p in (50, 95, 100)},
        "texts": sum(s.texts for s in group),
        "audio_s": audio_s,
        "core_s_per_audio_s": sum(s.core_s for s in group) / audio_s,
        "peak_mb": max(s.peak_mb for s in group),
    }


def by_noise(scored: Iterable[Scored]) -> list[dict[str, Any]]:
    """Recall by condition and by the clip that is heard where the phrase begins."""
    groups: dict[tuple[str, str], list[Outcome]] = {}
    for s in scored:
        for o in s.outcomes if s.condition in SNR_DB else ():
            groups.setdefault((s.condition, clip_at(s.recording, o.said.start)), []).append(o)
    return [{"condition": k[0], "clip": k[1], **_recall(every)} for k, every in sorted(groups.items())]


def grouped(scored: Iterable[Scored]) -> dict[tuple[str, str, str, str], list[Scored]]:
    """By set, part, condition and system, in the order in which they came."""
    groups: dict[tuple[str, str, str, str], list[Scored]] = {}
    for s in scored:
        groups.setdefault((s.set, s.part, s.condition, s.system), []).append(s)
    return groups


def row(key: tuple[str, str, str, str], f: dict[str, Any]) -> list[object]:
    """The cells under :data:`HEAD`."""
    low, high = f["wilson"] or (None, None)
    share = None if low is None else f"{low:.3f}–{high:.3f}"
    live = "whole file" not in key[3]
    late = [f[f"late_p{p}_s"] if live else None for p in (50, 95, 100)]
    ours = key[3].startswith("ours")
    return [
        *key, _of(f), f["recall"], share, _of(f["built_in"]), _of(f["custom"]),
        f["false"], f["false_per_h"], f"{f['false_built_in']}+{f['false_custom']}", f["taken_back"], f["misnamed"],
        *late, f["texts"] if ours else None, f["core_s_per_audio_s"], round(f["peak_mb"]),
    ]  # fmt: skip


def _recall(every: Sequence[Outcome]) -> dict[str, Any]:
    said, found = len(every), sum(o.late_s is not None for o in every)
    recall = found / said if said else None
    return {"said": said, "found": found, "recall": recall, "wilson": wilson(found, said)}


def _of(f: dict[str, Any]) -> str | None:
    return f"{f['found']}/{f['said']}" if f["said"] else None
