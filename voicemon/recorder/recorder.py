"""Records calls beside the meters: one FLAC file a call, written on a thread of its own.

Only what the source gave out is ever recorded: a muted stretch comes as a :class:`~voicemon.types.Gap`, so it is zeros.
A gap of any cause is written as zeros of its own length, so that a time in the events is the same time in the file,
counted from the first sample of the call.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from voicemon.errors import ConfigError
from voicemon.recorder.flac import LAYOUTS, WRITE_ERRORS, FlacFile
from voicemon.recorder.folder import Clock, check_folder, create, expire, utc_now
from voicemon.types import Block, Gap, SourceInfo

QUEUE_S: Final = 20.0
"""Sound that may wait for the disk: 8 MB at 48 kHz and two channels.  A disk that spins up takes up to ten seconds."""

CLOSE_S: Final = 5.0
"""Leaving must not wait for ever for a disk that hangs."""


@dataclass(frozen=True, slots=True)
class _Begin:
    sequence: int
    """Counts the calls of this recorder."""
    number: int
    begun: datetime


@dataclass(frozen=True, slots=True)
class _End:
    last: bool
    """The recorder is being closed."""


_NO_CALL: Final = _Begin(0, 0, datetime.min)


class Recorder:
    """:meth:`begin_call`, :meth:`write` and :meth:`end_call` are for one thread, which they never hold up.

    Nothing of it raises but the constructor (:class:`ConfigError` where ``folder`` cannot be used).  When sound cannot
    be written, ``fault`` says why, that call's recording stops, and the next call is recorded again if it can be.
    A call in which nothing comes leaves no file.
    """

    def __init__(self, folder: Path, info: SourceInfo, *, keep_days: int, clock: Clock = utc_now) -> None:
        """``keep_days``: older recordings are deleted now and at each call's begin; 0: all earlier ones, and only now.

        ``clock`` gives the time of day, for the names of the files and their age.
        """
        if len(info.roles) not in LAYOUTS:
            raise ConfigError(f"{len(info.roles)} channels cannot be recorded", "record one or two")
        check_folder(folder)
        self.fault: str | None = None
        """Why recordings are not whole; the first reason of all."""
        self._folder = folder
        self._rate = info.sample_rate
        self._channels = len(info.roles)
        self._keep_days = keep_days
        self._clock = clock
        self._limit = round(QUEUE_S * info.sample_rate)
        self._queue: SimpleQueue[Block | Gap | _Begin | _End] = SimpleQueue()
        # What follows is written by the caller's thread alone ...
        self._sequence = self._put_in = self._missed = 0
        self._in_call = self._overflowed = False
        # ... and this by the recorder's alone, so that neither needs a lock.
        self._failed = self._taken_out = self._discarded = self._written = 0
        self._call = _NO_CALL
        self._file: FlacFile | None = None
        self._thread: threading.Thread | None = threading.Thread(target=self._work, name="recorder", daemon=True)
        self._thread.start()

    @property
    def recording(self) -> bool:
        """Whether what is heard now goes to disk."""
        return self._in_call and not self._overflowed and self._failed != self._sequence

    @property
    def seconds(self) -> float:
        """Sound of the current or last call that is written."""
        return self._written / self._rate

    @property
    def missed_s(self) -> float:
        """Sound that should have been recorded and was not, over all calls."""
        return (self._missed + self._discarded) / self._rate

    def begin_call(self, number: int) -> None:
        """Call ``number`` begins with the next item; one that is still open ends."""
        self._in_call = self._thread is not None
        self._overflowed = False
        self._sequence += 1
        self._queue.put(_Begin(self._sequence, number, self._clock()))

    def end_call(self) -> None:
        """The call is over, and its file complete as soon as it is written."""
        if self._in_call:
            self._in_call = False
            self._queue.put(_End(last=False))

    def write(self, item: Block | Gap) -> None:
        """The next item of the source; ignored between two calls."""
        size = _length(item)
        if not self._in_call or not size:
            return
        if not self.recording:
            self._missed += size
            return
        held = _held(item)
        if self._put_in - self._taken_out + held > self._limit:
            self._overflowed = True
            self._missed += size
            self._tell(f"recording to {self._folder} stopped: the disk is too slow")
            return
        self._put_in += held
        self._queue.put(item)

    def close(self) -> None:
        """Finish the open file; takes :data:`CLOSE_S` at most."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._in_call = False
        self._queue.put(_End(last=True))
        thread.join(CLOSE_S)
        if thread.is_alive():
            self._tell(f"the recording in {self._folder} is not complete: the disk does not answer")

    # ------------------------------------------------------------------------------------------- recorder thread

    def _work(self) -> None:
        expire(self._folder, self._keep_days, self._clock)
        try:
            while self._take(self._queue.get()):
                pass
        except BaseException as error:
            # A defect of ours: whoever looks must see it, and so must whoever reads the log.
            self._fail(f"{type(error).__name__}: {error}")
            raise

    def _take(self, item: Block | Gap | _Begin | _End) -> bool:
        """Do one thing; false after the last."""
        try:
            if isinstance(item, _Begin):
                self._begin(item)
            elif isinstance(item, _End):
                self._finish()
            else:
                self._put(item)
        except WRITE_ERRORS as error:
            self._fail(_reason(error))
        return not (isinstance(item, _End) and item.last)

    def _begin(self, call: _Begin) -> None:
        self._finish()
        self._call, self._written = call, 0
        if self._keep_days:
            expire(self._folder, self._keep_days, self._clock)

    def _put(self, item: Block | Gap) -> None:
        self._taken_out += _held(item)
        if self._failed == self._call.sequence:
            self._discarded += _length(item)
            return
        if self._file is None:
            descriptor = create(self._folder, self._call.number, self._call.begun)
            self._file = FlacFile(descriptor, self._rate, self._channels)
        if isinstance(item, Gap):
            self._file.write_zeros(item.end - item.start)
        else:
            self._file.write(item.samples)
        self._written = self._file.samples

    def _finish(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            try:
                file.close()
            except WRITE_ERRORS as error:
                self._tell(f"the end of a recording in {self._folder} is lost: {_reason(error)}")

    def _fail(self, reason: str) -> None:
        self._failed = self._call.sequence
        file, self._file = self._file, None
        if file is not None:
            file.abandon()
        self._tell(f"recording to {self._folder} stopped: {reason}")

    def _tell(self, fault: str) -> None:
        self.fault = self.fault or fault


def _length(item: Block | Gap) -> int:
    return item.end - item.start if isinstance(item, Gap) else item.samples.shape[1]


def _held(item: Block | Gap) -> int:
    """How much of the queue's room ``item`` takes: a gap is as small as one sample."""
    return 1 if isinstance(item, Gap) else item.samples.shape[1]


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error)
