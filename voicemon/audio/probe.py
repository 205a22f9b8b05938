"""The sound cards as a fresh process sees them: ``python -m voicemon.audio.probe`` prints them as JSON.

PortAudio lists devices when it starts and never again; starting it again ends all its streams.  A child process has a
PortAudio of its own, so that asking it disturbs nobody.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Final

from voicemon.audio import alsa
from voicemon.audio.devices import InputDevice

PERIOD_S: Final = 2.0
"""Between two questions.  Each costs some tenths of a second of CPU, and a device must be back within 5 s."""

UNCHANGED_S: Final = 30.0
"""Where the kernel's list of cards has not changed, a question is hardly worth while."""

PATIENCE_S: Final = 10.0
"""A child that has not answered by then hangs in a driver."""

WAITS_S: Final = (5.0, 10.0, 20.0, 30.0)
"""Least time between two finds; each pauses other streams, and one soon after another means that it did not help."""

CALM_S: Final = 120.0
"""A find this long after the last one has nothing to do with it."""

COMMAND: Final = (sys.executable, "-m", "voicemon.audio.probe")


class Probe:
    """Asks children whether a device is there, one at a time; never waits for one."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        command: Sequence[str] = COMMAND,
        cards: Callable[[], str | None] = alsa.cards,
    ) -> None:
        self._clock = clock
        self._command = command
        self._cards = cards
        self._child: subprocess.Popen[bytes] | None = None
        self._asked_at = float("-inf")
        self._found_at = float("-inf")
        self._finds = 0
        self._seen: str | None = None

    @property
    def idle(self) -> bool:
        """No child is at work."""
        return self._child is None

    def ask(self, device: InputDevice) -> list[InputDevice]:
        """The devices with ``device``'s identity, from an answer that has just come; empty while there is none."""
        now = self._clock()
        if self._child is None:
            if self._due(device, now):
                self._start(now)
            return []
        if self._child.poll() is None:
            if now - self._asked_at > PATIENCE_S:
                self._child.kill()
            return []
        found = [d for d in self._answer() if d.identity == device.identity]
        if not found:
            return []
        self._finds = self._finds + 1 if now - self._found_at < CALM_S else 0
        self._found_at = now
        return found

    def _due(self, device: InputDevice, now: float) -> bool:
        if now - self._asked_at < PERIOD_S:
            return False
        if now - self._found_at < WAITS_S[min(self._finds, len(WAITS_S) - 1)]:
            return False
        if not (device.host_api == "ALSA" and alsa.is_hardware(device.name)):
            return True
        cards = self._cards()
        if cards is not None and cards == self._seen and now - self._asked_at < UNCHANGED_S:
            return False
        self._seen = cards
        return True

    def _start(self, now: float) -> None:
        self._asked_at = now
        # Without the flag a console window would flash up on Windows each time.
        flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
        try:
            self._child = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                creationflags=flags,
            )
        except OSError:
            self._child = None

    def _answer(self) -> list[InputDevice]:
        """What the child that has ended said; nothing where it failed."""
        assert self._child is not None
        text, _ = self._child.communicate()
        self._child = None
        try:
            return [InputDevice(**fields) for fields in json.loads(text)]
        except (ValueError, TypeError):
            return []


def main() -> None:
    from voicemon.audio.portaudio import PortAudioHost

    print(json.dumps([asdict(device) for device in PortAudioHost().devices()]))


if __name__ == "__main__":
    main()
