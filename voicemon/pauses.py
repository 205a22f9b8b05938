"""How much of a pause is active speech where levels are concerned."""

from __future__ import annotations

from typing import Final

from voicemon.speech.spans import PAUSE_FRAMES

WHOLE_PAUSE_FRAMES: Final = PAUSE_FRAMES
LEFT_OUT_FRAMES: Final = 2 * PAUSE_FRAMES
"""For the level, pauses up to 200 ms are active speech (ITU-T P.56's hangover), those of 400 ms and more are not, and
in between less and less of them: a pause that seems a frame longer must not move the level by tenths of a decibel."""


def pause_weight(frames: int) -> float:
    """How much of a pause of so many frames is active speech, 0 to 1: beyond the longest that counts whole the frames
    that count fall evenly to none."""
    counted = WHOLE_PAUSE_FRAMES * (LEFT_OUT_FRAMES - frames) / (LEFT_OUT_FRAMES - WHOLE_PAUSE_FRAMES)
    return min(1.0, max(0.0, counted / frames))
