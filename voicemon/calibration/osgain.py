"""The operating system's capture gain, where it can be read: a calibration holds for one setting of it."""

from __future__ import annotations

import os
import re
import subprocess
from typing import Final

from voicemon.audio.devices import InputDevice
from voicemon.audio.kinds import follows_server

TIMEOUT_S: Final = 2.0
SAME_GAIN_DB: Final = 0.3
"""Volumes come in steps; less than this is rounding."""

_DECIBEL: Final = re.compile(r"(-?\d+(?:\.\d+)?|-inf)\s*dB")


def os_gain_db(device: InputDevice) -> float | None:
    """The input volume in dB that the sound server applies to ``device``; ``None``: not readable here.

    Read from PulseAudio or PipeWire, for devices that are whatever the server has chosen.  Elsewhere (ALSA's cards,
    Windows, macOS) no program that is always there tells it in decibels.
    """
    if os.name != "posix" or not follows_server(device):
        return None
    try:
        done = subprocess.run(
            ["pactl", "get-source-volume", "@DEFAULT_SOURCE@"],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parse(done.stdout) if done.returncode == 0 else None


def parse(told: str) -> float | None:
    """The first channel's volume in ``pactl``'s answer; ``None`` where there is none, or it is muted altogether."""
    found = _DECIBEL.search(told)
    return None if found is None or found[1] == "-inf" else float(found[1])
