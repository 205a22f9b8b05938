"""Errors a person can act on, each with its exit code.

Whatever derives from :class:`VoicemonError` is shown as one line on standard error: what is wrong and what to do about
it, without a traceback.  Anything else that escapes is a defect of ours and ends with exit code 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """The exit codes of every command."""

    OK = 0
    INTERNAL = 1
    USAGE = 2
    INPUT = 3
    DEVICE = 4
    MODEL = 5
    DEGRADED = 6
    INTERRUPTED = 130


class VoicemonError(Exception):
    """Base of all errors that a user can mend.

    ``message`` says what is wrong, ``remedy`` what to do; both are single lines.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.INTERNAL

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = " ".join(message.split())
        self.remedy = " ".join(remedy.split())

    def __str__(self) -> str:
        return f"{self.message} ({self.remedy})" if self.remedy else self.message


class ConfigError(VoicemonError):
    """Settings, lexicons or command-line values that cannot be used."""

    exit_code = ExitCode.USAGE


class InputError(VoicemonError):
    """A recording that cannot be read."""

    exit_code = ExitCode.INPUT


class DeviceError(VoicemonError):
    """An audio device that is missing, busy or gone."""

    exit_code = ExitCode.DEVICE


class CalibrationError(VoicemonError):
    """A calibration that is missing, stale or was refused."""

    exit_code = ExitCode.USAGE


class ModelError(VoicemonError):
    """A speech model that is missing, incomplete or altered."""

    exit_code = ExitCode.MODEL


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """The remedy for a name that is not among ``known``: the nearest of them, or ``otherwise``."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), n=1)
    return f"did you mean {near[0]}?" if near else otherwise
