"""Calibration through a microphone: a virtual one, into which an acoustic calibrator is played."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import wave
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from voicemon.calibration import load_for
from voicemon.types import CalibrationStatus

if TYPE_CHECKING:
    from conftest import VirtualMicrophone

pytestmark = [pytest.mark.device, pytest.mark.slow]

RATE = 48_000
SOUND_S = 40.0
AMPLITUDE = 0.05


def calibrator(path: Path, amplitude: float, hz: float = 1000.0) -> Path:
    """A minute's tone, as a calibrator gives it."""
    samples = amplitude * np.sin(2 * np.pi * hz * np.arange(round(SOUND_S * RATE)) / RATE)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.round(samples * 32767).astype("<i2").tobytes())
    return path


def set_volume(microphone: VirtualMicrophone, decibels: int) -> None:
    command = ["pactl", "set-source-volume", "@DEFAULT_SOURCE@", f"{decibels}dB"]
    subprocess.run(command, env=os.environ | microphone.environment, check=True)


def calibrate(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "voicemon", "calibrate", "--device", "pulse", "--lang", "en", "--yes"]
    return subprocess.run(
        [*command, *arguments],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "XDG_CONFIG_HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        timeout=90,
        check=False,
    )


def kept(folder: Path) -> list[dict[str, Any]]:
    return [tomllib.loads(path.read_text(encoding="utf-8")) for path in folder.rglob("*.toml")]


def test_a_calibrator_on_the_microphone_gives_its_offset(virtual_microphone: VirtualMicrophone, tmp_path: Path) -> None:
    player = virtual_microphone.play(calibrator(tmp_path / "tone.wav", AMPLITUDE))
    try:
        done = calibrate(tmp_path / "config", "--method", "calibrator", "--distance", "0.3")
        assert done.returncode == 0, done.stderr
        checked = calibrate(tmp_path / "config", "--check")
        assert checked.returncode == 0, checked.stderr
        set_volume(virtual_microphone, -6)
        moved = calibrate(tmp_path / "config", "--check")
        assert moved.returncode == 6, moved.stderr
        assert "the input volume is -6 dB, and was 0 dB" in moved.stdout
        assert "-6.0 dB off" in moved.stdout
    finally:
        player.kill()
        player.wait()
    (document,) = kept(tmp_path / "config")
    device = document["device"]
    assert device["os_gain_db"] == 0.0
    folder = tmp_path / "config" / "voicemon" / "calibration"
    stored = load_for(device["name"], device["host_api"], device["sample_rate"], folder=folder)
    assert stored is not None
    assert stored.calibration.status is CalibrationStatus.CALIBRATED
    rms_dbfs = 20 * np.log10(AMPLITUDE / np.sqrt(2))
    assert stored.calibration.offset_db == pytest.approx(94.0 - rms_dbfs, abs=0.05)


def test_an_open_microphone_is_refused(virtual_microphone: VirtualMicrophone, tmp_path: Path) -> None:
    done = calibrate(tmp_path / "config", "--method", "calibrator", "--distance", "0.3")
    assert done.returncode == 6
    assert "no 1 kHz tone" in done.stderr
    assert kept(tmp_path / "config") == []
