"""Is it the agent, or the customer's voice leaking from the earphone into the agent's microphone?

The leak's level follows the customer's by a constant number of decibels, the *coupling*, which depends on the headset
and the volume.  It is learned while the customer speaks, as the median of the level difference: the agent seldom talks
through half of what the customer says.  A frame of the agent's channel that does not stand clearly above what the
leak explains is not the agent's speech.  Levels need not be calibrated against one another.
"""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np

from voicemon.types import FRAMES_PER_S, Bool, Float64

REACH_FRAMES: Final = 8
"""The leak follows the customer's sound within this: earphone buffer, room, and 20 ms of error between two devices."""

MARGIN_DB: Final = 10.0
"""The agent's speech stands this far above the leak …"""

ONGOING_MARGIN_DB: Final = 0.0
ONGOING_FRAMES: Final = 20
"""… and where it did so a moment ago, this far: weak sounds between strong ones."""

PERCENTILE: Final = 0.5
"""Of the level differences while the customer speaks."""

LOUD_DB: Final = 10.0
"""The coupling is learned from frames within this of the customer's running level: the others hear the room."""

SURE_DB: Final = 6.0
"""A frame this far above the agent's own running level is the agent, whatever the leak."""

LEARN_FRAMES: Final = FRAMES_PER_S // 4
"""Customer speech needed before anything is refused."""

FORGET_FRAMES: Final = 20 * FRAMES_PER_S
"""Customer speech after which an observation counts for 1/e: the volume may have been changed."""

LEVEL_FRAMES: Final = 3 * FRAMES_PER_S
"""Time constant of both speakers' running levels, in frames of their speech."""


class Coupling:
    """A percentile of the level differences in a histogram that forgets; one decibel a bin."""

    LOWEST_DB: Final = -100
    BINS: Final = 160
    REFRESH: Final = 10
    LARGEST: Final = 1e12
    """Newer observations weigh more instead of older ones less; beyond this all are scaled down."""

    def __init__(self) -> None:
        self._bins = [0.0] * self.BINS
        self._total = 0.0
        self._weight = 1.0
        self._growth = float(np.exp(1 / FORGET_FRAMES))
        self._seen = 0
        self._value: float | None = None

    @property
    def db(self) -> float | None:
        """Agent's level less customer's, of the leak alone; ``None`` as long as too little was heard."""
        return self._value if self._seen >= LEARN_FRAMES else None

    def add(self, difference_db: float) -> None:
        at = min(max(int(difference_db) - self.LOWEST_DB, 0), self.BINS - 1)
        self._bins[at] += self._weight
        self._total += self._weight
        self._weight *= self._growth
        self._seen += 1
        if self._seen % self.REFRESH == 0:
            self._value = self._percentile()
            if self._weight > self.LARGEST:
                self._rescale()

    def _percentile(self) -> float:
        wanted, below = PERCENTILE * self._total, 0.0
        at = 0
        while at < self.BINS - 1 and below + self._bins[at] < wanted:
            below += self._bins[at]
            at += 1
        return float(at + self.LOWEST_DB)

    def _rescale(self) -> None:
        self._bins = [weight / self._weight for weight in self._bins]
        self._total /= self._weight
        self._weight = 1.0


class BleedGate:
    """Takes the leak out of the agent's speech decisions.  Stateful; latency 0; any number of frames at a time."""

    def __init__(self) -> None:
        self.coupling = Coupling()
        self._agent_db: float | None = None
        self._customer_db: float | None = None
        self.reset()

    def reset(self) -> None:
        """As after a gap: the last frames are forgotten; what was learned of headset and voices is not."""
        self._recent: deque[float] = deque(maxlen=REACH_FRAMES)
        self._own: deque[float] = deque(maxlen=REACH_FRAMES)
        self._since_customer = REACH_FRAMES
        self._since_clear = ONGOING_FRAMES

    def process(self, agent_db: Float64, customer_db: Float64, agent_speech: Bool, customer_speech: Bool) -> Bool:
        """The agent's speech without the leak.

        All of shape (n,), consecutive 10 ms frames: A-weighted levels in decibels, and each channel's own decisions.
        """
        kept = agent_speech.copy()
        columns = agent_db.tolist(), customer_db.tolist(), agent_speech.tolist(), customer_speech.tolist()
        for index, (mine, theirs, speech, their_speech) in enumerate(zip(*columns, strict=True)):
            self._recent.append(theirs)
            self._own.append(mine)
            self._since_clear += 1
            self._since_customer = 0 if their_speech else self._since_customer + 1
            if self._since_customer >= REACH_FRAMES:
                if speech:
                    self._agent_db = _follow(self._agent_db, mine)
                continue
            loudest = max(self._recent)
            if their_speech:
                self._learn(mine, theirs, loudest)
            if speech and self._leaks(mine, loudest):
                kept[index] = False
        return kept

    def _leaks(self, mine: float, loudest: float) -> bool:
        coupling = self.coupling.db
        if coupling is None or (self._agent_db is not None and mine > self._agent_db + SURE_DB):
            return False
        over = mine - loudest - coupling
        if over >= MARGIN_DB:
            self._since_clear = 0
        return over < (ONGOING_MARGIN_DB if self._since_clear <= ONGOING_FRAMES else MARGIN_DB)

    def _learn(self, mine: float, theirs: float, loudest: float) -> None:
        """Not from faint customer speech, nor from a moment as loud as the agent's own voice, which it may be."""
        self._customer_db = _follow(self._customer_db, theirs)
        if loudest < self._customer_db - LOUD_DB:
            return
        if self._agent_db is None or max(self._own) < self._agent_db:
            self.coupling.add(mine - loudest)


def _follow(running_db: float | None, level_db: float) -> float:
    """A one-pole mean of decibels."""
    return level_db if running_db is None else running_db + (level_db - running_db) / LEVEL_FRAMES
