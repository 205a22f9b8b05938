"""Two speakers together: dead air, holds, response delays, interruptions, and gaps that carry nothing across."""

from __future__ import annotations

from typing import Any

import pytest

from voicemon.conversation import Conversation
from voicemon.events import AlertEvent, Event, OverlapEvent, SilenceEvent
from voicemon.output import Output
from voicemon.phrases.model import Lexicon
from voicemon.rules.alerts import AlertBook
from voicemon.rules.service import ServiceRules
from voicemon.settings import AsrSettings, SilenceSettings
from voicemon.types import Role
from voicemon.voice import Voice

Spans = list[tuple[float, float]]


class Talk:
    """Two speakers' spans through a conversation, frame by frame, as the monitor feeds it."""

    def __init__(self, agent: Spans, customer: Spans | None, service: ServiceRules | None = None) -> None:
        self.spans = {Role.AGENT: agent} | ({} if customer is None else {Role.CUSTOMER: customer})
        self.voices = {role: Voice(AsrSettings()) for role in self.spans}
        self.out = Output(AlertBook("en"))
        self.talk = Conversation(SilenceSettings(), self.voices, service, self.out)
        self.events: list[Event] = []

    def run(self, start_s: float, end_s: float) -> Talk:
        for frame in range(round(start_s * 100), round(end_s * 100)):
            self.out.frame = frame + 1
            for role, voice in self.voices.items():
                speech = any(round(a * 100) <= frame < round(b * 100) for a, b in self.spans[role])
                change = voice.tracker.update(frame, speech)
                if change.started is not None:
                    self.talk.began(role, change.started)
                if change.active is not None:
                    self.talk.active(role, *change.active)
            self.talk.step(frame)
        self.events += self.out.drain()
        return self

    def break_off(self) -> Talk:
        for voice in self.voices.values():
            voice.tracker.close()
        self.talk.close(self.out.frame)
        self.events += self.out.drain()
        return self

    def alerts(self, rule: str) -> list[AlertEvent]:
        return [e for e in self.events if isinstance(e, AlertEvent) and e.rule == rule]

    def silences(self) -> list[tuple[float, float, str, str]]:
        return [(e.start, e.end, e.who, e.kind) for e in self.events if isinstance(e, SilenceEvent)]


@pytest.fixture
def service() -> ServiceRules:
    return ServiceRules(Lexicon())


def test_dead_air_is_told_once_when_it_is_five_seconds_long() -> None:
    talk = Talk([(1.0, 3.0), (20.0, 22.0)], [(4.0, 6.0)]).run(0, 25).break_off()
    (alert,) = talk.alerts("dead_air")
    assert alert.t == pytest.approx(11.0, abs=0.05)
    assert alert.start == 6.0
    assert alert.channel is None
    assert talk.silences()[-2:] == [(6.0, 20.0, "both", "dead_air"), (22.0, 25.0, "both", "pause")]
    assert [(s.start, s.end) for s in talk.talk.dead_air] == [(600, 2000)]


def test_before_the_customer_was_heard_it_is_the_silent_calls_wait() -> None:
    talk = Talk([(1.0, 3.0), (10.0, 12.0)], [(13.0, 15.0)]).run(0, 16).break_off()
    assert talk.alerts("dead_air") == []
    assert (3.0, 10.0, "both", "pause") in talk.silences()


def test_with_the_agents_channel_alone_there_is_no_dead_air() -> None:
    talk = Talk([(1.0, 3.0), (20.0, 22.0)], None).run(0, 23).break_off()
    assert talk.alerts("dead_air") == []
    assert talk.silences()[0] == (3.0, 20.0, "agent", "pause")
    assert talk.talk.response_delays_s == []


def test_an_announced_wait_is_a_hold(service: ServiceRules) -> None:
    talk = Talk([(1.0, 3.0), (15.0, 17.0)], [(0.0, 0.9)], service)
    talk.run(0, 4)
    service.holding = True
    talk.run(4, 18).break_off()
    assert talk.alerts("dead_air") == []
    assert (3.0, 15.0, "both", "hold") in talk.silences()
    assert not service.holding
    assert talk.talk.dead_air == []


def test_after_the_goodbye_silence_is_no_dead_air(service: ServiceRules) -> None:
    talk = Talk([(1.0, 3.0)], [(0.0, 0.9)], service)
    talk.run(0, 4)
    service.ends.closed = True
    talk.run(4, 15).break_off()
    assert talk.alerts("dead_air") == []
    assert talk.talk.dead_air == []
    assert talk.silences()[-1] == (3.0, 15.0, "both", "pause")


def test_the_answers_delay_is_measured_from_the_customers_end() -> None:
    talk = Talk([(3.7, 5.0), (9.2, 10.0), (10.6, 12.0)], [(1.0, 3.0), (6.0, 9.0)]).run(0, 13)
    assert talk.talk.response_delays_s == pytest.approx([0.7, 0.2])


def test_answering_oneself_or_coming_in_is_no_delay() -> None:
    talk = Talk([(1.0, 2.0), (2.6, 3.0), (5.0, 8.0)], [(3.5, 6.0)]).run(0, 9)
    assert talk.talk.response_delays_s == []


def test_interruptions_of_the_agent_are_counted_and_told() -> None:
    talk = Talk([(3.0, 8.0)], [(0.0, 4.2)]).run(0, 10)
    (alert,) = talk.alerts("interruption")
    assert (alert.start, alert.end) == (3.0, 4.2)
    assert alert.evidence["overlap_s"] == pytest.approx(1.2)
    assert talk.talk.interruptions == 1


def test_the_customers_interruptions_are_recorded_and_not_held_against_the_agent() -> None:
    talk = Talk([(0.0, 4.2)], [(3.0, 8.0)]).run(0, 10)
    assert talk.alerts("interruption") == []
    assert talk.talk.interruptions == 0
    assert [(e.by, e.kind) for e in talk.events if isinstance(e, OverlapEvent)] == [(Role.CUSTOMER, "interruption")]


def test_an_interruption_that_the_sound_breaks_off_is_told() -> None:
    talk = Talk([(3.0, 8.0)], [(0.0, 8.0)]).run(0, 5).break_off()
    assert talk.talk.interruptions == 1


class TestGaps:
    """From 6 s to 9 s the sound was lost; nobody speaks before 12 s."""

    @pytest.fixture
    def talk(self) -> Talk:
        talk = Talk([(12.0, 14.0)], [(0.0, 4.0)])
        return talk.run(0, 6).break_off().run(9, 15).break_off()

    def test_silence_is_counted_on_both_sides_and_not_across(self, talk: Talk) -> None:
        assert talk.silences()[:2] == [(4.0, 6.0, "both", "pause"), (9.0, 12.0, "both", "pause")]
        assert talk.alerts("dead_air") == []

    def test_an_answer_over_a_gap_has_no_delay(self, talk: Talk) -> None:
        assert talk.talk.response_delays_s == []

    def test_dead_air_after_a_gap_is_counted_from_it(self) -> None:
        talk = Talk([], [(0.0, 4.0)]).run(0, 6).break_off().run(9, 16)
        (alert,) = talk.alerts("dead_air")
        assert alert.start == 9.0
        assert alert.t == pytest.approx(14.0, abs=0.05)


def test_how_long_nobody_has_spoken() -> None:
    talk: Any = Talk([(1.0, 3.0)], [])
    assert talk.run(0, 2).talk.silence_s == 0.0
    assert talk.run(2, 5).talk.silence_s == pytest.approx(2.0)
