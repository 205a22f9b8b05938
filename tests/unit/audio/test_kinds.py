"""What a device is taken for, by names as operating systems show them."""

from __future__ import annotations

import pytest

from voicemon.audio.devices import InputDevice
from voicemon.audio.kinds import DeviceKind, kind_of, telephone_quality


def named(name: str, rate: int = 48_000) -> InputDevice:
    return InputDevice(name, "any", 1, rate)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Headset (2- Jabra Evolve2 40)", DeviceKind.HEADSET),
        ("Jabra EVOLVE 65: USB Audio (hw:2,0)", DeviceKind.HEADSET),
        ("Plantronics Blackwire 3220 Series", DeviceKind.HEADSET),
        ("Poly Voyager Focus 2", DeviceKind.HEADSET),
        ("EPOS IMPACT 660", DeviceKind.HEADSET),
        ("Sennheiser SC 60 for Lync", DeviceKind.HEADSET),
        ("Logi USB Headset H390", DeviceKind.HEADSET),
        ("Logitech H340", DeviceKind.HEADSET),
        ("Yealink UH36", DeviceKind.HEADSET),
        ("麦克风 (USB Audio Device)", DeviceKind.HEADSET),
        ("耳机式麦克风 (Realtek(R) Audio)", DeviceKind.HEADSET),
        ("Zhang's AirPods Pro", DeviceKind.HEADSET),
        ("Monitor of Jabra Evolve2 40 Stereo", DeviceKind.LOOPBACK),
        ("alsa_output.pci-0000_00_1f.3.analog-stereo.monitor", DeviceKind.LOOPBACK),
        ("Stereo Mix (Realtek(R) Audio)", DeviceKind.LOOPBACK),
        ("立体声混音 (Realtek(R) Audio)", DeviceKind.LOOPBACK),
        ("Headphones (Jabra Evolve2 40) [Loopback]", DeviceKind.LOOPBACK),
        ("BlackHole 2ch", DeviceKind.LOOPBACK),
        ("CABLE Output (VB-Audio Virtual Cable)", DeviceKind.LOOPBACK),
        ("HDA Intel PCH: ALC257 Analog (hw:0,0)", DeviceKind.OTHER),
        ("MacBook Pro Microphone", DeviceKind.OTHER),
        ("HD Webcam C270: USB Audio (hw:1,0)", DeviceKind.OTHER),
        ("pulse", DeviceKind.OTHER),
        ("Hisense TV", DeviceKind.OTHER),
    ],
)
def test_kinds(name: str, kind: DeviceKind) -> None:
    assert kind_of(named(name)) is kind


def test_hands_free_mode_is_telephone_quality_and_a_wired_headset_at_16_khz_is_not() -> None:
    assert telephone_quality(named("Headset (WH-1000XM4 Hands-Free AG Audio)"))
    assert telephone_quality(named("AirPods Pro", 16_000))
    assert telephone_quality(named("Line", 8_000))
    assert not telephone_quality(named("AirPods Pro", 48_000))
    assert not telephone_quality(named("Headset (Jabra Evolve 65)", 16_000))
