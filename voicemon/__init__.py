"""voicemon: a real-time monitor of the speech quality of call-centre agents.

``Settings``, ``Monitor``, ``replay`` and ``live`` are loaded when they are first used: importing the package is quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voicemon.api import live, replay
    from voicemon.monitor import Monitor
    from voicemon.settings import Settings

__version__ = "0.1.0"
__all__ = ["Monitor", "Settings", "__version__", "live", "replay"]

_HOMES = {"Monitor": "monitor", "Settings": "settings", "live": "api", "replay": "api"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'voicemon' has no attribute {name!r}")
    return getattr(importlib.import_module(f"voicemon.{_HOMES[name]}"), name)
