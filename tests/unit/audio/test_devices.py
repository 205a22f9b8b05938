"""Finding a microphone by name, and what is said where that fails."""

from __future__ import annotations

import builtins
import subprocess
import sys
from typing import Any

import pytest

from voicemon.audio.devices import InputDevice, aliases, find_input_device
from voicemon.audio.portaudio import PortAudioHost
from voicemon.errors import DeviceError, ExitCode

DEVICES = [
    InputDevice("Headset (Jabra)", "MME", 2, 44_100),
    InputDevice("Headset (Jabra)", "Windows WASAPI", 2, 48_000, True),
    InputDevice("Headset (Plantronics)", "Windows WASAPI", 1, 16_000),
    InputDevice("Webcam", "Windows WASAPI", 2, 48_000),
    InputDevice("USB Audio: - (hw:1,0)", "ALSA", 1, 48_000),
]


def test_without_a_name_the_default_is_taken() -> None:
    assert find_input_device(DEVICES) is DEVICES[1]


def test_part_of_a_name_in_any_case_will_do() -> None:
    assert find_input_device(DEVICES, "plantr") is DEVICES[2]


def test_one_device_under_two_host_apis_is_taken_from_the_default_one() -> None:
    assert find_input_device(DEVICES, "jabra") is DEVICES[1]
    assert find_input_device(DEVICES, "jabra", "mme") is DEVICES[0]


def test_several_matches_are_listed() -> None:
    with pytest.raises(DeviceError) as error:
        find_input_device(DEVICES, "headset", "wasapi")
    assert "Jabra" in str(error.value)
    assert "Plantronics" in str(error.value)
    assert "Webcam" not in str(error.value)
    assert error.value.exit_code is ExitCode.DEVICE


def test_no_match_lists_what_there_is() -> None:
    with pytest.raises(DeviceError, match=r"no microphone is called 'rode'.*Jabra.*Webcam"):
        find_input_device(DEVICES, "rode")


def test_no_microphone_at_all() -> None:
    with pytest.raises(DeviceError, match="no microphone was found"):
        find_input_device([])


def test_an_exact_name_wins_over_one_that_contains_it() -> None:
    pair = [InputDevice("pulse", "ALSA", 2, 44_100), InputDevice("pulse monitor", "ALSA", 2, 44_100)]
    assert find_input_device(pair, "pulse") is pair[0]


def test_the_card_number_is_no_part_of_the_identity() -> None:
    assert DEVICES[4].identity == ("USB Audio: -", "ALSA")
    assert InputDevice("USB Audio: - (hw:3,0)", "ALSA", 1, 48_000).identity == DEVICES[4].identity


def test_windows_numbers_of_usb_ports_are_no_part_of_the_identity() -> None:
    assert InputDevice("Headset (2- Jabra Evolve 65)", "MME", 1, 1).identity == ("Headset (Jabra Evolve 65)", "MME")
    assert InputDevice("3- Jabra", "MME", 1, 1).identity == ("Jabra", "MME")
    assert InputDevice("Jabra Evolve2-40 (4 ch)", "MME", 1, 1).identity[0] == "Jabra Evolve2-40 (4 ch)"
    moved = [InputDevice("Headset (2- Jabra Evolve 65)", "Windows WASAPI", 1, 1)]
    assert find_input_device(moved, "Headset (Jabra Evolve 65)") is moved[0]


def test_the_name_that_mme_cuts_is_the_same_device() -> None:
    whole = InputDevice("Microphone Array (Realtek(R) Audio)", "Windows WASAPI", 2, 48_000)
    cut = InputDevice("Microphone Array (Realtek(R) Au", "MME", 2, 44_100, True)
    short = InputDevice("Microphone", "MME", 2, 44_100)
    assert aliases(whole, [cut, whole, short]) == [cut]
    assert aliases(cut, [cut, whole, short]) == [whole]
    assert find_input_device([cut, short, whole], "array") is whole
    assert find_input_device([cut, short, whole], "array", "mme") is cut


def test_two_headsets_of_one_model_are_told_apart_by_their_whole_names() -> None:
    pair = [InputDevice(f"Jabra: USB Audio (hw:{card},0)", "ALSA", 1, 48_000) for card in (1, 2)]
    with pytest.raises(DeviceError, match=r"several.*hw:1,0.*hw:2,0"):
        find_input_device(pair, "Jabra: USB Audio")
    assert find_input_device(pair, "Jabra: USB Audio (hw:2,0)") is pair[1]


def test_without_portaudio_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def broken(name: str, *rest: Any, **names: Any) -> Any:
        if name == "sounddevice":
            raise OSError("PortAudio library not found")
        return real(name, *rest, **names)

    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(builtins, "__import__", broken)
    with pytest.raises(DeviceError, match="apt install libportaudio2"):
        PortAudioHost().devices()


def test_importing_the_audio_modules_does_not_import_sounddevice() -> None:
    code = "import sys, voicemon.audio.microphone, voicemon.audio.recording; print('sounddevice' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout.split() == [b"False"]
