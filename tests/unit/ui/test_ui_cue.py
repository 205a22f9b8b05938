"""At most one cue asks for action: the gravest, then the newest, only while it can still be answered."""

from __future__ import annotations

from dataclasses import replace

from voicemon.types import AlertLine, BandState, HealthSnapshot, Severity, Snapshot
from voicemon.ui.cue import active_cue, cue_line, cue_panel
from voicemon.ui.sample import sample_snapshot


def alert(rule: str, t: float, severity: Severity = Severity.WARN) -> AlertLine:
    return AlertLine(t, rule, severity, t - 1, t, f"message of {rule}", f"advice for {rule}")


def at(t: float, *alerts: AlertLine, level: BandState | None = None, rate: BandState | None = None) -> Snapshot:
    sample = sample_snapshot(t)
    return replace(
        sample, alerts=alerts, level=replace(sample.level, state=level), rate=replace(sample.rate, state=rate)
    )


def rule_of(snapshot: Snapshot) -> str | None:
    cue = active_cue(snapshot)
    return cue.rule if cue else None


def test_the_gravest_wins_then_the_newest() -> None:
    grave = alert("forbidden_phrase", 100.0, Severity.CRITICAL)
    assert rule_of(at(102.0, grave, alert("too_fast", 101.0))) == "forbidden_phrase"
    assert rule_of(at(102.0, alert("too_loud", 100.0), alert("too_fast", 101.0))) == "too_fast"


def test_a_cue_goes_after_its_time_and_does_not_come_early() -> None:
    assert rule_of(at(106.0, alert("interruption", 100.0))) == "interruption"
    assert rule_of(at(109.0, alert("interruption", 100.0))) is None
    assert rule_of(at(99.0, alert("interruption", 100.0))) is None


def test_a_cue_goes_at_once_when_the_agent_has_done_it() -> None:
    assert rule_of(at(101.0, alert("too_fast", 100.0), rate=BandState.HIGH)) == "too_fast"
    assert rule_of(at(101.0, alert("too_fast", 100.0), rate=BandState.IN_BAND)) is None
    assert rule_of(at(101.0, alert("too_loud", 100.0), level=BandState.IN_BAND)) is None
    assert rule_of(at(101.0, alert("too_loud", 100.0), rate=BandState.IN_BAND, level=BandState.HIGH)) == "too_loud"


def test_dead_air_asks_as_long_as_nobody_speaks_and_no_longer() -> None:
    silent = at(130.0, alert("dead_air", 100.0))
    assert rule_of(replace(silent, turns=replace(silent.turns, silence_s=31.0))) == "dead_air"
    assert rule_of(replace(silent, turns=replace(silent.turns, silence_s=0.0))) is None
    assert rule_of(replace(silent, turns=replace(silent.turns, silence_s=31.0, holding=True))) is None


def test_a_lost_device_asks_until_it_is_back() -> None:
    lost = at(130.0, alert("device_lost", 100.0, Severity.CRITICAL))
    assert rule_of(replace(lost, health=HealthSnapshot(device_lost=True))) == "device_lost"
    assert rule_of(replace(lost, health=HealthSnapshot())) is None


def test_the_panel_keeps_its_height_and_changes_its_shape() -> None:
    asking, calm = at(101.0, alert("interruption", 100.0)), at(101.0)
    panels = [["".join(s.text for s in row) for row in cue_panel(s, "zh", 60)] for s in (asking, calm)]
    assert [len(panel) for panel in panels] == [4, 4]
    assert panels[0][0].startswith("┏")
    assert panels[1][0].startswith("╭")
    assert "advice for interruption" in panels[0][1]
    assert "message of interruption" in panels[0][2]


def test_good_stretches_are_said() -> None:
    good = at(200.0, alert("interruption", 70.0), level=BandState.IN_BAND, rate=BandState.IN_BAND)
    panel = ["".join(s.text for s in row) for row in cue_panel(good, "zh", 60)]
    assert "音量和语速都在目标内" in panel[1]
    assert "02:10 没有提醒" in panel[2]
    assert "正在听" in "".join(s.text for s in cue_line(at(5.0), "zh", 60))


def test_nothing_is_praised_while_something_is_far_off() -> None:
    off = at(200.0, level=BandState.IN_BAND, rate=BandState.HIGH)
    assert "目标内" not in "".join(s.text for row in cue_panel(off, "zh", 60) for s in row)
