"""A microphone made of software: PulseAudio's null sink, recorded by PortAudio through ALSA's ``pulse`` plug-in.

Everything lives in a folder of the test: its own server on its own socket, and its own ALSA configuration, so that the
user's sound set-up is neither used nor changed.
"""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

SINK = "voicemon"
SINK_RATE = 48_000
PLAYED_AHEAD_MS = 1000

SERVER_SCRIPT = f"""
load-module module-native-protocol-unix socket={{socket}} auth-anonymous=1
load-module module-null-sink sink_name={SINK} rate={SINK_RATE} channels=1
set-default-sink {SINK}
set-default-source {SINK}.monitor
"""

ALSA_CONFIGURATION = """
pcm.pulse { type pulse hint { show on description "virtual microphone" } }
ctl.pulse { type pulse }
pcm.!default { type pulse hint { show on description "virtual microphone" } }
"""
"""The default device must be there: PortAudio's ALSA part aborts the process in its search for devices without one."""


class VirtualMicrophone:
    """A sound server that can be pulled out and put back; what is played into it is what the microphone hears."""

    name = "pulse"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._script = folder / "server.pa"
        self._script.write_text(SERVER_SCRIPT.format(socket=folder / "socket"))
        (folder / "asound.conf").write_text(ALSA_CONFIGURATION)
        self.environment = {
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "PULSE_SERVER": f"unix:{folder / 'socket'}",
            "ALSA_CONFIG_PATH": str(folder / "asound.conf"),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def plug_in(self) -> None:
        (self._folder / "socket").unlink(missing_ok=True)
        command = ["pulseaudio", "-n", f"--file={self._script}", "--daemonize=no", "--exit-idle-time=-1"]
        command += ["--use-pid-file=no", "--disable-shm=yes", "--log-target=stderr"]
        environment = os.environ | self.environment
        del environment["PULSE_SERVER"]
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        end = time.monotonic() + 10
        while self._ask("info") != 0:
            if time.monotonic() > end or self._process.poll() is not None:
                pytest.skip(f"PulseAudio does not start: {(self._folder / 'server.log').read_text()[-300:]}")
            time.sleep(0.05)

    def pull_out(self) -> None:
        """The server dies without a word, as a USB device does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def play(self, wav: Path) -> subprocess.Popen[bytes]:
        """Play a recording; with so much buffered that a busy machine does not make the player stutter."""
        command = ["paplay", f"--device={SINK}", f"--latency-msec={PLAYED_AHEAD_MS}", str(wav)]
        return subprocess.Popen(command, env=os.environ | self.environment)

    def _ask(self, question: str) -> int:
        command = ["pactl", question]
        return subprocess.run(command, env=os.environ | self.environment, capture_output=True, check=False).returncode


@pytest.fixture
def virtual_microphone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualMicrophone]:
    for program in ("pulseaudio", "pactl", "paplay"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    if ctypes.util.find_library("portaudio") is None:
        pytest.skip("PortAudio is not installed")
    from voicemon.audio.portaudio import PortAudioHost

    microphone = VirtualMicrophone(tmp_path)
    for name, value in microphone.environment.items():
        monkeypatch.setenv(name, value)
    microphone.plug_in()
    try:
        PortAudioHost().refresh()
        if not any(device.name == microphone.name for device in PortAudioHost().devices()):
            pytest.skip("ALSA's pulse plug-in is not installed")
        yield microphone
    finally:
        microphone.pull_out()
        monkeypatch.undo()
        PortAudioHost().refresh()
