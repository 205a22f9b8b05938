"""PortAudio's host against a stand-in: what it asks the driver for, and how it looks for devices under open streams."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import pytest
from fake_sounddevice import FakeSounddevice, WasapiSettings

from voicemon.audio import alsa, portaudio
from voicemon.audio.devices import InputDevice, StreamForm
from voicemon.audio.microphone import MicrophoneSource
from voicemon.audio.portaudio import PortAudioHost
from voicemon.errors import DeviceError

WASAPI = "Windows WASAPI"
HEADSET = ("Headset (Jabra)", WASAPI, 48_000)
AGAIN = ("Headset (2- Jabra)", WASAPI, 48_000)
LINE = ("Stereo Mix", WASAPI, 44_100)
CARD = ("Jabra: USB Audio (hw:1,0)", "ALSA", 44_100)
CARD_AGAIN = ("Jabra: USB Audio (hw:2,0)", "ALSA", 44_100)
SERVER = ("pulse", "ALSA", 44_100)
CARDS = " 1 [Jabra          ]: USB-Audio - Jabra\n"
CARDS_AGAIN = " 1 [Webcam         ]: USB-Audio - Webcam\n 2 [Jabra          ]: USB-Audio - Jabra\n"
FORM = StreamForm(48_000, 1, 960)


@dataclass
class Ear:
    told: list[str] = field(default_factory=list)

    def callback(self, *_: Any) -> None:
        self.told.append("sound")

    def end(self) -> None:
        self.told.append("end")

    def pause(self) -> None:
        self.told.append("pause")


class Oracle:
    """In place of the child process: sees what is plugged in, at once."""

    def __init__(self, sd: FakeSounddevice) -> None:
        self._sd = sd

    def ask(self, device: InputDevice) -> list[InputDevice]:
        now = [InputDevice(name, api, 2, rate) for name, api, rate in self._sd.plugged]
        return [d for d in now if d.identity == device.identity]


@pytest.fixture
def sd(monkeypatch: pytest.MonkeyPatch) -> FakeSounddevice:
    fake = FakeSounddevice([HEADSET, LINE])
    monkeypatch.setattr(portaudio, "_sounddevice", lambda: fake)
    monkeypatch.setattr(PortAudioHost, "_streams", [])
    monkeypatch.setattr(PortAudioHost, "_stale", False)
    monkeypatch.setattr(PortAudioHost, "_lock", threading.Lock())
    monkeypatch.setattr(PortAudioHost, "_probe", Oracle(fake))
    monkeypatch.setattr(alsa, "cards", lambda: None)
    return fake


def device_of(row: tuple[str, str, int]) -> InputDevice:
    return InputDevice(row[0], row[1], 2, row[2])


def test_wasapi_converts_only_where_the_rate_is_not_its_own_and_is_never_exclusive(sd: FakeSounddevice) -> None:
    host = PortAudioHost()
    host.open(device_of(HEADSET), FORM, Ear())
    host.open(device_of(LINE), FORM, Ear())
    assert [stream.extra_settings for stream in sd.streams] == [None, WasapiSettings(auto_convert=True)]


@pytest.mark.parametrize("api", ["Core Audio", WASAPI, "MME"])
def test_a_microphone_asks_for_the_devices_own_rate(sd: FakeSounddevice, api: str) -> None:
    sd.plugged = sd.listed = [("Headset", api, 16_000)]
    source = MicrophoneSource("headset")
    next(iter(source))
    assert (sd.streams[0].samplerate, sd.streams[0].extra_settings) == (16_000, None)
    source.close()


@pytest.mark.parametrize(("taken", "rate"), [((44_100, 48_000), 48_000), ((44_100,), 44_100)])
def test_alsa_is_asked_for_48_khz_where_it_takes_that(sd: FakeSounddevice, taken: tuple[int, ...], rate: int) -> None:
    sd.plugged = sd.listed = [CARD]
    sd.takes = lambda name, asked: asked in taken
    assert PortAudioHost().rate(device_of(CARD)) == rate
    assert PortAudioHost().supported_rates(device_of(CARD)) == tuple(sorted(taken, reverse=True))


def test_a_busy_card_is_explained(sd: FakeSounddevice) -> None:
    sd.listed = [CARD]
    with pytest.raises(DeviceError) as error:
        PortAudioHost().open(device_of(CARD), FORM, Ear())
    assert "Device unavailable" in error.value.message
    for word in ("PulseAudio", "PipeWire", "pulse", "default"):
        assert word in error.value.remedy


def test_the_default_is_the_one_of_the_host_api_that_is_preferred(sd: FakeSounddevice) -> None:
    sd.plugged = sd.listed = [("Headset (Jabra)", "MME", 44_100), HEADSET]
    sd.default_api_devices = {"MME": 0, WASAPI: 1}
    assert [(d.host_api, d.is_default) for d in PortAudioHost().devices()] == [("MME", False), (WASAPI, True)]


def test_without_open_streams_portaudio_is_just_started_again(sd: FakeSounddevice) -> None:
    host = PortAudioHost()
    sd.plugged = [AGAIN]
    host.refresh()
    assert [device.name for device in host.devices()] == [AGAIN[0]]
    assert not host.search(device_of(HEADSET)), "there is nothing that a refresh does not do"


def test_the_other_stream_is_paused_once_the_device_is_there(sd: FakeSounddevice) -> None:
    host, ear = PortAudioHost(), Ear()
    line = host.open(device_of(LINE), FORM, ear)
    sd.plugged = [LINE]
    host.refresh()
    assert not host.search(device_of(HEADSET))
    assert (ear.told, sd.starts) == ([], 0), "while it is away nothing is gained by a pause"
    sd.plugged = [AGAIN, LINE]
    assert host.search(device_of(HEADSET))
    assert ear.told == ["pause"]
    assert [device.name for device in host.devices()] == [AGAIN[0], LINE[0]]
    (stream,) = sd.open_streams()
    assert (stream.running, sd.listed[stream.device]) == (True, LINE), "its number is another one by now"
    line.close()
    line.close()
    assert sd.open_streams() == []
    host.refresh()
    assert sd.starts == 2


def test_a_card_that_alsa_opens_by_the_name_it_has_costs_no_pause(sd: FakeSounddevice) -> None:
    sd.plugged = sd.listed = [CARD, SERVER]
    host, ear = PortAudioHost(), Ear()
    host.open(device_of(SERVER), FORM, ear)
    assert not host.search(device_of(CARD))
    assert ear.told == []
    sd.plugged = [CARD_AGAIN, SERVER]
    assert host.search(device_of(CARD))
    assert ear.told == ["pause"]


def test_a_card_number_that_another_card_has_by_now_is_not_opened(
    sd: FakeSounddevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    sd.plugged = sd.listed = [CARD]
    host = PortAudioHost()
    monkeypatch.setattr(alsa, "cards", lambda: CARDS)
    host.open(device_of(CARD), FORM, Ear()).close()
    monkeypatch.setattr(alsa, "cards", lambda: CARDS_AGAIN)
    with pytest.raises(DeviceError, match="no longer there"):
        host.open(device_of(CARD), FORM, Ear())


@pytest.mark.parametrize("row", [CARD, ("Headset", "MME", 44_100)])
def test_numbers_are_not_trusted_once_devices_may_have_changed(sd: FakeSounddevice, row: tuple[str, str, int]) -> None:
    sd.plugged = sd.listed = [row, LINE]
    host = PortAudioHost()
    host.open(device_of(row), FORM, Ear()).close()
    line = host.open(device_of(LINE), FORM, Ear())
    host.refresh()
    with pytest.raises(DeviceError, match="no longer there"):
        host.open(device_of(row), FORM, Ear())
    line.close()
    host.refresh()
    host.open(device_of(row), FORM, Ear())


def test_a_stream_whose_device_does_not_come_back_after_the_pause_has_ended(sd: FakeSounddevice) -> None:
    host, ear = PortAudioHost(), Ear()
    line = host.open(device_of(LINE), FORM, ear)
    sd.plugged = [AGAIN]
    assert host.search(device_of(HEADSET))
    assert ear.told == ["pause", "end"]
    line.close()
    host.refresh()
    assert sd.starts == 2


def test_portaudio_that_does_not_start_again_ends_the_streams(sd: FakeSounddevice) -> None:
    host, ear = PortAudioHost(), Ear()
    line = host.open(device_of(LINE), FORM, ear)
    sd.plugged, sd.restart_fails = [AGAIN, LINE], True
    assert not host.search(device_of(HEADSET))
    assert ear.told == ["pause", "end"]
    line.close()
    sd.restart_fails, sd.initialized = False, True
    host.refresh()
    assert len(host.devices()) == 2


def test_a_driver_that_hangs_is_left_alone(sd: FakeSounddevice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voicemon.audio.portaudio_stream.CLOSE_S", 0.1)
    host, ear, healthy = PortAudioHost(), Ear(), Ear()
    line = host.open(device_of(LINE), FORM, ear)
    host.open(device_of(HEADSET), FORM, healthy)
    release = threading.Event()
    sd.streams[0].hang = lambda: release.wait(10)
    sd.plugged = [AGAIN, HEADSET, LINE]
    assert not host.search(device_of(AGAIN))
    assert sd.starts == 0
    assert ear.told == ["pause", "end"]
    assert healthy.told == ["pause"]
    assert not host.search(device_of(AGAIN)), "PortAudio is not taken down under a stream that is being closed"
    release.set()
    line.close()
    assert host.search(device_of(AGAIN))


def test_a_device_that_does_not_start_is_closed_again(sd: FakeSounddevice) -> None:
    sd.start_fails = True
    with pytest.raises(DeviceError, match="does not start"):
        PortAudioHost().open(device_of(HEADSET), FORM, Ear())
    assert sd.open_streams() == []
    PortAudioHost().refresh()
    assert sd.starts == 1


def test_a_stream_that_is_closed_while_it_comes_back_does_not_stay_open(
    sd: FakeSounddevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    host, ear = PortAudioHost(), Ear()
    line = host.open(device_of(LINE), FORM, ear)
    sd.plugged = [AGAIN, LINE]
    closer = threading.Thread(target=line.close)
    real = sd.InputStream

    def slow(**options: Any) -> Any:
        closer.start()
        closer.join(0.2)
        return real(**options)

    monkeypatch.setattr(sd, "InputStream", slow, raising=False)
    assert host.search(device_of(HEADSET))
    closer.join(3)
    assert not closer.is_alive()
    assert sd.open_streams() == []
    assert PortAudioHost._streams == []
