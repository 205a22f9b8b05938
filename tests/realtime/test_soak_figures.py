"""What a soak makes of its events: every played call placed, every sentence scored, and the machine it ran on."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from bench.playlist import Playlist, playlist
from bench.soak_clock import against_replay, by_call, clock, place
from bench.soak_figures import counts, phrases
from bench.soak_samples import Sample, host, outages
from bench.usage_of import Machine, Memory

SPOKEN_S = (1.0, 4.0, 7.3)
"""Where in each of the calls of :func:`truths` somebody speaks."""


def utterance(start: float, number: int, laeq_db: float = 70.0) -> dict[str, Any]:
    figures = {"laeq_db": laeq_db, "active_db": laeq_db, "utterance": number}
    return {"type": "utterance", "t": start + 1.5, "channel": "agent", "start": start, "end": start + 1, **figures}


KNOWN = {name: [utterance(t, i) for i, t in enumerate(SPOKEN_S)] for name in ("a", "b")}


def test_a_clock_that_runs_fast_shows_as_drift(tmp_path: Path) -> None:
    folder = truths(tmp_path)
    plan = playlist(folder, 300.0, ["a", "b"])
    known = {name: [utterance(t, i) for i, t in enumerate((1.0, 4.0))] for name in ("a", "b")}
    ppm = 200e-6
    heard = [utterance((c.start + t) * (1 + ppm) + 4.2, 0) for c in plan.calls for t in (1.0, 4.0)]
    found = clock(place(plan, heard, known))
    length_s = plan.calls[-1].start - plan.calls[0].start
    assert found["offset_s"] == pytest.approx(4.23, abs=0.03)
    assert found["drift_ms"] == pytest.approx(1000 * ppm * length_s, abs=0.6)
    assert found["utterances_matched"] == found["utterances_expected"] == 2 * len(plan.calls)


def test_an_alarm_is_found_late_or_false(tmp_path: Path) -> None:
    folder = truths(tmp_path)
    plan = playlist(folder, 60.0, ["a"])
    heard = [utterance(plan.calls[0].start + 3.0 + t, i) for i, t in enumerate(SPOKEN_S)]
    course = place(plan, heard, {"a": [utterance(t, i) for i, t in enumerate(SPOKEN_S)]}).course
    at = plan.calls[0].start + 3.0
    hit = {"type": "phrase", "id": "f02", "start": at + 1.0, "end": at + 2.0, "status": "provisional"}
    again = hit | {"t": at + 5.0, "status": "confirmed"}
    stranger = hit | {"t": at + 9.0, "start": at + 7.0, "end": at + 8.0}
    found = phrases(plan, [hit | {"t": at + 2.75}, again, stranger], course)
    assert (found["said"], found["found"], len(found["false"])) == (len(plan.calls), 1, 1)
    assert len(found["missed"]) == len(plan.calls) - 1
    assert found["latency_max_s"] == pytest.approx(0.75)


class TestARunWithOutages:
    """Ten minutes in which the player stands still for 0.8 s and the program loses its device for 1.5 s."""

    OFFSET_S = 12.3
    STILL_S = 0.8
    LOST_S = 1.5

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return truths(tmp_path)

    def offset_s(self, at_s: float) -> float:
        return self.OFFSET_S + self.STILL_S * (at_s > 200) + self.LOST_S * (at_s > 400)

    def heard(self, plan: Playlist, lost: frozenset[int] = frozenset()) -> list[dict[str, Any]]:
        starts = [c.start + t for c in plan.calls if c.number not in lost for t in SPOKEN_S]
        return [utterance(s + self.offset_s(s), i) for i, s in enumerate(starts)]

    def hits(self, plan: Playlist) -> list[dict[str, Any]]:
        starts = [c.start + 1.0 for c in plan.calls if c.id == "a"]
        return [
            {"type": "phrase", "id": "f02", "t": s + self.offset_s(s) + 2.0, "status": "confirmed"}
            | {"start": s + self.offset_s(s), "end": s + self.offset_s(s) + 1.0}
            for s in starts
        ]

    def test_every_call_is_placed_and_every_sentence_found(self, folder: Path) -> None:
        plan = playlist(folder, 600.0, ["a", "b"])
        placed = place(plan, self.heard(plan), KNOWN, began_s=self.OFFSET_S)
        found = clock(placed)
        assert found["calls"] == len(placed.calls) == len(plan.calls)
        assert found["utterances_matched"] == found["utterances_expected"] == len(plan.calls) * len(SPOKEN_S)
        assert [j["by_s"] for j in found["jumps"]] == pytest.approx([self.STILL_S, self.LOST_S])
        assert found["drift_ms"] == pytest.approx(0.0)
        said = phrases(plan, self.hits(plan), placed.course)
        assert said["found"] == said["said"] == sum(c.id == "a" for c in plan.calls) > 10
        assert (said["missed"], said["false"]) == ([], [])
        assert said["latency_max_s"] == pytest.approx(1.0)

    def test_a_call_of_which_nothing_was_heard_is_named_and_its_sentence_missed(self, folder: Path) -> None:
        plan = playlist(folder, 600.0, ["a", "b"])
        lost = next(c for c in plan.calls if c.id == "a" and c.start > 250)
        placed = place(plan, self.heard(plan, frozenset({lost.number})), KNOWN)
        found = clock(placed)
        assert found["calls_not_heard"] == [f"a#{lost.number}"]
        assert found["utterances_expected"] - found["utterances_matched"] == len(SPOKEN_S)
        hits = [h for h in self.hits(plan) if not lost.start < h["start"] - self.offset_s(lost.start) < lost.end]
        said = phrases(plan, hits, placed.course)
        assert said["found"] == said["said"] - 1
        assert said["missed"] == [f"scene 2 of a#{lost.number}@{lost.start + 1.0 + self.offset_s(lost.start):.1f}"]

    def test_an_utterance_that_a_gap_or_a_new_call_cut_in_two_loses_no_call(self, folder: Path) -> None:
        plan = playlist(folder, 600.0, ["a", "b"])
        whole = self.heard(plan)
        halves = [u | {"end": u["start"] + 0.3} for u in whole[4::3]]
        rests = [u | {"start": u["start"] + 0.5} for u in whole[4::3]]
        rest_of_run = [u for u in whole if u not in whole[4::3]]
        session = {"type": "session", "t": whole[4]["start"] + 0.4, "number": 2}
        placed = place(plan, [*halves, session, *rests, *rest_of_run], KNOWN)
        assert clock(placed)["calls"] == len(plan.calls)
        assert clock(placed)["utterances_not_expected"] == len(rests)
        said = phrases(plan, self.hits(plan), placed.course)
        assert (said["found"], said["missed"]) == (said["said"], [])

    def test_a_program_that_heard_nothing_missed_everything(self, folder: Path) -> None:
        plan = playlist(folder, 600.0, ["a", "b"])
        placed = place(plan, [], KNOWN, began_s=self.OFFSET_S)
        assert clock(placed)["calls"] == 0
        assert {p.offset_s for p in placed.calls} == {self.OFFSET_S}
        said = phrases(plan, [], placed.course)
        assert (said["found"], len(said["missed"])) == (0, said["said"])

    def test_an_edge_and_a_level_that_are_off_show_as_worst(self, folder: Path) -> None:
        plan = playlist(folder, 600.0, ["a", "b"])
        heard = self.heard(plan)
        heard[7]["end"] += 0.12
        heard[9]["laeq_db"] += 0.4
        heard[12]["end"] -= 0.6
        placed = place(plan, heard, KNOWN)
        found = against_replay(placed)
        assert (found["edge_p50_ms"], found["edge_max_ms"], found["edges_beyond_goal"]) == (0.0, 600.0, 2)
        assert found["cut_elsewhere"] == 1
        assert (found["laeq_p50_db"], found["laeq_max_db"]) == (0.0, 0.4)
        assert [c["edge_max_ms"] for c in by_call(placed)][2:5] == [120.0, 0.0, 600.0]


def test_several_sessions_in_one_file_are_counted_together() -> None:
    health = {"type": "health", "t": 1.0, "asr": "ready", "asr_lag_s": 0.5, "overflows": 1, "dropped_audio_s": 0.0}
    summary = {"type": "summary", "t": 2.0, "degraded": False, "cost": {"asr_cpu_s": 1.5, "asr_passes": 3}}
    call = [{"type": "session", "t": 0.0}, health | {"shed_utterances": 0}, summary]
    found = counts([*call, *call])
    assert (found["session"], found["summary"], found["asr_passes"], found["asr_cpu_s"]) == (2, 2, 6, 3.0)


def seen(at_s: float, busy_s: float, steal_s: float, load: float = 1.0) -> Sample:
    return Sample(at_s, Memory(300.0, None), 17, {"main": 0.0}, Machine(busy_s, steal_s, load))


def test_what_the_host_took_is_told_in_all_and_around_each_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    samples = [seen(5.0 * i, 2.0 * i, 0.0) for i in range(10)]
    samples += [seen(52.0, 22.0, 6.0, 3.5)] + [seen(50.0 + 5.0 * i, 20.0 + 2.0 * i, 6.0) for i in range(1, 11)]
    found = host(samples)
    assert (found["steal_s"], found["steal_percent"]) == (6.0, 3.0)
    assert found["steal_worst_percent"] == pytest.approx(100 * 6 / (2 * 7), abs=0.1)
    assert (found["steal_worst_at_s"], found["late_sample_s"], found["load_max"]) == (52.0, 2.0, 3.5)
    gap = {"type": "gap", "t": 62.0, "start": 60.5, "end": 62.0, "cause": "device lost"}
    (outage,) = outages([gap], samples, 12.0)
    assert (outage["length_s"], outage["steal_s"], outage["load"]) == (1.5, 6.0, 3.5)
    quiet = gap | {"t": 92.0, "start": 91.5, "end": 92.0}
    assert outages([quiet], samples, 12.0)[0]["steal_s"] == 0.0


def truths(folder: Path) -> Path:
    """Truths of two calls of ten seconds, with a forbidden sentence in the first."""
    said = {"who": "agent", "custom": False, "scene": 2, "start": 1.0, "end": 2.0}
    for name, forbidden in (("a", [said]), ("b", [])):
        truth = {"duration_s": 10.0, "forbidden": forbidden}
        (folder / f"{name}.truth.json").write_text(json.dumps(truth), encoding="utf-8")
    return folder
