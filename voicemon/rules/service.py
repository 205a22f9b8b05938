"""The manuals' wording beyond forbidden sentences: required lines, holds and thanks, words to limit and to use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from voicemon.phrases.model import Lexicon
from voicemon.phrases.normalise import simplified
from voicemon.phrases.required import RequiredSaid
from voicemon.phrases.searches import searches
from voicemon.phrases.wording import WordCounts, count
from voicemon.rules.delivery import Finding
from voicemon.rules.ends import CallEnds
from voicemon.rules.scenes import Scenes
from voicemon.rules.sounds import heard
from voicemon.rules.usage import Span, Usage
from voicemon.strings import AlertFigures
from voicemon.types import CharTime, Transcript

HOLD_WORDS: Final = ("稍等", "等一下", "等一会", "稍候", "等待一下")
HOLD_THANKS: Final = ("久等", "抱歉", "对不起", "谢谢", "感谢", "不好意思")
HOLD_STANDS_S: Final = 5.0
"""What is said within this much of asking to wait belongs to the request: 请您稍等, 我帮您查一下."""

HOLD_SHORTEST_S: Final = 3.0
"""A wait has begun once nobody has spoken for this long after it was announced."""

LAST_TURN_CHARS: Final = 60
CLOSING_CHARS: Final = 35
"""About the last 10 s of what the agent said: an 嗯 or 好的 behind the 再见 does not undo the closing."""


class ServiceRules:
    """Follows one agent's final texts through the call."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.ends = CallEnds(lexicon)
        self.scenes = Scenes()
        self.usage = Usage(lexicon)
        self.use(lexicon)
        self._tail: list[CharTime] = []
        self.words = WordCounts()
        self.holding = False
        self._hold_began_s = self._hold_asked_s = 0.0
        self._hold_over_s: float | None = None

    def use(self, lexicon: Lexicon) -> None:
        """From now on hold what is said against ``lexicon``; what was said stays counted."""
        self._lexicon = lexicon
        self._searches = searches(lexicon)
        self.ends.use(lexicon)
        self.usage.use(lexicon)

    @property
    def closed(self) -> bool:
        """The last words were a closing."""
        return self.ends.closed

    def hear(self, transcript: Transcript, flagged: Iterable[Span] = ()) -> list[Finding]:
        """Findings on one more final text; ``flagged``: where forbidden sentences were found already."""
        text, chars = simplified(_text(transcript.chars)), transcript.chars
        findings = [*self._thanks(text, transcript), *self.usage.limits(chars)]
        self._tail = [*self._tail, *chars][-LAST_TURN_CHARS:]
        self.ends.hear(text, transcript.start, transcript.end, simplified(_text(self._tail[-CLOSING_CHARS:])))
        lines = self._searches.required.find(self._tail)
        self.scenes.hear(lines)
        used = count(text, self._lexicon)
        self.words += used + self._meant_politely(used, chars, lines)
        findings += self.usage.classes(chars, [*flagged, *((line.start, line.end) for line in lines)])
        self._hold(text, transcript)
        return findings

    def unheard(self, end: float) -> None:
        """Something was said, or may have been, up to ``end``, that no text tells of."""
        self.ends.unheard(end)
        self.scenes.unheard(end)

    def speech_began(self, silence_s: float) -> None:
        """The agent speaks again after nobody did for ``silence_s``: an announced wait is over."""
        if self.holding and silence_s >= HOLD_SHORTEST_S:
            self.holding = False
            self._hold_over_s = silence_s
            self.scenes.waited(self._hold_began_s, self._hold_asked_s + silence_s)

    def _hold(self, text: str, transcript: Transcript) -> None:
        if heard(text, ("久等",)):
            self.holding = False
        elif heard(text, HOLD_WORDS):
            self.holding = True
            self._hold_began_s, self._hold_asked_s = transcript.start, transcript.end
        elif transcript.end - self._hold_asked_s > HOLD_STANDS_S:
            self.holding = False

    def _thanks(self, text: str, transcript: Transcript) -> list[Finding]:
        waited_s, self._hold_over_s = self._hold_over_s, None
        if waited_s is None or heard(text, HOLD_THANKS):
            return []
        better = next((line.original for line in self._lexicon.required if line.category == "hold_return"), None)
        figures = AlertFigures(seconds=waited_s, better=better)
        evidence: dict[str, Any] = {"waited_s": waited_s, "heard": text[:20]}
        return [Finding("no_thanks_after_hold", transcript.start, transcript.end, figures, evidence)]

    def _meant_politely(
        self, counted: WordCounts, chars: Sequence[CharTime], lines: Iterable[RequiredSaid]
    ) -> WordCounts:
        """您 that a recogniser has written as 你 within a line that has 您: the two differ by one consonant, and
        of a sentence said in full the rest is to be believed."""
        if not chars:
            return WordCounts()
        ratio = self._lexicon.polite_ratio
        polite = {line.id for line in self._lexicon.required if ratio.prefer in line.normalised}
        # A line that began in an earlier utterance may have taken its last word from this one for want of a better.
        spans = [(line.start, line.end) for line in lines if line.id in polite and line.start >= chars[0].start]
        within = "".join(c.char for c in chars if any(start <= c.start < end for start, end in spans))
        meant = min(count(within, self._lexicon).plain, counted.plain)
        used = {ratio.prefer: meant} if ratio.prefer in self._lexicon.words_to_use else {}
        return WordCounts(used=used, polite=meant, plain=-meant)


def _text(chars: Sequence[CharTime]) -> str:
    return "".join(c.char for c in chars)
