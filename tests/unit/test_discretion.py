"""Live events leave without texts unless asked, and never with a number that names somebody."""

from __future__ import annotations

from tests.conftest import Collected
from voicemon.discretion import Discreet
from voicemon.events import AlertEvent, LevelEvent, PhraseEvent, TranscriptEvent, to_json
from voicemon.types import HitStatus, Role, Severity

NUMBER = "13800138000"


def transcript() -> TranscriptEvent:
    text = f"电话是{NUMBER}好的"
    chars = tuple((c, i * 0.1, i * 0.1 + 0.1) for i, c in enumerate(text))
    return TranscriptEvent(t=3.0, channel=Role.AGENT, start=0.0, end=2.0, text=text, chars=chars, final=True)


def test_transcripts_are_dropped_unless_asked_for(collected: Collected) -> None:
    Discreet(collected, keep_text=False)(transcript())
    assert collected.events == []


def test_a_kept_transcript_keeps_its_times_and_loses_its_numbers(collected: Collected) -> None:
    Discreet(collected, keep_text=True)(transcript())
    (kept,) = collected.events
    assert isinstance(kept, TranscriptEvent)
    assert NUMBER not in to_json(kept)
    assert [c[1:] for c in kept.chars] == [c[1:] for c in transcript().chars]
    assert "".join(c for c, _, _ in kept.chars) == "电话是***********好的"
    assert kept.text.startswith("电话是")


def test_hits_and_alerts_are_masked_and_other_events_pass_as_they_are(collected: Collected) -> None:
    sink = Discreet(collected, keep_text=False)
    sink(
        PhraseEvent(
            t=1.0, id="f12", phrase="您挂××电话吧", category="shirking", severity="warn", start=0.0, end=1.0,
            heard=f"您挂{NUMBER}电话吧", score=0.9, status=HitStatus.CONFIRMED,
        )
    )  # fmt: skip
    sink(
        AlertEvent(
            t=1.0, rule="forbidden_phrase", severity=Severity.CRITICAL, start=0.0, end=1.0, message="禁语",
            evidence={"heard": f"您挂{NUMBER}电话吧", "score": 0.9},
        )
    )  # fmt: skip
    level = LevelEvent(
        t=1.0, channel=Role.AGENT, start=0.0, end=1.0, laeq_db=70.0, lafmax_db=75.0, speech_s=1.0, unit="dB(A)",
        clipped=False,
    )  # fmt: skip
    sink(level)
    assert all(NUMBER not in to_json(event) for event in collected.events)
    assert collected.events[-1] is level
