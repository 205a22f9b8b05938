"""All searches of one lexicon, made once: whoever has the time makes them, and every call shares them."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Final

from voicemon.phrases.acoustic import Examiner
from voicemon.phrases.model import Lexicon
from voicemon.phrases.required import RequiredMatcher
from voicemon.phrases.spotter import Spotter
from voicemon.phrases.wording import PatternMatcher

KEPT: Final = 2
"""The lexicon in force and the one that is to follow it."""


class Searches:
    """Made when first needed: the pinyin tables take a third of a second that the first meter must not wait."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    @cached_property
    def forbidden(self) -> Spotter:
        return Spotter(self._lexicon)

    @cached_property
    def examiner(self) -> Examiner:
        return Examiner(self.forbidden)

    @cached_property
    def required(self) -> RequiredMatcher:
        return RequiredMatcher(self._lexicon)

    @cached_property
    def patterns(self) -> PatternMatcher:
        return PatternMatcher(self._lexicon)

    def prepare(self) -> None:
        """Make all that is not there yet; afterwards a search takes milliseconds."""
        assert self.examiner is not None
        assert self.required is not None
        assert self.patterns is not None


@lru_cache(maxsize=KEPT)
def searches(lexicon: Lexicon) -> Searches:
    """The searches of ``lexicon``, the same ones for equal lexicons."""
    return Searches(lexicon)
