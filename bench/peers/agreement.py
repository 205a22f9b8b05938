"""LocalAgreement-2: text is confirmed once two successive hypotheses over a growing buffer begin alike.

Written anew from the paper: D. Macháček, R. Dabre, O. Bojar, "Turning Whisper into Real-Time Transcription System",
IJCNLP-AACL 2023 (arXiv 2307.14743), section 3.  Where the paper says *word* this says *character*: Whisper's "words" of
Mandarin are whatever decodes as Unicode, cut differently from pass to pass.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from voicemon.types import SPEECH_RATE_HZ, Float32

SENTENCE_ENDS: Final = "。？！?!"
NEAR_S: Final = 1.0
"""So far from the end of the confirmed text its last words are looked for in a new hypothesis (paper)."""
NGRAMS: Final = range(10, 0, -1)
"""Characters that must be the same there: the paper's one to five words, at two characters a word, longest first."""
SINGLE_NEAR_S: Final = 0.2
"""The same for a single character, half a word: about as long as one lasts, since some character is soon the same."""
JITTER_S: Final = 0.1
"""Where no such words are found, what begins later than so long before the end of the confirmed text is new."""
PROMPT_CHARS: Final = 200
"""Of what was said before the buffer (paper: words)."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One spoken character with its times in seconds on the recording's clock, and the punctuation behind it."""

    char: str
    start: float
    end: float
    mark: str = ""

    @property
    def ends_sentence(self) -> bool:
        return any(m in SENTENCE_ENDS for m in self.mark)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What a pass over the whole buffer heard, and where its segments end."""

    pieces: tuple[Piece, ...] = ()
    segment_ends: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """When the buffer is cut though no sentence has ended in it, and how long it may be; seconds.

    The paper cuts at a segment's end beyond 30 s alone; its authors' program does from 15 s on, which is cheaper.
    """

    segments_s: float = 15.0
    longest_s: float = 30.0


Hear = Callable[[Float32, str, float], Hypothesis]
"""(samples at 16 kHz, prompt, start of the samples in seconds) → hypothesis."""


def common_prefix(a: Sequence[Piece], b: Sequence[Piece]) -> int:
    """How many characters ``a`` and ``b`` have in common from their beginning."""
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x.char != y.char), min(len(a), len(b)))


def first_new(pieces: Sequence[Piece], confirmed: Sequence[Piece]) -> int:
    """The index in ``pieces`` of the first one behind the ``confirmed`` text.

    Times of words move from pass to pass: the last confirmed words are looked for within :data:`NEAR_S`, and the clock
    decides where they are not found.
    """
    if not confirmed:
        return 0
    until = confirmed[-1].end
    off = sorted((abs(p.end - until), k) for k, p in enumerate(pieces, 1))
    for n in NGRAMS:
        said = [p.char for p in confirmed[-n:]]
        for away, k in off:
            near = away <= (NEAR_S if n > 1 else SINGLE_NEAR_S)
            if near and len(said) == n <= k and [p.char for p in pieces[k - n : k]] == said:
                return k
    return next((i for i, p in enumerate(pieces) if p.start > until - JITTER_S), len(pieces))


def trimmed(heard: Hypothesis, confirmed_s: float, buffer: tuple[float, float], limits: Limits) -> float:
    """Where the buffer shall begin from now on, when it spans ``buffer`` and the text is confirmed to ``confirmed_s``.

    At the last sentence that ended and was followed by another confirmed word; in a long buffer at the last segment
    that was confirmed whole; in one beyond all limits at the last confirmed word, or where the limit falls.
    """
    start, end = buffer
    known = [p for p in heard.pieces if start < p.end <= confirmed_s]
    cuts = [p.end for p in known[:-1] if p.ends_sentence]
    if end - start > limits.segments_s:
        cuts += [s for s in heard.segment_ends[:-1] if start < s <= confirmed_s]
    cut = max(cuts, default=start)
    if end - cut > limits.longest_s:
        cut = max(cut, min(confirmed_s, end), end - limits.longest_s)
    return cut


class LocalAgreement:
    """The policy over one recording: :meth:`add` sound, :meth:`update` now and then, :meth:`finish` at the end."""

    def __init__(self, hear: Hear, limits: Limits = Limits()) -> None:
        self._hear = hear
        self._limits = limits
        self._samples: Float32 = np.zeros(0, np.float32)
        self._start_s = 0.0
        self._confirmed: list[Piece] = []
        self._pending: tuple[Piece, ...] = ()

    @property
    def buffer_s(self) -> tuple[float, float]:
        """Start and end of the sound that a pass would hear."""
        return self._start_s, self._start_s + len(self._samples) / SPEECH_RATE_HZ

    def add(self, samples: Float32) -> None:
        self._samples = np.concatenate([self._samples, samples])

    def update(self) -> tuple[Piece, ...]:
        """One pass over the buffer; gives what it confirmed."""
        heard = self._hear(self._samples, self._prompt(), self._start_s)
        fresh = heard.pieces[first_new(heard.pieces, self._confirmed) :]
        agreed = common_prefix(self._pending, fresh)
        self._confirmed += fresh[:agreed]
        self._pending = fresh[agreed:]
        self._trim(heard)
        return fresh[:agreed]

    def finish(self) -> tuple[Piece, ...]:
        """The last hypothesis' rest: no further pass will come to agree with it."""
        rest, self._pending = self._pending, ()
        self._confirmed += rest
        return rest

    def _trim(self, heard: Hypothesis) -> None:
        confirmed_s = self._confirmed[-1].end if self._confirmed else self._start_s
        cut_s = trimmed(heard, confirmed_s, self.buffer_s, self._limits)
        dropped = round((cut_s - self._start_s) * SPEECH_RATE_HZ)
        self._samples = self._samples[dropped:]
        self._start_s += dropped / SPEECH_RATE_HZ

    def _prompt(self) -> str:
        before = [p for p in self._confirmed[-2 * PROMPT_CHARS :] if p.end <= self._start_s + JITTER_S]
        return "".join(p.char + p.mark for p in before[-PROMPT_CHARS:])
