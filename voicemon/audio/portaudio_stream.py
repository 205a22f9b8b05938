"""One stream of PortAudio's, which can be taken down and opened again under its listener."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final

from voicemon.audio import alsa
from voicemon.audio.devices import InputDevice, Listener, StreamForm
from voicemon.errors import DeviceError

CLOSE_S: Final = 1.0
"""A healthy driver closes in hundredths of a second; one whose device is gone may hang."""


class PortAudioStream:
    """A :class:`~voicemon.audio.devices.CaptureStream`.

    :meth:`open`, :meth:`pause` and :meth:`resume` are called under the host's lock, :meth:`close` without it;
    ``forget`` is called once, when the stream is closed for good.
    """

    def __init__(
        self,
        sd: Any,
        device: InputDevice,
        form: StreamForm,
        listener: Listener,
        forget: Callable[[PortAudioStream], None],
    ) -> None:
        self._sd = sd
        self._device = device
        self._form = form
        self._listener = listener
        self._forget = forget
        self._stream: Any = None
        self._latency_s = 0.0
        self._closer: threading.Thread | None = None
        self._pausing = False
        self._lock = threading.Lock()
        self._closed = False
        self.closing = False
        """It is being closed, or could not be: PortAudio must not be taken down under it."""

    @property
    def latency_s(self) -> float:
        return self._latency_s

    def open(self) -> None:
        """Open and start; raises :class:`DeviceError`, with nothing left open."""
        sd, form = self._sd, self._form
        try:
            stream = sd.InputStream(
                device=index_of(sd, self._device),
                samplerate=form.sample_rate,
                channels=form.channels,
                blocksize=form.block,
                dtype="float32",
                callback=self._callback(),
                finished_callback=self._ended,
                extra_settings=extra_settings(sd, self._device, form),
            )
        except (sd.PortAudioError, ValueError) as error:
            raise DeviceError(f"microphone {self._device} cannot be opened: {error}", remedy(self._device)) from error
        try:
            stream.start()
        except sd.PortAudioError as error:
            _shut(stream)
            raise DeviceError(f"microphone {self._device} does not start: {error}", "choose another one") from error
        self._latency_s = float(stream.latency)
        with self._lock:
            self._stream = stream

    def close(self) -> None:
        with self._lock:
            if self._closed:
                return
            self._closed = self.closing = True
            stream, self._stream = self._stream, None
        try:
            if stream is not None:
                _shut(stream)
            elif self._closer is not None:
                self._closer.join()
        finally:
            self._forget(self)

    def pause(self) -> bool:
        """Take the stream down; gives whether that worked, and else says that the stream has ended."""
        with self._lock:
            if self._closed:
                return False
            stream, self._stream = self._stream, None
        if stream is None:
            return True
        self._pausing = True
        self._listener.pause()
        self._closer = threading.Thread(target=_shut, args=(stream,), name="voicemon-pause-device", daemon=True)
        self._closer.start()
        self._closer.join(CLOSE_S)
        if self._closer.is_alive():
            self.closing = True
            self._listener.end()
            return False
        return True

    def resume(self) -> None:
        """Open the stream again; where that does not work its listener hears that it has ended."""
        with self._lock:
            if self._closed or not self._pausing:
                return
        self._pausing = False
        try:
            self.open()
        except DeviceError:
            self._listener.end()
            return
        with self._lock:
            # Muted or closed meanwhile: what closed it found no stream to close.
            unwanted = self._closed
            stream = self._stream
            if unwanted:
                self._stream = None
        if unwanted and stream is not None:
            _shut(stream)

    def _callback(self) -> Any:
        return self._listener.callback

    def _ended(self) -> None:
        if not self._pausing:
            self._listener.end()


def _shut(stream: Any) -> None:
    stream.abort(ignore_errors=True)
    stream.close(ignore_errors=True)


def index_of(sd: Any, wanted: InputDevice) -> int:
    """PortAudio's number of ``wanted`` at this moment; raises :class:`ValueError` where it is not listed."""
    apis = sd.query_hostapis()
    for device in sd.query_devices():
        if device["name"] == wanted.name and apis[device["hostapi"]]["name"] == wanted.host_api:
            return int(device["index"])
    raise ValueError("it is no longer there")


def extra_settings(sd: Any, device: InputDevice, form: StreamForm) -> Any:
    """What the host API needs to be told.

    WASAPI's shared mode takes only the rate of the system's mixer unless it is told to convert.  Never exclusive: the
    softphone uses the headset too.
    """
    if "WASAPI" in device.host_api and form.sample_rate != device.default_rate:
        return sd.WasapiSettings(auto_convert=True)
    return None


def remedy(device: InputDevice) -> str:
    """What to do about a device that does not open."""
    if device.host_api == "ALSA" and alsa.is_hardware(device.name):
        return (
            "PulseAudio, PipeWire or another program may hold this card:"
            " choose pulse, pipewire or default instead (voicemon devices)"
        )
    return "close other programs that use it, or choose another one (voicemon devices)"
