"""Flagged words stand out, in the right place, with their evidence."""

from __future__ import annotations

from dataclasses import replace

from voicemon.types import Caption, CharTime, HitStatus, PhraseHit
from voicemon.ui.captions import caption_rows
from voicemon.ui.rows import Ink

TEXT = "您好，这不管我的事，请问快递。"
SPOKEN = [char for char in TEXT if char.isalnum()]
CHARS = tuple(CharTime(char, 10 + 0.2 * i, 10.2 + 0.2 * i) for i, char in enumerate(SPOKEN))
HIT = PhraseHit("f12", "这不关我的事", "rude", "critical", 10.4, 11.6, "这不管我的事", 0.958, HitStatus.CONFIRMED)
CAPTION = Caption(1, 10.0, 13.0, TEXT, CHARS, final=True, hits=(HIT,))


def shown(*captions: Caption, width: int = 70, height: int = 4, asr: str = "ready") -> list[str]:
    return ["".join(span.text for span in row) for row in caption_rows(captions, asr, "zh", width, height)]


def test_the_words_heard_are_marked_and_their_evidence_follows() -> None:
    rows = shown(CAPTION)
    assert rows[0].startswith("00:10  您好，【这不管我的事】，请问快递。")
    assert rows[1].strip() == "← 禁语 f12  96 %  听到「这不管我的事」"


def test_flagged_words_have_their_own_ink() -> None:
    inks = {span.text: span.ink for span in caption_rows((CAPTION,), "ready", "zh", 70, 4)[0]}
    assert inks["【这不管我的事】"] is Ink.FLAG


def test_words_that_are_written_otherwise_are_found_by_their_times() -> None:
    hit = replace(HIT, heard="zhe bu guan wo de shi", phrase="不在文中")
    assert "您好，【这不管我的事】，" in shown(replace(CAPTION, hits=(hit,)))[0]


def test_a_withdrawn_hit_marks_nothing_and_says_so() -> None:
    rows = shown(replace(CAPTION, hits=(replace(HIT, status=HitStatus.WITHDRAWN),)))
    assert "【" not in rows[0]
    assert "已撤回" in rows[1]


def test_a_provisional_hit_is_said_to_be_one() -> None:
    assert "待确认" in shown(replace(CAPTION, hits=(replace(HIT, status=HitStatus.PROVISIONAL),)))[1]


def test_a_rejected_text_is_not_shown_but_its_reason_is() -> None:
    rows = shown(replace(CAPTION, rejected="loop", hits=()))
    assert "您好" not in rows[0]
    assert "loop" in rows[0]


def test_overlapping_hits_are_marked_once() -> None:
    second = replace(HIT, id="f13", phrase="我的事，请问", heard="我的事，请问")
    assert "【这不管我的事，请问】快递" in shown(replace(CAPTION, hits=(HIT, second)))[0]


def test_long_words_are_broken_under_the_stamp_and_end_in_an_ellipsis() -> None:
    rows = shown(Caption(1, 5.0, 20.0, "字" * 200, (), final=True), width=47, height=5)
    assert [row[:7] for row in rows[:3]] == ["00:05  ", "       ", "       "]
    assert rows[2].rstrip().endswith("…")
    assert rows[3].strip() == ""


def test_the_newest_words_stay_when_there_is_no_room() -> None:
    captions = [replace(CAPTION, start=float(t), hits=()) for t in (1, 2, 3)]
    assert [row[:5] for row in shown(*captions, height=2)] == ["00:02", "00:03"]


def test_an_empty_panel_says_why() -> None:
    assert "没有开" in shown(asr="off")[0]
    assert "还没有文字" in shown(asr="ready")[0]


def test_text_from_outside_cannot_steer_the_terminal() -> None:
    rows = shown(Caption(1, 1.0, 2.0, "您好\x1b[2J\r\n\x07再见", (), final=True))
    assert rows[0].rstrip() == "00:01  您好[2J  再见"
