"""What a soak's events say, held against what was truly played."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bench.calls import SLACK_S
from bench.matching import Record, offset_between, pairs_of, percentile
from bench.playlist import Played, Playlist, agent_sound, truth_of
from voicemon.events import Event, as_record
from voicemon.phrases.lexicon import load as load_lexicon
from voicemon.session import Replay
from voicemon.settings import load
from voicemon.types import Block, Role, SourceInfo

MOST_OFFSET_S: Final = 60.0
"""The player is started at most so long after the program."""


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


@dataclass(frozen=True)
class Placed:
    """One call as it was heard: the source's clock lies ``offset_s`` behind the playback's, edge by edge."""

    call: Played
    offset_s: float
    matched: int
    expected: int
    spread_s: float
    """How far the worst matched start lies from the call's offset."""


def place(playlist: Playlist, records: Sequence[Record], known: dict[str, list[Record]]) -> list[Placed]:
    """Where on the source's clock each call was heard.

    Times in ``records`` are on one clock for the whole run, whatever number of sessions is told of in them.
    """
    heard = [r for r in records if r["type"] == "utterance" and r.get("channel", "agent") == "agent"]
    whole = {c.number: [_moved(u, c.start) for u in known[c.id]] for c in playlist.calls}
    starts = [u["start"] for c in playlist.calls for u in whole[c.number]]
    offset_s = offset_between([u["start"] for u in heard], starts, -1.0, MOST_OFFSET_S)
    if offset_s is None:
        return []
    placed = []
    for call in playlist.calls:
        near = pairs_of(heard, whole[call.number], offset_s)
        differences = [h["start"] - t["start"] for h, t in near]
        if differences:
            middle = statistics.median(differences)
            spread_s = max(abs(d - middle) for d in differences)
            placed.append(Placed(call, middle, len(near), len(whole[call.number]), spread_s))
    return placed


def _moved(record: Record, by_s: float) -> Record:
    return record | {"start": record["start"] + by_s, "end": record["end"] + by_s}


def clock(placed: Sequence[Placed]) -> dict[str, Any]:
    """The sample clock against the playback's: how the offset moved from the first call to the last."""
    if not placed:
        return {"offset_s": None}
    offsets = [p.offset_s for p in placed]
    rounds: dict[str, list[float]] = defaultdict(list)
    for p in placed:
        rounds[p.call.id].append(p.offset_s)
    repeated = [many[-1] - many[0] for many in rounds.values() if len(many) > 1]
    return {
        "offset_s": round(statistics.median(offsets), 3),
        "drift_ms": round(1000 * (offsets[-1] - offsets[0]), 1),
        "drift_ms_same_calls": round(1000 * statistics.median(repeated), 1) if repeated else None,
        "offset_range_ms": round(1000 * (max(offsets) - min(offsets)), 1),
        "start_spread_ms": round(1000 * max(p.spread_s for p in placed), 1),
        "calls": len(placed),
        "utterances_matched": sum(p.matched for p in placed),
        "utterances_expected": sum(p.expected for p in placed),
    }


def phrases(playlist: Playlist, records: Sequence[Record], placed: Sequence[Placed]) -> dict[str, Any]:
    """Sentences found, missed and falsely alarmed, and how late; by the rule of :mod:`bench.calls`.

    An alarm is the first record of a hit, provisional or not; several of one place count once.
    """
    alarms: list[Record] = []
    for record in records:
        if record["type"] == "phrase" and not any(a["id"] == record["id"] and overlap(a, record) for a in alarms):
            alarms.append(record)
    scenes = {p.id: p.scene for p in load_lexicon().forbidden}
    said = []
    for p in placed:
        for sentence in truth_of(playlist.folder, p.call.id)["forbidden"]:
            if sentence["who"] == "agent" and not sentence["custom"]:
                said.append(_moved(sentence, p.call.start + p.offset_s))
    found: dict[int, float] = {}
    false: list[str] = []
    for alarm in alarms:
        near = [i for i, s in enumerate(said) if overlap(alarm, s) and _alike(scenes.get(alarm["id"]), s["scene"])]
        if not near:
            false.append(f"{alarm['id']}@{alarm['start']:.1f}")
        for i in near[:1]:
            found.setdefault(i, alarm["t"] - min(said[i]["end"], alarm["end"]))
    latency = list(found.values())
    return {
        "said": len(said),
        "found": len(found),
        "false": false,
        "latency_p50_s": percentile(latency, 50),
        "latency_p95_s": percentile(latency, 95),
        "latency_max_s": max(latency, default=None),
    }


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
