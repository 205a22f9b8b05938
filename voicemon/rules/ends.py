"""How a call is opened and closed: the greeting in the agent's first turn, the closing in the last words.

What was not heard is never held against anyone: a gap, or a text that failed its checks, where the greeting or the
closing may have been makes it *not observable*.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from voicemon.phrases.model import Lexicon
from voicemon.rules.delivery import Finding
from voicemon.rules.sounds import heard
from voicemon.strings import AlertFigures

GREETING_WORDS: Final = ("请问有什么可以帮", "请问您要", "为您服务", "有什么可以帮")
"""Beside 您好: the parts that every model greeting shares."""

POLITE_HELLO: Final = ("您好", "你好")
CLOSING_WORDS: Final = ("再见",)
FIRST_TURN_S: Final = 20.0
"""The greeting is looked for within this much of the agent's first words."""

LAST_S: Final = 10.0
"""A closing may lie anywhere in the last seconds of a call."""

FIRST_LINE: Final = "r01"
"""The full opening; other greetings are alternatives to it and not missing beside it."""


@dataclass(slots=True)
class _Opening:
    began: float | None = None
    text: str = ""
    end: float = 0.0
    said: bool = False
    unheard: bool = False
    judged: bool = False


class CallEnds:
    """Follows the agent's final texts for a greeting and a closing."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._opening = _Opening()
        self._last_end = 0.0
        self._last_text = ""
        self._unheard_until = -LAST_S
        self.closed = False
        """The last words were a closing."""

    @property
    def began(self) -> bool:
        """The agent has spoken."""
        return self._opening.began is not None

    def use(self, lexicon: Lexicon) -> None:
        """From now on its lines are the ones to be said."""
        self._lexicon = lexicon

    def hear(self, text: str, start: float, end: float, last_words: str) -> None:
        """One more final text, and the last words with it."""
        self.closed = heard(last_words, CLOSING_WORDS)
        self._last_end, self._last_text = end, last_words
        opening = self._opening
        if opening.judged:
            return
        if opening.began is None:
            opening.began = start
        elif start - opening.began > FIRST_TURN_S:
            return
        opening.text += text
        opening.end = end
        opening.said = heard(opening.text, POLITE_HELLO) and heard(opening.text, GREETING_WORDS)

    def unheard(self, end: float) -> None:
        """Something was said, or may have been, up to ``end``, that no text tells of."""
        self._unheard_until = max(self._unheard_until, end)
        if not self._opening.judged:
            self._opening.unheard = True

    def not_begun(self) -> None:
        """The call's beginning was not heard for certain: nothing can be said of its greeting."""
        self._opening.unheard = True

    def first_turn_over(self) -> Finding | None:
        """The agent's first turn has ended and its text is in: was there a greeting?  Tells once."""
        opening = self._opening
        if opening.judged or (opening.began is None and not opening.unheard):
            return None
        opening.judged = True
        if opening.said or opening.unheard or opening.began is None:
            return None
        figures = AlertFigures(better=self._line("greeting_reply"))
        return Finding("missing_greeting", opening.began, opening.end, figures, {"heard": opening.text})

    def ended(self) -> Finding | None:
        """The call is over: was it closed?"""
        if not self._closing_missing():
            return None
        figures = AlertFigures(better=self._line("closing"))
        start = max(0.0, self._last_end - LAST_S)
        return Finding("missing_closing", start, self._last_end, figures, {"heard": self._last_text})

    def missing_lines(self, *, whole: bool) -> frozenset[str]:
        """Lines that the call shows to be missing: every call has a start, and where it was heard out an end."""
        opening, missing = self._opening, set()
        if opening.judged and not opening.said and not opening.unheard:
            missing |= {line.id for line in self._lexicon.required if line.id == FIRST_LINE}
        if whole and self._closing_missing():
            missing |= {line.id for line in self._lexicon.required if line.category == "closing"}
        return frozenset(missing)

    def _closing_missing(self) -> bool:
        heard_out = self._unheard_until < self._last_end - LAST_S
        return self._opening.began is not None and not self.closed and heard_out

    def _line(self, category: str) -> str | None:
        return next((line.original for line in self._lexicon.required if line.category == category), None)
