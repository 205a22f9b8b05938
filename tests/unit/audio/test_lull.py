"""Quiet blocks are joined while nobody waits; nothing is lost, and what is loud is not kept waiting."""

from __future__ import annotations

import numpy as np

from voicemon.audio.lull import DEEP_AFTER_S, DEEP_LONGEST_S, LONGEST_S, joined
from voicemon.types import Block, Gap

RATE = 16_000
SIZE = RATE // 10


def blocks(levels: list[float]) -> list[Block]:
    rng = np.random.default_rng(0)
    return [
        Block(i * SIZE, (level * rng.standard_normal((1, SIZE))).astype(np.float32)) for i, level in enumerate(levels)
    ]


def lengths(items: list[Block | Gap]) -> list[int]:
    return [i.samples.shape[1] // SIZE if isinstance(i, Block) else -1 for i in items]


def test_quiet_is_joined_and_every_sample_comes_once_in_order() -> None:
    given = blocks([0.001] * 23)
    out = [i for i in joined(given, RATE, lambda: True) if isinstance(i, Block)]
    assert len(out) <= 23 / (LONGEST_S * RATE / SIZE) + 2
    assert [b.start for b in out] == list(np.cumsum([0, *(b.samples.shape[1] for b in out[:-1])]))
    np.testing.assert_array_equal(
        np.concatenate([b.samples for b in out], axis=1), np.concatenate([b.samples for b in given], axis=1)
    )


def test_in_a_long_lull_blocks_grow_to_a_second_and_a_voice_still_comes_at_once() -> None:
    deep = round(DEEP_AFTER_S * RATE / SIZE)
    out = lengths(list(joined(blocks([0.001] * (deep + 45) + [0.01] + [0.001] * 10), RATE, lambda: True)))
    loud = next(i for i, _ in enumerate(out) if sum(out[: i + 1]) == deep + 46)
    assert max(out[: deep // 5]) == round(LONGEST_S * RATE / SIZE)
    assert max(out) == round(DEEP_LONGEST_S * RATE / SIZE)
    # After it the lull begins anew.
    assert max(out[loud + 1 :]) <= round(LONGEST_S * RATE / SIZE)


def test_somebody_who_waits_ends_a_long_lull() -> None:
    asked = iter(range(1000))
    waits_at = round(DEEP_AFTER_S * RATE / SIZE) + 15
    out = lengths(list(joined(blocks([0.001] * (waits_at + 8)), RATE, lambda: next(asked) != waits_at)))
    assert sum(out) == waits_at + 8
    assert max(out[-2:]) <= round(LONGEST_S * RATE / SIZE)


def test_a_louder_block_comes_at_once_with_what_was_held_before_it() -> None:
    source = iter(blocks([0.001] * 8 + [0.01, 0.001]))
    for item in joined(source, RATE, lambda: True):
        assert isinstance(item, Block)
        if item.samples.shape[1] and float(np.abs(item.samples).max()) > 0.01:
            break
    assert item.start + item.samples.shape[1] == 9 * SIZE


def test_nothing_is_joined_while_somebody_waits() -> None:
    assert lengths(list(joined(blocks([0.001] * 5), RATE, lambda: False))) == [1] * 5


def test_a_gap_and_an_empty_block_come_after_what_was_held() -> None:
    first, second, third = blocks([0.001] * 3)
    gap = Gap(2 * SIZE, 3 * SIZE, "device lost")
    assert lengths(list(joined([first, second, gap, third], RATE, lambda: True))) == [1, 1, -1, 1]
    empty = Block(2 * SIZE, np.zeros((1, 0), np.float32))
    assert lengths(list(joined([first, second, empty], RATE, lambda: True))) == [1, 1, 0]
