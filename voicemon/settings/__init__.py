"""All that can be set, one frozen dataclass a concern, with the manuals' or the field's figure as the default.

Sources, weakest first: the defaults (:mod:`.model`), a TOML file, ``VOICEMON_SECTION_FIELD`` variables, the command
line.  A key that is not known here is refused by name: a setting with a typing error must not look as if it worked.
"""

from __future__ import annotations

from voicemon.settings.model import (
    AsrSettings,
    CallsSettings,
    HistorySettings,
    LevelSettings,
    PhraseSettings,
    RateSettings,
    RecordSettings,
    Settings,
    SilenceSettings,
    UiSettings,
    as_dict,
)
from voicemon.settings.reading import load

__all__ = [
    "AsrSettings",
    "CallsSettings",
    "HistorySettings",
    "LevelSettings",
    "PhraseSettings",
    "RateSettings",
    "RecordSettings",
    "Settings",
    "SilenceSettings",
    "UiSettings",
    "as_dict",
    "load",
]
