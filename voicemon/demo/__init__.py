"""The sample call that ``voicemon demo`` plays: synthesised voices, with its truth beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

CALL: Final = Path(__file__).with_name("call.flac")
"""Two channels, 16 kHz: left the agent's headset, right the customer."""

TRUTH: Final = Path(__file__).with_name("call.truth.json")

CALIBRATION_OFFSET_DB: Final = 100.0
"""SPL of 0 dBFS (RMS) on the agent's channel of the sample call."""

TARGET_LEVEL_DB: Final = 73.0
"""The manuals' target for the man who speaks in it."""
