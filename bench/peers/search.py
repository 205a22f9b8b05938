"""Forbidden phrases in a text that grows: letter for letter, and by our own search."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence

from bench.peers.agreement import Piece
from bench.peers.scoring import Alarm
from bench.peers.systems import Batch
from voicemon.phrases.align import WILDCARD
from voicemon.phrases.detectors import build
from voicemon.phrases.model import Lexicon
from voicemon.phrases.normalise import normalise_pieces
from voicemon.phrases.spotter import Spotter
from voicemon.types import CharTime

WINDOW_S = 12.0
"""What was said so long ago is searched again with each new text, as the monitor does."""
FREE_WORDS = "..{0,3}"
"""A gap in a phrase (您挂…电话) is a number or a name."""

Find = Callable[[Sequence[Piece]], list[tuple[str, float, float]]]
"""Recent text → (phrase id, start, end) of what is in it."""


def exact(lexicon: Lexicon) -> Find:
    """Every form of every phrase that our own search knows, letter for letter.

    To the peers' good the text is normalised first: simplified characters, digits as words, no signs.
    """
    forms = [(d.phrase.id, d.pattern.text.replace(WILDCARD, FREE_WORDS)) for d in build(lexicon)]
    compiled = [(name, re.compile(form)) for name, form in forms]

    def find(pieces: Sequence[Piece]) -> list[tuple[str, float, float]]:
        text = normalise_pieces([p.char for p in pieces])
        spans = ((name, m.start(), m.end()) for name, form in compiled for m in form.finditer(text.text))
        return [(name, pieces[text.origin[a]].start, pieces[text.origin[b - 1]].end) for name, a, b in spans]

    return find


def by_sound(lexicon: Lexicon) -> Find:
    """Our own search, told that the text will not change: that is what a confirmed text promises."""
    spotter = Spotter(lexicon)

    def find(pieces: Sequence[Piece]) -> list[tuple[str, float, float]]:
        chars = [CharTime(p.char, p.start, p.end) for p in pieces]
        return [(m.id, m.start, m.end) for m in spotter.find(chars, final=True)]

    return find


def alarms(batches: Sequence[Batch], find: Find, cpu: Callable[[], float] = time.process_time) -> list[Alarm]:
    """One alarm a phrase and place, raised when the text that completed it was there and searched."""
    raised: list[Alarm] = []
    recent: list[Piece] = []
    for at, pieces in batches:
        if not pieces:
            continue
        recent = [p for p in recent if p.end > pieces[-1].end - WINDOW_S] + list(pieces)
        begun = cpu()
        found = find(recent)
        ready = at + cpu() - begun
        for name, start, end in found:
            if not any(a.id == name and a.start < end and start < a.end for a in raised):
                raised.append(Alarm(name, start, end, ready))
    return raised
