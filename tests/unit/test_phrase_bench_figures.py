"""The figures of the phrase bench: outcomes, intervals, rows, and why a phrase was missed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.peers.agreement import Piece
from bench.peers.scoring import Alarm, Said, occurrences, unfounded
from bench.peers.systems import Run
from bench.phrases import figures, reasons
from bench.phrases.figures import Scored, wilson
from bench.phrases.kept import Kept
from bench.phrases.material import Line, Recording
from bench.phrases.mixing import TURN_S, turns
from bench.phrases.running import Plan, works
from voicemon.phrases.lexicon import load
from voicemon.phrases.spotter import Spotter


def same(a: str, b: str) -> bool:
    return a == b


def scored(said: list[Said], alarms: list[Alarm], audio_s: float = 1800.0) -> Scored:
    return Scored(
        "tapes",
        "held_out",
        "clean",
        "ours",
        "t1",
        figures.outcomes(said, alarms, same),
        tuple(unfounded(said, alarms)),
        figures.misnamed(said, alarms, same),
        7,
        audio_s,
        90.0,
        300.0,
    )


def text(words: str, start: float = 0.0, rejected: str | None = None, final: bool = True) -> dict[str, Any]:
    chars = [[c, start + 0.25 * i, start + 0.25 * (i + 1)] for i, c in enumerate(words)]
    end = start + 0.25 * len(words)
    return {"start": start, "end": end, "text": words, "chars": chars, "final": final, "rejected": rejected}


@pytest.fixture(scope="module")
def spotter() -> Spotter:
    return Spotter(load())


def test_the_interval_is_wilsons() -> None:
    # Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20.
    for found, said, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)):
        assert wilson(found, said) == pytest.approx((low, high), abs=5e-5)
    assert wilson(0, 0) is None


def test_a_row_adds_up_recall_false_alarms_and_latency_and_splits_them_by_lexicon() -> None:
    said = [Said("f01", 10, 11), Said("f02", 20, 21), Said("d01", 30, 31), Said("d02", 40, 41)]
    alarms = [
        Alarm("f01", 10, 11, 11.5),
        Alarm("f02", 20, 21, 21.7, withdrawn=True),
        Alarm("d01", 30, 31, 31.9),
        Alarm("d01", 40, 41, 41.5),
        Alarm("d02", 60, 61, 61.5),
        Alarm("f01", 70, 71, 71.5),
        Alarm("f01", 80, 81, 81.5, withdrawn=True),
    ]
    one = scored(said, alarms)
    assert [s.id for s in one.missed] == ["f02", "d02"]
    f = figures.figures([one], frozenset({"f01", "f02"}))
    assert (f["found"], f["said"], f["recall"]) == (2, 4, 0.5)
    assert (f["built_in"]["found"], f["built_in"]["said"], f["custom"]["found"]) == (1, 2, 1)
    assert (f["false"], f["false_built_in"], f["false_custom"], f["taken_back"], f["misnamed"]) == (2, 1, 1, 1, 1)
    assert f["false_per_h"] == pytest.approx(4.0)
    assert (f["late_p50_s"], f["late_p100_s"]) == (pytest.approx(0.7), pytest.approx(0.9))
    assert f["core_s_per_audio_s"] == pytest.approx(0.05)
    cells = dict(zip(figures.HEAD, figures.row(("tapes", "held_out", "clean", "ours"), f), strict=True))
    assert (cells["found"], cells["built-in"], cells["by lexicon"], cells["texts"]) == ("2/4", "1/2", "1+1", 7)


def test_recall_is_told_for_each_noise() -> None:
    said = [Said("f01", 1.0, 2.0), Said("f02", 5.0, 6.0), Said("f03", TURN_S + 1, TURN_S + 2)]
    one = replace(scored(said, [Alarm("f01", 1.0, 2.0, 2.5)]), condition="snr_5db")
    rows = {r["clip"]: (r["found"], r["said"]) for r in figures.by_noise([one])}
    assert rows == {turns("t1")[0]: (1, 2), turns("t1")[1]: (0, 1)}
    assert figures.by_noise([replace(one, condition="telephone")]) == []


def test_recordings_without_phrases_have_no_recall() -> None:
    f = figures.figures([scored([], [])], frozenset())
    assert (f["recall"], f["false_per_h"], f["late_p50_s"]) == (None, 0.0, None)
    assert figures.row(("human", "held_out", "clean", "ours"), f)[4:9] == [None] * 5


@pytest.mark.parametrize(
    ("texts", "alarms", "why"),
    [
        ([], [], "no text"),
        ([text("嘴巴干净一点", 5.0, "too_quiet")], [], "text rejected: too_quiet"),
        ([text("今天天气很好啊", 5.0)], [], "not recognised"),
        ([text("嘴巴干净一点", 5.0)], [], "found in the text alone"),
        ([text("嘴巴干净一点", 5.0)], [Alarm("f09", 5.0, 6.5, 7.0, withdrawn=True)], "withdrawn"),
        ([text("嘴巴干净一点", 5.0)], [Alarm("f02", 5.0, 6.5, 7.0)], "named f02"),
        ([text("你把镜一点呀", 5.0)], [], "beyond the limit"),
        ([text("嘴巴干净一点", 5.0, final=False)], [], "no text"),
        ([text("嘴巴干净一点", 50.0)], [], "no text"),
    ],
)
def test_a_miss_has_its_reason(texts: list[dict[str, Any]], alarms: list[Alarm], why: str, spotter: Spotter) -> None:
    said = Said("f09", 5.0, 6.5, "嘴巴干净一点")
    run = Run(60.0, 1.0, [], 0.0, texts=tuple(texts))
    lines = [Line(4.0, 8.0, "喂，嘴巴干净一点。"), Line(50.0, 52.0, "再见。")]
    (miss,) = reasons.misses(scored([said], alarms), run, alarms, lines, spotter)
    assert (miss["why"], miss["id"], miss["line"]) == (why, "f09", "喂，嘴巴干净一点。")
    if why == "beyond the limit":
        assert miss["distance"] > miss["limit"] > 0


def test_a_false_alarm_shows_what_was_said_and_heard() -> None:
    record = {"id": "f01", "start": 50.0, "end": 51.0, "status": "confirmed", "at": 52.0, "heard": "说话啊"}
    alarms = occurrences([record], same)
    run = Run(60.0, 1.0, [], 0.0, texts=(text("请说话啊", 49.9), text("您好", 5.0)))
    (found,) = reasons.false_alarms(scored([], alarms), run, [Line(49.0, 52.0, "请说话呀。")])
    assert (found["matched"], found["line"], found["heard"]) == ("说话啊", "请说话呀。", "请说话啊")


def test_noise_is_not_put_under_noise_and_peers_hear_what_has_phrases_in_quiet_alone() -> None:
    said = (Said("f01", 1.0, 2.0),)
    tape, noise = Recording("t", "tapes", (), said), Recording("noise", "noise", ())
    plan = Plan((tape, noise), ("clean", "snr_5db"), ("ours", "whole file"), Path())
    found = [(w.recording.name, w.condition, w.system) for w in works(plan)]
    assert found == [
        ("t", "clean", "ours"), ("noise", "clean", "ours"), ("t", "snr_5db", "ours"), ("t", "clean", "whole file"),
    ]  # fmt: skip


def test_ours_is_heard_again_over_what_the_peers_hear() -> None:
    tape = Recording("t", "tapes", (), (Said("f01", 1.0, 2.0), Said("f02", 100.0, 101.0)))
    found = list(works(Plan((tape,), ("clean",), ("ours", "whole file"), Path(), 90.0)))
    assert [w.label for w in found] == ["ours", "ours, 1.5 min each", "whole file, 1.5 min each"]
    assert [len(w.recording.said) for w in found] == [2, 1, 1]
    short = list(works(Plan((tape.cut(90.0),), ("clean",), ("ours", "whole file"), Path(), 90.0)))
    assert [w.system for w in short] == ["ours", "whole file"]


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    monkeypatch.setattr("bench.phrases.kept._state", lambda: [b"the program"])
    return Kept(tmp_path / "kept")


def test_a_kept_run_comes_back_as_it_was_and_only_for_the_same_sound_and_lexicon(kept: Kept, tmp_path: Path) -> None:
    sound, lexicon = tmp_path / "a.wav", tmp_path / "l.yaml"
    sound.write_bytes(b"sound")
    lexicon.write_bytes(b"version: 1")
    place = kept.place(sound, "ours", [lexicon])
    assert kept.load(place) is None
    run = Run(9.0, 1.0, [0.5], 0.1, ((2.0, (Piece("好", 1.0, 1.5),)),), ({"id": "f01"},), (text("您好"),))
    kept.keep(place, run, 300.0)
    assert kept.load(place) == (run, 300.0)
    assert kept.place(sound, "whole file", [lexicon]) != place
    lexicon.write_bytes(b"version: 1 ")
    assert kept.place(sound, "ours", [lexicon]) != place
    lexicon.write_bytes(b"version: 1")
    assert kept.place(sound, "ours", [lexicon]) == place
    sound.write_bytes(b"noise")
    assert kept.place(sound, "ours", [lexicon]) != place
