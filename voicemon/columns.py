"""The frames of one block as plain lists, a column for each voice, and where in them nothing happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np

from voicemon.hearing import Heard
from voicemon.types import Role
from voicemon.voice import Voice


@dataclass(frozen=True, slots=True)
class Column:
    """A voice's frames: decisions, levels and noise floors in dBFS(A)."""

    role: Role
    voice: Voice
    speech: list[bool]
    level_db: list[float]
    floor_db: list[float]


class Columns:
    """Loads ``heard`` into the voices and stands ready for one frame after the other."""

    def __init__(self, heard: Heard, voices: Mapping[Role, Voice]) -> None:
        self.each = [_column(heard, role, voices[role]) for role in heard.features]
        self.absent = heard.absent
        self.two = Role.CUSTOMER in heard.features
        self.events = _events(heard) if heard.absent else b""
        """Frame by frame: 1 where somebody may speak or the customer's sound is not there."""

    def __len__(self) -> int:
        """How many frames there are."""
        return len(self.absent)

    def quiet_until(self, index: int, most: int) -> int:
        """The end of the frames from ``index`` on, at most so many, in which no voice has anything to decide.

        ``index`` itself where its own frame is none: somebody speaks, has a span or an utterance open, or is not there.
        """
        if self.events[index]:
            return index
        for column in self.each:
            if column.voice.busy:
                return index
        end = min(index + most, len(self.events))
        first = self.events.find(1, index, end)
        return end if first < 0 else first


def _column(heard: Heard, role: Role, voice: Voice) -> Column:
    features = heard.features[role]
    voice.load(features, *heard.syllables[role])
    return Column(role, voice, heard.speech[role].tolist(), features.level_db.tolist(), features.floor_db.tolist())


def _events(heard: Heard) -> bytes:
    eventful = reduce(np.logical_or, heard.speech.values())
    if heard.absent.count(None) < len(heard.absent):
        eventful = eventful | np.array([cause is not None for cause in heard.absent])
    return bytes(eventful.tobytes())
