"""How a speaker's level is compared with itself, and the judgement that comes of it.

No calibration is needed, only a gain that stays.  Levels are A-weighted, over active speech, in dBFS or any other fixed
reference.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from voicemon.strings import Language
from voicemon.strings.protocols import protocol_text

SHORTEST_S: Final = 0.6
"""Active speech below this has no level worth comparing: 嗯, 好的."""
COMPARED_S: Final = 2.0
"""Active speech needed on either side of a comparison."""
BEFORE_S: Final = 30.0
"""How much of the agent's speech before counts, at most."""
MOST_UTTERANCES: Final = 20


class ProtocolStatus(StrEnum):
    """How a rule was kept."""

    FOLLOWED = "followed"
    BROKEN = "broken"
    NOT_OBSERVABLE = "not_observable"


@dataclass(frozen=True, slots=True)
class LevelProtocol:
    """The judgement of one rule; ``change_db`` is the agent's change of level where it could be measured.

    ``reason``: one of :data:`~voicemon.strings.protocols.REASONS`, which quotes ``figures`` as they are written.
    """

    name: str
    status: ProtocolStatus
    reason: str
    change_db: float | None = None
    figures: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self, language: Language) -> dict[str, Any]:
        """As an entry of the summary's ``protocols``, its ``detail`` in ``language``."""
        detail = protocol_text(self.reason, language, **self.figures)
        return {"name": self.name, "status": self.status.value, "detail": detail}


@dataclass(frozen=True, slots=True)
class Said:
    """An utterance's times in seconds, its level over active speech and how much of that there was."""

    start: float
    end: float
    active_db: float
    active_s: float

    @property
    def comparable(self) -> bool:
        """It is long enough to have a level (:data:`SHORTEST_S`)."""
        return self.active_s >= SHORTEST_S


def recent(said: Iterable[Said]) -> list[Said]:
    """The last of ``said`` that make up :data:`BEFORE_S`, the latest first."""
    chosen: list[Said] = []
    left_s = BEFORE_S
    for one in reversed(list(said)):
        if left_s <= 0:
            break
        chosen.append(one)
        left_s -= one.active_s
    return chosen


def difference(before: Iterable[Said], after: Iterable[Said]) -> float | None:
    """By how much ``after`` is louder, dB; ``None`` where there is too little speech on either side."""
    levels = [_mean(list(part)) for part in (before, after)]
    return None if levels[0] is None or levels[1] is None else levels[1] - levels[0]


def _mean(said: list[Said]) -> float | None:
    """Energy mean over active speech, ``None`` where there is too little."""
    total_s = sum(s.active_s for s in said)
    if total_s < COMPARED_S:
        return None
    return 10 * math.log10(sum(10 ** (s.active_db / 10) * s.active_s for s in said) / total_s)
