"""Playing back: a bounded timeline, seeking, pace, pausing, and jumps from alert to alert."""

from __future__ import annotations

from dataclasses import replace

import pytest

from voicemon.player import BEFORE_SHOWN_S, BEFORE_START_S, MOST_SNAPSHOTS, PACES, SKIP_S, Player, Timeline, lead_in
from voicemon.types import (
    AlertLine,
    Band,
    Calibration,
    LevelSnapshot,
    RateSnapshot,
    Role,
    Severity,
    Snapshot,
    SourceInfo,
    TurnsSnapshot,
)

SOURCE = SourceInfo("call.wav", 16_000, (Role.AGENT,))


def snapshot(t: float, alerts: tuple[float, ...] = ()) -> Snapshot:
    return Snapshot(
        t=t,
        source=SOURCE,
        level=LevelSnapshot(Calibration(), None, None, None, None, None, None),
        rate=RateSnapshot(Band(160, 180, 200, 220, 240), None, None, None, None, None),
        turns=TurnsSnapshot(False, None, 0.0, 5.0, False),
        alerts=tuple(AlertLine(s + 1, "too_loud", Severity.WARN, s, s + 1, "Too loud") for s in alerts),
    )


def filled(seconds: float, alerts: tuple[float, ...] = ()) -> Timeline:
    timeline = Timeline()
    for i in range(round(seconds * 8) + 1):
        timeline.append(snapshot(i / 8, alerts))
    return timeline


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def shown(player: Player) -> float:
    seen = player.advance()
    assert seen is not None
    return seen.t


class TestTimeline:
    def test_the_newest_snapshot_that_is_not_after_a_time(self) -> None:
        timeline = filled(10)
        for t, expected in ((0.0, 0.0), (3.2, 3.125), (3.25, 3.25), (99.0, 10.0)):
            found = timeline.at(t)
            assert found is not None
            assert found.t == expected

    def test_nothing_yet(self) -> None:
        assert Timeline().at(3.0) is None
        assert Timeline().last is None

    def test_memory_is_bounded_over_eight_hours_and_time_still_found(self) -> None:
        timeline = Timeline()
        for t in range(0, 8 * 3600, 1):
            timeline.append(snapshot(float(t)))
        assert len(timeline._snapshots) <= MOST_SNAPSHOTS
        for t in (0.0, 5000.0, 20000.0, 28799.0):
            found = timeline.at(t)
            assert found is not None
            assert abs(found.t - t) <= 8

    def test_the_end_is_shown_whatever_was_thinned_out(self) -> None:
        timeline = Timeline()
        for t in range(MOST_SNAPSHOTS + 4):
            timeline.append(snapshot(float(t)))
        end = snapshot(MOST_SNAPSHOTS + 3.0, alerts=(5.0,))
        timeline.append(end)
        assert timeline.last is end
        assert timeline.at(end.t) is end


class TestPlayer:
    def test_it_moves_with_the_clock(self, clock: Clock) -> None:
        player = Player(filled(60), 1.0, clock)
        clock.now += 10
        assert shown(player) == 10.0
        player.pace = 2.0
        clock.now += 5
        assert shown(player) == 20.0

    def test_it_never_runs_ahead_of_the_analysis(self, clock: Clock) -> None:
        timeline = filled(5)
        player = Player(timeline, 8.0, clock)
        clock.now += 100
        assert shown(player) == 5.0
        timeline.append(snapshot(5.5))
        clock.now += 0.01
        assert player.advance() is not None
        assert player.position_s == pytest.approx(5.08)

    def test_before_the_first_snapshot_time_stands_still(self, clock: Clock) -> None:
        timeline = Timeline()
        player = Player(timeline, 1.0, clock)
        clock.now += 30
        assert player.advance() is None
        timeline.append(snapshot(0.0))
        timeline.append(snapshot(40.0))
        clock.now += 1
        player.advance()
        assert player.position_s == pytest.approx(1.0)

    def test_pausing_holds_the_position(self, clock: Clock) -> None:
        player = Player(filled(60), 1.0, clock)
        clock.now += 10
        player.advance()
        player.key("space")
        clock.now += 10
        assert shown(player) == 10.0
        player.key("space")
        clock.now += 1
        assert shown(player) == 11.0

    def test_skipping_stays_within_the_call(self, clock: Clock) -> None:
        player = Player(filled(20), 1.0, clock)
        player.key("left")
        assert player.position_s == 0.0
        player.key("right")
        assert player.position_s == SKIP_S
        for _ in range(9):
            player.key("right")
        assert shown(player) == 20.0
        player.key("left")
        assert shown(player) == 15.0

    def test_pace_goes_step_by_step_and_stops_at_its_ends(self, clock: Clock) -> None:
        player = Player(filled(1), 1.0, clock)
        seen = []
        for key in "++++++-------":
            player.key(key)
            seen.append(player.pace)
        assert seen == [2.0, 4.0, 8.0, 8.0, 8.0, 8.0, 4.0, 2.0, 1.0, 0.5, 0.5, 0.5, 0.5]
        assert max(PACES) == 8.0

    def test_a_pace_of_ones_own_finds_its_neighbours(self, clock: Clock) -> None:
        player = Player(filled(1), 3.0, clock)
        player.key("=")
        assert player.pace == 4.0

    def test_from_alert_to_alert_and_back(self, clock: Clock) -> None:
        player = Player(filled(60, alerts=(30.0, 10.0, 50.0)), 1.0, clock)
        visited = []
        for key in "nnnnppp":
            player.key(key)
            visited.append(player.position_s + BEFORE_START_S)
        assert visited == [10.0, 30.0, 50.0, 50.0, 30.0, 10.0, 10.0]

    def test_back_while_an_alert_is_being_watched_goes_to_its_beginning(self, clock: Clock) -> None:
        player = Player(filled(60, alerts=(10.0, 30.0)), 1.0, clock)
        player.position_s = 31.0
        player.key("p")
        assert player.position_s == 30.0 - BEFORE_START_S

    @pytest.mark.parametrize(
        ("start", "t", "place"),
        [
            (10.0, 60.0, 60.0 - BEFORE_SHOWN_S),
            (10.0, 11.0, 10.0 - BEFORE_START_S),
            (1.0, 1.5, 0.0),
            (0.0, 30.0, 30.0 - BEFORE_SHOWN_S),
        ],
        ids=["raised late", "raised at once", "at the beginning", "about the whole"],
    )
    def test_a_jump_goes_to_a_little_before_the_alert_shows(
        self, clock: Clock, start: float, t: float, place: float
    ) -> None:
        alert = AlertLine(t, "too_fast", Severity.WARN, start, t, "Too fast")
        assert lead_in(alert) == place
        timeline = filled(70)
        timeline.append(replace(snapshot(71.0), alerts=(alert,)))
        player = Player(timeline, 1.0, clock)
        player.position_s = 66.0
        player.key("p")
        assert player.position_s == place

    def test_marks_and_unknown_keys(self, clock: Clock) -> None:
        player = Player(filled(60), 1.0, clock)
        clock.now += 7
        player.advance()
        player.key("m")
        player.key("x")
        player.key("")
        assert player.marks == [7.0]
        assert player.position_s == 7.0
