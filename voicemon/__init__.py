"""voicemon: a real-time monitor of the speech quality of call-centre agents."""

from __future__ import annotations

__version__ = "0.1.0"
