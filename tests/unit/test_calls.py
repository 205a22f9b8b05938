"""Calls one after another: who gets which sound and text, and in which order they are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from voicemon.asr.policy import Rejection
from voicemon.calls import LAST_TEXTS_S, LEAD_IN_S, Call, Calls, Keeper, Phase
from voicemon.events import Event, MarkEvent, TranscriptEvent
from voicemon.monitor import Monitor
from voicemon.types import Block, Gap, Pass, RecognitionJob, Role, SourceInfo, Transcript

RATE = 16_000
SILENCE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(MarkEvent):
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished(MarkEvent):
    number: int


class FakeMonitor:
    """Says of each block at what time it came; counts a voice where the block is not zero."""

    def __init__(self, roles: tuple[Role, ...], after: FakeMonitor | None) -> None:
        self.info = SourceInfo("fake", RATE, roles)
        self.now = self.began_s = self.heard_s = 0.0 if after is None else after.now
        self.spoken_since: float | None = None
        self.dropped_s = 0.0
        self.absence = SimpleNamespace(away=False)
        self.closed: tuple[bool, bool] | None = None
        self.trailing: bool | None = None

    def process(self, item: Block | Gap) -> list[Event]:
        length = item.end - item.start if isinstance(item, Gap) else item.samples.shape[1]
        before, self.now = self.now, self.now + length / RATE
        if isinstance(item, Block) and item.samples.any():
            self.heard_s = self.now
            self.spoken_since = before if self.spoken_since is None else self.spoken_since
        return [MarkEvent(t=self.now)]

    @property
    def quiet_s(self) -> float:
        return self.now - self.heard_s

    def begin(self, at_s: float, *, begun: bool) -> list[Event]:
        self.began_s = at_s
        return []

    def accept(self, transcript: Transcript) -> list[Event]:
        return [
            TranscriptEvent(
                t=self.now, start=transcript.start, end=transcript.end, text=transcript.text, chars=(), final=True,
                utterance=transcript.utterance,
            )
        ]  # fmt: skip

    def end(self, *, trailing: bool = True, more: bool = False) -> list[Event]:
        self.trailing = trailing
        return []

    def close(self, *, whole: bool, begun: bool) -> list[Event]:
        self.closed = (whole, begun)
        return []


@dataclass
class Desk:
    """A session without threads."""

    roles: tuple[Role, ...] = (Role.AGENT,)
    softphone: bool = False
    now: float = 0.0
    told: list[Event] = field(default_factory=list)
    finished: list[Call] = field(default_factory=list)
    calls: Calls = field(init=False)

    def __post_init__(self) -> None:
        keeper = Keeper(self._monitor, self._opened, lambda call: None, self._finished, self.told.extend)
        self.calls = Calls(keeper, lambda: self.now, SILENCE_S, told=self.softphone)
        self.calls.start()

    def _monitor(self, after: Monitor | None) -> Monitor:
        return cast("Monitor", FakeMonitor(self.roles, cast("FakeMonitor | None", after)))

    def _opened(self, call: Call) -> Sequence[Event]:
        return [Opened(t=call.monitor.began_s, number=call.number)]

    def _finished(self, call: Call) -> Sequence[Event]:
        self.finished.append(call)
        return [Finished(t=call.monitor.now, number=call.number)]

    def hear(self, seconds: float, *, voice: bool) -> None:
        for _ in range(round(seconds)):
            self.calls.process(Block(0, np.full((len(self.roles), RATE), float(voice), np.float32)))
            self.now += 1.0
            self.calls.turn()

    def story(self) -> list[Any]:
        """What was told of calls and texts, in order."""
        return [
            ("open", e.number) if isinstance(e, Opened)
            else ("done", e.number) if isinstance(e, Finished)
            else ("text", e.utterance) if isinstance(e, TranscriptEvent)
            else None
            for e in self.told
            if type(e) is not MarkEvent
        ]  # fmt: skip


def job(utterance: int, kind: Pass = Pass.FINAL) -> RecognitionJob:
    return RecognitionJob(utterance, kind, np.zeros(1, np.float32), 0.0, 1.0, 1.0, 20.0)


def text(utterance: int, kind: Pass = Pass.FINAL, rejected: str | None = None) -> Transcript:
    return Transcript(utterance, kind, 0.0, 1.0, "您好", (), rejected=rejected)


def test_the_first_call_begins_with_the_program() -> None:
    desk = Desk()
    assert desk.calls.phase is Phase.CALL
    assert desk.story() == [("open", 1)]


def test_where_a_softphone_tells_nothing_is_heard_before_it_does() -> None:
    desk = Desk(softphone=True)
    desk.hear(300, voice=True)
    assert not desk.calls.asked(job(1))
    assert desk.told == []
    desk.calls.begin()
    assert desk.story() == [("open", 1)]
    desk.calls.finish(lambda: [])
    assert desk.story() == [("open", 1), ("done", 1)]


def test_a_new_call_ends_the_one_that_runs() -> None:
    desk = Desk()
    desk.hear(3, voice=True)
    desk.calls.begin()
    desk.calls.turn()
    assert desk.story() == [("open", 1), ("done", 1), ("open", 2)]
    assert cast("FakeMonitor", desk.finished[0].monitor).closed == (True, True)
    assert desk.calls.current.monitor.began_s == 3.0


def test_the_last_text_of_a_call_comes_before_anything_of_the_next() -> None:
    desk = Desk()
    desk.calls.asked(job(7))
    desk.calls.begin()
    desk.hear(2, voice=True)
    desk.calls.asked(job(8))
    desk.calls.accept(text(8))
    assert desk.story() == [("open", 1)]
    desk.calls.accept(text(7))
    desk.calls.turn()
    assert desk.story() == [("open", 1), ("text", 7), ("done", 1), ("open", 2), ("text", 8)]


def test_a_recogniser_that_hangs_holds_the_next_call_back_for_a_while_only() -> None:
    desk = Desk()
    desk.calls.asked(job(7))
    desk.calls.begin()
    desk.hear(LAST_TEXTS_S - 1, voice=True)
    assert desk.story() == [("open", 1)]
    desk.hear(2, voice=True)
    assert desk.story() == [("open", 1), ("done", 1), ("open", 2)]
    desk.calls.accept(text(7))
    assert ("text", 7) not in desk.story()


def test_a_provisional_pass_holds_nothing_back() -> None:
    desk = Desk()
    desk.calls.asked(job(7, Pass.PROVISIONAL))
    desk.calls.begin()
    desk.calls.turn()
    assert desk.story() == [("open", 1), ("done", 1), ("open", 2)]


def test_long_silence_ends_a_call_and_the_next_voice_begins_one() -> None:
    desk = Desk()
    desk.hear(5, voice=True)
    desk.hear(SILENCE_S, voice=False)
    assert desk.calls.phase is Phase.WAITING
    assert desk.story() == [("open", 1), ("done", 1)]
    assert cast("FakeMonitor", desk.finished[0].monitor).trailing is False
    before = len(desk.told)
    desk.hear(1000, voice=False)
    assert len(desk.told) == before, "between calls nothing is told"
    desk.hear(1, voice=True)
    assert desk.calls.phase is Phase.CALL
    assert desk.calls.current.monitor.began_s == 5 + SILENCE_S + 1000 - LEAD_IN_S
    assert desk.story() == [("open", 1), ("done", 1), ("open", 2)]


@pytest.mark.parametrize(("roles", "known"), [((Role.AGENT,), False), ((Role.AGENT, Role.CUSTOMER), True)])
def test_what_silence_bounds_is_judged_as_a_whole_call_only_where_both_sides_were_heard(
    roles: tuple[Role, ...], known: bool
) -> None:
    desk = Desk(roles)
    desk.hear(5, voice=True)
    desk.hear(SILENCE_S, voice=False)
    desk.hear(5, voice=True)
    desk.hear(SILENCE_S, voice=False)
    first, second = (cast("FakeMonitor", call.monitor) for call in desk.finished)
    assert first.closed == (known, True)
    assert second.closed == (known, known)


def test_after_a_call_that_was_ended_by_hand_no_voice_begins_one() -> None:
    desk = Desk()
    desk.hear(5, voice=True)
    assert desk.calls.end()
    assert not desk.calls.end()
    desk.hear(10, voice=True)
    assert desk.calls.phase is Phase.RESTING
    assert not desk.calls.asked(job(9)), "what is said between calls is not recognised"
    assert desk.story() == [("open", 1), ("done", 1)]
    desk.calls.begin()
    assert desk.calls.current.monitor.began_s == 15.0
    assert desk.story() == [("open", 1), ("done", 1), ("open", 2)]


def test_the_end_of_the_program_ends_the_call_with_its_last_texts() -> None:
    desk = Desk()
    desk.calls.asked(job(3))
    desk.calls.finish(lambda: [text(3)])
    assert desk.story() == [("open", 1), ("text", 3), ("done", 1)]


def test_a_call_that_waits_for_its_texts_is_closed_before_the_program_ends() -> None:
    desk = Desk()
    desk.calls.asked(job(3))
    desk.calls.begin()
    desk.calls.finish(lambda: [])
    assert desk.story() == [("open", 1), ("done", 1), ("open", 2), ("done", 2)]


def test_between_calls_the_program_ends_without_another_call() -> None:
    desk = Desk()
    desk.calls.end()
    desk.calls.finish(lambda: [])
    assert desk.story() == [("open", 1), ("done", 1)]


def test_what_was_shed_is_counted_for_its_own_call() -> None:
    desk = Desk()
    desk.calls.asked(job(1))
    desk.calls.begin()
    desk.calls.asked(job(2))
    desk.calls.accept(text(1, rejected=Rejection.SHED))
    desk.calls.turn()
    assert [call.shed for call in (*desk.finished, desk.calls.current)] == [1, 0]


def test_what_is_asked_is_forgotten_with_its_call() -> None:
    desk = Desk()
    for number in range(50):
        desk.calls.asked(job(number, Pass.PROVISIONAL))
        desk.calls.begin()
        desk.calls.turn()
    assert len(desk.calls._asked) <= 1
    assert len(desk.calls._open) == 1
