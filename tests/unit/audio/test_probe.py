"""Asking a child process which devices there are: what it says, how often it is asked, and when it hangs."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

import pytest

from voicemon.audio.devices import InputDevice
from voicemon.audio.probe import PATIENCE_S, PERIOD_S, UNCHANGED_S, WAITS_S, Probe

HEADSET = InputDevice("Jabra: USB Audio (hw:1,0)", "ALSA", 1, 48_000)
BACK = InputDevice("Jabra: USB Audio (hw:3,0)", "ALSA", 1, 48_000)
OTHER = InputDevice("Laptop", "ALSA", 2, 48_000)
SERVER = InputDevice("pulse", "ALSA", 2, 48_000)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Children:
    """Each child adds a letter to a file and prints what is in another."""

    def __init__(self, folder: Path) -> None:
        self._said, self._started = folder / "said", folder / "started"
        self._started.touch()
        self.say([])
        code = f"open({str(self._started)!r}, 'a').write('x'); print(open({str(self._said)!r}).read())"
        self.command = [sys.executable, "-S", "-c", code]

    def say(self, devices: list[InputDevice]) -> None:
        self._said.write_text(json.dumps([asdict(device) for device in devices]))

    def say_text(self, text: str) -> None:
        self._said.write_text(text)

    @property
    def started(self) -> int:
        return len(self._started.read_text())


@pytest.fixture
def children(tmp_path: Path) -> Children:
    return Children(tmp_path)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def ask_all_through(probe: Probe, device: InputDevice) -> list[InputDevice]:
    """Ask until the child, if one was started, has answered."""
    probe.ask(device)
    for _ in range(500):
        if probe.idle:
            return []
        if found := probe.ask(device):
            return found
        time.sleep(0.01)
    raise AssertionError("the child does not end")


def test_a_device_is_found_under_its_new_name(children: Children, clock: Clock) -> None:
    probe = Probe(clock, children.command, lambda: None)
    children.say([OTHER, BACK])
    assert ask_all_through(probe, HEADSET) == [BACK]


def test_another_device_is_not_ours(children: Children, clock: Clock) -> None:
    probe = Probe(clock, children.command, lambda: None)
    children.say([OTHER])
    assert ask_all_through(probe, HEADSET) == []
    assert children.started == 1


def test_it_is_asked_once_a_period(children: Children, clock: Clock) -> None:
    probe = Probe(clock, children.command, lambda: None)
    for _ in range(20):
        ask_all_through(probe, SERVER)
        clock.now += PERIOD_S / 4
    assert children.started == 5


def test_a_hardware_device_is_asked_for_when_the_kernel_has_seen_something(children: Children, clock: Clock) -> None:
    listing = ["one card"]
    probe = Probe(clock, children.command, lambda: listing[0])
    for _ in range(4):
        ask_all_through(probe, HEADSET)
        clock.now += PERIOD_S + 0.1
    assert children.started == 1
    listing[0] = "two cards"
    ask_all_through(probe, HEADSET)
    assert children.started == 2
    clock.now += UNCHANGED_S
    ask_all_through(probe, HEADSET)
    assert children.started == 3, "the list may not tell everything"


def test_finds_that_do_not_help_come_ever_more_seldom(children: Children, clock: Clock) -> None:
    probe = Probe(clock, children.command, lambda: None)
    children.say([SERVER])
    found_at = []
    while clock.now < 300.0:
        if ask_all_through(probe, SERVER):
            found_at.append(clock.now)
        clock.now += 0.5
    waits = [after - before for before, after in pairwise(found_at)]
    assert waits[:3] == [5.0, 10.0, 20.0]
    assert set(waits[3:]) == {WAITS_S[-1]}


@pytest.mark.parametrize("text", ["", "{", "[1]", '[{"name": "x"}]'])
def test_a_child_that_fails_has_found_nothing(children: Children, clock: Clock, text: str) -> None:
    probe = Probe(clock, children.command, lambda: None)
    children.say_text(text)
    assert ask_all_through(probe, HEADSET) == []


def test_a_child_that_cannot_be_started_has_found_nothing(clock: Clock) -> None:
    probe = Probe(clock, ["/nowhere/python"], lambda: None)
    assert probe.ask(HEADSET) == []
    assert probe.idle


def test_a_child_that_hangs_holds_nobody_up_and_is_ended(clock: Clock) -> None:
    probe = Probe(clock, [sys.executable, "-S", "-c", "import time; time.sleep(60)"], lambda: None)
    begun = time.monotonic()
    probe.ask(HEADSET)
    assert probe.ask(HEADSET) == []
    assert time.monotonic() - begun < 1.0
    clock.now += PATIENCE_S + 1
    assert ask_all_through(probe, HEADSET) == []
    assert time.monotonic() - begun < 5.0
