"""Frames in which nothing happens are passed over in one step: the records are those of deciding every one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.conftest import Collected
from voicemon import demo
from voicemon.asr.recognizer import ScriptedRecognizer
from voicemon.audio.recording import RecordingSource
from voicemon.columns import Columns
from voicemon.phrases.lexicon import load as load_lexicon
from voicemon.session import Replay
from voicemon.settings import load
from voicemon.types import Block, Gap, PairedBlock, SourceInfo

CALL_S = 14.0
SILENCE_S = 9.0


class CallWithSilence:
    """The sample call, 9 s of a quiet room, a loss, the customer's device away for a while, and the call once more."""

    warnings: tuple[str, ...] = ()

    def __init__(self) -> None:
        source = RecordingSource(demo.CALL)
        self.info: SourceInfo = source.info
        rate = self.info.sample_rate
        whole = np.concatenate([b.samples for b in source if isinstance(b, Block)], axis=1)[:, : round(CALL_S * rate)]
        room = np.random.default_rng(3).standard_normal((len(whole), round(SILENCE_S * rate))) * 1e-4
        self._samples = np.concatenate((whole, room.astype(np.float32), whole), axis=1)

    def __iter__(self) -> Iterator[Block | Gap]:
        rate = self.info.sample_rate
        lost = Gap(round(24.0 * rate), round(24.5 * rate), "lost")
        away = Gap(round(26.0 * rate) + 5, round(29.0 * rate), "muted")
        for first, last in ((0, lost.start), (lost.end, self._samples.shape[1])):
            if first:
                yield lost
            for start in range(first, last, rate // 3):
                end = min(start + rate // 3, last)
                there = Gap(max(start, away.start), min(end, away.end), away.cause)
                yield PairedBlock(start, self._samples[:, start:end], (there,) if there.end > there.start else ())

    def close(self) -> None:
        return None


@pytest.mark.parametrize("scripted", [False, True])
def test_nothing_changes(scripted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    passed_over = records(scripted)
    assert {"silence", "gap", "utterance", "level"} <= {r["type"] for r in passed_over}
    assert any(r["type"] == "alert" and r["rule"] == "dead_air" for r in passed_over)
    monkeypatch.setattr(Columns, "quiet_until", lambda self, index, most: index)
    assert records(scripted) == passed_over


def records(scripted: bool) -> list[dict[str, Any]]:
    sink = Collected()
    settings = load(environment={}, overrides={"level": {"calibration_offset_db": 100.0}})
    recognizer = ScriptedRecognizer(lambda job: "您好这不关我的事") if scripted else None
    Replay(CallWithSilence(), settings, load_lexicon(), "en", recognizer, [sink]).run()
    return sink.records()
