"""Silero's opinion where there is something to have one about: of chunks in which anything stands out of the noise."""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from typing import Final

import numpy as np

from voicemon.speech.silero import CHUNK, CONTEXT, SpeechNet
from voicemon.types import SPEECH_FRAME, Bool, Float32

GOES_ON: Final = 10
"""Chunks that are listened to behind the last loud one: 0.32 s, the pauses within words and between them."""

FORGETS: Final = 625
"""After so many chunks without sound (20 s) the network's memory begins anew: in endless sound it would drift.  Until
then it is kept as it was: begun anew at every sound it took one bark in three for a voice.
"""

UNHEARD: Final = 0.0


class SpeechOpinion:
    """The probability of speech in successive chunks of one channel; any number of frames at a time.

    A chunk in which nothing is loud, and nothing was for :data:`GOES_ON` chunks, has :data:`UNHEARD`: in silence the
    network does not run.
    """

    def __init__(self) -> None:
        self._net = SpeechNet()
        self.reset()

    def reset(self) -> None:
        self._net.reset()
        self._sound: Float32 = np.zeros(CONTEXT, np.float32)
        """The context, then samples of the chunk to come."""
        self._first = 0
        """The frame of the oldest flag."""
        self._loud: deque[bool] = deque()
        self._quiet_for = GOES_ON + 1
        self.chunks = 0
        """How many have been heard."""
        self._known: deque[float] = deque()

    def process(self, samples: Float32, loud: Bool) -> None:
        """``samples`` at 16 kHz in ±1: whole frames, each with a flag whether it stands out of the noise."""
        self._sound = np.concatenate((self._sound, samples))
        self._loud.extend(loud.tolist())
        count = (len(self._sound) - CONTEXT) // CHUNK
        if not count:
            return
        windows = np.lib.stride_tricks.sliding_window_view(self._sound, CONTEXT + CHUNK)[::CHUNK]
        wanted, anew = self._wanted(count)
        for begin, end in pairwise((0, *anew, count)):
            if begin in anew:
                self._net.reset()
            heard = iter(self._net.process(windows[begin:end][wanted[begin:end]]) if any(wanted[begin:end]) else ())
            self._known.extend(next(heard) if listened else UNHEARD for listened in wanted[begin:end])
        self.chunks += count
        self._sound = self._sound[count * CHUNK :]

    def _wanted(self, count: int) -> tuple[list[bool], list[int]]:
        """Whether to listen to each of the next chunks, and those of them before which to forget."""
        wanted, anew = [], []
        for chunk in range(self.chunks, self.chunks + count):
            begin, end = chunk * CHUNK // SPEECH_FRAME, -(-(chunk + 1) * CHUNK // SPEECH_FRAME)
            while self._first < begin:
                self._loud.popleft()
                self._first += 1
            loud = any(self._loud[index] for index in range(end - begin))
            if loud and self._quiet_for > FORGETS:
                anew.append(chunk - self.chunks)
            self._quiet_for = 0 if loud else self._quiet_for + 1
            wanted.append(self._quiet_for <= GOES_ON)
        return wanted, anew

    def around(self, frame: int, last: int) -> float:
        """The largest probability of the chunks that end between the begin of ``frame`` and the end of frame
        ``last``; of the one before where there is none."""
        newest = min((last + 1) * SPEECH_FRAME // CHUNK, self.chunks) - 1
        oldest = min(frame * SPEECH_FRAME // CHUNK, newest)
        if newest < 0:
            return UNHEARD
        offset = len(self._known) - self.chunks
        return max(self._known[offset + chunk] for chunk in range(oldest, newest + 1))

    def forget(self, frame: int) -> None:
        """Nothing before ``frame`` will be asked for any more."""
        oldest = frame * SPEECH_FRAME // CHUNK - 1
        while self.chunks - len(self._known) < min(oldest, self.chunks - 1):
            self._known.popleft()
