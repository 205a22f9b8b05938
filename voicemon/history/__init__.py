"""The history of calls: SQLite in the user's data folder, masked texts, no transcripts, no audio.

``sink`` writes while a call runs, ``store`` reads, disputes and prunes, ``export`` hands on, ``database`` opens the
file and sets a damaged one aside.
"""

from __future__ import annotations

from voicemon.history.database import DATA_DIR_VARIABLE, Clock, default_path, utc_now
from voicemon.history.records import Call, CallState, Finding, FindingKind
from voicemon.history.sink import HistorySink
from voicemon.history.store import RETENTION_DAYS, History

__all__ = [
    "DATA_DIR_VARIABLE",
    "RETENTION_DAYS",
    "Call",
    "CallState",
    "Clock",
    "Finding",
    "FindingKind",
    "History",
    "HistorySink",
    "default_path",
    "utc_now",
]
