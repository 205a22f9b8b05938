"""Where calibrations are kept: one file for each device, sound system and sample rate."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import platformdirs

from voicemon.audio.devices import plain_name
from voicemon.calibration.document import DamagedError, damaged, from_toml, to_toml
from voicemon.calibration.geometry import REFERENCE_DISTANCE_M
from voicemon.calibration.model import Device, Ingredients
from voicemon.calibration.offset import offset_db
from voicemon.calibration.osgain import SAME_GAIN_DB
from voicemon.calibration.uncertainty import budget
from voicemon.errors import CalibrationError
from voicemon.types import Calibration, CalibrationStatus
from voicemon.wholefile import whole_file

FOLDER_VARIABLE: Final = "VOICEMON_CALIBRATION_DIR"
SUFFIX: Final = ".toml"
MOST_BYTES: Final = 1_000_000
"""A calibration takes one or two thousand; what is larger is something else."""

CLOCK_SKEW: Final = timedelta(days=1)
"""Clocks are set; a calibration from further in the future says that one of them was wrong."""

_KEY_DIGITS: Final = 8
_NAME_LENGTH: Final = 40


@dataclass(frozen=True, slots=True)
class Stored:
    """What is known of a device.  ``calibration`` is :data:`CalibrationStatus.UNCALIBRATED` where it is of no use."""

    calibration: Calibration
    ingredients: Ingredients
    path: Path
    notice: str | None = None
    """One line on why it is worth less than it was, or nothing."""


def default_folder() -> Path:
    """``VOICEMON_CALIBRATION_DIR``, or ``calibration`` in the user's configuration folder."""
    override = os.environ.get(FOLDER_VARIABLE)
    if override:
        return Path(override).expanduser()
    return Path(platformdirs.user_config_dir("voicemon", appauthor=False)) / "calibration"


def path_of(device: Device, folder: Path | None = None) -> Path:
    """Readable, and distinct for names that differ in what a file name cannot hold."""
    identity = f"{plain_name(device.name)}\n{device.host_api}\n{device.sample_rate}"
    key = hashlib.sha256(identity.encode()).hexdigest()[:_KEY_DIGITS]
    name = re.sub(r"[^\w]+", "-", plain_name(device.name)).strip("-")[:_NAME_LENGTH]
    return (default_folder() if folder is None else folder) / f"{name}-{device.sample_rate}-{key}{SUFFIX}"


def save(ingredients: Ingredients, *, folder: Path | None = None) -> Path:
    """Keep it, in place of what was there: whole or not at all.  Raises :class:`CalibrationError`."""
    path = path_of(ingredients.device, folder)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="\n") as file:
            file.write(to_toml(ingredients))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        remedy = f"name a folder that can be written to in {FOLDER_VARIABLE}"
        raise CalibrationError(f"the calibration cannot be written to {path}: {error.strerror}", remedy) from error
    return path


def load(path: Path) -> Ingredients:
    """Raises :class:`CalibrationError` for a file that is damaged or cannot be read."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DamagedError("it is too large for one")
        return from_toml(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise damaged(path, OSError(error.strerror)) from error
    except (DamagedError, UnicodeDecodeError) as error:
        raise damaged(path, error) from error


def load_for(
    device_name: str,
    host_api: str,
    rate: int,
    *,
    folder: Path | None = None,
    now: datetime | None = None,
    reference_distance_m: float = REFERENCE_DISTANCE_M,
    os_gain_db: float | None = None,
) -> Stored | None:
    """The calibration of this device under this sound system at this sample rate; ``None``: it never had one.

    One that has expired, or was made at another ``os_gain_db`` (where both are known), comes as *estimated*; one of
    another sound system or rate of the same device as *uncalibrated*; each with a notice.  Raises
    :class:`CalibrationError` for a damaged file of this very device.
    """
    device = Device(device_name, host_api, rate)
    path = path_of(device, folder)
    if path.is_file():
        ingredients = load(path)
        if same(ingredients.device, device):
            doubt = _doubt(ingredients, now or datetime.now(UTC), os_gain_db)
            return _stored(ingredients, path, reference_distance_m, doubt)
    return next((_elsewhere(i, p) for p, i in _readable(path.parent) if _named_alike(i.device, device)), None)


def same(one: Device, other: Device) -> bool:
    """Whether a calibration of the one holds for the other."""
    return (plain_name(one.name), one.host_api, one.sample_rate) == (
        plain_name(other.name),
        other.host_api,
        other.sample_rate,
    )


def _named_alike(one: Device, other: Device) -> bool:
    return plain_name(one.name) == plain_name(other.name) and not same(one, other)


def _readable(folder: Path) -> Iterator[tuple[Path, Ingredients]]:
    """Other devices' files; one that is damaged is not this device's trouble."""
    with contextlib.suppress(OSError):
        for path in sorted(folder.glob(f"*{SUFFIX}")):
            with contextlib.suppress(CalibrationError):
                yield path, load(path)


def _doubt(ingredients: Ingredients, now: datetime, gain_db: float | None) -> str | None:
    """Why it is no longer what it was."""
    if now >= ingredients.expires:
        return f"the calibration expired on {ingredients.expires.date()}: run voicemon calibrate again"
    if now < ingredients.made - CLOCK_SKEW:
        return f"the calibration is dated {ingredients.made.date()}, in the future: check this machine's clock"
    then = ingredients.device.os_gain_db
    if then is not None and gain_db is not None and abs(gain_db - then) > SAME_GAIN_DB:
        return f"the input volume is {gain_db:g} dB, and was {then:g} dB at calibration: set it back, or calibrate"
    return None


def _stored(ingredients: Ingredients, path: Path, reference_distance_m: float, doubt: str | None) -> Stored:
    status = ingredients.status if doubt is None else CalibrationStatus.ESTIMATED
    offset = offset_db(ingredients, reference_distance_m)
    uncertainty = budget(ingredients, reference_distance_m).expanded_db
    return Stored(Calibration(status, round(offset, 3), round(uncertainty, 3)), ingredients, path, doubt)


def _elsewhere(ingredients: Ingredients, path: Path) -> Stored:
    there = ingredients.device
    where = f"{there.host_api} at {there.sample_rate} Hz"
    notice = f"the calibration of {there.name} is for {where} and is not used: run voicemon calibrate"
    return Stored(Calibration(), ingredients, path, notice)
