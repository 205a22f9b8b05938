"""How alike two spoken characters sound: Mandarin syllables and a confusion-weighted distance between them.

A syllable is an initial, a medial and a rime; its tone is kept apart.  Costs follow two sources of mistakes: speakers'
accents (n/l, zh/z, ch/c, sh/s, f/h, in/ing, en/eng, an/ang) are nearly free, recognisers' slips between sounds that
share their place or manner cost some, the rest costs a whole syllable.  Tones weigh little: the recogniser's choice of
character is a language model's guess more than a hearing of the tone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from voicemon.types import Float32

INITIALS: Final = ("", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x",
                   "zh", "ch", "sh", "r", "z", "c", "s")  # fmt: skip
MEDIALS: Final = ("", "i", "u", "v")
RIMES: Final = ("", "a", "o", "e", "ê", "ai", "ei", "ao", "ou", "an", "en", "ang", "eng", "er")

UNRELATED_INITIAL: Final = 0.5
UNRELATED_RIME: Final = 0.5
UNRELATED: Final = 1.0
"""A syllable that has nothing in common with another."""

TONE_COST: Final = 0.04
NEUTRAL_TONE: Final = 5
SECOND_READING: Final = 0.05
"""Added where a character's second reading is what matches."""

MAX_READINGS: Final = 2
"""The third and later readings of a character are rare enough to bring more false likeness than true."""

HEARD_FOR_WANTED: Final = {("您", "你"): 0.7, ("你", "您"): 0.2, ("二", "两"): 0.1}
"""(heard, wanted) whose distance is not that of their sounds: recognisers write 你 for a spoken 您 often, 您 for
a spoken 你 hardly ever, so that a heard 您 is evidence of courtesy; and the 2 that they write for 两天 reads 二."""

_INITIAL_PAIRS: Final = (
    (0.08, "zh-z ch-c sh-s"),
    (0.12, "n-l"),
    (0.2, "f-h r-l"),
    (0.25, "b-p d-t g-k j-q zh-ch z-c m-n j-zh q-ch x-sh z-ch zh-c j-z q-c x-s -h -r"),
    (0.35, "sh-ch s-c sh-zh z-s zh-s z-sh q-x j-x k-h g-h sh-r zh-r -n -m -l -g b-m d-n b-f p-f d-l n-r"),
    (0.45, "d-g t-k b-d p-t"),
)
_MEDIAL_PAIRS: Final = ((0.15, "-u i-v"), (0.2, "-i"), (0.3, "u-v -v i-u"))
_RIME_PAIRS: Final = (
    (0.08, "an-ang en-eng"),
    (0.1, "o-e"),
    (0.2, "o-ou e-ê e-er"),
    (0.25, "ai-ei ao-ou a-ao a-an a-ang a-ai ei-en e-en o-ao en-an eng-ang ê-ei"),
    (0.3, "-o"),
    (0.35, "a-e -en -eng -ei -e -ou -ê ai-an ê-an ei-eng ao-ang ou-eng e-ou ê-ai"),
)


@dataclass(frozen=True, slots=True)
class Syllable:
    """One reading of a character: indices into :data:`INITIALS`, :data:`MEDIALS`, :data:`RIMES`; ``tone`` 1 to 5."""

    initial: int
    medial: int
    rime: int
    tone: int


def _costs(names: tuple[str, ...], unrelated: float, pairs: Iterable[tuple[float, str]]) -> Float32:
    table = np.full((len(names), len(names)), unrelated, np.float32)
    np.fill_diagonal(table, 0)
    for cost, listed in pairs:
        for pair in listed.split():
            a, b = (names.index(name) for name in pair.split("-"))
            table[a, b] = table[b, a] = cost
    return table


INITIAL_COSTS: Final = _costs(INITIALS, UNRELATED_INITIAL, _INITIAL_PAIRS)
MEDIAL_COSTS: Final = _costs(MEDIALS, 0.3, _MEDIAL_PAIRS)
RIME_COSTS: Final = _costs(RIMES, UNRELATED_RIME, _RIME_PAIRS)

_WHOLE_FINALS: Final = {  # finals as written → (medial, rime)
    "i": ("i", ""), "u": ("u", ""), "v": ("v", ""), "iu": ("i", "ou"), "ui": ("u", "ei"), "un": ("u", "en"),
    "in": ("i", "en"), "ing": ("i", "eng"), "ong": ("u", "eng"), "iong": ("v", "eng"), "ie": ("i", "ê"),
    "ve": ("v", "ê"), "van": ("v", "an"), "vn": ("v", "en"), "er": ("", "er"), "io": ("i", "o"),
}  # fmt: skip
_ZERO_INITIAL: Final = {  # spellings without an initial
    "yi": "i", "yin": "in", "ying": "ing", "yu": "v", "yue": "ve", "yuan": "van", "yun": "vn", "wu": "u",
    "you": "iu", "wei": "ui", "wen": "un", "weng": "ong", "yong": "iong", "ye": "ie",
    "n": "en", "ng": "en", "m": "en",  # syllabic nasals: 嗯 comes out of recognisers as 恩
}  # fmt: skip
_LETTERS: Final = {
    "a": "ei", "b": "bi", "c": "xi", "d": "di", "e": "yi", "g": "ji", "i": "ai", "j": "zhei", "k": "kei", "n": "en",
    "o": "ou", "p": "pi", "q": "qiu", "t": "ti", "u": "you", "v": "wei", "y": "wai", "z": "zei",
}  # fmt: skip
"""Letters as Mandarin speakers name them, those whose names are one syllable: 微艾批 is VIP written by its sound."""

_APICAL: Final = frozenset({"zh", "ch", "sh", "r", "z", "c", "s"})


def parse(pinyin: str, tone: int = NEUTRAL_TONE) -> Syllable | None:
    """A toneless pinyin spelling (``lv`` or ``lü``) taken apart, or ``None`` where it is not Mandarin."""
    text = pinyin.lower().replace("ü", "v").replace("u:", "v")
    if text in _ZERO_INITIAL:
        initial, final = "", _ZERO_INITIAL[text]
    elif text[:1] in ("y", "w"):
        initial, final = "", ("i" if text[0] == "y" else "u") + text[1:]
    else:
        initial = next((i for i in (text[:2], text[:1]) if i and i in INITIALS), "")
        final = text[len(initial) :]
        if initial in ("j", "q", "x") and final.startswith("u"):
            final = "v" + final[1:]
        if initial in _APICAL and final == "i":
            final = ""
    medial, rime = _WHOLE_FINALS.get(final, (final[:1], final[1:]) if final[:1] in ("i", "u", "v") else ("", final))
    if rime not in RIMES or (not initial and not medial and not rime):
        return None
    return Syllable(INITIALS.index(initial), MEDIALS.index(medial), RIMES.index(rime), tone)


@lru_cache(maxsize=16_384)
def readings(char: str) -> tuple[Syllable, ...]:
    """The readings of one Han character or letter, likeliest first; empty for what has none."""
    if char in _LETTERS:
        name = parse(_LETTERS[char])
        return (name,) if name is not None else ()
    import pypinyin  # kept out of the import of the package: its dictionaries take a third of a second

    style = pypinyin.Style.TONE3
    spelt = pypinyin.pinyin(char, style=style, heteronym=True, neutral_tone_with_five=True, errors="ignore")
    found: list[Syllable] = []
    for text in spelt[0] if spelt else []:
        tone = int(text[-1]) if text[-1:].isdigit() else NEUTRAL_TONE
        syllable = parse(text.rstrip("12345"), tone)
        if syllable is not None and syllable not in found:
            found.append(syllable)
    return tuple(found[:MAX_READINGS])


def syllable_cost(a: Syllable, b: Syllable) -> float:
    """0 for the same sound to :data:`UNRELATED`; a different tone adds :data:`TONE_COST`."""
    cost = float(INITIAL_COSTS[a.initial, b.initial] + MEDIAL_COSTS[a.medial, b.medial] + RIME_COSTS[a.rime, b.rime])
    if a.tone != b.tone and NEUTRAL_TONE not in (a.tone, b.tone):
        cost += TONE_COST
    return min(UNRELATED, cost)


def char_cost(a: str, b: str) -> float:
    """Distance of the heard character ``a`` from the wanted ``b``: 0 for the same, else the best of their readings."""
    if a == b:
        return 0.0
    if (a, b) in HEARD_FOR_WANTED:
        return HEARD_FOR_WANTED[a, b]
    costs = [
        syllable_cost(x, y) + SECOND_READING * (i > 0) + SECOND_READING * (j > 0)
        for i, x in enumerate(readings(a))
        for j, y in enumerate(readings(b))
    ]
    return min([UNRELATED, *costs])


class Vocabulary:
    """A fixed set of characters (a lexicon's), and the cost of a heard character against all of them at once."""

    CACHED_ROWS: Final = 2048

    def __init__(self, chars: Iterable[str]) -> None:
        self.chars = tuple(dict.fromkeys(chars))
        self.index = {c: i for i, c in enumerate(self.chars)}
        known = [(i, rank, s) for i, c in enumerate(self.chars) for rank, s in enumerate(readings(c))]
        self._owner = np.array([i for i, _, _ in known], np.intp)
        self._initial = np.array([s.initial for _, _, s in known], np.intp)
        self._medial = np.array([s.medial for _, _, s in known], np.intp)
        self._rime = np.array([s.rime for _, _, s in known], np.intp)
        self._tone = np.array([s.tone for _, _, s in known], np.intp)
        self._rank = np.array([SECOND_READING * (rank > 0) for _, rank, _ in known], np.float32)
        self._row = lru_cache(maxsize=self.CACHED_ROWS)(self._compute)

    def __len__(self) -> int:
        return len(self.chars)

    def row(self, char: str) -> Float32:
        """Costs of ``char`` against every character here, shape (len(self),); do not write into it."""
        return self._row(char)

    def rows(self, text: str) -> Float32:
        """The rows of ``text``, shape (len(text), len(self))."""
        return np.stack([self._row(c) for c in text]) if text else np.empty((0, len(self)), np.float32)

    def _compute(self, char: str) -> Float32:
        row = np.full(len(self), UNRELATED, np.float32)
        for rank, s in enumerate(readings(char)):
            tones = (self._tone != s.tone) & (self._tone != NEUTRAL_TONE) & (s.tone != NEUTRAL_TONE)
            cost = INITIAL_COSTS[s.initial][self._initial] + MEDIAL_COSTS[s.medial][self._medial]
            cost = np.minimum(cost + RIME_COSTS[s.rime][self._rime] + TONE_COST * tones, UNRELATED)
            np.minimum.at(row, self._owner, cost + self._rank + SECOND_READING * (rank > 0))
        for (heard, wanted), cost in HEARD_FOR_WANTED.items():
            if char == heard and wanted in self.index:
                row[self.index[wanted]] = cost
        if char in self.index:
            row[self.index[char]] = 0
        row.setflags(write=False)
        return row
