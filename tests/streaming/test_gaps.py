"""Invariant 5: a hole is not silence."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tests.conftest import Collected
from voicemon import demo
from voicemon.audio.recording import RecordingSource
from voicemon.phrases.lexicon import load as load_lexicon
from voicemon.session import Replay
from voicemon.settings import load
from voicemon.types import Block, Float32, Gap, SourceInfo


class Holed:
    """The sample call with seconds 4 to 9 lost, in the middle of the greeting."""

    warnings: tuple[str, ...] = ()
    start_s, end_s = 4.0, 9.0

    def __init__(self) -> None:
        source = RecordingSource(demo.CALL)
        self.info: SourceInfo = source.info
        self.samples: Float32 = np.concatenate([b.samples for b in source if isinstance(b, Block)], axis=1)

    def __iter__(self) -> Iterator[Block | Gap]:
        rate = self.info.sample_rate
        first, last = round(self.start_s * rate), round(self.end_s * rate)
        yield Block(0, self.samples[:, :first])
        yield Gap(first, last, "queue overflow")
        yield Block(last, self.samples[:, last : 20 * rate])

    def close(self) -> None:
        return None


def test_a_gap_ends_the_utterance_and_is_left_out_of_levels(collected: Collected) -> None:
    outcome = Replay(Holed(), load(environment={}), load_lexicon(), "en", None, [collected]).run()
    assert [(g["start"], g["end"], g["cause"]) for g in collected.records("gap")] == [(4.0, 9.0, "queue overflow")]
    for kind in ("level", "utterance"):
        for record in collected.records(kind):
            assert record["end"] <= 4.0 or record["start"] >= 9.0, record
    ends = [u["end"] for u in collected.records("utterance") if u["channel"] == "agent"]
    assert ends[0] == 4.0
    assert outcome.degraded
    assert outcome.faults == ("5.0 s of audio lost",)


def test_silence_is_not_counted_across_a_gap(collected: Collected) -> None:
    Replay(Holed(), load(environment={}), load_lexicon(), "en", None, [collected]).run()
    assert not [a for a in collected.records("alert") if a["rule"] == "dead_air"]
    assert not [s for s in collected.records("silence") if s["start"] < 4.0 < s["end"]]


def test_the_clock_runs_on_over_a_gap(collected: Collected) -> None:
    Replay(Holed(), load(environment={}), load_lexicon(), "en", None, [collected]).run()
    assert collected.records("summary")[0]["duration_s"] == 20.0
