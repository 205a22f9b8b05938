"""Two sound cards with clocks of their own, simulated: ``python -m bench.drift [--minutes 60]``.

Each card has a rate off by some parts in a million and delivers its blocks late by jitter: exponential, with stalls in
which several blocks wait and come at once.  A customer sample's value is the true moment it was taken at, so that each
sample of the paired stream says how far it is from where it belongs.
"""

from __future__ import annotations

import argparse
import heapq
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np

from bench.report import table, write
from voicemon.audio.align import Aligner, PairedBlock
from voicemon.types import Block, Role

SETTLED_S = 5.0
"""The first blocks of a card may all be late; from here on the alignment is judged."""

MEASURED_S = 600.0
STALL_EVERY_S = 30.0


@dataclass(frozen=True)
class Card:
    """A simulated sound card; ``ppm``: how much faster than nominal it runs; ``begins_s``: when it is switched on."""

    rate: int
    ppm: float
    jitter_s: float
    stall_s: float
    seed: int
    begins_s: float = 0.0
    block_s: float = 0.02
    lump: int = 1
    """Blocks that are delivered together."""

    def moment(self, index: int) -> float:
        """When sample ``index`` is taken."""
        return self.begins_s + index / (self.rate * (1 + self.ppm * 1e-6))

    def deliveries(self, until_s: float, role: Role) -> Iterator[tuple[float, Role, int, int]]:
        """Moment of arrival, ``role``, first index and the one after the last of each block, in order."""
        rng = np.random.default_rng(self.seed)
        size = round(self.block_s * self.rate)
        first, arrived, stalled_until = 0, 0.0, 0.0
        while self.moment(first) < until_s:
            due = self.moment(first + size * self.lump)
            if rng.random() < self.block_s * self.lump / STALL_EVERY_S:
                stalled_until = due + self.stall_s
            arrived = max(arrived + 1e-5, stalled_until, due + rng.exponential(self.jitter_s))
            for _ in range(self.lump):
                yield arrived, role, first, first + size
                first += size


@dataclass(frozen=True)
class Row:
    """What became of one pair of cards."""

    case: str
    agent_ppm: float
    customer_ppm: float
    true_ppm: float
    ppm_error_after_10_min: float | None
    ppm_error_worst_later: float | None
    misaligned_ms_worst: float
    misaligned_ms_mean: float
    latency_ms_worst: float
    absent_ms: float
    """Customer sound missing after the start."""


def simulate(case: str, agent: Card, customer: Card, minutes: float) -> Row:
    """Both cards' deliveries in the order of their arrival through an :class:`Aligner`."""
    until_s = minutes * 60
    aligner = Aligner(agent.rate, customer.rate)
    true_ppm = ((1 + customer.ppm * 1e-6) / (1 + agent.ppm * 1e-6) - 1) * 1e6
    streams = agent.deliveries(until_s, Role.AGENT), customer.deliveries(until_s, Role.CUSTOMER)
    errors: list[float] = []
    latency = absent = 0.0
    ppm_errors: list[float] = []
    for arrived, role, first, last in heapq.merge(*streams):
        if role is Role.CUSTOMER:
            moments = customer.begins_s + np.arange(first, last) / (customer.rate * (1 + customer.ppm * 1e-6))
            aligner.customer(Block(first, moments.astype(np.float32)[np.newaxis]), arrived)
            continue
        block = Block(first, np.zeros((1, last - first), np.float32))
        for item in aligner.agent(block, arrived):
            assert isinstance(item, PairedBlock)
            end = item.start + item.samples.shape[1]
            if agent.moment(item.start) < customer.begins_s + SETTLED_S:
                continue
            latency = max(latency, (last - end) / agent.rate)
            absent += sum(gap.end - gap.start for gap in item.absent) / agent.rate
            if not item.absent:
                errors.append(abs(float(item.samples[1, -1]) - agent.moment(end - 1)))
        if arrived > MEASURED_S and aligner.drift.ppm is not None:
            ppm_errors.append(abs(aligner.drift.ppm - true_ppm))
    return Row(
        case,
        agent.ppm,
        customer.ppm,
        round(true_ppm, 2),
        round(ppm_errors[0], 3) if ppm_errors else None,
        round(max(ppm_errors), 3) if ppm_errors else None,
        round(max(errors) * 1e3, 2),
        round(float(np.mean(errors)) * 1e3, 2),
        round(latency * 1e3, 1),
        round(absent * 1e3, 1),
    )


def cases() -> Iterator[tuple[str, Card, Card]]:
    """Cards from calm to wild.  Their rates are low, since only time matters here."""
    yield "same clock", Card(1600, 0, 0.002, 0, 1), Card(1600, 0, 0.002, 0, 2, begins_s=0.3)
    yield "apart", Card(1600, 100, 0.002, 0.05, 3), Card(1600, -100, 0.005, 0.1, 4, begins_s=0.3)
    yield "apart, 44.1 to 48", Card(1600, -100, 0.002, 0.05, 5), Card(1470, 100, 0.005, 0.1, 6, begins_s=0.3)
    yield "lumps of 60 ms", Card(1600, 20, 0.002, 0.05, 7), Card(1470, -30, 0.005, 0.1, 8, begins_s=0.3, lump=3)
    yield "wild jitter", Card(1600, 50, 0.010, 0.5, 9), Card(1600, -50, 0.015, 0.5, 10, begins_s=1.7)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    arguments = parser.parse_args()
    rows = [simulate(*case, arguments.minutes) for case in cases()]
    print(table(list(asdict(rows[0])), [list(asdict(row).values()) for row in rows]))
    write("drift", {"minutes": arguments.minutes, "rows": [asdict(row) for row in rows]})


if __name__ == "__main__":
    main()
