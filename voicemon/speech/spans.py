"""Frames into spans of speech, and spans into utterances, one channel at a time.

A *span* is speech without a pause of 200 ms or more (shorter ones belong to consonants and rhythm: 150 to 250 ms is the
customary floor of a pause).  An *utterance* is what goes to the recogniser: spans parted by less than the end-point
silence, at most the longest length, then cut at its quietest moment.
"""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

from voicemon.types import FRAMES_PER_S

PAUSE_FRAMES: Final = FRAMES_PER_S // 5
ONSET_FRAMES: Final = 12
"""Onsets are decided on this many frames …"""

ONSET_NEEDED: Final = 7
"""… of which this many must be speech: clicks and keystrokes are shorter."""


class SpanChange(NamedTuple):
    """What one more frame revealed.  Frames are absolute; ``end`` is exclusive."""

    started: int | None = None
    """A span began here (known some frames later)."""
    ended: int | None = None
    """The running span ended here (known after the pause floor)."""
    active: tuple[int, int] | None = None
    """Frames that now belong to the span for certain, short gaps between them included."""


NOTHING: Final = SpanChange()


class SpanTracker:
    """Turns frame decisions into spans, frame by frame; onset known after at most 120 ms, end after 200 ms."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.start: int | None = None
        """First frame of the running span, or ``None`` between spans."""
        self.last_speech = -1
        self._onset: deque[int] = deque(maxlen=ONSET_NEEDED)

    def update(self, frame: int, speech: bool) -> SpanChange:
        if self.start is None:
            return self._waiting(frame) if speech else NOTHING
        if speech:
            active = (self.last_speech + 1, frame + 1)
            self.last_speech = frame
            return SpanChange(active=active)
        if frame - self.last_speech >= PAUSE_FRAMES:
            return self.close()
        return NOTHING

    def close(self) -> SpanChange:
        """End the running span now, as at a gap or the end of the sound."""
        if self.start is None:
            self._onset.clear()
            return NOTHING
        self.start = None
        self._onset.clear()
        return SpanChange(ended=self.last_speech + 1)

    def _waiting(self, frame: int) -> SpanChange:
        self._onset.append(frame)
        first = self._onset[0]
        if len(self._onset) < ONSET_NEEDED or frame - first >= ONSET_FRAMES:
            return NOTHING
        self.start, self.last_speech = first, frame
        return SpanChange(started=first, active=(first, frame + 1))
