"""A noise gate: behind speech the room is heard evenly for a moment, then cut off, each time at the same level."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from statistics import median
from typing import Final

from voicemon.speech.gain.findings import GainFinding, GainKind
from voicemon.speech.gain.parts import Pause

WINDOW_FRAMES: Final = 6
CLOSING_FRAMES: Final = 12
"""A gate closes within 10 to 120 ms."""

DEPTH_DB: Final = 10.0
STEADY_DB: Final = 5.0
"""Noise of 60 ms: largest less smallest frame level.  The end of a word falls by more."""

FLAT_DB: Final = 2.0
"""First half against second half of the same: noise does not fall."""

UNDER_SPEECH_DB: Final = 12.0
"""The room is this far under the voice; what is cut nearer to it is the end of a word."""

FEWEST_SPEECH_FRAMES: Final = 20
"""Behind a click that was taken for speech the same echo follows every time."""

MOST_PAUSES: Final = 10
CUTS_NEEDED: Final = 6
CUT_SHARE: Final = 0.75
SAME_DB: Final = 2.0
"""The room's noise is the same behind every turn; ends of words are not."""

SAME_FRAMES: Final = 12
"""A gate's hold time is the same behind every turn, as far as the end of speech is known; a dog's bark comes when it
comes."""


@dataclass(frozen=True, slots=True)
class _Cut:
    frame: int
    open_db: float
    depth_db: float
    at: int
    """Frames behind the end of speech; negative where voice activity ended late."""


class GateDetector:
    """Feed every pause; tells of a gate once."""

    def __init__(self) -> None:
        self._cuts: deque[_Cut | None] = deque(maxlen=MOST_PAUSES)
        self._told = False

    def pause(self, pause: Pause, speech_db: float) -> GainFinding | None:
        """``speech_db``: the speaker's level so far, dBFS."""
        if self._told or pause.word_frames < FEWEST_SPEECH_FRAMES:
            return None
        self._cuts.append(_cut(pause, speech_db - UNDER_SPEECH_DB))
        cuts = [cut for cut in self._cuts if cut is not None]
        if len(cuts) < CUTS_NEEDED or len(cuts) < CUT_SHARE * len(self._cuts):
            return None
        level = median(cut.open_db for cut in cuts)
        at = median(cut.at for cut in cuts)
        same = [cut for cut in cuts if abs(cut.open_db - level) <= SAME_DB and abs(cut.at - at) <= SAME_FRAMES]
        if len(same) < max(CUTS_NEEDED, CUT_SHARE * len(self._cuts)):
            return None
        self._told = True
        depth = median(cut.depth_db for cut in same)
        confidence = min(1.0, len(same) / len(self._cuts) * depth / (2 * DEPTH_DB))
        evidence = {"cuts": float(len(same)), "open_db": level, "share": len(same) / len(self._cuts)}
        return GainFinding(GainKind.GATE, pause.end, same[0].frame, depth, confidence, evidence)


def _cut(pause: Pause, highest_db: float) -> _Cut | None:
    """The lowest steady stretch, not above ``highest_db``, that ends in a fall."""
    levels = pause.edge_db
    found: _Cut | None = None
    last = len(levels) - 2 * WINDOW_FRAMES - CLOSING_FRAMES
    rest = median(slot.level_db for slot in pause.slots)
    for at in range(last + 1):
        before = levels[at : at + WINDOW_FRAMES]
        if max(before) > highest_db or max(before) - min(before) > STEADY_DB or abs(_half(before)) > FLAT_DB:
            continue
        depth = median(before) - rest
        after = levels[at + WINDOW_FRAMES + CLOSING_FRAMES :][:WINDOW_FRAMES]
        if depth < DEPTH_DB or max(after) > rest + DEPTH_DB / 2:
            continue
        if found is None or median(before) <= found.open_db:
            found = _Cut(pause.start, median(before), depth, at - pause.edge_from)
    return found


def _half(levels: tuple[float, ...]) -> float:
    half = len(levels) // 2
    return sum(levels[half:]) / half - sum(levels[:half]) / half
