"""A replay on the dashboard: the analysis in one thread as fast as it can, the player in this one."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Final

from voicemon.cli.lines import PlainLines
from voicemon.player import Player, Timeline
from voicemon.session import Outcome, Replay
from voicemon.strings import Language
from voicemon.types import Snapshot
from voicemon.ui.dashboard import Dashboard, Ending
from voicemon.ui.player import PlayerView

LAST_LOOK_S: Final = 1.0
"""The end of a recording stays on screen this long."""

KEYS: Final = ("q", "?", "space", "left", "n", "+", "m")
"""What a replay offers; each name stands for itself and its counterpart."""

CUT_SHORT: Final = (Ending.INTERRUPTED, Ending.TERMINATED, Ending.TERMINAL_GONE)


def play(session: Replay, language: Language, frames_per_s: float, pace: float, stop: threading.Event) -> Outcome:
    """Show ``session`` until it has been played or somebody ends it; gives how it ended, with its summary printed."""
    timeline = Timeline()
    player = Player(timeline, pace or 1.0, time.monotonic)
    with ThreadPoolExecutor(1, thread_name_prefix="analysis") as pool:
        analysis = pool.submit(session.run, stop=stop, watch=timeline.append)
        try:
            frames = _Frames(session, timeline, player, analysis, follow=pace == 0)
            ending = Dashboard(language, keys=KEYS).run(frames.next, player.key, frames_per_s)
        finally:
            finished = analysis.done()
            stop.set()
        outcome = analysis.result()
    if ending is not Ending.TERMINAL_GONE:
        assert outcome.summary is not None, "a replay is one call"
        PlainLines(language)(outcome.summary)
    cut_short = ending in CUT_SHORT
    return replace(outcome, interrupted=cut_short or (outcome.interrupted and finished))


class _Frames:
    """What to draw next."""

    def __init__(
        self, session: Replay, timeline: Timeline, player: Player, analysis: Future[Outcome], *, follow: bool
    ) -> None:
        self._info = session.monitor.info
        self._timeline = timeline
        self._player = player
        self._analysis = analysis
        self._follow = follow
        self._ended: float | None = None
        self._first = session.look()

    def next(self) -> tuple[Snapshot, PlayerView] | None:
        player, last = self._player, self._timeline.last
        if self._follow and last is not None:
            player.position_s = last.t
        shown = player.advance() or self._first
        analysed_s = last.t if last is not None else 0.0
        if self._analysis.done() and not player.paused and player.position_s >= analysed_s:
            self._ended = self._ended if self._ended is not None else time.monotonic()
            if time.monotonic() - self._ended > LAST_LOOK_S:
                return None
        else:
            self._ended = None
        if self._analysis.done() and self._analysis.exception() is not None:
            return None
        marks = tuple(line.start for line in last.alerts) if last is not None else ()
        duration_s = analysed_s if self._analysis.done() else self._info.duration_s
        view = PlayerView(player.position_s, duration_s, player.pace, player.paused, analysed_s, marks)
        return replace(shown, marks=tuple(player.marks)) if player.marks else shown, view
