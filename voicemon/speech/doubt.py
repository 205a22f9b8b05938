"""Silero's opinion where there is something to have one about: of chunks in which anything stands out of the noise."""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np

from voicemon.speech.silero import CHUNK, CONTEXT, SpeechNet
from voicemon.types import SPEECH_FRAME, Bool, Float32

GOES_ON: Final = 10
"""Chunks that are listened to behind the last loud one: 0.32 s, the pauses within words and between them."""

WARM_UP: Final = 8
"""Chunks heard again when listening begins anew, so that the network's memory holds the moment before: 0.26 s."""

UNHEARD: Final = 0.0


class SpeechOpinion:
    """The probability of speech in successive chunks of one channel; any number of frames at a time.

    A chunk in which nothing is loud, and nothing was for :data:`GOES_ON` chunks, has :data:`UNHEARD`: in silence the
    network does not run.  Its memory begins anew after that, which also keeps it from drifting.
    """

    def __init__(self) -> None:
        self._net = SpeechNet()
        self.reset()

    def reset(self) -> None:
        self._sound: Float32 = np.zeros(CONTEXT + WARM_UP * CHUNK, np.float32)
        """What is behind: the context and chunks to warm up with, then samples of the chunk to come."""
        self._first = 0
        """The frame of the oldest flag."""
        self._loud: deque[bool] = deque()
        self._quiet_for = GOES_ON + 1
        self._asleep = True
        self.chunks = 0
        """How many have been heard."""
        self._known: deque[float] = deque()

    def process(self, samples: Float32, loud: Bool) -> None:
        """``samples`` at 16 kHz in ±1: whole frames, each with a flag whether it stands out of the noise."""
        self._sound = np.concatenate((self._sound, samples))
        self._loud.extend(loud.tolist())
        behind = CONTEXT + WARM_UP * CHUNK
        count = (len(self._sound) - behind) // CHUNK
        if not count:
            return
        windows = np.lib.stride_tricks.sliding_window_view(self._sound, CONTEXT + CHUNK)[::CHUNK]
        for chunk, wanted in enumerate(self._wanted(count)):
            if not wanted:
                self._asleep = True
                self._known.append(UNHEARD)
                continue
            first = WARM_UP + chunk
            if self._asleep:
                self._net.reset()
                first, self._asleep = chunk, False
            self._known.append(self._net.process(windows[first : WARM_UP + chunk + 1])[-1])
        self.chunks += count
        self._sound = self._sound[count * CHUNK :]

    def _wanted(self, count: int) -> list[bool]:
        wanted = []
        for chunk in range(self.chunks, self.chunks + count):
            begin, end = chunk * CHUNK // SPEECH_FRAME, -(-(chunk + 1) * CHUNK // SPEECH_FRAME)
            while self._first < begin:
                self._loud.popleft()
                self._first += 1
            loud = any(self._loud[index] for index in range(end - begin))
            self._quiet_for = 0 if loud else self._quiet_for + 1
            wanted.append(self._quiet_for <= GOES_ON)
        return wanted

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
