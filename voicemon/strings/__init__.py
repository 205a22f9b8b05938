"""Every sentence a person reads, in simplified Chinese and in English.

Pure tables and lookups: rules, faces and commands all take their words from here, so that the same alert reads the same
on the screen, in a pipe and in a report.
"""

from __future__ import annotations

from voicemon.strings.alerts import RULES, AlertFigures, alert_text, rule_label
from voicemon.strings.coaching import COACHING_KINDS, coaching_text
from voicemon.strings.language import LANGUAGES, Language, resolve
from voicemon.strings.screen import text
from voicemon.strings.template import Pair, fill

__all__ = [
    "COACHING_KINDS",
    "LANGUAGES",
    "RULES",
    "AlertFigures",
    "Language",
    "Pair",
    "alert_text",
    "coaching_text",
    "fill",
    "resolve",
    "rule_label",
    "text",
]
