"""Sound cards through PortAudio: which there are, opening one, and seeing new ones while others record.

``sounddevice`` is imported only when a method is called, since the import fails where PortAudio is not installed and a
recording can be replayed without it.

PortAudio takes stock of the devices when it starts.  Starting it again ends every stream of the process, so while one
is open a device that came back under a new number is found in three steps: try it as it was called (sound servers and
WASAPI need no more); let a child process look (:mod:`~voicemon.audio.probe`); only when that sees it, pause the other
streams, start PortAudio again and open them anew.  Their listeners are told, and the pause comes out as a gap.
"""

from __future__ import annotations

import threading
from typing import Any, ClassVar, Final, TypeVar

from voicemon.audio import alsa, com
from voicemon.audio.devices import HOST_APIS, CaptureStream, InputDevice, Listener, StreamForm
from voicemon.audio.portaudio_stream import PortAudioStream, index_of
from voicemon.audio.probe import Probe
from voicemon.audio.standby import Standby, StandbyStream
from voicemon.errors import DeviceError

PREFERRED_RATE_HZ: Final = 48_000
"""What headsets and sound servers run at; PortAudio says 44 100 for whatever ALSA can convert."""

RATES_HZ: Final = (48_000, 44_100, 16_000, 8_000)
"""What :meth:`PortAudioHost.supported_rates` asks for."""


S = TypeVar("S", bound=PortAudioStream)


class PortAudioHost:
    """The real :class:`~voicemon.audio.devices.AudioHost`.  All of them share the process's one PortAudio."""

    _lock: ClassVar[threading.Lock] = threading.Lock()
    _streams: ClassVar[list[PortAudioStream]] = []
    """All that are not closed yet, of the whole process."""
    _probe: ClassVar[Probe] = Probe()
    _stale: ClassVar[bool] = False
    """Devices may have come or gone since PortAudio was started."""

    def devices(self) -> list[InputDevice]:
        sd = _sounddevice()
        with self._lock:  # another thread may be looking for new devices, and PortAudio is down meanwhile
            return _listed(sd)

    def refresh(self) -> None:
        sd = _sounddevice()
        with self._lock:
            if self._streams:
                PortAudioHost._stale = True
                return
            self._restart(sd)

    def search(self, device: InputDevice) -> bool:
        sd = _sounddevice()
        with self._lock:
            if not self._streams:
                return False
            seen = self._probe.ask(device)
            # ALSA opens by name: what is listed under its present name would not open any better afterwards.
            known = {d.name for d in _listed(sd)} if device.host_api == "ALSA" else set()
            return any(d.name not in known for d in seen) and self._look_again(sd)

    def rate(self, device: InputDevice) -> int:
        if device.host_api != "ALSA" or device.default_rate == PREFERRED_RATE_HZ:
            return device.default_rate
        return PREFERRED_RATE_HZ if self.supported_rates(device, (PREFERRED_RATE_HZ,)) else device.default_rate

    def supported_rates(self, device: InputDevice, rates: tuple[int, ...] = RATES_HZ) -> tuple[int, ...]:
        """Those of ``rates``, in Hz, that ``device`` takes.  Records nothing, but a driver may open the device."""
        sd = _sounddevice()
        with self._lock:
            return tuple(rate for rate in rates if self._takes(sd, device, rate))

    def open(self, device: InputDevice, form: StreamForm, listener: Listener) -> CaptureStream:
        sd = _sounddevice()
        return self._opened(PortAudioStream(sd, device, form, listener, self._forget), device)

    def stand_by(self, device: InputDevice, form: StreamForm) -> Standby:
        """Open ``device`` without taking its sound, to see whether any comes.  Raises :class:`DeviceError`."""
        return self._opened(StandbyStream(_sounddevice(), device, form, self._forget), device)

    def _opened(self, stream: S, device: InputDevice) -> S:
        with self._lock:
            self._check_number(device)
            stream.open()
            self._streams.append(stream)
        return stream

    def _forget(self, stream: PortAudioStream) -> None:
        with self._lock:
            self._streams.remove(stream)

    def _takes(self, sd: Any, device: InputDevice, rate: int) -> bool:
        try:
            sd.check_input_settings(device=index_of(sd, device), channels=1, dtype="float32", samplerate=rate)
        except (sd.PortAudioError, ValueError):
            return False
        return True

    def _check_number(self, device: InputDevice) -> None:
        """Refuse a device whose number may mean another one by now.

        ALSA's cards and MME's devices are numbered, and numbers are given out again; other host APIs know a device by
        a name or key of its own.
        """
        hardware = device.host_api == "ALSA" and alsa.is_hardware(device.name)
        if not hardware and device.host_api != "MME":
            return
        cards = alsa.cards() if hardware else None
        if self._stale if cards is None else not alsa.still_there(device.name, cards):
            raise DeviceError(f"microphone {device} is no longer there", "plug it in again")

    def _restart(self, sd: Any) -> None:
        try:
            sd._terminate()
            sd._initialize()
        except sd.PortAudioError as error:
            raise DeviceError(f"PortAudio does not start again: {error}", "restart the sound service") from error
        PortAudioHost._stale = False

    def _look_again(self, sd: Any) -> bool:
        """Start PortAudio again under running streams; gives whether it was done."""
        if any(stream.closing for stream in self._streams):
            return False
        paused = [stream for stream in self._streams if stream.pause()]
        done = len(paused) == len(self._streams)
        try:
            if done:
                self._restart(sd)
        except DeviceError:
            done = False
        finally:
            for stream in paused:
                stream.resume()
        return done


def _sounddevice() -> Any:
    """The module, ready for use on this thread, or a :class:`DeviceError` that says how to get PortAudio."""
    com.enter()
    try:
        import sounddevice
    except OSError as error:
        remedy = "install PortAudio (Debian, Ubuntu: apt install libportaudio2)"
        raise DeviceError(f"microphones need the PortAudio library: {error}", remedy) from error
    return sounddevice


def _listed(sd: Any) -> list[InputDevice]:
    try:
        apis, found = sd.query_hostapis(), sd.query_devices()
    except sd.PortAudioError as error:
        raise DeviceError(f"PortAudio cannot list the devices: {error}", "restart the sound service") from error
    default = _default(sd, apis)
    return [
        InputDevice(
            device["name"],
            apis[device["hostapi"]]["name"],
            device["max_input_channels"],
            round(device["default_samplerate"]),
            device["index"] == default,
        )
        for device in found
        if device["max_input_channels"] > 0
    ]


def _default(sd: Any, apis: Any) -> int:
    """The number of the system's default; negative where there is none."""
    if sd.default.device[0] >= 0:
        return int(sd.default.device[0])
    ranked = sorted(apis, key=lambda api: HOST_APIS.index(api["name"]) if api["name"] in HOST_APIS else len(HOST_APIS))
    return next((api["default_input_device"] for api in ranked if api["default_input_device"] >= 0), -1)
