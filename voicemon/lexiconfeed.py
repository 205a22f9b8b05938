"""A changed lexicon is taken over while a live session runs, between two utterances.

The thread that owns the calls looks at the files once a second and swaps the lexicon; the recogniser's thread, which
has the time between two texts, reads them and makes the searches.  A file with a fault changes nothing but the first
line of the screen, until it is mended.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Final

from voicemon.asr.worker import AsrWorker
from voicemon.calls import Calls
from voicemon.errors import ConfigError
from voicemon.events import LexiconEvent
from voicemon.liveview import LiveView
from voicemon.phrases.model import Lexicon
from voicemon.phrases.searches import searches
from voicemon.phrases.watch import LexiconWatch
from voicemon.types import Role
from voicemon.vitals import Vitals

PERIOD_S: Final = 1.0
"""A look costs a call of the system for each file; nobody waits for a lexicon by the second."""

TAKEN: Final = "lexicon_taken"

_log: Final = logging.getLogger("voicemon")


class LexiconFeed:
    """See the module.  :meth:`turn` is for the thread that owns the calls."""

    def __init__(
        self, lexicon: Lexicon, watch: LexiconWatch, worker: AsrWorker | None, clock: Callable[[], float]
    ) -> None:
        self.lexicon = lexicon
        """The one in force, for the next call."""
        self._watch = watch
        self._worker = worker
        self._clock = clock
        self._due = clock()
        self._under_way = False
        self._results: SimpleQueue[Lexicon | ConfigError] = SimpleQueue()
        self._next: Lexicon | None = None
        self._fault: str | None = None

    def turn(self, calls: Calls, vitals: Vitals, view: LiveView) -> None:
        """Look whether it is time to look, whether a lexicon has been read, and whether it can be taken."""
        if self._worker is None or self._watch.idle:
            return
        self._look(self._worker)
        try:
            found = self._results.get_nowait()
        except Empty:
            pass
        else:
            self._under_way = False
            self._weigh(found, calls, vitals)
        if self._next is not None and _between_utterances(calls):
            self.lexicon, self._next = self._next, None
            self._take(calls, view)

    def _look(self, worker: AsrWorker) -> None:
        now = self._clock()
        if now >= self._due:
            self._due = now + PERIOD_S
            if self._watch.changed() and not self._under_way:
                self._under_way = True
                worker.errand(self._read)

    def _read(self) -> None:
        """On the recogniser's thread."""
        try:
            lexicon = self._watch.take()
        except ConfigError as error:
            self._results.put(error)
            return
        searches(lexicon).prepare()
        self._results.put(lexicon)

    def _weigh(self, found: Lexicon | ConfigError, calls: Calls, vitals: Vitals) -> None:
        if isinstance(found, ConfigError):
            fault = str(found)
            if fault != self._fault:
                _log.warning("the lexicon in force stays: %s", fault)
                event = LexiconEvent(t=calls.current.monitor.now, lexicons=self.lexicon.record, error=fault)
                calls.tell([event])
            self._fault = vitals.lexicon_fault = fault
            self._next = None
            return
        self._fault = vitals.lexicon_fault = None
        self._next = found if found != self.lexicon else None

    def _take(self, calls: Calls, view: LiveView) -> None:
        monitor = calls.current.monitor
        monitor.use_lexicon(self.lexicon)
        sources = self.lexicon.record
        _log.info("lexicon: %s", ", ".join(f"{s['name']} {s['sha256']}" for s in sources))
        calls.tell([LexiconEvent(t=monitor.now, lexicons=sources)])
        view.notice(TAKEN)


def _between_utterances(calls: Calls) -> bool:
    """The agent does not speak and no text is awaited: a sentence is judged by one lexicon from first to last."""
    call = calls.current
    return call.monitor.voices[Role.AGENT].segmenter.current is None and not call.awaited
