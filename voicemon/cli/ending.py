"""How a session's end is told: its faults on standard error, and the exit code."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from voicemon.errors import ExitCode

if TYPE_CHECKING:
    from voicemon.session import Outcome


def ended(outcome: Outcome) -> ExitCode:
    """Tell what was wrong with the session; gives its exit code."""
    for fault in outcome.faults:
        print(f"voicemon: {fault}", file=sys.stderr)
    if outcome.interrupted:
        return ExitCode.INTERRUPTED
    return ExitCode.DEGRADED if outcome.degraded else ExitCode.OK
