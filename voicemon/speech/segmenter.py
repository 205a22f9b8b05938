"""Spans of speech into utterances for the recogniser, with provisional passes while one is being spoken.

Positions are absolute 10 ms frames of the source's clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from voicemon.types import FRAMES_PER_S, Pass

PROVISIONAL_FIRST_S: Final = 1.5
"""A first look comes this long after speech began …"""

PROVISIONAL_EVERY_S: Final = 2.5
"""… further ones when this much has been said since the last one …  Oftener is later: a look that falls right before
a pause keeps the recogniser busy when the sentence is over, and makes the pause too early for another.
"""

PROVISIONAL_AT_PAUSE_S: Final = 0.5
"""… or, at a pause, already this much: phrases end where clauses end."""

PAUSE_LOOK_FRAMES: Final = 20
"""A pause is a pause after 200 ms: a quarter fewer of them go on within the sentence than after 150."""

JOINED_FRAMES: Final = 35
"""Less than this between two pieces, and the sound kept around each would reach into the other."""

CUT_SEARCH_S: Final = 4.0
"""An over-long utterance is cut at the quietest frame of its last seconds (of its second half, where that is less)."""


@dataclass(slots=True)
class Utterance:
    """The utterance being spoken."""

    number: int
    start: int
    end: int
    spans: list[tuple[int, int]] = field(default_factory=list)
    cut_before: bool = False

    @property
    def speech_frames(self) -> int:
        return sum(end - start for start, end in self.spans)


@dataclass(frozen=True, slots=True)
class Piece:
    """An utterance as far as it has been spoken, to be recognised now."""

    number: int
    kind: Pass
    start: int
    end: int
    spans: tuple[tuple[int, int], ...]
    pausing: bool = False
    cut_before: bool = False
    cut_after: bool = False
    """The sound right before or behind it belongs to another piece of what was said without a pause."""

    @property
    def speech_frames(self) -> int:
        return sum(end - start for start, end in self.spans)


class Segmenter:
    """Builds utterances out of one channel's frames: feed every frame once, in order."""

    def __init__(
        self, end_silence_s: float, max_utterance_s: float, provisional: bool = True, first_number: int = 0
    ) -> None:
        self._end_silence = round(end_silence_s * FRAMES_PER_S)
        self._longest = round(max_utterance_s * FRAMES_PER_S)
        self._provisional = provisional
        self.next_number = first_number
        self._levels: list[float] = []
        self._cut_end = -JOINED_FRAMES
        """Where an over-long utterance was last cut."""
        self.current: Utterance | None = None
        self._looked_at = 0

    def update(
        self, frame: int, started: int | None, active: tuple[int, int] | None, in_span: bool, level_db: float
    ) -> Piece | None:
        """One more frame: a span's start or newly certain speech in it, and its level (for the cut)."""
        if active is not None and self.current is None:
            self.current = self._begin(active[0])
            self._levels.clear()
        utterance = self.current
        if utterance is None:
            return None
        self._levels.append(level_db)
        if active is not None:
            _extend(utterance.spans, active, new=started is not None)
            utterance.end = active[1]
        if frame + 1 - utterance.end >= self._end_silence and not in_span:
            return self.finish()
        if frame + 1 - utterance.start >= self._longest:
            return self._cut(frame)
        return self._look(frame) if self._provisional else None

    def _begin(self, start: int) -> Utterance:
        number, self.next_number = self.next_number, self.next_number + 1
        self._looked_at = 0
        return Utterance(number, start, start, cut_before=start - self._cut_end < JOINED_FRAMES)

    def finish(self) -> Piece | None:
        """End the running utterance now; ``None`` when there is none."""
        utterance, self.current = self.current, None
        if utterance is None:
            return None
        return _piece(utterance, Pass.FINAL)

    def _look(self, frame: int) -> Piece | None:
        utterance = self.current
        if utterance is None:
            return None
        spoken = utterance.speech_frames
        new_s = (spoken - self._looked_at) / FRAMES_PER_S
        pausing = frame + 1 - utterance.end == PAUSE_LOOK_FRAMES
        due = new_s >= (PROVISIONAL_EVERY_S if self._looked_at else PROVISIONAL_FIRST_S)
        if not due and not (pausing and new_s >= PROVISIONAL_AT_PAUSE_S):
            return None
        self._looked_at = spoken
        return _piece(utterance, Pass.PROVISIONAL, pausing=pausing)

    def _cut(self, frame: int) -> Piece:
        """Split at the quietest of the last frames; the speech behind it, if any, begins the next utterance."""
        utterance = self.current
        assert utterance is not None
        search = min(len(self._levels) // 2, round(CUT_SEARCH_S * FRAMES_PER_S))
        tail = self._levels[-search:]
        cut = frame + 1 - search + tail.index(min(tail))
        before = tuple((start, min(end, cut)) for start, end in utterance.spans if start < cut)
        after = [(max(start, cut), end) for start, end in utterance.spans if end > cut]
        self.current = None
        self._cut_end = before[-1][1]
        joined = bool(after) and after[0][0] - self._cut_end < JOINED_FRAMES
        if after:
            self.current = self._begin(after[0][0])
            self.current.end, self.current.spans = after[-1][1], after
            self._levels = self._levels[-(frame + 1 - self.current.start) :]
        utterance.end, utterance.spans = before[-1][1], list(before)
        return _piece(utterance, Pass.FINAL, cut_after=joined)


def _piece(utterance: Utterance, kind: Pass, *, pausing: bool = False, cut_after: bool = False) -> Piece:
    spans = tuple(utterance.spans)
    return Piece(
        utterance.number, kind, utterance.start, utterance.end, spans, pausing, utterance.cut_before, cut_after
    )


def _extend(spans: list[tuple[int, int]], active: tuple[int, int], *, new: bool) -> None:
    if new or not spans:
        spans.append(active)
    else:
        spans[-1] = (spans[-1][0], active[1])
