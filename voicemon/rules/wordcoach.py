"""Which habits of wording are worth a sentence after the call.

The manuals say "not often" and give no figures; those below are the house's own.  A rate alone says nothing of a short
call, nor a count of a long one: both must be reached.  Rates are per minute of the agent's own speech.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from voicemon.phrases.wording import WordCounts
from voicemon.rules.usage import COUNTED, Usage
from voicemon.strings import AlertFigures

MINUTE_S: Final = 60.0
SHORTEST_S: Final = 15.0
"""Less speech than this has no rate of words."""


@dataclass(frozen=True, slots=True)
class Often:
    """What counts as often: so many uses, and so many a minute."""

    uses: int
    per_minute: float

    def reached(self, uses: int, per_minute: float | None) -> bool:
        return uses >= self.uses and per_minute is not None and per_minute >= self.per_minute


LIMITED_OFTEN: Final = Often(2, 1.0)
NO_OFTEN: Final = Often(4, 4.0)
FILLERS_OFTEN: Final = Often(3, 2.0)

PLAIN_USES: Final = 3
POLITE_SHARE: Final = 0.8
"""Below this share of 您, with so many 你, it is a habit and no slip, nor the recogniser's."""

PET_PHRASE: Final = "pet_phrase"

Advice = tuple[str, AlertFigures]
"""A kind of coaching sentence and its figures."""


def per_minute(uses: int, talk_s: float) -> float | None:
    """Uses a minute of speech; ``None`` where there was too little of it."""
    return MINUTE_S * uses / talk_s if talk_s >= SHORTEST_S else None


def advice(usage: Usage, counts: WordCounts, talk_s: float) -> list[Advice]:
    """What to say of the agent's wording, most pressing first."""
    found: list[Advice] = []
    told = {category: uses for category, uses in usage.categories.items() if category not in COUNTED}
    if told:
        found.append(("wording", AlertFigures(count=sum(told.values()))))
    limited = usage.limited.total()
    if LIMITED_OFTEN.reached(limited, per_minute(limited, talk_s)):
        word, uses = usage.limited.most_common(1)[0]
        found.append(("limited_words", AlertFigures(word=word, count=uses)))
    share = counts.polite_share
    if share is not None and share < POLITE_SHARE and counts.plain >= PLAIN_USES:
        found.append(("polite", AlertFigures(count=counts.plain)))
    for kind, uses, often in (
        ("bare_no", counts.bare_no, NO_OFTEN),
        ("fillers", usage.categories[PET_PHRASE], FILLERS_OFTEN),
    ):
        if often.reached(uses, per_minute(uses, talk_s)):
            found.append((kind, AlertFigures(count=uses)))
    return found
