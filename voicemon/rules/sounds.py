"""Whether everyday service words are in a text, by sound."""

from __future__ import annotations

from typing import Final

from voicemon.phrases.phonetics import char_cost

HOMOPHONE_LIMIT: Final = 0.12
"""Mean cost a character under which two words sound alike."""


def heard(text: str, words: tuple[str, ...]) -> bool:
    """Whether any of ``words`` is in ``text``, homophones included: a recogniser writes 为 for 喂."""
    return any(_sounds_in(text, word) for word in words)


def _sounds_in(text: str, word: str) -> bool:
    if word in text:
        return True
    size = len(word)
    return any(
        sum(char_cost(a, b) for a, b in zip(word, text[at : at + size], strict=True)) <= HOMOPHONE_LIMIT * size
        for at in range(len(text) - size + 1)
    )
