"""Several calls on one source clock: each has its own figures, the sound goes on, times stay the source's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pytest

from tests.voices import speech
from voicemon import demo
from voicemon.audio.recording import RecordingSource
from voicemon.events import DisputeEvent, Event, TargetEvent, WithdrawnEvent, as_record
from voicemon.monitor import Monitor
from voicemon.phrases.lexicon import load as load_lexicon
from voicemon.phrases.model import Lexicon
from voicemon.rules.delivery import Finding
from voicemon.settings import load
from voicemon.speech.vad import LOOKAHEAD_FRAMES
from voicemon.strings import AlertFigures
from voicemon.summary import summarise
from voicemon.types import (
    FRAMES_PER_S,
    Block,
    CharTime,
    Float32,
    Gap,
    Pass,
    RecognitionJob,
    Role,
    SourceInfo,
    Transcript,
)

RATE: Final = 16_000
BOTH: Final = (Role.AGENT, Role.CUSTOMER)
OFFSET_DB: Final = 100.0
HELD_S: Final = LOOKAHEAD_FRAMES / FRAMES_PER_S
"""Sound that is waited for before it is known whether it is speech: it goes to the next call."""


def both(agent: list[tuple[float, float]], customer: list[tuple[float, float]], seconds: float) -> Float32:
    return np.stack((speech(agent, seconds, 1), speech(customer, seconds, 2)))


class Line:
    """One source on which calls follow one another."""

    def __init__(
        self,
        samples: Float32,
        submit: Callable[[RecognitionJob], Transcript | None] | None = None,
        lexicon: Lexicon | None = None,
    ) -> None:
        self.samples = samples
        self.at = 0
        overrides: dict[str, Any] = {"level": {"calibration_offset_db": OFFSET_DB}}
        self.settings = load(environment={}, overrides=overrides)
        self.info = SourceInfo("line", RATE, BOTH[: len(samples)])
        self.lexicon = Lexicon() if lexicon is None else lexicon
        self.submit = submit
        self.events: list[Event] = []

    def monitor(self, after: Monitor | None = None) -> Monitor:
        return Monitor(self.info, self.settings, self.lexicon, "en", self.submit, after=after)

    def play(self, one: Monitor, until_s: float, size: int = 1600) -> list[Event]:
        found: list[Event] = []
        end = round(until_s * RATE)
        while self.at < end:
            upto = min(end, self.at + size)
            found += one.process(Block(self.at, self.samples[:, self.at : upto]))
            self.at = upto
        self.events += found
        return found


def laeq_db(events: list[Event], start: float, end: float) -> float:
    """Of the agent's whole sound from ``start`` to ``end``, from the seconds' levels."""
    seconds = [r for r in records(events, "level") if r["channel"] == "agent" and start <= r["start"] < end]
    return float(10 * np.log10(sum(10 ** (r["laeq_db"] / 10) for r in seconds) / (end - start)))


def records(events: list[Event], kind: str) -> list[dict[str, Any]]:
    return [as_record(event) for event in events if event.type == kind]


def test_a_new_monitor_goes_on_where_the_old_one_ended() -> None:
    """The sound of the second call gives what it gives where nothing is parted."""
    source = RecordingSource(demo.CALL)
    samples = np.concatenate([b.samples for b in source if isinstance(b, Block)], axis=1)
    line = Line(samples)
    whole = line.monitor()
    expected = [*line.play(whole, 36.0), *whole.end()]

    parted = Line(samples)
    first = parted.monitor()
    # In the pause before the agent's second turn.
    border_s = 28.2
    heard = [*parted.play(first, border_s), *first.end(more=True)]
    second = parted.monitor(first)
    heard += [*parted.play(second, 36.0), *second.end()]
    assert records(heard, "utterance") == records(expected, "utterance")
    # When a second's figures are told is another matter at a call's end.
    levels = [
        [{**r, "t": None} for r in records(events, "level") if not 28 <= r["start"] < 29]
        for events in (heard, expected)
    ]
    assert levels[0] == levels[1]
    assert {(r["start"], r["end"]) for r in records(heard, "level")} >= {
        (28.0, border_s - HELD_S),
        (border_s - HELD_S, 29.0),
    }
    numbers = [(u["channel"], u["utterance"]) for u in records(heard, "utterance")]
    assert len(numbers) == len(set(numbers))
    assert second.began_s == pytest.approx(border_s - HELD_S)
    assert first.duration_s == pytest.approx(border_s - HELD_S)
    assert first.duration_s + second.duration_s == pytest.approx(36.0)


@pytest.mark.parametrize("more", [True, False])
def test_all_that_belongs_to_a_call_begins_anew(more: bool) -> None:
    line = Line(both([(1, 3), (12, 14), (21, 23)], [(4, 6), (17, 19)], 26))
    first = line.monitor()
    line.play(first, 15)
    first.mark()
    first.alert(Finding("device_lost", 2.0, 2.0, AlertFigures(), {}))
    first.end(more=more)
    second = line.monitor(first)
    line.play(second, 25)
    second.end()
    one, two = (as_record(summarise(call, {}, degraded=False)) for call in (first, second))
    border_s = 15.0 - HELD_S * more
    assert (one["start"], one["duration_s"]) == (0.0, border_s)
    assert (two["start"], two["duration_s"]) == (border_s, 25.0 - border_s)
    assert two["cost"]["audio_s"] == 25.0 - border_s
    assert one["channels"]["agent"]["talk_s"] == pytest.approx(4.0, abs=0.3)
    assert two["channels"]["agent"]["talk_s"] == pytest.approx(2.0, abs=0.2)
    assert len(one["dead_air"]) == 1
    assert two["dead_air"] == []
    assert one["alerts"] == {"dead_air": 1, "device_lost": 1}
    assert (two["alerts"], second.marks, list(second.out.alerts.lines)) == ({}, [], [])
    assert two["response_delay_s"]["p50"] == pytest.approx(2.0, abs=0.2)


def test_an_utterance_over_the_border_is_two() -> None:
    jobs: list[RecognitionJob] = []

    def submit(job: RecognitionJob) -> None:
        jobs.append(job)

    line = Line(both([(1, 8)], [], 10), submit)
    first = line.monitor()
    line.play(first, 4.0)
    first.end(more=True)
    second = line.monitor(first)
    line.play(second, 10.0)
    second.end()
    finals = [job for job in jobs if job.kind is Pass.FINAL]
    assert [job.utterance for job in finals] == [0, 1]
    assert finals[0].end <= 4.0 - HELD_S <= finals[1].start


def test_late_texts_go_to_their_own_call() -> None:
    jobs: list[RecognitionJob] = []

    def submit(job: RecognitionJob) -> None:
        jobs.append(job)

    line = Line(speech([(1, 3), (10, 12)], 15)[None], submit, load_lexicon())
    first = line.monitor()
    line.play(first, 6)
    first.end(more=True)
    second = line.monitor(first)
    line.play(second, 9)
    job = next(j for j in jobs if j.kind is Pass.FINAL)
    chars = tuple(CharTime(c, job.start + 0.2 * i, job.start + 0.2 * (i + 1)) for i, c in enumerate("这不关我的事"))
    events = first.accept(Transcript(job.utterance, Pass.FINAL, job.start, job.end, "这不关我的事", chars))
    assert {e.type for e in events} >= {"transcript", "phrase", "alert"}
    # They became known now, on the source's clock, though the call is over.
    assert {e.t for e in events} == {9.0 - HELD_S}
    first.close()
    one, two = (summarise(call, {}, degraded=False) for call in (first, second))
    assert one.phrases is not None
    assert [hit["id"] for hit in one.phrases] != []
    assert (one.duration_s, one.t) == (6.0 - HELD_S, 9.0 - HELD_S)
    assert two.phrases == ()


def test_a_monitor_that_has_not_ended_cannot_be_followed() -> None:
    line = Line(both([], [], 1))
    with pytest.raises(ValueError, match="not ended"):
        line.monitor(line.monitor())


def test_waiting_is_no_part_of_the_call() -> None:
    noise = both([(21, 23)], [(24, 26)], 28)
    noise[:, : 10 * RATE] += 10 ** (-40 / 20) * np.random.default_rng(5).standard_normal((2, 10 * RATE))
    line = Line(noise.astype(np.float32))
    one = line.monitor()
    line.play(one, 15)
    one.process(Gap(15 * RATE, 16 * RATE, "queue overflow"))
    one.mark()
    line.at = 16 * RATE
    line.play(one, 22)
    assert one.spoken_since == pytest.approx(21.0, abs=0.1)
    one.alert(Finding("device_lost", 16.0, 16.0, AlertFigures(), {}))
    one.begin(20.5)
    line.play(one, 28)
    one.end()
    summary = as_record(summarise(one, {}, degraded=False))
    assert (summary["start"], summary["duration_s"]) == (20.5, 7.5)
    assert summary["cost"]["audio_s"] == 7.5
    assert (one.dropped_s, one.marks, summary["alerts"]) == (0.0, [], {})
    assert summary["channels"]["agent"]["talk_s"] == pytest.approx(2.0, abs=0.2)
    assert summary["channels"]["agent"]["laeq_db"] == pytest.approx(laeq_db(line.events, 20.5, 28), abs=0.5)


def test_a_loss_within_the_call_still_counts_when_it_turns_out_to_have_begun_before() -> None:
    line = Line(both([], [], 12))
    one = line.monitor()
    line.play(one, 4)
    one.process(Gap(4 * RATE, 8 * RATE, "queue overflow"))
    one.begin(6.0)
    assert one.dropped_s == 2.0
    one.begin(100.0)
    assert one.began_s == one.now == 8.0


def test_who_has_spoken_and_how_long_it_is_quiet() -> None:
    line = Line(both([(2, 4)], [(5, 6)], 14))
    one = line.monitor()
    line.play(one, 1.5)
    assert (one.spoken_since, one.quiet_s) == (None, 1.5 - HELD_S)
    line.play(one, 3.0)
    assert one.spoken_since == pytest.approx(2.0, abs=0.1)
    assert one.quiet_s == 0.0
    line.play(one, 8.0)
    assert one.quiet_s == pytest.approx(2.0, abs=0.1)
    one.process(Gap(8 * RATE, 12 * RATE, "muted"))
    assert one.quiet_s == pytest.approx(6.0, abs=0.1)
    line.at = 12 * RATE
    line.play(one, 13.0)
    assert one.quiet_s == pytest.approx(7.0, abs=0.1)
    one.end(more=True)
    after = line.monitor(one)
    assert (after.spoken_since, after.quiet_s) == (None, 0.0)
    line.play(after, 14.0)
    assert after.quiet_s == 1.0


@pytest.mark.parametrize("holes", [False, True])
def test_the_silence_that_ended_a_call_is_not_held_against_it(holes: bool) -> None:
    line = Line(both([(1, 3), (6, 8)], [(4, 5.5)], 40))
    one = line.monitor()
    if holes:
        line.play(one, 20)
        one.process(Gap(20 * RATE, 21 * RATE, "muted"))
        line.at = 21 * RATE
    line.play(one, 40)
    assert one.out.alerts.counts["dead_air"] == 1 + holes
    events = one.end(trailing=False, more=True)
    taken_back = [e for e in events if isinstance(e, WithdrawnEvent)]
    assert [e.rule for e in taken_back] == ["dead_air"] * (1 + holes)
    summary = as_record(summarise(one, {}, degraded=False))
    assert summary["dead_air"] == []
    assert summary["alerts"] == {}
    assert summary["duration_s"] == pytest.approx(9.0, abs=0.1)
    assert [s for s in records(events, "silence") if s["kind"] == "dead_air"] == []
    assert summary["channels"]["agent"]["laeq_db"] == pytest.approx(laeq_db(line.events, 0, 9), abs=0.1)


def test_earlier_dead_air_stays_when_the_trailing_silence_goes() -> None:
    line = Line(both([(1, 3), (15, 17)], [(4, 6)], 30))
    one = line.monitor()
    line.play(one, 30)
    one.end(trailing=False)
    summary = as_record(summarise(one, {}, degraded=False))
    assert len(summary["dead_air"]) == 1
    assert summary["alerts"] == {"dead_air": 1}


def test_a_call_in_which_nobody_spoke_is_a_second_long_without_its_silence() -> None:
    line = Line(both([], [], 10))
    one = line.monitor()
    line.play(one, 10)
    one.end(trailing=False)
    assert one.duration_s == 1.0


def ungreeted(*, begun: bool, early: bool) -> tuple[list[Event], dict[str, Any]]:
    """A call that does not begin with a greeting, its beginning known or guessed, then or only at its end."""

    def submit(job: RecognitionJob) -> Transcript:
        chars = (CharTime("好", job.start, job.end), CharTime("的", job.start, job.end))
        return Transcript(job.utterance, job.kind, job.start, job.end, "好的", chars)

    line = Line(both([(2, 4)], [(5, 7)], 10), submit, load_lexicon())
    one = line.monitor()
    line.play(one, 3)
    if early:
        one.begin(1.5, begun=begun)
    events = [*line.play(one, 10), *one.end(), *one.close(begun=True if early else begun)]
    return events, as_record(summarise(one, {}, degraded=False))


@pytest.mark.parametrize("early", [True, False])
def test_a_guessed_beginning_says_nothing_of_the_greeting(early: bool) -> None:
    events, summary = ungreeted(begun=True, early=early)
    assert summary["alerts"]["missing_greeting"] == 1
    assert {r["status"] for r in summary["required"] if r["id"] == "r01"} == {"missing"}
    events, summary = ungreeted(begun=False, early=early)
    assert "missing_greeting" not in summary["alerts"]
    assert {r["status"] for r in summary["required"] if r["id"] == "r01"} == {"not_observable"}
    told = [r for r in records(events, "alert") if r["rule"] == "missing_greeting"]
    taken_back = records(events, "withdrawn")
    assert (len(told), len(taken_back)) == ((0, 0) if early else (1, 1))


def test_a_moved_target_moves_band_judgement_and_deviation() -> None:
    loud = speech([(1, 6), (9, 14)], 16, amplitude=0.4)
    line = Line(loud[None])
    one = line.monitor()
    line.play(one, 8)
    assert one.gauges.level_band is not None
    before_db = one.gauges.target_db
    level_db = records(line.events, "utterance")[0]["active_db"]
    wanted_db = min(12.0, level_db - before_db)
    (event,) = one.shift_target(wanted_db)
    assert isinstance(event, TargetEvent)
    assert (event.level_db, event.shift_db) == (before_db + wanted_db, wanted_db)
    assert one.target_shift_db == pytest.approx(wanted_db)
    assert one.gauges.level_band.target == pytest.approx(before_db + wanted_db)
    told = level_alerts(line.events)
    line.play(one, 16)
    one.end()
    summary = as_record(summarise(one, {}, degraded=False))
    agent = summary["channels"]["agent"]
    # Each target counts for the speech that was held against it.
    first_s, second_s = (r["active_s"] for r in records(line.events, "utterance"))
    target_db = before_db + wanted_db * second_s / (first_s + second_s)
    assert agent["target_db"] == pytest.approx(target_db, abs=0.01)
    assert agent["level_deviation_db"] == pytest.approx(level_db - target_db, abs=0.6)
    assert told == level_alerts(line.events) == ["too_loud"]


def level_alerts(events: list[Event]) -> list[str]:
    return [a["rule"] for a in records(events, "alert") if a["rule"] in ("too_loud", "too_quiet")]


def test_the_target_moves_within_limits_and_not_into_the_next_call() -> None:
    line = Line(both([], [], 2))
    one = line.monitor()
    assert one.shift_target(50.0)
    assert one.target_shift_db == 12.0
    assert one.shift_target(1.0) == []
    one.shift_target(-15.0)
    assert one.target_shift_db == -3.0
    one.end()
    assert line.monitor(one).target_shift_db == 0.0


def test_disputes_go_from_the_newest_alert_back() -> None:
    line = Line(both([], [], 2))
    one = line.monitor()
    line.play(one, 1)
    for rule in ("too_loud", "interruption", "device_lost", "asr_behind"):
        one.alert(Finding(rule, 0.2, 0.8, AlertFigures(), {}))
    first, second = one.dispute(), one.dispute()
    assert [e.rule for e in (*first, *second) if isinstance(e, DisputeEvent)] == ["interruption", "too_loud"]
    assert one.dispute() == []
    assert [line.rule for line in one.out.alerts.lines if line.disputed] == ["too_loud", "interruption"]
    summary = as_record(summarise(one, {}, degraded=False))
    assert summary["disputed"] == {"interruption": 1, "too_loud": 1}
    assert summary["alerts"]["too_loud"] == 1
