"""The manuals' wording beyond forbidden sentences: required lines, holds and thanks, words to limit and to use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from voicemon.phrases.model import Lexicon
from voicemon.phrases.normalise import simplified
from voicemon.phrases.searches import searches
from voicemon.phrases.wording import WordCounts, count, limited_words
from voicemon.rules.delivery import Finding
from voicemon.rules.ends import CallEnds
from voicemon.rules.sounds import heard
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

SCENE_ONLY: Final = frozenset(
    {"address_by_name", "silent_call_1", "silent_call_2", "agent_too_quiet", "abuse", "chat_greeting", "chat_delay"}
)
"""Lines whose words are those of an ordinary greeting or apology: only their scene, which is not known here, would tell
that they were said."""


class ServiceRules:
    """Follows one agent's final texts through the call."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.ends = CallEnds(lexicon)
        self.use(lexicon)
        self._tail: list[CharTime] = []
        self.said: dict[str, float] = {}
        """Required lines that were heard, by id, and when."""
        self.words = WordCounts()
        self.limited: Counter[str] = Counter()
        self.holding = False
        self._hold_asked_s = 0.0
        self._hold_over_s: float | None = None
        self.patterns: Counter[str] = Counter()
        """Classes of wording (the lexicon's ``forbidden_patterns``), by id."""

    def use(self, lexicon: Lexicon) -> None:
        """From now on hold what is said against ``lexicon``; what was said stays counted."""
        self._lexicon = lexicon
        self._searches = searches(lexicon)
        self.ends.use(lexicon)

    @property
    def closed(self) -> bool:
        """The last words were a closing."""
        return self.ends.closed

    def hear(self, transcript: Transcript) -> list[Finding]:
        """Findings on one more final text."""
        text = simplified(_text(transcript.chars))
        findings = [*self._thanks(text, transcript), *self._limited(transcript.chars)]
        self.words += count(text, self._lexicon)
        self.patterns.update(use.id for use in self._searches.patterns.find(transcript.chars))
        self._tail = [*self._tail, *transcript.chars][-LAST_TURN_CHARS:]
        self.ends.hear(text, transcript.start, transcript.end, simplified(_text(self._tail[-CLOSING_CHARS:])))
        for line in self._searches.required.find(self._tail):
            if line.category not in SCENE_ONLY:
                self.said.setdefault(line.id, line.start)
        self._hold(text, transcript)
        return findings

    def speech_began(self, silence_s: float) -> None:
        """The agent speaks again after nobody did for ``silence_s``: an announced wait is over."""
        if self.holding and silence_s >= HOLD_SHORTEST_S:
            self.holding = False
            self._hold_over_s = silence_s

    def _hold(self, text: str, transcript: Transcript) -> None:
        if heard(text, ("久等",)):
            self.holding = False
        elif heard(text, HOLD_WORDS):
            self.holding, self._hold_asked_s = True, transcript.end
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

    def _limited(self, chars: tuple[CharTime, ...]) -> list[Finding]:
        findings = []
        for use in limited_words(chars, self._lexicon.words_to_limit):
            self.limited[use.id] += 1
            figures = AlertFigures(word=use.id, count=self.limited[use.id])
            findings.append(Finding("limited_word", use.start, use.end, figures, {"word": use.id, "heard": use.heard}))
        return findings


def _text(chars: Sequence[CharTime]) -> str:
    return "".join(c.char for c in chars)
