"""The manuals' wording beyond forbidden sentences: greeting, closing, thanks after a hold, words to limit, to use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from voicemon.phrases.model import Lexicon
from voicemon.phrases.normalise import simplified
from voicemon.phrases.phonetics import char_cost
from voicemon.phrases.required import RequiredMatcher
from voicemon.phrases.wording import WordCounts, count, limited_words
from voicemon.rules.delivery import Finding
from voicemon.strings import AlertFigures
from voicemon.types import CharTime, Transcript

GREETING_CATEGORIES: Final = frozenset({"greeting", "greeting_reply"})
GREETING_WORDS: Final = ("请问有什么可以帮", "请问您要", "为您服务", "有什么可以帮")
"""Beside 您好: the parts that every model greeting shares."""

POLITE_HELLO: Final = ("您好", "你好")
CLOSING_WORDS: Final = ("再见",)
HOLD_WORDS: Final = ("稍等", "等一下", "等一会", "稍候", "等待一下")
HOLD_THANKS: Final = ("久等", "抱歉", "对不起", "谢谢", "感谢", "不好意思")
HOLD_STANDS_S: Final = 5.0
"""What is said within this much of asking to wait belongs to the request: 请您稍等, 我帮您查一下."""

HOLD_SHORTEST_S: Final = 3.0
"""A wait has begun once nobody has spoken for this long after it was announced."""

FIRST_TURN_S: Final = 20.0
"""The greeting is looked for within this much of the agent's first words."""

HOMOPHONE_LIMIT: Final = 0.12
"""Mean cost a character under which two words sound alike."""

LAST_TURN_CHARS: Final = 60
CLOSING_CHARS: Final = 35
"""About the last 10 s of what the agent said: an 嗯 or 好的 behind the 再见 does not undo the closing."""

FIRST_LINE: Final = "r01"
"""The full opening; other greetings are alternatives to it and not missing beside it."""


@dataclass(slots=True)
class _Greeting:
    began: float | None = None
    text: str = ""
    end: float = 0.0
    said_at: float | None = None
    judged: bool = False


class ServiceRules:
    """Follows one agent's final texts through the call."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._greeting = _Greeting()
        self._tail: list[CharTime] = []
        self.said: dict[str, float] = {}
        """Required lines that were heard, by id, and when."""
        self.words = WordCounts()
        self.limited: Counter[str] = Counter()
        self.holding = False
        self._hold_asked_s = 0.0
        self._hold_over_s: float | None = None
        self.closed = False
        self._last_end = 0.0

    @cached_property
    def _matcher(self) -> RequiredMatcher:
        return RequiredMatcher(self._lexicon)

    def hear(self, transcript: Transcript) -> list[Finding]:
        """Findings on one more final text."""
        text = simplified(_text(transcript.chars))
        findings = [*self._thanks(text, transcript), *self._limited(transcript.chars)]
        self.words += count(text, self._lexicon)
        self._greet(text, transcript)
        self._tail = [*self._tail, *transcript.chars][-LAST_TURN_CHARS:]
        for line in self._matcher.find(self._tail):
            self.said.setdefault(line.id, line.start)
        self.closed = heard(simplified(_text(self._tail[-CLOSING_CHARS:])), CLOSING_WORDS)
        self._hold(text, transcript)
        self._last_end = transcript.end
        return findings

    def speech_began(self, silence_s: float) -> None:
        """The agent speaks again after nobody did for ``silence_s``: an announced wait is over."""
        if self.holding and silence_s >= HOLD_SHORTEST_S:
            self.holding = False
            self._hold_over_s = silence_s

    def first_turn_over(self) -> Finding | None:
        """The agent's first turn has ended and its text is in: was there a greeting?  Tells once."""
        greeting = self._greeting
        if greeting.judged or greeting.began is None:
            return None
        greeting.judged = True
        if greeting.said_at is not None:
            return None
        better = next((line.original for line in self._lexicon.required if line.category == "greeting_reply"), None)
        evidence = {"heard": greeting.text}
        return Finding("missing_greeting", greeting.began, greeting.end, AlertFigures(better=better), evidence)

    def ended(self) -> Finding | None:
        """The call is over: was it closed?"""
        if self._greeting.began is None or self.closed:
            return None
        better = next((line.original for line in self._lexicon.required if line.category == "closing"), None)
        text = _text(self._tail)
        start = self._tail[0].start if self._tail else self._last_end
        return Finding("missing_closing", start, self._last_end, AlertFigures(better=better), {"heard": text[-20:]})

    def missing_lines(self) -> frozenset[str]:
        """Lines that the call shows to be missing: greeting and closing, since every call has a start and an end."""
        missing: set[str] = set()
        if self._greeting.judged and self._greeting.said_at is None:
            missing |= {line.id for line in self._lexicon.required if line.id == FIRST_LINE}
        if self._greeting.began is not None and not self.closed:
            missing |= {line.id for line in self._lexicon.required if line.category == "closing"}
        return frozenset(missing)

    @property
    def greeted(self) -> bool | None:
        """Whether the call was opened with a greeting; ``None`` before that can be told."""
        if self._greeting.said_at is not None:
            return True
        return False if self._greeting.judged else None

    def _greet(self, text: str, transcript: Transcript) -> None:
        greeting = self._greeting
        if greeting.judged:
            return
        if greeting.began is None:
            greeting.began = transcript.start
        elif transcript.start - greeting.began > FIRST_TURN_S:
            return
        greeting.text += text
        greeting.end = transcript.end
        if heard(greeting.text, POLITE_HELLO) and heard(greeting.text, GREETING_WORDS):
            greeting.said_at = greeting.said_at or transcript.start

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
