"""Is the microphone's gain still what it was calibrated at?  Watches one channel for changed and for automatic gain."""

from voicemon.speech.gain.findings import GainFinding, GainKind
from voicemon.speech.gain.frames import GainFrames, band_levels_db
from voicemon.speech.gain.watch import GainWatch

__all__ = ["GainFinding", "GainFrames", "GainKind", "GainWatch", "band_levels_db"]
