"""The ten development calls through the whole monitor, against their truth.

    python -m bench.calls [--no-asr] [ID …]

A phrase counts as found when a hit of its scene overlaps the true sentence; a hit that overlaps none is false, also one
that was withdrawn later.  Levels are compared turn by turn with ``level_mix_dba`` (what a perfect meter reads there,
noise included), rates with the truth's characters a minute of turns of 12 characters and more.  Alarm latency is the
``t`` of the first record of a hit minus the end of the sentence or, where an alarm came on a part of it, of that part.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.report import SPEECH, table, write
from voicemon.asr.recognizer import Recognizer
from voicemon.asr.whisper import WhisperRecognizer
from voicemon.audio.recording import RecordingSource
from voicemon.events import Event, as_record
from voicemon.phrases.lexicon import load as load_lexicon
from voicemon.phrases.model import Lexicon
from voicemon.session import Replay
from voicemon.settings import Settings, load

SPL_OF_0_DBFS: Final = 100.0
RATE_MIN_CHARS: Final = 12
SLACK_S: Final = 0.5
ALERT_KINDS: Final = (
    "too_loud", "too_quiet", "too_fast", "too_slow", "dead_air", "interruption", "missing_greeting", "missing_closing",
    "no_thanks_after_hold", "louder_for_faint_customer", "not_louder_when_asked",
)  # fmt: skip
"""Alerts that this version knows and the calls were made for, or that none of them gives cause for (the last two);
phrases have columns of their own."""


class Collect:
    """An event sink that keeps the records."""

    def __init__(self) -> None:
        self.fault: str | None = None
        self.records: list[dict[str, Any]] = []

    def __call__(self, event: Event) -> None:
        self.records.append(as_record(event))

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [r for r in self.records if r["type"] == kind]

    def close(self) -> None:
        return None


@dataclass(frozen=True)
class CallScore:
    """One call's figures."""

    id: str
    audio_s: float
    phrases: int
    found: int
    false: int
    latency_s: list[float]
    level_errors_db: list[float]
    rate_errors_percent: list[float]
    call_rate_error_percent: float | None
    dead_air: int
    dead_air_found: int
    dead_air_false: int
    edge_errors_s: list[float]
    alerts: int
    alerts_found: int
    alerts_extra: list[str]
    alerts_missed: list[str]
    wall_s: float
    cpu_s: float
    asr_cpu_s: float
    asr_passes: int


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ids", nargs="*", default=[f"dev{i:02d}" for i in range(1, 11)])
    parser.add_argument("--no-asr", action="store_true")
    parser.add_argument("--speech", type=Path, default=SPEECH)
    options = parser.parse_args(arguments)
    settings = load(environment={})
    recognizer = None if options.no_asr else WhisperRecognizer.from_settings(settings.asr)
    lexicon = load_lexicon([], builtin=True)
    scores = [score_call(options.speech / "calls", name, recognizer, lexicon) for name in options.ids]
    print(show(scores))
    name = "calls_no_asr" if options.no_asr else "calls"
    model = None if recognizer is None else recognizer.info.name
    path = write(name, {"model": model, "calls": [vars(s) for s in scores], "total": total(scores)})
    print(f"\nwritten: {path.name}")


def score_call(folder: Path, name: str, recognizer: Recognizer | None, lexicon: Lexicon) -> CallScore:
    """Replay one call and hold its events against its truth."""
    truth = json.loads((folder / f"{name}.truth.json").read_text(encoding="utf-8"))
    gender = truth["agent"]["gender"]
    settings: Settings = load(
        environment={}, overrides={"level": {"calibration_offset_db": SPL_OF_0_DBFS, "voice": gender}}
    )
    events = Collect()
    source = RecordingSource(folder / f"{name}.flac")
    outcome = Replay(source, settings, lexicon, "en", recognizer, [events]).run()
    phrases, found, false, latency_s = _phrases(truth, events, lexicon)
    cost = as_record(outcome.summary)["cost"]
    edges, missed_air, false_air = _dead_air(truth, events)
    matched, missed, extra = _alerts(truth, events)
    agent = as_record(outcome.summary)["channels"]["agent"]
    rate = agent["speech_rate_cpm"]
    true_air = [s for s in truth["silences"]["both"] if s["kind"] == "dead_air"]
    return CallScore(
        id=name,
        audio_s=cost["audio_s"],
        phrases=phrases,
        found=found,
        false=false,
        latency_s=latency_s,
        level_errors_db=_levels(truth, events),
        rate_errors_percent=_rates(truth, events),
        call_rate_error_percent=None if rate is None else 100 * (rate / truth["call"]["agent_cpm"] - 1),
        dead_air=len(true_air),
        dead_air_found=len(true_air) - missed_air,
        dead_air_false=false_air,
        edge_errors_s=edges,
        alerts=matched + len(missed),
        alerts_found=matched,
        alerts_extra=extra,
        alerts_missed=missed,
        wall_s=cost["wall_s"],
        cpu_s=cost["cpu_s"],
        asr_cpu_s=cost["asr_cpu_s"],
        asr_passes=cost["asr_passes"],
    )


def _phrases(truth: dict[str, Any], events: Collect, lexicon: Lexicon) -> tuple[int, int, int, list[float]]:
    said = [f for f in truth["forbidden"] if f["who"] == "agent" and not f["custom"]]
    scenes = {p.id: p.scene for p in lexicon.forbidden}
    alarms: list[dict[str, Any]] = []
    for record in events.of("phrase"):
        if not any(a["id"] == record["id"] and _overlap(a, record, SLACK_S) for a in alarms):
            alarms.append(record)
    found, false, latency = set(), 0, []
    for alarm in alarms:
        hit = [i for i, f in enumerate(said) if _overlap(alarm, f, SLACK_S) and _same(scenes[alarm["id"]], f["scene"])]
        if not hit:
            false += 1
            continue
        if hit[0] not in found:
            found.add(hit[0])
            latency.append(alarm["t"] - min(said[hit[0]]["end"], alarm["end"]))
    return len(said), len(found), false, latency


def _same(scene: str | None, true_scene: int) -> bool:
    """Scenes 3 and 14 have the same sentence, and scene 1's is a part of it."""
    alike = {"3", "14", "1"}
    return scene == str(true_scene) or (scene in alike and str(true_scene) in alike)


def _levels(truth: dict[str, Any], events: Collect) -> list[float]:
    errors = []
    for turn in truth["turns"]:
        if turn["who"] != "agent":
            continue
        energy = weight = 0.0
        for u in events.of("utterance"):
            if u["channel"] == "agent" and u["active_db"] is not None and _overlap(u, turn, -0.1):
                energy += u["active_s"] * 10 ** (u["active_db"] / 10)
                weight += u["active_s"]
        if weight:
            errors.append(10 * math.log10(energy / weight) - turn["level_mix_dba"])
    return errors


def _rates(truth: dict[str, Any], events: Collect) -> list[float]:
    """Percent error of characters a minute over whole turns, from the texts; nothing without text."""
    errors = []
    finals = [t for t in events.of("transcript") if t["final"] and not t["rejected"]]
    for turn in truth["turns"]:
        if turn["who"] != "agent" or turn["n_chars"] < RATE_MIN_CHARS:
            continue
        chars = [c for t in finals for c in t["chars"] if turn["start"] - 0.3 <= c[1] <= turn["end"]]
        if chars:
            length_s = chars[-1][2] - chars[0][1]
            errors.append(100 * (60 * len(chars) / length_s / turn["cpm"] - 1))
    return errors


def _dead_air(truth: dict[str, Any], events: Collect) -> tuple[list[float], int, int]:
    true = [s for s in truth["silences"]["both"] if s["kind"] == "dead_air"]
    heard = [s for s in events.of("silence") if s["kind"] == "dead_air"]
    edges, missed = [], 0
    for silence in true:
        match = [h for h in heard if _overlap(h, silence, 0)]
        missed += not match
        edges += [abs(match[0][edge] - silence[edge]) for edge in ("start", "end")] if match else []
    return edges, missed, sum(not any(_overlap(h, s, 0) for s in true) for h in heard)


def _alerts(truth: dict[str, Any], events: Collect) -> tuple[int, list[str], list[str]]:
    true = [a for a in truth["alerts"] if a["kind"] in ALERT_KINDS]
    raised = [a for a in events.of("alert") if a["rule"] in ALERT_KINDS]
    matched, missed = 0, []
    for alert in true:
        match = [r for r in raised if r["rule"] == alert["kind"] and _overlap(r, alert, 1.0)]
        if match:
            matched += 1
            for r in match:
                raised.remove(r)
        else:
            missed.append(f"{alert['kind']}@{alert['start']:.0f}")
    return matched, missed, [f"{r['rule']}@{r['start']:.0f}" for r in raised]


def _overlap(a: dict[str, Any], b: dict[str, Any], slack_s: float) -> bool:
    return bool(a["start"] < b["end"] + slack_s and b["start"] < a["end"] + slack_s)


def total(scores: Sequence[CallScore]) -> dict[str, Any]:
    """All calls together."""
    latency = [v for s in scores for v in s.latency_s]
    levels = [abs(v) for s in scores for v in s.level_errors_db]
    rates = [abs(v) for s in scores for v in s.rate_errors_percent]
    edges = [v for s in scores for v in s.edge_errors_s]
    audio = sum(s.audio_s for s in scores)
    return {
        "audio_s": audio,
        "phrases": sum(s.phrases for s in scores),
        "found": sum(s.found for s in scores),
        "false": sum(s.false for s in scores),
        "latency_p50_s": statistics.median(latency) if latency else None,
        "latency_max_s": max(latency, default=None),
        "level_error_mean_db": statistics.fmean(levels) if levels else None,
        "level_error_max_db": max(levels, default=None),
        "rate_error_mean_percent": statistics.fmean(rates) if rates else None,
        "dead_air": f"{sum(s.dead_air_found for s in scores)}/{sum(s.dead_air for s in scores)}",
        "dead_air_false": sum(s.dead_air_false for s in scores),
        "edge_error_max_s": max(edges, default=None),
        "alerts": f"{sum(s.alerts_found for s in scores)}/{sum(s.alerts for s in scores)}",
        "alerts_extra": sum(len(s.alerts_extra) for s in scores),
        "wall_s": sum(s.wall_s for s in scores),
        "times_real_time": audio / sum(s.wall_s for s in scores),
        "asr_cpu_s_per_audio_s": sum(s.asr_cpu_s for s in scores) / audio,
        "other_cpu_s_per_audio_s": sum(s.cpu_s - s.asr_cpu_s for s in scores) / audio,
    }


def show(scores: Sequence[CallScore]) -> str:
    """A row a call, then the whole."""
    head = ["call", "s", "phrases", "false", "latency s", "level err dB", "rate err %", "call rate %", "dead air",
            "edge s", "alerts", "missed", "extra", "wall s", "ASR cpu/s", "passes"]  # fmt: skip
    rows: list[list[object]] = [
        [s.id, s.audio_s, f"{s.found}/{s.phrases}", s.false, _mean(s.latency_s), _mean_abs(s.level_errors_db),
         _mean_abs(s.rate_errors_percent), s.call_rate_error_percent, f"{s.dead_air_found}/{s.dead_air}"
         + (f" +{s.dead_air_false}" if s.dead_air_false else ""), max(s.edge_errors_s, default=None),
         f"{s.alerts_found}/{s.alerts}", " ".join(s.alerts_missed) or None, " ".join(s.alerts_extra) or None, s.wall_s,
         s.asr_cpu_s / s.audio_s, s.asr_passes]
        for s in scores
    ]  # fmt: skip
    figures = [[name, value] for name, value in total(scores).items()]
    return table(head, rows) + "\n\n" + table(["all calls", "value"], figures)


def _mean(values: Sequence[float]) -> float | None:
    return statistics.fmean(values) if values else None


def _mean_abs(values: Sequence[float]) -> float | None:
    return _mean([abs(v) for v in values])


if __name__ == "__main__":
    main()
