"""Readings once a second: whole seconds of level, nothing of what was lost, bands with hysteresis, clipping told."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from voicemon.channel import Features, Syllables
from voicemon.events import AlertEvent, Event, LevelEvent, RateEvent
from voicemon.gauges import CLIPPING_REPEAT_S, HISTORY_S, Gauges, calibration_of
from voicemon.measured import Spoken
from voicemon.output import Output
from voicemon.rules.alerts import AlertBook
from voicemon.settings import AsrSettings, Settings, load
from voicemon.speech.segmenter import Piece
from voicemon.types import BandState, CalibrationStatus, CharTime, Pass, Role, Transcript
from voicemon.voice import Voice

OFFSET_DB = 100.0


def calibrated() -> Settings:
    return load(environment={}, overrides={"level": {"target_db": 70.0, "calibration_offset_db": OFFSET_DB}})


class Bench:
    """Gauges over one agent whose frames are made up."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.voice = Voice(AsrSettings())
        self.out = Output(AlertBook("en"))
        self.gauges = Gauges(settings or calibrated(), {Role.AGENT: self.voice}, self.out)
        self.events: list[Event] = []
        self.frame = 0

    def play(
        self, seconds: float, dbfs: float, *, speech: bool = True, clipped: bool = False, cpm: float = 240.0
    ) -> Bench:
        """So much of a steady sound, with syllables at ``cpm`` a minute where it is speech."""
        left = round(seconds * 100)
        while left:
            count = min(left, 50)
            left -= count
            power = np.full(count, 10 ** (dbfs / 10))
            flags = np.full(count, speech)
            level = np.full(count, dbfs)
            features = Features(
                self.frame, power, power, power, np.full(count, clipped), power, level, np.full(count, -80.0), flags
            )
            rate = cpm / 6000 if speech else 0.0
            self.voice.load(features, Syllables(self.frame, np.full(count, rate)))
            for _ in range(count):
                self.out.frame = self.frame + 1
                change, _ = self.voice.step(self.frame, speech, dbfs, -80.0)
                if change.active is not None:
                    self.gauges.spoke(change.active[1] - change.active[0])
                self.gauges.step(self.frame)
                self.frame += 1
        self.events += self.out.drain()
        return self

    def close(self) -> Bench:
        self.voice.close()
        self.gauges.close(self.frame)
        self.events += self.out.drain()
        return self

    def lose(self, seconds: float) -> Bench:
        """A gap: what was lost was as loud as can be, so that any use of it shows."""
        self.close()
        count = round(seconds * 100)
        self.voice.load(
            Features(self.frame, *(np.full(count, v) for v in (1.0, 1.0, 1.0, 1.0, 1.0, 0.0, -80.0, 0.0))),  # type: ignore[arg-type]
            Syllables(self.frame, np.zeros(count)),
        )
        self.frame += count
        self.gauges.restart(self.frame)
        return self

    def levels(self) -> list[LevelEvent]:
        return [e for e in self.events if isinstance(e, LevelEvent)]

    def alerts(self, rule: str) -> list[AlertEvent]:
        return [e for e in self.events if isinstance(e, AlertEvent) and e.rule == rule]


def test_each_second_has_its_level_and_the_rest_comes_at_the_end() -> None:
    bench = Bench().play(2.0, -30.0).play(1.4, -40.0).close()
    assert [(e.start, e.end) for e in bench.levels()] == [(0, 1), (1, 2), (2, 3), (3, 3.4)]
    assert [e.laeq_db for e in bench.levels()] == pytest.approx([70.0, 70.0, 60.0, 60.0])
    assert {e.unit for e in bench.levels()} == {"dB(A)"}
    assert bench.levels()[0].speech_s == pytest.approx(1.0)


def test_a_second_is_told_within_half_a_second() -> None:
    bench = Bench().play(3.0, -30.0)
    assert [e.t - e.end for e in bench.levels()] == pytest.approx([0.25, 0.25])


def test_without_calibration_levels_are_dbfs_and_not_judged() -> None:
    bench = Bench(Settings()).play(10.0, -3.0)
    assert bench.levels()[0].unit == "dBFS(A)"
    assert bench.levels()[0].laeq_db == pytest.approx(-3.0)
    assert bench.gauges.level_band is None
    assert bench.gauges.level_judge is None
    assert bench.gauges.spl(None) is None


def test_calibration_says_what_it_is() -> None:
    unknown = calibration_of(Settings())
    assert (unknown.status, unknown.offset_db, unknown.unit) == (CalibrationStatus.UNCALIBRATED, None, "dBFS(A)")
    known = calibration_of(calibrated())
    assert (known.status, known.offset_db, known.unit) == (CalibrationStatus.CALIBRATED, 100.0, "dB(A)")


def test_silence_has_no_level_of_speech_to_draw() -> None:
    bench = Bench().play(3.0, -80.0, speech=False).play(3.0, -30.0).close()
    assert list(bench.gauges.level_history)[:2] == [None, None]
    assert bench.gauges.level_history[-1] == pytest.approx(70.0)


@pytest.mark.parametrize("at_s", [3.0, 3.1, 3.25, 3.26, 3.9])
@pytest.mark.parametrize("lost_s", [0.4, 1.0, 2.15])
def test_lost_sound_is_in_no_level(at_s: float, lost_s: float) -> None:
    bench = Bench().play(at_s, -30.0).lose(lost_s).play(3.0, -30.0).close()
    assert all(e.laeq_db == pytest.approx(70.0) for e in bench.levels())
    assert sum(e.end - e.start for e in bench.levels()) == pytest.approx(at_s + 3.0)
    for event in bench.levels():
        assert event.end <= at_s + 1e-9 or event.start >= at_s + lost_s - 1e-9


def test_a_level_out_of_band_is_judged_after_two_seconds_of_speech() -> None:
    bench = Bench().play(3.0, -30.0)
    assert bench.gauges.level_judge is not None
    assert bench.gauges.level_judge.state is BandState.IN_BAND
    bench.play(8.0, -10.0)
    assert bench.gauges.level_judge.state is BandState.HIGH
    bench.play(10.0, -80.0, speech=False)
    assert bench.gauges.level_judge.state is BandState.HIGH


def test_time_in_the_green_band_counts_by_the_utterance() -> None:
    bench = Bench()
    for active_db, active_s in ((-30.0, 3.0), (-26.5, 1.0), (-33.0, 2.0), (None, 9.0)):
        bench.gauges.judge(Spoken(Piece(0, Pass.FINAL, 0, 300, ((0, 300),)), active_db, active_db, active_s, 0))
    assert bench.voice.totals.judged_s == 6.0
    assert bench.voice.totals.in_band_s == 5.0


def test_clipping_is_told_once_in_ten_seconds() -> None:
    bench = Bench().play(25.0, 0.0, clipped=True)
    times = [e.t for e in bench.alerts("clipping")]
    assert len(times) == 3
    assert min(b - a for a, b in itertools.pairwise(times)) >= CLIPPING_REPEAT_S
    assert all(e.clipped for e in bench.levels())
    assert bench.gauges.clipped
    bench.play(3.0, -30.0)
    assert not bench.gauges.clipped


def test_a_single_clipped_frame_is_not_clipping() -> None:
    bench = Bench().play(0.5, -30.0).play(0.02, 0.0, clipped=True).play(3.0, -30.0)
    assert bench.alerts("clipping") == []


def test_the_rate_is_told_each_second_with_its_basis() -> None:
    bench = Bench().play(12.0, -30.0, cpm=230.0)
    rates = [e for e in bench.events if isinstance(e, RateEvent)]
    assert len(rates) >= 8
    assert rates[-1].basis == "nuclei"
    assert rates[-1].speech_rate_cpm == pytest.approx(230.0, rel=0.03)
    assert rates[-1].articulation_rate_cpm == pytest.approx(230.0, rel=0.03)
    assert bench.gauges.rate_judge.state is BandState.SLIGHTLY_HIGH


def test_silence_alone_has_no_rate() -> None:
    bench = Bench().play(8.0, -80.0, speech=False)
    assert not [e for e in bench.events if isinstance(e, RateEvent)]
    assert list(bench.gauges.rate_history) == [None] * 8


def test_text_takes_the_place_of_nuclei_where_it_is_known() -> None:
    bench = Bench().play(10.0, -30.0, cpm=300.0)
    chars = tuple(CharTime("好", i * 0.3, i * 0.3 + 0.3) for i in range(33))
    bench.gauges.heard(Transcript(0, Pass.FINAL, 0.0, 10.0, "", chars), [1] * 33)
    bench.play(1.0, -80.0, speech=False)
    last = [e for e in bench.events if isinstance(e, RateEvent)][-1]
    assert last.basis == "text"
    assert last.speech_rate_cpm == pytest.approx(200.0, rel=0.05)


def test_what_is_drawn_is_bounded() -> None:
    bench = Bench().play(HISTORY_S + 20.0, -30.0)
    assert len(bench.gauges.level_history) == HISTORY_S
    assert len(bench.gauges.rate_history) == HISTORY_S
