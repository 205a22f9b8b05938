"""A microphone made of software, for benchmarks of the whole program on a real sound system.

A PulseAudio server of our own with a null sink, on a socket in a folder of its own; PortAudio reaches the sink's
monitor through ALSA's ``pulse`` plug-in.  The user's sound set-up is neither used nor changed.
"""

from __future__ import annotations

import contextlib
import ctypes.util
import os
import shutil
import subprocess
import tempfile
import threading
import time
import wave
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, Self

import numpy as np

from voicemon.asr.models import MODELS_DIR_VARIABLE, models_dir
from voicemon.history.database import DATA_DIR_VARIABLE
from voicemon.types import Int16

SINK: Final = "voicemon"
SINK_RATE_HZ: Final = 48_000
DEVICE: Final = "pulse"
START_S: Final = 10.0
ROOM_DB: Final = -62.0
"""A quiet office in a headset's microphone."""

AHEAD_MS: Final = 1000
"""So much is buffered in the server that a busy machine does not make the player stutter."""

FIRST_S: Final = 3
"""With so much handed over the player has begun to play."""

SERVER_SCRIPT: Final = """
load-module module-native-protocol-unix socket={socket} auth-anonymous=1
load-module module-null-sink {sink}
set-default-sink {name}
set-default-source {name}.monitor
"""
SINK_ARGUMENTS: Final = (f"sink_name={SINK}", f"rate={SINK_RATE_HZ}", "channels=1", "norewinds=1")
"""Without rewinds, as a sound card delivers: else a sink that nobody plays to gives its first sound after 2 s."""

ALSA_CONFIGURATION: Final = """
pcm.pulse { type pulse hint { show on description "virtual microphone" } }
ctl.pulse { type pulse }
pcm.!default { type pulse hint { show on description "virtual microphone" } }
"""
"""The default device must be there: PortAudio's ALSA part aborts the process in its search for devices without one."""


class VirtualMicrophone:
    """A sound server with one null sink that can be unloaded and put back; what is played into it is what is heard.

    Use as a context.  ``environment`` is what programs need to find it; the history and everything else that the
    program keeps lies in ``folder`` too, the speech models apart.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._script = folder / "server.pa"
        script = SERVER_SCRIPT.format(socket=folder / "socket", sink=" ".join(SINK_ARGUMENTS), name=SINK)
        self._script.write_text(script, encoding="utf-8")
        (folder / "asound.conf").write_text(ALSA_CONFIGURATION, encoding="utf-8")
        self.environment = {
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "XDG_DATA_HOME": str(folder / "data"),
            "XDG_STATE_HOME": str(folder / "state"),
            "PULSE_SERVER": f"unix:{folder / 'socket'}",
            "ALSA_CONFIG_PATH": str(folder / "asound.conf"),
            DATA_DIR_VARIABLE: str(folder / "data"),
            MODELS_DIR_VARIABLE: str(models_dir()),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        for program in ("pulseaudio", "pactl", "pacat"):
            if shutil.which(program) is None:
                raise SystemExit(f"{program} is not installed: this benchmark needs PulseAudio")
        if ctypes.util.find_library("portaudio") is None:
            raise SystemExit("PortAudio is not installed")
        command = ["pulseaudio", "-n", f"--file={self._script}", "--daemonize=no", "--exit-idle-time=-1"]
        command += ["--use-pid-file=no", "--disable-shm=yes", "--log-target=stderr"]
        environment = self.whole_environment()
        del environment["PULSE_SERVER"]
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        end = time.monotonic() + START_S
        while self._pactl("info").returncode != 0:
            if time.monotonic() > end or self._process.poll() is not None:
                said = (self._folder / "server.log").read_text(encoding="utf-8", errors="replace")[-300:]
                raise SystemExit(f"PulseAudio does not start: {said}")
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def whole_environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """This process's environment, with what leads to the virtual microphone."""
        return os.environ | self.environment | dict(extra or {})

    def pull_out(self) -> None:
        """Unload the sink while programs record from it."""
        for line in self._pactl("list", "short", "modules").stdout.splitlines():
            number, name, *_ = line.split("\t")
            if name == "module-null-sink":
                self._pactl("unload-module", number).check_returncode()

    def plug_in(self) -> None:
        """Load the sink again."""
        self._pactl("load-module", "module-null-sink", *SINK_ARGUMENTS).check_returncode()

    def _pactl(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = ["pactl", *words]
        return subprocess.run(command, env=self.whole_environment(), capture_output=True, text=True, check=False)


class Player(threading.Thread):
    """One long-lived player, so that the playback's clock is known: sample n of ``sound`` is sample n played.

    ``sound``: mono pieces at :data:`SINK_RATE_HZ`, taken as the server asks for them.  The thread ends when all has
    been played, when the sink is gone or with :meth:`stop`.
    """

    def __init__(self, microphone: VirtualMicrophone, sound: Iterable[Int16]) -> None:
        super().__init__(name="player", daemon=True)
        self._sound = sound
        self._stopped = False
        self._all_written = False
        self.written = 0
        """Samples handed to the server or the pipe to it."""
        self.underruns = 0
        """How often the player, not the program under test, had nothing to play in time."""
        command = ["pacat", "--playback", "--raw", "--verbose", f"--device={SINK}", f"--latency-msec={AHEAD_MS}"]
        command += ["--format=s16le", f"--rate={SINK_RATE_HZ}", "--channels=1"]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, env=microphone.whole_environment(), stdin=pipe, stderr=pipe)
        self.begun = time.monotonic()
        self._ears = threading.Thread(target=self._listen, name="player-ears", daemon=True)
        self._ears.start()
        self.start()

    def run(self) -> None:
        assert self._process.stdin is not None
        try:
            for piece in self._sound:
                if self._stopped:
                    break
                self._process.stdin.write(piece.astype("<i2", copy=False).tobytes())
                self.written += piece.size
            self._all_written = True
            self._process.stdin.close()
        except (BrokenPipeError, ValueError):
            return  # the sink was unloaded, or we were stopped
        finally:
            self._process.wait()

    def stop(self) -> None:
        """Fall silent at once."""
        self._stopped = True
        self._process.terminate()
        self.join(5)

    def _listen(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            # pacat says so before its first sample and after its last too: these are no faults.
            playing = self.written > SINK_RATE_HZ * FIRST_S and not self._all_written
            self.underruns += b"underrun" in line and playing


@contextlib.contextmanager
def device_or_virtual(device: str | None) -> Iterator[str]:
    """``device``, or without one a virtual microphone that this process and its children find, and that goes after."""
    if device is not None:
        yield device
        return
    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as folder, VirtualMicrophone(Path(folder)) as microphone:
        os.environ.update(microphone.environment)
        try:
            yield DEVICE
        finally:
            os.environ.clear()
            os.environ.update(before)


@contextlib.contextmanager
def noise(level_db: float, seconds: float) -> Iterator[None]:
    """White noise on the default sink, for at most ``seconds``."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "noise.wav"
        sound = np.random.default_rng(0).normal(0, 10 ** (level_db / 20), round(seconds * SINK_RATE_HZ))
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, SINK_RATE_HZ, 0, "NONE", ""))
            file.writeframes(np.rint(np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
        player = subprocess.Popen(["paplay", "--latency-msec=1000", str(path)])
        try:
            yield
        finally:
            player.terminate()
            player.wait()
