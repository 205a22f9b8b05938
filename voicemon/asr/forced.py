"""Forced decoding: how probable a given text is for the sound that was just recognised.

The rewritten text keeps the recogniser's own tokens wherever it keeps its words: a text has many spellings in tokens,
and two texts can be compared only where they are spelt alike.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any, Final

import zhconv

from voicemon.asr.chartimes import to_simplified
from voicemon.asr.vocabulary import Vocabulary
from voicemon.types import Compared

LEAST_PROBABILITY: Final = 1e-9
"""Probabilities come in single precision; nothing is told apart below this."""

Character = tuple[str, int, int]
"""A character and the bytes it stands on, [begin, end)."""


class Speller:
    """Text as tokens, by byte pairs: the pair that makes the earliest token of the vocabulary is joined first."""

    def __init__(self, vocabulary: Vocabulary, text_limit: int) -> None:
        """``text_limit``: the first number that is no text."""
        numbered = enumerate(vocabulary.bytes[:text_limit])
        self._numbers = {data: number for number, data in numbered if data}

    def tokens(self, data: bytes) -> list[int]:
        """The tokens that spell ``data``.  Raises :class:`ValueError` where the vocabulary cannot."""
        parts = [bytes([b]) for b in data]
        while len(parts) > 1:
            joined = [self._numbers.get(a + b, math.inf) for a, b in pairwise(parts)]
            at = min(range(len(joined)), key=joined.__getitem__)
            if joined[at] == math.inf:
                break
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
        missing = [part for part in parts if part not in self._numbers]
        if missing:
            raise ValueError(f"no token spells {missing[0]!r}")
        return [self._numbers[part] for part in parts]


@dataclass(frozen=True, slots=True)
class Recognised:
    """A text in the recogniser's own tokens."""

    tokens: tuple[int, ...]
    token_bytes: tuple[bytes, ...]
    characters: tuple[Character, ...]

    def respelt(self, text: str, speller: Speller) -> list[int]:
        """The tokens of ``text``, this one's own where the words are the same, in the script it was written in.

        ``text`` is in simplified script, without the blanks around it, as transcripts are.
        """
        written = "".join(c for c, _, _ in self.characters)
        simplified = to_simplified(written)
        lead = len(simplified) - len(simplified.lstrip())
        text = simplified[:lead] + text + simplified[len(simplified.rstrip()) :]
        first, last = _common(simplified, text)
        if first == len(simplified) == len(text):
            return list(self.tokens)
        middle = text[first : len(text) - last]
        if simplified != written:
            middle = zhconv.convert(middle, "zh-hant")
        return self._with(middle.encode("utf-8"), first, len(simplified) - last, speller)

    def _with(self, data: bytes, first: int, last: int, speller: Speller) -> list[int]:
        """The tokens with ``data`` in place of the characters ``first`` to ``last``."""
        whole = b"".join(self.token_bytes)
        borders = [0, *accumulate(len(b) for b in self.token_bytes)]
        begin = self.characters[first][1] if first < len(self.characters) else len(whole)
        end = self.characters[last - 1][2] if last > first else begin
        low = max(i for i, border in enumerate(borders) if border <= begin)
        high = min(i for i, border in enumerate(borders) if border >= end)
        middle = speller.tokens(whole[borders[low] : begin] + data + whole[end : borders[high]])
        return [*self.tokens[:low], *middle, *self.tokens[high:]]


@dataclass(frozen=True, slots=True)
class _Held:
    encoded: Any
    recognised: Recognised
    n_frames: int
    probabilities: tuple[float, ...]
    answers: dict[str, Compared]
    """To what was asked already: the final text of an utterance is often that of the pause before."""


class ForcedDecoder:
    """Weighs texts on the sound that was recognised last; for the thread that recognises."""

    def __init__(self, model: Any, start: Sequence[int], vocabulary: Vocabulary, text_limit: int) -> None:
        """``model``: of CTranslate2; ``start``: the tokens before the text; ``text_limit``: the first that is none."""
        self._model = model
        self._start = list(start)
        self._bytes = vocabulary.bytes
        self._speller = Speller(vocabulary, text_limit)
        self._held: _Held | None = None

    def hold(
        self,
        encoded: Any,
        tokens: Sequence[int],
        characters: Sequence[Character],
        n_frames: int,
        probabilities: Sequence[float],
    ) -> None:
        """Keep what was recognised: the encoder's output, the ``tokens`` that its first ``n_frames`` gave, and their
        ``probabilities``, each given those before it.
        """
        own = Recognised(tuple(tokens), tuple(self._bytes[t] for t in tokens), tuple(characters))
        self._held = _Held(encoded, own, n_frames, tuple(probabilities), {})

    def score(self, texts: Sequence[str]) -> list[Compared]:
        """Hold each text against the recognised one.

        Raises :class:`ValueError` when nothing was recognised, or a text cannot be spelt; :class:`RuntimeError` is the
        engine's.
        """
        if self._held is None:
            raise ValueError("nothing was recognised")
        answers = self._held.answers
        answers |= {text: self._compared(self._held, text) for text in texts if text not in answers}
        return [answers[text] for text in texts]

    def _compared(self, held: _Held, text: str) -> Compared:
        own, tokens = held.recognised.tokens, held.recognised.respelt(text, self._speller)
        forced = self._model.align(held.encoded, self._start, [tokens], held.n_frames)[0].text_token_probs
        first, last = _common(own, tokens)
        asked = log_probability(forced[first : len(tokens) - last])
        recognised = log_probability(held.probabilities[first : len(own) - last])
        return Compared(asked, recognised, max(len(own), len(tokens)) - first - last)


def log_probability(token_probabilities: Sequence[float]) -> float:
    """Natural logarithm of the probability of all tokens, each given those before it."""
    return sum(math.log(max(p, LEAST_PROBABILITY)) for p in token_probabilities)


def _common(a: Sequence[object], b: Sequence[object]) -> tuple[int, int]:
    """Length of the beginning that two sequences share, and of the end behind it."""
    shortest = min(len(a), len(b))
    first = next((i for i in range(shortest) if a[i] != b[i]), shortest)
    rest = shortest - first
    last = next((i for i in range(rest) if a[-1 - i] != b[-1 - i]), rest)
    return first, last
