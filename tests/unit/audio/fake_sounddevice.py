"""A stand-in for the ``sounddevice`` module: as much of it as voicemon uses, with cards that can be moved about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any


class PortAudioError(Exception):
    pass


@dataclass
class WasapiSettings:
    exclusive: bool = False
    auto_convert: bool = False


@dataclass
class InputStream:
    module: FakeSounddevice
    device: int
    samplerate: int
    channels: int
    blocksize: int
    dtype: str
    callback: Callable[..., None]
    finished_callback: Callable[[], None]
    extra_settings: Any = None
    latency: float = 0.01
    running: bool = False
    closed: bool = False
    hang: Callable[[], object] = lambda: None

    def start(self) -> None:
        if self.module.start_fails:
            raise PortAudioError("it does not start")
        self.running = True

    def abort(self, ignore_errors: bool) -> None:
        self.hang()
        if self.running:
            self.running = False
            self.finished_callback()

    def close(self, ignore_errors: bool) -> None:
        assert not self.closed, "closed twice"
        assert self.module.initialized, "closed after PortAudio was taken down"
        self.closed = True


@dataclass
class FakeSounddevice:
    """``plugged``: what the system has, as (name, host API, rate); PortAudio knows of it when it starts."""

    plugged: list[tuple[str, str, int]]
    listed: list[tuple[str, str, int]] = field(default_factory=list)
    streams: list[InputStream] = field(default_factory=list)
    initialized: bool = True
    starts: int = 0
    start_fails: bool = False
    restart_fails: bool = False
    takes: Callable[[str, int], bool] = lambda name, rate: True
    default_api_devices: dict[str, int] = field(default_factory=dict)
    PortAudioError = PortAudioError
    WasapiSettings = WasapiSettings
    default = SimpleNamespace(device=(-1, -1))

    def __post_init__(self) -> None:
        self.listed = list(self.plugged)

    @property
    def apis(self) -> list[str]:
        return list(dict.fromkeys(api for _, api, _ in self.listed))

    def query_hostapis(self) -> list[dict[str, Any]]:
        self._up()
        return [{"name": api, "default_input_device": self.default_api_devices.get(api, -1)} for api in self.apis]

    def query_devices(self) -> list[dict[str, Any]]:
        self._up()
        return [
            {
                "name": name,
                "hostapi": self.apis.index(api),
                "max_input_channels": 2,
                "default_samplerate": float(rate),
                "index": index,
            }
            for index, (name, api, rate) in enumerate(self.listed)
        ]

    def check_input_settings(self, device: int, channels: int, dtype: str, samplerate: int) -> None:
        if not self.takes(self.listed[device][0], samplerate):
            raise PortAudioError("Invalid sample rate")

    def InputStream(self, **options: Any) -> InputStream:
        self._up()
        if self.listed[options["device"]] not in self.plugged:
            raise PortAudioError("Device unavailable")
        stream = InputStream(self, **options)
        self.streams.append(stream)
        return stream

    def open_streams(self) -> list[InputStream]:
        return [stream for stream in self.streams if not stream.closed]

    def _terminate(self) -> None:
        assert not self.open_streams(), "PortAudio was taken down under a stream"
        self.initialized = False

    def _initialize(self) -> None:
        if self.restart_fails:
            raise PortAudioError("no host API")
        self.initialized = True
        self.starts += 1
        self.listed = list(self.plugged)

    def _up(self) -> None:
        if not self.initialized:
            raise PortAudioError("PortAudio not initialized")
