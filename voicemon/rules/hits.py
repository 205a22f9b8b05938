"""The life of a phrase hit: heard provisionally, then confirmed or withdrawn by the utterance's final text."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from voicemon.phrases.acoustic import with_proven
from voicemon.phrases.model import Lexicon
from voicemon.phrases.searches import searches
from voicemon.phrases.spotter import to_hit
from voicemon.types import CharTime, CheckedBy, HitStatus, Pass, PhraseHit, Score, SoundCheck, Transcript

CONTEXT_S: Final = 12.0
"""A sentence may be broken by pauses into several utterances: this much of what was said before is searched with it."""

MOST_HITS: Final = 1000
EDGE_S: Final = 0.4
"""In mid-speech the last word may be cut in two and heard as another: a short phrase there waits for the next pass."""

SURE_CHARACTERS: Final = 6
"""A match of this length does not hang on its last word."""

SAME_PLACE_S: Final = 1.0
"""Two passes over the same speech may place a phrase this far apart."""


class PhraseLedger:
    """Searches the agent's text and keeps each hit's status; one hit a phrase and place."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.use(lexicon)
        self._context: deque[CharTime] = deque(maxlen=400)
        self._open: dict[int, list[PhraseHit]] = {}
        self.confirmed: deque[PhraseHit] = deque(maxlen=MOST_HITS)

    def use(self, lexicon: Lexicon) -> None:
        """From now on search for the phrases of ``lexicon``; between two utterances."""
        self._lexicon = lexicon
        self._searches = searches(lexicon)

    def examine(self, transcript: Transcript, score: Score) -> list[SoundCheck]:
        """Ask the sound for the phrases in doubt; for the recogniser's thread."""
        return self._searches.examiner(transcript, score)

    def hear(self, transcript: Transcript) -> list[PhraseHit]:
        """Hits whose status changed with ``transcript``, withdrawn ones first: another phrase may take their place.

        A rejected text withdraws what it was to confirm; where the final was not even asked for, what was heard before
        is all the evidence there is, and stands.
        """
        final = transcript.kind is Pass.FINAL
        found = [] if transcript.rejected else self._search(transcript)
        waiting = self._open.pop(transcript.utterance, [])
        if not final:
            return self._look(transcript, found, waiting)
        if transcript.rejected is None:
            self._context.extend(transcript.chars)
        if not transcript.heard:
            found = [replace(hit, status=HitStatus.CONFIRMED) for hit in waiting]
        confirmed = [hit for hit in found if not _known(hit, self.confirmed)]
        self.confirmed.extend(confirmed)
        lost = [replace(hit, status=HitStatus.WITHDRAWN) for hit in waiting if not _known(hit, self.confirmed)]
        return lost + confirmed

    def _look(self, transcript: Transcript, found: list[PhraseHit], waiting: list[PhraseHit]) -> list[PhraseHit]:
        """A provisional pass: new hits, and those of earlier passes that better heard words no longer bear out.

        What the sound said at a pause stands until it is asked again.
        """
        new = [hit for hit in found if not _known(hit, waiting) and not _known(hit, self.confirmed)]
        heard_over = transcript.rejected is None
        asked = [h for h in waiting if h.check is CheckedBy.TEXT or transcript.settled]
        lost = [h for h in asked if heard_over and h.end < transcript.end - EDGE_S and not _known(h, found)]
        self._open[transcript.utterance] = [hit for hit in waiting if hit not in lost] + new
        return [replace(hit, status=HitStatus.WITHDRAWN) for hit in lost] + new

    def forget_context(self) -> None:
        """What was said before is no longer next to what comes, as after a gap."""
        self._context.clear()

    def _search(self, transcript: Transcript) -> list[PhraseHit]:
        while self._context and self._context[0].end < transcript.start - CONTEXT_S:
            self._context.popleft()
        final = transcript.kind is Pass.FINAL
        status = HitStatus.CONFIRMED if final else HitStatus.PROVISIONAL
        matches = self._searches.forbidden.find([*self._context, *transcript.chars], final=final)
        matches = with_proven(matches, transcript.checks)
        edge = transcript.end if final or transcript.settled else transcript.end - EDGE_S
        return [
            to_hit(match, self._lexicon, status)
            for match in matches
            if match.end > transcript.start and (match.end <= edge or len(match.heard) >= SURE_CHARACTERS)
        ]


def _known(hit: PhraseHit, others: Iterable[PhraseHit]) -> bool:
    return any(
        other.id == hit.id and other.start < hit.end + SAME_PLACE_S and hit.start < other.end + SAME_PLACE_S
        for other in others
    )
