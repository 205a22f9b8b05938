"""The life of a phrase hit: heard provisionally, then confirmed or withdrawn by the utterance's final text."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from voicemon.phrases.model import Lexicon
from voicemon.phrases.spotter import Spotter, to_hit
from voicemon.types import CharTime, HitStatus, Pass, PhraseHit, Transcript

CONTEXT_S: Final = 12.0
"""A sentence may be broken by pauses into several utterances: this much of what was said before is searched with it."""

MOST_HITS: Final = 1000
SAME_PLACE_S: Final = 1.0
"""Two passes over the same speech may place a phrase this far apart."""


class PhraseLedger:
    """Searches the agent's text and keeps each hit's status; one hit a phrase and place."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._spotter = Spotter(lexicon)
        self._lexicon = lexicon
        self._context: deque[CharTime] = deque(maxlen=400)
        self._open: dict[int, list[PhraseHit]] = {}
        self.confirmed: deque[PhraseHit] = deque(maxlen=MOST_HITS)

    def hear(self, transcript: Transcript) -> list[PhraseHit]:
        """Hits whose status changed with ``transcript``, withdrawn ones first: another phrase may take their place.

        A rejected text withdraws what it was to confirm.
        """
        final = transcript.kind is Pass.FINAL
        found = [] if transcript.rejected else self._search(transcript)
        waiting = self._open.pop(transcript.utterance, [])
        if not final:
            new = [hit for hit in found if not _known(hit, waiting) and not _known(hit, self.confirmed)]
            self._open[transcript.utterance] = waiting + new
            return new
        if transcript.rejected is None:
            self._context.extend(transcript.chars)
        confirmed = [hit for hit in found if not _known(hit, self.confirmed)]
        self.confirmed.extend(confirmed)
        lost = [replace(hit, status=HitStatus.WITHDRAWN) for hit in waiting if not _known(hit, self.confirmed)]
        return lost + confirmed

    def forget_context(self) -> None:
        """What was said before is no longer next to what comes, as after a gap."""
        self._context.clear()

    def abandon(self, utterance: int) -> list[PhraseHit]:
        """Withdraw what an utterance's final text will never confirm, since that text was shed."""
        return [replace(hit, status=HitStatus.WITHDRAWN) for hit in self._open.pop(utterance, [])]

    def _search(self, transcript: Transcript) -> list[PhraseHit]:
        while self._context and self._context[0].end < transcript.start - CONTEXT_S:
            self._context.popleft()
        final = transcript.kind is Pass.FINAL
        status = HitStatus.CONFIRMED if final else HitStatus.PROVISIONAL
        matches = self._spotter.find([*self._context, *transcript.chars], final=final)
        return [to_hit(match, self._lexicon, status) for match in matches if match.end > transcript.start]


def _known(hit: PhraseHit, others: Iterable[PhraseHit]) -> bool:
    return any(
        other.id == hit.id and other.start < hit.end + SAME_PLACE_S and hit.start < other.end + SAME_PLACE_S
        for other in others
    )
