"""Keeping calibrations: whole or not at all, for one device alone, until they expire."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicemon.calibration import Ingredients, Method, Reading, StepTest, load_for, save
from voicemon.calibration.document import DamagedError, from_toml, to_toml
from voicemon.calibration.model import Device
from voicemon.calibration.osgain import parse
from voicemon.calibration.store import default_folder, path_of
from voicemon.errors import CalibrationError, ExitCode
from voicemon.types import CalibrationStatus

MADE = datetime(2025, 3, 1, 9, 30, tzinfo=UTC)
SOON = MADE + timedelta(days=5)
HEADSET = Device("Jabra Evolve 65: USB Audio (hw:2,0)", "ALSA", 48_000, os_gain_db=-6.0)
COMPARED = Ingredients(
    Method.COMPARISON,
    HEADSET,
    (Reading(70.1, -51.2, 41.0, -78.0), Reading(69.7, -51.5, 41.0, -78.0), Reading(70.4, -50.9, 41.0, -78.0)),
    distance_m=0.30,
    made=MADE,
    reference_class=2,
    meter_adjusted=True,
    step=StepTest(10.0, 9.7),
    note='王小明说："好"',
)


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    path = save(COMPARED, folder=tmp_path)
    assert list(tmp_path.iterdir()) == [path]
    stored = load_for(HEADSET.name, HEADSET.host_api, 48_000, folder=tmp_path, now=SOON)
    assert stored is not None
    assert stored.ingredients == COMPARED
    assert stored.notice is None
    assert stored.calibration.status is CalibrationStatus.CALIBRATED
    assert stored.calibration.offset_db == pytest.approx(121.26, abs=0.05)
    assert stored.calibration.uncertainty_db == pytest.approx(1.9, abs=0.2)


def test_what_is_kept_serves_any_reference_distance(tmp_path: Path) -> None:
    """As ``live`` asks for it with its setting: 1/r to a tenth of a decibel, and less sure than where it was made."""
    save(COMPARED, folder=tmp_path)
    near, far = (
        load_for(HEADSET.name, HEADSET.host_api, 48_000, folder=tmp_path, now=SOON, reference_distance_m=distance_m)
        for distance_m in (0.3, 0.5)
    )
    assert near is not None
    assert far is not None
    assert near.calibration.offset_db is not None
    assert far.calibration.offset_db == pytest.approx(near.calibration.offset_db - 20 * math.log10(0.5 / 0.3), abs=0.1)
    assert near.calibration.uncertainty_db is not None
    assert far.calibration.uncertainty_db is not None
    assert far.calibration.uncertainty_db > near.calibration.uncertainty_db


@settings(deadline=None)
@given(st.text(max_size=40), st.text(min_size=1, max_size=40))
def test_any_name_and_note_survive(note: str, name: str) -> None:
    made = replace(COMPARED, note=note, device=replace(HEADSET, name=name))
    assert from_toml(to_toml(made)) == made


def test_the_same_headset_in_another_socket_is_still_calibrated(tmp_path: Path) -> None:
    save(COMPARED, folder=tmp_path)
    again = load_for("Jabra Evolve 65: USB Audio (hw:5,0)", "ALSA", 48_000, folder=tmp_path, now=SOON)
    assert again is not None
    assert again.calibration.offset_db is not None


@pytest.mark.parametrize(("host_api", "rate"), [("ALSA", 16_000), ("PulseAudio", 48_000)])
def test_another_rate_or_sound_system_is_not_calibrated_by_it(tmp_path: Path, host_api: str, rate: int) -> None:
    save(COMPARED, folder=tmp_path)
    stored = load_for(HEADSET.name, host_api, rate, folder=tmp_path, now=SOON)
    assert stored is not None
    assert stored.calibration.status is CalibrationStatus.UNCALIBRATED
    assert stored.calibration.offset_db is None
    assert stored.notice is not None
    assert "48000" in stored.notice


def test_another_device_is_not_calibrated_by_it_even_under_its_file_name(tmp_path: Path) -> None:
    other = Device("Plantronics C320", "ALSA", 48_000)
    save(COMPARED, folder=tmp_path).rename(path_of(other, tmp_path))
    assert load_for(other.name, "ALSA", 48_000, folder=tmp_path, now=SOON) is None


def test_without_a_folder_nothing_is_known(tmp_path: Path) -> None:
    assert load_for("any", "ALSA", 48_000, folder=tmp_path / "missing") is None


def test_an_expired_one_is_an_estimate_and_says_so(tmp_path: Path) -> None:
    save(COMPARED, folder=tmp_path)
    days = timedelta(days=COMPARED.valid_days)
    last = load_for(HEADSET.name, "ALSA", 48_000, folder=tmp_path, now=MADE + days - timedelta(seconds=1))
    late = load_for(HEADSET.name, "ALSA", 48_000, folder=tmp_path, now=MADE + days)
    assert last is not None
    assert late is not None
    assert last.calibration.status is CalibrationStatus.CALIBRATED
    assert late.calibration.status is CalibrationStatus.ESTIMATED
    assert late.calibration.offset_db == last.calibration.offset_db
    assert late.notice is not None
    assert "expired on 2025-05-30" in late.notice


def test_another_input_volume_makes_it_an_estimate(tmp_path: Path) -> None:
    save(COMPARED, folder=tmp_path)
    for gain_db, status in ((-6.0, "calibrated"), (None, "calibrated"), (-9.0, "estimated")):
        stored = load_for(HEADSET.name, "ALSA", 48_000, folder=tmp_path, now=SOON, os_gain_db=gain_db)
        assert stored is not None
        assert stored.calibration.status.value == status
        assert (stored.notice is None) == (status == "calibrated")


@pytest.mark.parametrize(
    ("told", "gain_db"),
    [
        ("Volume: front-left: 52057 /  79% / -6.00 dB,   front-right: 52057 /  79% / -6.00 dB", -6.0),
        ("Volume: mono: 65536 / 100% / 0.00 dB\n        balance 0.00\n", 0.0),
        ("Volume: mono: 0 /   0% / -inf dB", None),
        ("", None),
    ],
)
def test_the_input_volume_is_read_from_the_sound_server_s_answer(told: str, gain_db: float | None) -> None:
    assert parse(told) == gain_db


def test_one_from_the_future_is_an_estimate(tmp_path: Path) -> None:
    save(COMPARED, folder=tmp_path)
    stored = load_for(HEADSET.name, "ALSA", 48_000, folder=tmp_path, now=MADE - timedelta(days=30))
    assert stored is not None
    assert stored.calibration.status is CalibrationStatus.ESTIMATED


def test_a_nominal_sensitivity_is_never_more_than_an_estimate(tmp_path: Path) -> None:
    save(replace(COMPARED, method=Method.NOMINAL, reference_class=None), folder=tmp_path)
    stored = load_for(HEADSET.name, "ALSA", 48_000, folder=tmp_path, now=SOON)
    assert stored is not None
    assert stored.calibration.status is CalibrationStatus.ESTIMATED


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("version = 1", "version = 2", "version"),
        ("version = 1", "", "version"),
        ('method = "comparison"', 'method = "guess"', "guess"),
        ("distance_m = 0.3", 'distance_m = "near"', "distance_m"),
        ("distance_m = 0.3", "distance_m = 30", "distance_m"),
        ("distance_m = 0.3", "distanse_m = 0.3", "distance_m"),
        ("valid_days = 90", "valid_days = 90\nextra = 1", "extra"),
        ("valid_days = 90", "valid_days = true", "valid_days"),
        ("+00:00", "", "time zone"),
        ("reference_db = 70.1", "reference_db = 700.1", "reference_db"),
        ("reference_db = 70.1", "reference_db = nan", "reference_db"),
        ("measured_dbfs = -51.2", "measured_dbfs = -78.5", "stand over"),
        ("[device]", "[[device]]", "device"),
        ("room_dbfs = -78.0", "room_dbfs = nan", "room_dbfs"),
        ("expected_db = 10.0", "expected_db = inf", "expected_db"),
        ("reference_db = 70.1", "reference_db = 1" + "0" * 400, "reference_db"),
        ("reference_db = 70.1", "reference_db = 1" + "0" * 5000, "TOML"),
        ("2025-03-01", "9999-12-31", "date"),
        ("[step]", "[step", "TOML"),
        ("sample_rate = 48000", "sample_rate = 0", "sample_rate"),
    ],
)
def test_a_damaged_file_is_refused_in_one_line(tmp_path: Path, old: str, new: str, named: str) -> None:
    text = to_toml(COMPARED)
    assert old in text
    path = path_of(HEADSET, tmp_path)
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(CalibrationError, match=named) as caught:
        load_for(HEADSET.name, "ALSA", 48_000, folder=tmp_path, now=SOON)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code is ExitCode.USAGE


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"\x00" * 2_000_000, b"readings = []\nversion = 1"])
def test_what_is_no_calibration_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    path_of(HEADSET, tmp_path).write_bytes(content)
    with pytest.raises(CalibrationError, match="cannot be used"):
        load_for(HEADSET.name, "ALSA", 48_000, folder=tmp_path, now=SOON)


@settings(deadline=None)
@given(st.data())
def test_a_document_cut_or_altered_anywhere_is_read_or_refused(data: st.DataObject) -> None:
    text = to_toml(COMPARED)
    at = data.draw(st.integers(0, len(text) - 1))
    put = data.draw(st.sampled_from(["", "-", "9", "[", '"', "=", "\n", "e", "inf", "nan"]))
    try:
        from_toml(text[:at] + put + text[at + 1 :])
    except DamagedError:
        return


def test_another_device_s_damaged_file_is_no_matter(tmp_path: Path) -> None:
    save(COMPARED, folder=tmp_path)
    (tmp_path / "other-8000-00000000.toml").write_text("rubbish", encoding="utf-8")
    assert load_for("Other", "ALSA", 8_000, folder=tmp_path, now=SOON) is None


def test_a_folder_that_cannot_be_written_to_is_one_line(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    with pytest.raises(CalibrationError, match="cannot be written"):
        save(COMPARED, folder=blocked)


def test_the_old_one_stands_until_the_new_one_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(COMPARED, folder=tmp_path)
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(CalibrationError, match="No space left"):
        save(replace(COMPARED, note="new"), folder=tmp_path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_the_folder_is_where_the_variable_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEMON_CALIBRATION_DIR", str(tmp_path / "here"))
    assert default_folder() == tmp_path / "here"
    monkeypatch.delenv("VOICEMON_CALIBRATION_DIR")
    assert default_folder().name == "calibration"
