"""A live session on the dashboard, and what its keys do."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from voicemon.settings import Settings
from voicemon.ui.dashboard import Dashboard, Ending

if TYPE_CHECKING:
    from voicemon.cli.ears import Ears
    from voicemon.sidecar import Live
    from voicemon.strings import Language
    from voicemon.types import Snapshot

KEYS: Final = ("q", "?", "n_live", "m", "x", "d", "c")
UNCALIBRATED_KEYS: Final = KEYS[:-1]
"""Without a calibration there is no target that could be moved."""

CUSTOMER_SHIFT_DB: Final = 3.0
"""What c puts on the level target: slightly louder for this customer, a step that is heard and not yet shouting."""

LEVEL_AWAITED_S: Final = 0.25
"""A microphone that gives nothing must not leave the screen empty for longer."""
LEVEL_POLL_S: Final = 0.005


def show(
    session: Live,
    source: Ears,
    language: Language,
    settings: Settings,
    first_meter: threading.Event,
    stop: threading.Event,
) -> bool:
    """Show the session until it ends or somebody ends it; gives whether it was cut short."""

    def pressed(key: str) -> None:
        if key == "n":
            session.begin_call()
        elif key == "m":
            session.mark()
        elif key == "x":
            source.unmute() if source.muted else source.mute()
        elif key == "d":
            session.dispute()
        elif key == "c":
            session.shift_target(0.0 if session.look().level.target_shift_db else CUSTOMER_SHIFT_DB)

    seen: list[bool] = []

    def frame() -> tuple[Snapshot, None] | None:
        if session.finished:
            return None
        if seen:  # it has been drawn by now
            first_meter.set()
        now = session.look()
        if now.level.now_db is not None and not seen:
            seen.append(True)
        return now, None

    if _level_awaited(session, stop):
        return True
    keys = UNCALIBRATED_KEYS if settings.level.calibration_offset_db is None else KEYS
    ending = Dashboard(language, keys=keys).run(frame, pressed, settings.ui.frames_per_s)
    return ending not in (Ending.QUIT, Ending.FINISHED)


def _level_awaited(session: Live, stop: threading.Event) -> bool:
    """Wait for the first level, but not long: a frame without one would put it off to the next frame.

    Gives whether a signal came meanwhile.
    """
    until = time.monotonic() + LEVEL_AWAITED_S
    while session.look().level.now_db is None and not session.finished and time.monotonic() < until:
        if stop.wait(LEVEL_POLL_S):
            break
    return stop.is_set()
