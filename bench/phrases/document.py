"""The bench's result as it grows: scores, misses, false alarms, and the texts for those who want them."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any, Final

from bench.peers.scoring import Alarm, Alike, alike, occurrences, unfounded
from bench.peers.search import alarms, exact
from bench.peers.systems import ONE_THREAD, Run
from bench.phrases import figures, mixing
from bench.phrases.figures import HEAD, Scored
from bench.phrases.reasons import false_alarms, misses
from bench.phrases.running import Plan, Work
from bench.report import table
from voicemon.phrases.lexicon import load
from voicemon.phrases.model import Lexicon
from voicemon.phrases.spotter import Spotter
from voicemon.settings import as_dict
from voicemon.settings import load as load_settings

EXACT: Final = "exact text"


class Document:
    """Takes runs one by one; ``texts``: a folder for what was heard in each."""

    def __init__(self, plan: Plan, texts: Path | None) -> None:
        self._plan = plan
        self._texts = texts
        self._scored: list[Scored] = []
        self._misses: list[dict[str, Any]] = []
        self._false: list[dict[str, Any]] = []
        self._builtin = frozenset(p.id for p in load().forbidden)
        self.growth: list[dict[str, Any]] | None = None

    def add(self, work: Work, made: tuple[Run, float]) -> str:
        """Score a run; gives a line to show."""
        run, peak_mb = made
        recording, ours = work.recording, work.system == "ours"
        searches = _searches(recording.lexicons)
        raised = occurrences(run.records, searches.same) if ours else alarms(run.batches, searches.exact)
        system = work.label if ours else f"{EXACT}, {work.label}"
        scored = _scored(work, system, run, raised, searches.same, peak_mb)
        self._scored.append(scored)
        if ours:
            self._misses += misses(scored, run, raised, recording.lines, searches.spotter)
            self._false += false_alarms(scored, run, recording.lines)
            self._write_texts(work, run)
        found = len(scored.outcomes) - len(scored.missed)
        return (
            f"{recording.kind} {recording.name} {work.condition} {system}: {found}/{len(scored.outcomes)} found, "
            f"{len(scored.standing)} false, {len(scored.false) - len(scored.standing)} taken back, "
            f"{run.core_s / run.audio_s:.2f} core-s/s"
        )

    def figures(self) -> dict[str, Any]:
        """All that the JSON says."""
        settings = as_dict(load_settings(environment={}, overrides=ONE_THREAD))
        groups = figures.grouped(self._scored).items()
        names = ("set", "part", "condition", "system")
        rows = [{**dict(zip(names, k, strict=True)), **figures.figures(g, self._builtin)} for k, g in groups]
        return {
            "settings": settings,
            "noise": {"clips": mixing.CLIPS, "turn_s": mixing.TURN_S},
            "rows": rows,
            "recordings": [_recording(s) for s in self._scored],
            "by_noise": figures.by_noise(self._scored),
            "misses": self._misses,
            "false": self._false,
            "growth": self.growth,
        }

    def table(self) -> str:
        groups = figures.grouped(self._scored).items()
        return table(HEAD, [figures.row(key, figures.figures(group, self._builtin)) for key, group in groups])

    def _write_texts(self, work: Work, run: Run) -> None:
        if self._texts is None:
            return
        self._texts.mkdir(parents=True, exist_ok=True)
        recording = work.recording
        content = {
            "recording": recording.name,
            "set": recording.kind,
            "part": recording.part,
            "condition": work.condition,
            "lexicons": [path.name for path in recording.lexicons],
            "said": [asdict(s) for s in recording.said],
            "lines": [asdict(line) for line in recording.lines],
            "texts": run.texts,
            "alarms": run.records,
        }
        length = "" if recording.seconds is None else f".{recording.seconds:g}s"
        path = self._texts / f"{recording.kind}.{recording.name}.{work.condition}{length}.json"
        path.write_text(json.dumps(content, ensure_ascii=False, indent=0), encoding="utf-8")


class _Searches:
    """What a lexicon is searched and scored with."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.same: Alike = alike(lexicon)
        self.spotter = Spotter(lexicon)
        self.exact = exact(lexicon)


@cache
def _searches(lexicons: tuple[Path, ...]) -> _Searches:
    return _Searches(load(lexicons))


def _scored(work: Work, system: str, run: Run, raised: list[Alarm], same: Alike, peak_mb: float) -> Scored:
    said = work.recording.said
    return Scored(
        work.recording.kind,
        work.recording.part,
        work.condition,
        system,
        work.recording.name,
        figures.outcomes(said, raised, same),
        tuple(unfounded(said, raised)),
        figures.misnamed(said, raised, same),
        figures.final_texts(run),
        run.audio_s,
        run.core_s,
        peak_mb,
    )


def _recording(s: Scored) -> dict[str, Any]:
    late_s = {f"{o.said.id}@{o.said.start:.1f}": round(o.late_s, 3) for o in s.outcomes if o.late_s is not None}
    return {
        "set": s.set,
        "part": s.part,
        "condition": s.condition,
        "system": s.system,
        "recording": s.recording,
        "said": len(s.outcomes),
        "missed": [p.id for p in s.missed],
        "false": [f"{a.id}@{a.start:.1f}" for a in s.standing],
        "late_s": late_s,
        "audio_s": s.audio_s,
        "core_s_per_audio_s": s.core_s / s.audio_s,
    }
