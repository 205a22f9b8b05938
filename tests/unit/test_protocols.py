"""What is told of the rules on the agent's level, and what a doubtful gain takes back."""

from __future__ import annotations

from typing import cast

import pytest

from voicemon.events import AlertEvent, WithdrawnEvent
from voicemon.gainfeed import GainFeed
from voicemon.measured import Spoken
from voicemon.output import Output
from voicemon.protocols import GAIN_CHANGED, Protocols
from voicemon.rules.alerts import AlertBook
from voicemon.speech.segmenter import Piece
from voicemon.strings import Language
from voicemon.types import Pass, Role


class Gain:
    """A gain watch that finds what it is told to."""

    changes = 0
    changed_s = 0.0
    automatic = False
    suspect = False


class Desk:
    """An agent and a customer who become loud and faint on demand."""

    def __init__(self, language: Language = "en") -> None:
        self.gain = Gain()
        self.out = Output(AlertBook(language))
        self.protocols = Protocols(self.out, cast(GainFeed, self.gain))
        self._number = 0

    def say(self, role: Role, level_db: float) -> Desk:
        """Three seconds at that level."""
        start = self.out.frame
        self.out.frame += 300
        piece = Piece(self._number, Pass.FINAL, start, start + 300, ((start, start + 300),))
        self._number += 1
        self.protocols.spoken(role, Spoken(piece, level_db, level_db, 3.0, 0))
        return self

    def shout_back(self) -> Desk:
        return self.say(Role.AGENT, -30).say(Role.CUSTOMER, -55).say(Role.AGENT, -20)

    def status(self) -> str:
        return str(self.protocols.records()[0]["status"])


def test_a_breach_is_told_and_counted() -> None:
    desk = Desk().shout_back()
    (alert,) = desk.out.drain()
    assert isinstance(alert, AlertEvent)
    assert (alert.rule, alert.start, alert.end) == ("louder_for_faint_customer", 3.0, 9.0)
    assert alert.message == "Faint customer, and you grew louder by 10 dB"
    assert desk.status() == "broken"


def test_a_gain_found_to_have_changed_before_takes_it_back() -> None:
    desk = Desk().shout_back()
    desk.gain.changes, desk.gain.changed_s = 1, 5.0
    desk.say(Role.AGENT, -20)
    _, back = desk.out.drain()
    assert isinstance(back, WithdrawnEvent)
    assert (back.rule, back.reason) == ("louder_for_faint_customer", GAIN_CHANGED)
    assert +desk.out.alerts.counts == {}
    assert desk.status() == "not_observable"


def test_a_gain_that_changed_after_it_takes_nothing_back() -> None:
    desk = Desk().shout_back()
    desk.gain.changes, desk.gain.changed_s = 1, 12.0
    desk.say(Role.AGENT, -20)
    assert len(desk.out.drain()) == 1


@pytest.mark.parametrize("doubt", ["suspect", "automatic"])
def test_a_gain_in_doubt_alarms_nobody(doubt: str) -> None:
    desk = Desk()
    setattr(desk.gain, doubt, True)
    desk.shout_back()
    assert desk.out.drain() == []


def test_levels_under_automatic_gain_are_not_compared() -> None:
    desk = Desk()
    desk.gain.automatic = True
    assert desk.shout_back().status() == "not_observable"


@pytest.mark.parametrize(
    ("language", "changed", "not_asked"),
    [
        (
            "en",
            "the agent's level changed by +10.0 dB while the customer was faint, from 3 s on",
            "nothing showed that the customer found the agent faint",
        ),
        ("zh", "客户声音小的时候（从 3 s 起），客服的音量变化 +10.0 dB", "没有迹象表明客户听不清客服"),
    ],
)
def test_the_records_speak_the_sessions_language(language: Language, changed: str, not_asked: str) -> None:
    desk = Desk(language).shout_back()
    assert desk.protocols.records() == (
        {"name": "same_level_for_faint_customer", "status": "broken", "detail": changed},
        {"name": "slightly_louder_when_asked", "status": "not_observable", "detail": not_asked},
    )
