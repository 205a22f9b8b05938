"""Fillers in running speech: 爱找谁，那个，找谁 is the sentence without its filler.  Pure."""

from __future__ import annotations

import re
from typing import Final

from voicemon.phrases.guards import JOINED_S, Heard

SOUNDS: Final = re.compile("[嗯呃额唔恩哎诶欸啊阿]")
"""They mean nothing wherever they stand, though some are written like words."""

WORDS: Final = re.compile("那个|这个|就是说|就是|然后|怎么说呢")
"""Fillers before a pause; words of the sentence where it runs on."""


def fluent_places(heard: Heard) -> tuple[int, ...] | None:
    """The places that are no filler; ``None`` where there is no filler, or nothing else.

    Some fillers are a word after all, so the text is to be searched with and without them.
    """
    spans = [found.span() for found in SOUNDS.finditer(heard.text)]
    spans += [found.span() for found in WORDS.finditer(heard.text) if _paused(heard, found.end())]
    fillers = {place for span in spans for place in range(*span)}
    if not 0 < len(fillers) < len(heard.text):
        return None
    return tuple(place for place in range(len(heard.text)) if place not in fillers)


def _paused(heard: Heard, place: int) -> bool:
    return place < len(heard.text) and heard.starts[place] - heard.ends[place - 1] > JOINED_S
