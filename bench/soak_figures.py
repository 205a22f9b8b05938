"""What a soak's events say, held against what was truly played."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from bench.calls import SLACK_S
from bench.matching import Record, percentile
from bench.playlist import Playlist, agent_sound, truth_of
from bench.soak_clock import Course
from voicemon.events import Event, as_record
from voicemon.phrases.lexicon import load as load_lexicon
from voicemon.session import Replay
from voicemon.settings import load
from voicemon.types import Block, Role, SourceInfo


class Samples:
    """A source of sound that is in memory."""

    warnings: tuple[str, ...] = ()

    def __init__(self, playlist: Playlist, name: str) -> None:
        self._samples, rate = agent_sound(playlist.folder, name)
        self.info = SourceInfo(name, rate, (Role.AGENT,), self._samples.size / rate)

    def __iter__(self) -> Any:
        yield Block(0, self._samples[None])

    def close(self) -> None:
        return None


class Utterances:
    """A sink that keeps the utterances."""

    fault: str | None = None

    def __init__(self) -> None:
        self.records: list[Record] = []

    def __call__(self, event: Event) -> None:
        if event.type == "utterance":
            self.records.append(as_record(event))

    def close(self) -> None:
        return None


def reference(playlist: Playlist) -> dict[str, list[Record]]:
    """Each call's utterances as a replay of its file finds them."""
    settings = load(environment={}, overrides={"asr": {"enabled": False}})
    found = {}
    for name in sorted({call.id for call in playlist.calls}):
        sink = Utterances()
        Replay(Samples(playlist, name), settings, load_lexicon(), "en", None, [sink]).run()
        found[name] = sink.records
    return found


def phrases(playlist: Playlist, records: Sequence[Record], course: Course) -> dict[str, Any]:
    """Sentences found, missed and falsely alarmed, and how late; by the rule of :mod:`bench.calls`.

    Every sentence of every call that was played counts as said, whether or not anything of it was heard.  An alarm is
    the first record of a hit, provisional or not; several of one place count once.
    """
    alarms: list[Record] = []
    for record in records:
        if record["type"] == "phrase" and not any(a["id"] == record["id"] and overlap(a, record) for a in alarms):
            alarms.append(record)
    scenes = {p.id: p.scene for p in load_lexicon().forbidden}
    said = [course.heard(sentence) for sentence in sentences(playlist)]
    found: dict[int, float] = {}
    false: list[str] = []
    for alarm in alarms:
        near = [i for i, s in enumerate(said) if overlap(alarm, s) and _alike(scenes.get(alarm["id"]), s["scene"])]
        if not near:
            false.append(f"{alarm['id']}@{alarm['start']:.1f}")
        for i in near[:1]:
            found.setdefault(i, alarm["t"] - min(said[i]["end"], alarm["end"]))
    missed = [f"scene {s['scene']} of {s['call']}@{s['start']:.1f}" for i, s in enumerate(said) if i not in found]
    latency = list(found.values())
    return {
        "said": len(said),
        "found": len(found),
        "missed": missed,
        "false": false,
        "latency_p50_s": percentile(latency, 50),
        "latency_p95_s": percentile(latency, 95),
        "latency_max_s": max(latency, default=None),
    }


def sentences(playlist: Playlist) -> list[Record]:
    """The agent's forbidden sentences of the built-in list in all calls, on the playback's clock."""
    return [
        sentence
        | {
            "start": sentence["start"] + call.start,
            "end": sentence["end"] + call.start,
            "call": f"{call.id}#{call.number}",
        }
        for call in playlist.calls
        for sentence in truth_of(playlist.folder, call.id)["forbidden"]
        if sentence["who"] == "agent" and not sentence["custom"]
    ]


def overlap(a: Record, b: Record, slack_s: float = SLACK_S) -> bool:
    return bool(a["start"] < b["end"] + slack_s and b["start"] < a["end"] + slack_s)


ALIKE: Final = frozenset({"1", "3", "14"})
"""Scenes 3 and 14 have the same sentence, and scene 1's is a part of it."""


def _alike(scene: str | None, true_scene: int) -> bool:
    return scene == str(true_scene) or (scene in ALIKE and str(true_scene) in ALIKE)


def counts(records: Sequence[Record]) -> dict[str, Any]:
    """How many records there are of what kind, and what the program says of its own health."""
    health = [r for r in records if r["type"] == "health"]
    ready = [r for r in health if r["asr"] in ("ready", "behind")]
    lags = [r["asr_lag_s"] for r in ready if r["asr_lag_s"] is not None]
    summaries = [r for r in records if r["type"] == "summary"]
    kinds = ("session", "summary", "utterance", "phrase", "alert", "gap", "health")
    alerts: dict[str, int] = defaultdict(int)
    for record in records:
        if record["type"] == "alert":
            alerts[record["rule"]] += 1
    return {
        **{kind: sum(r["type"] == kind for r in records) for kind in kinds},
        "alerts_by_rule": dict(alerts),
        "gap_causes": sorted({r["cause"] for r in records if r["type"] == "gap"}),
        "overflows": max((r["overflows"] for r in health), default=0),
        "dropped_audio_s": max((r["dropped_audio_s"] for r in health), default=0.0),
        "shed_utterances": max((r["shed_utterances"] for r in health), default=0),
        "asr_lag_p50_s": percentile(lags, 50),
        "asr_lag_p95_s": percentile(lags, 95),
        "asr_lag_max_s": max(lags, default=None),
        "degraded": any(r["degraded"] for r in summaries),
        "asr_cpu_s": round(sum(r["cost"].get("asr_cpu_s") or 0.0 for r in summaries), 1),
        "asr_passes": sum(r["cost"].get("asr_passes") or 0 for r in summaries),
        "last_t_s": max((r["t"] for r in records), default=None),
    }
