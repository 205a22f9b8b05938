"""Which devices a live session opens: one, one with both sides of the call, or two."""

from __future__ import annotations

from typing import Any

import pytest

from voicemon.audio import microphone, portaudio
from voicemon.audio.devices import InputDevice, Listener, StreamForm
from voicemon.audio.pair import PairedSource
from voicemon.cli.ears import BLOCK_S, PAIR_BLOCK_S, Opening
from voicemon.cli.live_order import Order, order_of
from voicemon.errors import DeviceError
from voicemon.types import Role

RATE = 48_000
HEADSET = InputDevice("Headset", "ALSA", 2, RATE, is_default=True)
LINE = InputDevice("Line", "ALSA", 1, RATE)
opened: list[tuple[InputDevice, StreamForm]] = []
built: list[microphone.MicrophoneSource] = []


class Host(portaudio.PortAudioHost):
    """Two devices that open and give nothing."""

    def devices(self) -> list[InputDevice]:
        return [HEADSET, LINE]

    def rate(self, device: InputDevice) -> int:
        return device.default_rate

    def open(self, device: InputDevice, form: StreamForm, listener: Listener) -> Any:
        opened.append((device, form))
        return None


class Counted(microphone.MicrophoneSource):
    def __init__(self, *given: Any, **named: Any) -> None:
        built.append(self)
        super().__init__(*given, **named)


@pytest.fixture(autouse=True)
def devices(monkeypatch: pytest.MonkeyPatch) -> None:
    opened.clear()
    built.clear()
    monkeypatch.setattr(portaudio, "PortAudioHost", Host)
    monkeypatch.setattr(microphone, "PortAudioHost", Host)
    monkeypatch.setattr(microphone, "MicrophoneSource", Counted)


def order(device: str | None, customer: str | None = None) -> Order:
    return order_of({"device": device, "customer_device": customer, "calibration_offset": 120.0})


def test_the_agent_alone_takes_one_channel() -> None:
    found = Opening(order(None)).ears()
    assert found.device == HEADSET
    assert found.source.info.roles == (Role.AGENT,)
    assert opened == [(HEADSET, StreamForm(RATE, 1, round(BLOCK_S * RATE)))]
    assert len(built) == 1


@pytest.mark.parametrize("customer", ["Headset", "headset", "Head"])
def test_both_sides_in_one_device_are_its_two_channels(customer: str) -> None:
    found = Opening(order("Headset", customer)).ears()
    assert found.source.info.roles == (Role.AGENT, Role.CUSTOMER)
    assert opened == [(HEADSET, StreamForm(RATE, 2, round(BLOCK_S * RATE)))]
    assert len(built) == 1


def test_two_devices_are_a_pair_with_the_agents_clock() -> None:
    found = Opening(order("Headset", "Line")).ears()
    assert isinstance(found.source, PairedSource)
    assert (found.device, found.lock_name) == (HEADSET, "Headset [ALSA]")
    assert found.source.info.roles == (Role.AGENT, Role.CUSTOMER)
    assert opened == [(HEADSET, StreamForm(RATE, 1, round(PAIR_BLOCK_S * RATE)))]
    assert len(built) == 2


@pytest.mark.parametrize(
    ("device", "customer", "told"),
    [("Line", "Line", "too few channels"), ("Headset", "nobody", "'nobody'"), ("nobody", "Line", "'nobody'")],
)
def test_what_cannot_be_listened_to_is_told_and_nothing_is_opened(device: str, customer: str, told: str) -> None:
    with pytest.raises(DeviceError, match=told):
        Opening(order(device, customer)).ears()
    assert opened == []
