"""Which required lines a call should have had.  A line is missing only where its scene is known to have arisen.

Three things show a scene from the agent's side: the scene's own forbidden sentence (a manual gives both for the same
moment: who said 我是新手啦 should have said 让您久等了), an announced wait, and a call in which the customer is never
heard.  All other scenes need ears for the customer's words, and stay *not observable*.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

from voicemon.phrases.model import Lexicon, RequiredLine
from voicemon.phrases.required import RequiredSaid
from voicemon.types import PhraseHit

SCENE_ONLY: Final = frozenset(
    {
        "greeting_reply", "address_by_name", "silent_call_1", "silent_call_2", "agent_too_quiet", "abuse",
        "chat_greeting", "chat_delay",
    }
)  # fmt: skip
"""Lines whose words are those of an ordinary greeting or apology: only in their scene do they count as said."""

ENDS: Final = frozenset({"greeting", "closing"})
"""Judged by how the call begins and ends, not by a scene."""

BEFORE_S: Final = 5.0
AFTER_S: Final = 15.0
"""A line belongs to a scene that arose so shortly before or after it: the next sentence or two."""

HOLD_LINES: Final = ("hold_ask", "hold_return")
SILENT_CALL_LINE: Final = "silent_call_3"
MOST_KEPT: Final = 200

SAME_PLACE_S: Final = 1.0
"""Each new text is searched with some of what was said before: a line found again there is no second one."""


class Scenes:
    """Remembers which lines were heard and which scenes arose."""

    def __init__(self) -> None:
        self.said: dict[str, float] = {}
        """Lines that count as said wherever they were, by id, and when first."""
        self._heard: dict[str, deque[float]] = {}
        self._waits: deque[tuple[float, float]] = deque(maxlen=MOST_KEPT)
        self._unheard: deque[float] = deque(maxlen=MOST_KEPT)

    def hear(self, lines: Iterable[RequiredSaid]) -> None:
        """Lines that were found in what was said last."""
        for line in lines:
            times = self._heard.setdefault(line.id, deque(maxlen=MOST_KEPT))
            if not times or line.start > times[-1] + SAME_PLACE_S:
                times.append(line.start)
            if line.category not in SCENE_ONLY:
                self.said.setdefault(line.id, line.start)

    def waited(self, start: float, end: float) -> None:
        """The customer was asked to wait at ``start`` and spoken to again at ``end``."""
        self._waits.append((start, end))

    def unheard(self, end: float) -> None:
        """Something that no text tells of was said, or may have been, up to ``end``."""
        self._unheard.append(end)

    def judged(self, lexicon: Lexicon, hits: Iterable[PhraseHit], *, silent_call: bool) -> dict[str, float | None]:
        """Lines whose scene arose, by id: when they were said in it, or ``None`` where they were missing."""
        scenes = {phrase.id: phrase.scene for phrase in lexicon.forbidden}
        found: dict[str, float | None] = {}
        for hit in hits:
            line = _first_of(lexicon, scenes.get(hit.id))
            if line is not None and line.category not in ENDS:
                self._judge(line, hit.start, hit.end, found)
        for line in lexicon.required:
            if line.category in HOLD_LINES:
                for start, end in self._waits:
                    self._judge(line, start, end, found)
            elif line.category == SILENT_CALL_LINE and silent_call and not self._unheard:
                found[line.id] = self.said.get(line.id)
        return found

    def _judge(self, line: RequiredLine, start: float, end: float, found: dict[str, float | None]) -> None:
        """One line in one scene; a line missing in one of several scenes is missing."""
        first, last = start - BEFORE_S, end + AFTER_S
        said = next((at for at in self._heard.get(line.id, ()) if first <= at <= last), None)
        if said is None and any(first <= at <= last for at in self._unheard):
            return
        if line.id not in found or said is None:
            found[line.id] = said


def _first_of(lexicon: Lexicon, scene: str | None) -> RequiredLine | None:
    """The scene's first line; the ones behind it are for when that has not helped, which cannot be told."""
    if scene is None:
        return None
    return next((line for line in lexicon.required if line.scene == scene), None)
