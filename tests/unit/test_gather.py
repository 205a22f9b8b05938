"""Short blocks go on together: nothing is lost, nothing waits longer than said, and long ones do not wait at all."""

from __future__ import annotations

import numpy as np
import pytest

from voicemon.gather import GATHER_FRAMES, Gatherer, absent_of
from voicemon.types import FRAMES_PER_S, Block, Float32, Gap, PairedBlock

RATE = 48_000
LINE = RATE * GATHER_FRAMES // FRAMES_PER_S


def sound(count: int) -> Float32:
    return np.arange(count, dtype=np.float32)[None]


@pytest.mark.parametrize("size", [1, 7, 480, 960, 1024, 1920, 4000])
@pytest.mark.parametrize("first", [0, 77])
def test_all_sound_comes_out_in_order_and_in_time(size: int, first: int) -> None:
    x, gatherer, given = sound(20_000), Gatherer(RATE), [np.zeros((1, 0), np.float32)]
    for at in range(0, x.shape[1], size):
        done = gatherer.take(Block(first + at, x[:, at : at + size]))
        if done is not None:
            assert done.start == first + sum(part.shape[1] for part in given)
            given.append(done.samples)
        assert min(at + size, x.shape[1]) - sum(part.shape[1] for part in given) < LINE
    rest = gatherer.rest()
    given += [] if rest is None else [rest.samples]
    assert np.array_equal(np.concatenate(given, axis=1), x)
    assert gatherer.rest() is None


def test_a_microphones_blocks_wait_for_one_more_at_most() -> None:
    gatherer, size = Gatherer(RATE), RATE // 50
    waits = [gatherer.take(Block(at, sound(size))) is None for at in range(0, 20 * size, size)]
    assert waits == [True, False] * 10


def test_a_long_block_goes_on_at_once_and_whole() -> None:
    gatherer, block = Gatherer(RATE), Block(0, sound(RATE + 1))
    assert gatherer.take(block) is block


def test_absences_stay_with_their_sound() -> None:
    gatherer = Gatherer(RATE)
    absent = (Gap(100, 200, "muted"), Gap(1500, LINE, "lost"))
    assert gatherer.take(PairedBlock(0, sound(1000), absent[:1])) is None
    done = gatherer.take(PairedBlock(1000, sound(LINE - 1000), absent[1:]))
    assert done is not None
    assert absent_of(done) == absent
