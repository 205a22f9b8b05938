"""What a device probably is, by its name: heuristics, since no host API of PortAudio's tells.

Names are those that operating systems show.  Sources: product names of the makers' contact-centre headsets;
PulseAudio's ``Monitor of ...`` descriptions and ``.monitor`` names; the loopback names of Windows drivers (Stereo Mix,
What U Hear), of WASAPI's loopback listing, and of BlackHole, VB-Audio Cable, Soundflower and VoiceMeeter; the service
names of Bluetooth's Hands-Free Profile 1.9, whose codecs run at 8 kHz (CVSD), 16 kHz (mSBC) or 32 kHz (LC3-SWB).
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from voicemon.audio.devices import InputDevice

NARROW_BAND_HZ: Final = 8_000
WIDE_BAND_HZ: Final = 16_000
"""Rates of telephony.  Wired headsets may run at the wide one and lose nothing by it; a wireless one then has its
hands-free codec at work."""


class DeviceKind(StrEnum):
    """What stands at the other end of a device."""

    HEADSET = "headset"
    LOOPBACK = "loopback"
    """What the computer plays: the customer's voice, for ``--customer-device``."""
    OTHER = "other"


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_HANDS_FREE: Final = _any_of(r"hands-?\s?free", r"\bHFP\b", r"\bHSP\b", r"\bAG Audio\b", "免提")

_HEADSET: Final = _any_of(
    "headset", "headphone", "耳机", "耳麦", "耳麥", "耳機", r"\bear(pods|phone)", "airpods",
    "jabra", "plantronics", "poly (voyager|blackwire|savi|encorepro)", "blackwire", "encorepro", "sennheiser",
    r"\bepos\b", r"\blogi(tech)?\b.*\b(H\d{3}|zone)", "yealink", r"\bUSB (PnP )?(audio|sound|headset)",
    "c-media", _HANDS_FREE.pattern,
)  # fmt: skip

_WIRELESS: Final = _any_of("bluetooth", "蓝牙", "airpods")

_LOOPBACK: Final = _any_of(
    r"\bmonitor of\b", r"\.monitor\b", r"\bstereo mix\b", "立体声混音", "立體聲混音", r"\bwhat u hear\b",
    r"\bwave out mix\b", r"\[loopback\]", r"\bloopback\b", "blackhole", r"\bvb-(audio|cable)\b", r"\bcable output\b",
    "soundflower", "voicemeeter",
)  # fmt: skip

_SERVERS: Final = ("default", "pulse", "pipewire")
"""ALSA's plug-ins for them."""

_NO_HEADSET: Final = _any_of("webcam", "camera", "摄像", "攝影", r"\bHDMI\b", "speakerphone")


def kind_of(device: InputDevice) -> DeviceKind:
    """What ``device`` probably is; a loopback of a headset is a loopback."""
    if _LOOPBACK.search(device.name):
        return DeviceKind.LOOPBACK
    if _HEADSET.search(device.name) and not _NO_HEADSET.search(device.name):
        return DeviceKind.HEADSET
    return DeviceKind.OTHER


def telephone_quality(device: InputDevice) -> bool:
    """Whether ``device`` probably gives no more than a telephone does: Bluetooth's hands-free mode, or 8 kHz."""
    if _HANDS_FREE.search(device.name) or device.default_rate <= NARROW_BAND_HZ:
        return True
    return device.default_rate <= WIDE_BAND_HZ and _WIRELESS.search(device.name) is not None


def follows_server(device: InputDevice) -> bool:
    """Whether ``device`` is a sound server's present choice.

    When that device is unplugged PulseAudio and PipeWire go on with another one, and PortAudio is not told.
    """
    return device.host_api == "ALSA" and device.name in _SERVERS
