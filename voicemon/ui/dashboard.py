"""The dashboard's loop: in the main thread, eight frames a second, nothing drawn that has not changed."""

from __future__ import annotations

import math
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from types import FrameType
from typing import Final, TextIO

from voicemon.strings import Language
from voicemon.types import Snapshot
from voicemon.ui.keys import Keys, TerminalGoneError, keyboard
from voicemon.ui.player import PlayerView
from voicemon.ui.screen import View, screen
from voicemon.ui.terminal import Terminal

MOVING_S: Final = 0.4
"""Two changes within this time: the picture moves."""
STILL_PERIOD_S: Final = 0.25
"""Else, as while nobody speaks, it is looked at this often only: every look wakes the processor."""

NextFrame = Callable[[], "tuple[Snapshot, PlayerView | None] | None"]

QUIT_KEY: Final = "q"
HELP_KEY: Final = "?"
_STOP_SIGNALS: Final = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))

_SUSPEND: Final = getattr(signal, "SIGTSTP", None)
"""Ignored: a suspended monitor would lose the audio and leave the terminal without an echo."""


class Ending(Enum):
    """Why the dashboard ended: what to do about the exit code is its caller's business."""

    FINISHED = "finished"
    """There was no next frame."""
    QUIT = "quit"
    INTERRUPTED = "interrupted"
    """Ctrl-C."""
    TERMINATED = "terminated"
    """SIGTERM."""
    TERMINAL_GONE = "terminal_gone"
    """The terminal was closed, or SIGHUP."""


class Dashboard:
    """Draws snapshots until there are none, or somebody ends it; the terminal is left as it was found, come what may.

    An exception of ``next_frame``, ``on_key`` or of the drawing passes through after the terminal has been restored: a
    screen that stands still without saying so would be worse than none.
    """

    def __init__(
        self,
        language: Language,
        *,
        keys: tuple[str, ...] | None = None,
        stream: TextIO | None = None,
        stdin: TextIO | None = None,
    ) -> None:
        self._language: Language = language
        self._keys = keys
        self._stream = stream if stream is not None else sys.stdout
        self._stdin = stdin
        self._held: Snapshot | None = None
        self._drawn: View | None = None
        self._size = (0, 0)
        self._help = False

    def run(self, next_frame: NextFrame, on_key: Callable[[str], None], frames_per_s: float = 8.0) -> Ending:
        """Draw what ``next_frame`` gives until that is ``None``; ``on_key`` gets the keys other than q and ?."""
        with _stopping() as stopped:
            try:
                with keyboard(self._stdin) as keys, Terminal(self._stream) as terminal:
                    beats = _Beats(1.0 / frames_per_s)
                    while True:
                        frame = next_frame()
                        if frame is None:
                            return Ending.FINISHED
                        beats.drawn(changed=self._show(terminal, *frame))
                        ending = self._listen(keys, beats, stopped, on_key)
                        if ending is not None:
                            return ending
            except TerminalGoneError:
                return stopped() or Ending.TERMINAL_GONE

    def _listen(
        self, keys: Keys, beats: _Beats, stopped: Callable[[], Ending | None], on_key: Callable[[str], None]
    ) -> Ending | None:
        """Keys and signals until the next frame is due; how it ends, where it does."""
        while (ending := stopped()) is None and (left_s := beats.due - time.monotonic()) > 0:
            for key in keys.wait(left_s):
                if key == QUIT_KEY:
                    return Ending.QUIT
                self._pressed(key, on_key)
                beats.hurry()
        return ending

    def _pressed(self, key: str, on_key: Callable[[str], None]) -> None:
        if key == HELP_KEY or (self._help and key == "esc"):
            self._help = not self._help
        else:
            on_key(key)

    def _show(self, terminal: Terminal, now: Snapshot, player: PlayerView | None) -> bool:
        """Draw it, if that changes anything; gives whether it did."""
        size = terminal.size()
        view = View(now, self._hold(now), self._language, player, self._help, self._keys)
        if size == self._size and self._drawn is not None and _same(view, self._drawn):
            return False
        terminal.draw(screen(view, *size), size)
        self._drawn, self._size = view, size
        return True

    def _hold(self, now: Snapshot) -> Snapshot:
        """The snapshot whose figures are written: a new one every second of the source's clock, or when it jumped."""
        held = self._held
        # Neither the first figure nor the loss of one waits for a full second.
        if held is None or None in (held.level.now_db, now.level.now_db) or math.floor(held.t) != math.floor(now.t):
            self._held = held = now
        return held


def _same(view: View, drawn: View) -> bool:
    """Nothing to draw: the very same snapshots (they are never changed), and nothing else differs."""
    same_snapshots = view.now is drawn.now and view.held is drawn.held
    return same_snapshots and (view.player, view.help) == (drawn.player, drawn.help)


class _Beats:
    """When the next frame is due; after a late frame the beat starts anew instead of catching up."""

    def __init__(self, period_s: float) -> None:
        self._period_s = period_s
        self.due = time.monotonic()
        self._before = self._last = self.due
        """When the picture changed last, and when before that."""

    def drawn(self, *, changed: bool) -> None:
        """A frame was looked at, and drawn if it ``changed`` the picture."""
        now = time.monotonic()
        if changed:
            self._before, self._last = self._last, now
        moving = now - self._before < MOVING_S
        self.due = max(self.due + (self._period_s if moving else max(self._period_s, STILL_PERIOD_S)), now)

    def hurry(self) -> None:
        """A key was pressed: what it does is to be seen."""
        self._before = self._last = now = time.monotonic()
        self.due = min(self.due, now + self._period_s)


@contextmanager
def _stopping() -> Iterator[Callable[[], Ending | None]]:
    """Signals as a flag that the loop looks at, so that they cut nothing in half; a second Ctrl-C is one as usual."""
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    received: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGINT and received:
            raise KeyboardInterrupt
        received.append(number)

    def ending() -> Ending | None:
        if not received:
            return None
        first = received[0]
        if first == signal.SIGINT:
            return Ending.INTERRUPTED
        return Ending.TERMINATED if first == signal.SIGTERM else Ending.TERMINAL_GONE

    before = {number: signal.signal(number, note) for number in _STOP_SIGNALS}
    if _SUSPEND is not None:
        before[_SUSPEND] = signal.signal(_SUSPEND, signal.SIG_IGN)
    try:
        yield ending
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
