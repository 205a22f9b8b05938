"""What a monitor hears with: a front end a channel and the bleed gate, handed on from call to call.

A channel's sound may come and go.  Where it is absent its front end rests and its frames stand for nothing; when it
comes back that channel alone begins anew.  All channels' frames come out together, whatever each one's latency.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from voicemon.channel import Features, FrontEnd, Syllables
from voicemon.gather import Gatherer, absent_of
from voicemon.speech.bleed import BleedGate
from voicemon.types import FRAMES_PER_S, Block, Bool, Float32, Gap, Role, SourceInfo

NO_LEVEL_DB: Final = -120.0
"""Level of a frame without sound, for what wants a number; nobody's voice or room."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Consecutive frames of all channels, and nuclei that became certain."""

    features: dict[Role, Features]
    speech: dict[Role, Bool]
    """Speech decisions without the customer's voice out of the agent's earphone."""
    syllables: dict[Role, tuple[Syllables, ...]]
    absent: tuple[str | None, ...]
    """Frame by frame why the customer's sound is not there; ``None`` where it is."""


NOTHING: Final = Heard({}, {}, {}, ())
"""While sound waits for more to come."""


class Hearing:
    """Blocks in, frames of all channels out; any block size gives the same frames."""

    def __init__(self, info: SourceInfo, history_s: float) -> None:
        self._roles = info.roles
        self._gatherer = Gatherer(info.sample_rate)
        self._channels = {role: _Channel(info.sample_rate, history_s, role) for role in info.roles}
        self._bleed = BleedGate() if Role.CUSTOMER in info.roles else None
        self._flushed = False

    @property
    def first(self) -> int:
        """After a reset: the next frame to come."""
        return self._channels[self._roles[0]].next

    def history(self, role: Role, first: int, last: int) -> tuple[int, Float32]:
        """Samples ``first`` to ``last`` of a channel at 16 kHz, as far as they are kept, and the first one's index."""
        return self._channels[role].front.history.cut(first, last)

    def process(self, block: Block) -> Heard:
        """The frames that became complete with ``block``, or with those gathered before it."""
        if self._flushed:
            self.reset(block.start)
        gathered = self._gatherer.take(block)
        return NOTHING if gathered is None else self._work_off(gathered)

    def catch_up(self) -> Heard:
        """The frames of sound that waits for more to come."""
        rest = self._gatherer.rest()
        return NOTHING if rest is None else self._work_off(rest)

    def _work_off(self, block: Block) -> Heard:
        absent = absent_of(block)
        for role, row in zip(self._roles, block.samples, strict=True):
            self._channels[role].process(block.start, row, absent if role is Role.CUSTOMER else ())
        return self._take()

    def flush(self) -> Heard:
        """The frames still held back, as if silence followed; filters and noise floors begin anew with the next block.

        Frames that only one channel could still give are dropped, and so is what :meth:`catch_up` would have given.
        """
        self._gatherer.rest()
        for channel in self._channels.values():
            channel.flush()
        self._flushed = True
        heard = self._take()
        for channel in self._channels.values():
            channel.drop()
        return heard

    def reset(self, start: int) -> None:
        """Begin anew at sample ``start`` of the source's clock, as after a gap."""
        self._gatherer.rest()
        for channel in self._channels.values():
            channel.reset(start)
        if self._bleed is not None:
            self._bleed.reset()
        self._flushed = False

    def _take(self) -> Heard:
        count = min(channel.waiting for channel in self._channels.values())
        taken = {role: channel.take(count) for role, channel in self._channels.items()}
        features = {role: part for role, (part, _, _) in taken.items()}
        return Heard(
            features,
            self._without_bleed(features),
            {role: syllables for role, (_, syllables, _) in taken.items()},
            taken[Role.CUSTOMER][2] if Role.CUSTOMER in taken else (None,) * count,
        )

    def _without_bleed(self, features: dict[Role, Features]) -> dict[Role, Bool]:
        speech = {role: f.speech for role, f in features.items()}
        if self._bleed is not None:
            agent, customer = features[Role.AGENT], features[Role.CUSTOMER]
            speech[Role.AGENT] = self._bleed.process(agent.level_db, customer.level_db, agent.speech, customer.speech)
        return speech


class _Channel:
    """One channel's frames in order, those without sound among them; holds them until they are taken."""

    def __init__(self, sample_rate: int, history_s: float, role: Role) -> None:
        self._rate = sample_rate
        self.front = FrontEnd(sample_rate, history_s, telephone=role is Role.CUSTOMER)
        self.next = 0
        """The frame after the last one held."""
        self._here = True
        self._cause = ""
        self.drop()

    @property
    def waiting(self) -> int:
        return len(self._causes)

    def process(self, start: int, samples: Float32, absent: Sequence[Gap]) -> None:
        """Samples from ``start`` on; ``absent``: where among them, in order, there is no sound."""
        at = start
        for gap in absent:
            self._sound(at, samples[at - start : gap.start - start])
            self._absence(gap)
            at = gap.end
        self._sound(at, samples[at - start :])

    def flush(self) -> None:
        if self._here:
            self._add(*self.front.flush())

    def drop(self) -> None:
        self._features: list[Features] = []
        self._causes: list[str | None] = []
        self._syllables: list[Syllables] = []

    def reset(self, start: int) -> None:
        self.drop()
        self.front.reset(start)
        self.next, self._here = self.front.first, True

    def take(self, count: int) -> tuple[Features, tuple[Syllables, ...], tuple[str | None, ...]]:
        """The next ``count`` frames, all nuclei that have come, and why frames are not there."""
        held = self._features[0] if len(self._features) == 1 else _joined(self._features, self.next)
        taken = held if count == len(held) else part(held, 0, count)
        self._features = [] if count == len(held) else [part(held, count, len(held))]
        causes, self._causes = tuple(self._causes[:count]), self._causes[count:]
        syllables, self._syllables = tuple(self._syllables), []
        return taken, syllables, causes

    def _sound(self, start: int, samples: Float32) -> None:
        if not len(samples):
            return
        if not self._here:
            self.front.reset(start)
            self._lack(self.front.first)
            self._here = True
        self._add(*self.front.process(samples))

    def _absence(self, gap: Gap) -> None:
        if gap.end <= gap.start:
            return
        self.flush()
        self._here, self._cause = False, gap.cause
        self._lack(gap.end * FRAMES_PER_S // self._rate)

    def _add(self, features: Features, syllables: Syllables) -> None:
        if len(features):
            self._features.append(features)
            self._causes += [None] * len(features)
            self.next += len(features)
        if len(syllables.counts):
            self._syllables.append(syllables)

    def _lack(self, end: int) -> None:
        """Frames up to ``end`` have no sound, or not all of it."""
        count = end - self.next
        if count > 0:
            self._features.append(_empty(self.next, count))
            self._causes += [self._cause] * count
            self.next = end


def _empty(first: int, count: int) -> Features:
    zeros, no = np.zeros(count), np.zeros(count, np.bool_)
    nothing = np.full(count, NO_LEVEL_DB)
    return Features(first, zeros, zeros, zeros, no, zeros, nothing, nothing, no)


def _joined(parts: list[Features], end: int) -> Features:
    """Parts that follow one another as one; of none, nothing before frame ``end``."""
    if not parts:
        return _empty(end, 0)
    return Features(parts[0].first, *(np.concatenate([getattr(p, name) for p in parts]) for name in _ARRAYS))


def part(features: Features, start: int, end: int) -> Features:
    """Frames ``start`` to ``end`` of ``features``, counted from its first."""
    return Features(features.first + start, *(getattr(features, name)[start:end] for name in _ARRAYS))


_ARRAYS: Final = tuple(item.name for item in fields(Features) if item.name != "first")
