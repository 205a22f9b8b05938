"""The shortcut for characters that need no conversion agrees with the table of conversions, character by character."""

from __future__ import annotations

import zhconv

from voicemon.phrases.normalise import _plain


def test_every_plain_character_converts_to_itself() -> None:
    every = [chr(code) for code in range(0x2E80, 0x10000)]
    assert [c for c in every if _plain(c) and zhconv.convert(c, "zh-hans") != c] == []
