"""``voicemon devices`` on a Windows and a Linux machine: what is listed, in which order, and how to choose it."""

from __future__ import annotations

import json

import pytest

from voicemon.audio.devices import InputDevice, find_input_device
from voicemon.audio.kinds import DeviceKind
from voicemon.cli.device_rows import Entry, entries, quoted, record, table
from voicemon.strings import Language
from voicemon.ui.cells import width_of

JABRA = "Headset (2- Jabra Evolve 65)"
WINDOWS = [
    InputDevice("Microphone Array (Realtek(R) Au", "MME", 2, 44_100),
    InputDevice(JABRA, "MME", 1, 44_100),
    InputDevice(JABRA, "Windows DirectSound", 1, 44_100),
    InputDevice("Microphone Array (Realtek(R) Audio)", "Windows WASAPI", 2, 48_000, True),
    InputDevice("立体声混音 (Realtek(R) Audio)", "Windows WASAPI", 2, 48_000),
    InputDevice(JABRA, "Windows WASAPI", 1, 16_000),
    InputDevice("Headset (AirPods Hands-Free AG Audio)", "Windows WASAPI", 1, 16_000),
]
LINUX = [
    InputDevice("HDA Intel PCH: ALC257 Analog (hw:0,0)", "ALSA", 2, 44_100),
    InputDevice("Jabra EVOLVE 65: USB Audio (hw:1,0)", "ALSA", 1, 44_100),
    InputDevice("Jabra EVOLVE 65: USB Audio (hw:2,0)", "ALSA", 1, 44_100),
    InputDevice("pulse", "ALSA", 32, 44_100),
    InputDevice("default", "ALSA", 32, 44_100, True),
]


def by_name(found: list[Entry]) -> dict[str, Entry]:
    return {entry.device.name: entry for entry in found}


def test_a_device_under_several_host_apis_is_listed_once_as_it_would_be_taken() -> None:
    found = by_name(entries(WINDOWS))
    assert len(found) == 4
    assert (found[JABRA].device.host_api, found[JABRA].also) == ("Windows WASAPI", ("MME", "Windows DirectSound"))
    array = found["Microphone Array (Realtek(R) Audio)"]
    assert (array.also, array.is_default, array.taken) == (("MME",), True, True)


def test_headsets_come_first_then_the_default_and_what_is_played_last() -> None:
    kinds = [entry.kind for entry in entries(WINDOWS)]
    assert kinds == [DeviceKind.HEADSET, DeviceKind.HEADSET, DeviceKind.OTHER, DeviceKind.LOOPBACK]
    assert [entry.device.name for entry in entries(LINUX)][2] == "default"


@pytest.mark.parametrize("devices", [WINDOWS, LINUX])
def test_what_is_said_to_choose_a_device_chooses_it(devices: list[InputDevice]) -> None:
    for entry in entries(devices):
        assert find_input_device(devices, entry.argument) == entry.device
    (taken,) = [entry for entry in entries(devices) if entry.taken]
    assert find_input_device(devices) == taken.device


def test_card_numbers_are_left_out_of_the_command_unless_they_alone_tell_devices_apart() -> None:
    found = by_name(entries(LINUX))
    assert found["HDA Intel PCH: ALC257 Analog (hw:0,0)"].argument == "HDA Intel PCH: ALC257 Analog"
    assert found["Jabra EVOLVE 65: USB Audio (hw:2,0)"].argument == "Jabra EVOLVE 65: USB Audio (hw:2,0)"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_table_ends_with_the_command(language: Language) -> None:
    lines = table(entries(WINDOWS), language)
    expected = '--device "Headset (Jabra Evolve 65)" --customer-device "立体声混音 (Realtek(R) Audio)"'
    assert lines[-1].endswith(f"voicemon live {expected}")
    assert table(entries(LINUX[:1]), language)[-1].endswith('live --device "HDA Intel PCH: ALC257 Analog"')


def test_columns_stand_under_each_other() -> None:
    lines = table(entries(WINDOWS), "zh")
    rows = [line for line in lines if line.endswith(" Hz")]
    assert len(rows) == 4
    assert len({width_of(row) for row in rows}) == 1
    assert sum(line.startswith("→*") for line in lines) == 1


def test_telephone_quality_is_said_of_the_hands_free_device_alone() -> None:
    lines = table(entries(WINDOWS), "en")
    (note,) = [number for number, line in enumerate(lines) if "telephone quality" in line]
    assert "Hands-Free" in lines[note - 1]


def test_a_sound_servers_choice_is_said_to_be_one() -> None:
    lines = table(entries(LINUX), "en")
    assert sum("sound server has chosen" in line for line in lines) == 2
    assert [record(entry)["device_argument"] for entry in entries(LINUX) if record(entry)["follows_server"]] == [
        "default",
        "pulse",
    ]


def test_rates_are_shown_where_they_were_asked_for() -> None:
    assert "rates_hz" not in record(entries(LINUX)[0])
    asked = entries(LINUX, lambda device: (48_000, 16_000) if "Jabra" in device.name else ())
    assert record(asked[0])["rates_hz"] == [48_000, 16_000]
    text = "\n".join(table(asked, "en"))
    assert "48000 16000" in text
    assert "none" in text


def test_records_are_json_and_say_what_programs_need() -> None:
    (first, *_) = json.loads(json.dumps([record(entry) for entry in entries(WINDOWS)]))
    assert first == {
        "name": JABRA,
        "host_api": "Windows WASAPI",
        "channels": 1,
        "default_rate_hz": 16_000,
        "default": False,
        "taken": False,
        "kind": "headset",
        "telephone_quality": False,
        "follows_server": False,
        "also_under": ["MME", "Windows DirectSound"],
        "device_argument": "Headset (Jabra Evolve 65)",
    }


def test_no_device_is_an_empty_list() -> None:
    assert entries([]) == []


def test_names_cannot_steer_the_terminal() -> None:
    evil = InputDevice("mic\x1b[31m\r\n", "ALSA", 1, 8_000)
    assert all(line.isprintable() for line in table(entries([evil]), "en"))
    assert quoted('a "b"') == r'"a \"b\""'
