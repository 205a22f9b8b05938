"""What reaches the history's database, and what a failing disk does to the monitor: nothing."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bench.kills import one_call
from voicemon.events import (
    AlertEvent,
    DisputeEvent,
    Event,
    LevelEvent,
    PhraseEvent,
    RateEvent,
    SessionEvent,
    TranscriptEvent,
    WithdrawnEvent,
)
from voicemon.history import CallState, FindingKind, History, HistorySink
from voicemon.types import HitStatus, Role, Severity

MONDAY = datetime(2025, 3, 31, 9, 0, tzinfo=UTC)


def session(t: float = 0.0, source: str = "headset", **changes: Any) -> SessionEvent:
    values: dict[str, Any] = {
        "channels": ("agent",), "sample_rate": 48_000, "duration_s": None, "profile": "xiaoma", "targets": {},
        "calibration": {"offset_db": 118.0}, "model": None, "lexicons": (), "program": "voicemon 0",
    }  # fmt: skip
    return SessionEvent(t=t, source=source, **{**values, **changes})


def phrase(status: HitStatus, *, start: float = 3.0, heard: str = "我不知道啊", id: str = "f01") -> PhraseEvent:
    return PhraseEvent(
        t=start + 2, channel=Role.AGENT, id=id, phrase="不知道", category="refusal", severity="critical", start=start,
        end=start + 1, heard=heard, score=0.912345, status=status,
    )  # fmt: skip


def alert(rule: str = "forbidden_phrase", *, start: float = 3.0, message: str = "禁语：不知道") -> AlertEvent:
    return AlertEvent(
        t=start + 2, channel=Role.AGENT, rule=rule, severity=Severity.CRITICAL, start=start, end=start + 1,
        message=message, evidence={"heard": "客户说13800138000"},
    )  # fmt: skip


def level(second: float, db: float = 70.0, *, speech_s: float = 1.0, role: Role = Role.AGENT) -> LevelEvent:
    return LevelEvent(
        t=second + 0.25, channel=role, start=second - 1, end=second, laeq_db=db, lafmax_db=db, speech_s=speech_s,
        unit="dB(A)", clipped=False,
    )  # fmt: skip


def rate(second: float, cpm: float | None = 200.0, *, role: Role = Role.AGENT) -> RateEvent:
    return RateEvent(
        t=second, channel=role, window_s=15, speech_rate_cpm=cpm, articulation_rate_cpm=cpm, basis="nuclei"
    )


def stored(path: Path, *events: Event) -> History:
    sink = HistorySink(path, clock=lambda: MONDAY)
    for event in events:
        sink(event)
    sink.close()
    assert sink.fault is None
    return History(path, clock=lambda: MONDAY + timedelta(hours=1))


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "history.sqlite3"


def test_a_whole_call_is_stored_with_the_figures_of_its_summary(path: Path) -> None:
    events = [event for second in one_call() for event in second]
    history = stored(path, *events)
    (call,) = history.calls()
    assert call.state is CallState.FINISHED
    assert (call.started_utc, call.ended_utc) == (MONDAY, MONDAY)
    assert call.known_s == 150
    assert (call.dead_air_count, call.interruptions, call.phrases, call.degraded) == (0, 0, 0, False)
    assert len(history.findings(call.id)) == 100
    assert rows(path, "SELECT count(*), min(t), max(t), avg(laeq_db), avg(speech_rate_cpm) FROM measures") == [
        (150, 1, 150, 70.0, 200.0)
    ]


def test_only_the_agents_speech_is_measured_one_row_a_second(path: Path) -> None:
    stored(
        path, session(), level(1, 60.123), rate(1, 210), level(2, 40, speech_s=0), level(3, role=Role.CUSTOMER),
        rate(3, role=Role.CUSTOMER), rate(4, None), rate(5, 190), level(5, 71),
    )  # fmt: skip
    assert rows(path, "SELECT t, laeq_db, speech_rate_cpm FROM measures") == [(1, 60.12, 210), (5, 71, 190)]


def test_no_transcript_evidence_or_number_reaches_the_disk(path: Path) -> None:
    spoken = TranscriptEvent(
        t=4, channel=Role.AGENT, start=3, end=4, text="天王盖地虎", chars=(("天", 3.0, 3.1),), final=True
    )
    stored(
        path, session(source="13800138000_call.wav"), spoken, phrase(HitStatus.CONFIRMED, heard="一三八零零一三八"),
        alert(message="打 138 0013 8000"), phrase(HitStatus.PROVISIONAL, start=20, heard="宝塔镇河妖", id="f02"),
        phrase(HitStatus.WITHDRAWN, start=20, heard="宝塔镇河妖", id="f02"),
    )  # fmt: skip
    content = b"".join(file.read_bytes() for file in path.parent.iterdir())
    for secret in ("13800138000", "138 0013", "一三八", "天王盖地虎", "客户说"):
        assert secret.encode() not in content
    assert "宝塔镇河妖" not in str(rows(path, "SELECT * FROM hits"))
    assert "****" in rows(path, "SELECT source FROM calls")[0][0]


def test_a_hit_is_one_row_from_provisional_to_confirmed_and_its_alert_stays(path: Path) -> None:
    provisional, confirmed = phrase(HitStatus.PROVISIONAL), phrase(HitStatus.CONFIRMED, start=3.4)
    history = stored(path, session(), provisional, alert(), confirmed)
    hit, raised = sorted(history.findings(1), key=lambda f: f.kind is FindingKind.ALERT)
    assert (hit.status, hit.start, hit.score, hit.heard) == ("confirmed", 3.4, 0.912, "我不知道啊")
    assert raised.status == "raised"


def test_a_withdrawn_hit_takes_its_alert_back_and_what_was_heard(path: Path) -> None:
    history = stored(
        path, session(), phrase(HitStatus.PROVISIONAL), alert(), phrase(HitStatus.WITHDRAWN), alert("dead_air")
    )
    states = {finding.name: finding.status for finding in history.findings(1)}
    assert states == {"f01": "withdrawn", "forbidden_phrase": "withdrawn", "dead_air": "raised"}
    assert [f.heard for f in history.findings(1) if f.kind is FindingKind.HIT] == [""]
    (call,) = history.calls()
    assert (call.alerts, call.phrases, call.dead_air_count) == (1, None, 1)


def test_the_same_phrase_said_again_is_another_hit(path: Path) -> None:
    hits = [phrase(HitStatus.CONFIRMED), phrase(HitStatus.PROVISIONAL, start=9), phrase(HitStatus.CONFIRMED, start=9)]
    history = stored(path, session(), *hits)
    assert [(f.number, f.start, f.status) for f in history.findings(1)] == [(1, 3, "confirmed"), (2, 9, "confirmed")]


def test_times_count_from_the_start_of_the_call_and_an_unended_call_is_interrupted(path: Path) -> None:
    history = stored(path, session(), level(1), session(t=3600.0), level(3602), alert(start=3605.5))
    first, second = history.calls()
    assert (first.state, second.state) == (CallState.INTERRUPTED, CallState.INTERRUPTED)
    assert (first.known_s, second.known_s, second.alerts) == (1.25, 7.5, 1)
    assert rows(path, "SELECT call_id, t FROM measures") == [(1, 1), (2, 2)]
    assert history.findings(2)[0].start == 5.5


def test_an_open_call_is_running_while_it_shows_life(path: Path) -> None:
    stored(path, session())
    soon, later = (History(path, clock=lambda s=s: MONDAY + timedelta(seconds=s)) for s in (20, 40))
    assert soon.calls()[0].state is CallState.RUNNING
    assert later.calls()[0].state is CallState.INTERRUPTED


def test_the_agent_can_dispute_an_alert_while_the_call_runs(path: Path) -> None:
    sink = HistorySink(path, clock=lambda: MONDAY)
    for event in (session(t=100), alert(start=103), alert("dead_air", start=110)):
        sink(event)
    sink(DisputeEvent(t=105, rule="forbidden_phrase", start=103, end=104))
    sink.close()
    assert [f.name for f in History(path).findings(1) if f.disputed] == ["forbidden_phrase"]


def test_an_alert_that_is_taken_back_stands_as_withdrawn(path: Path) -> None:
    sink = HistorySink(path, clock=lambda: MONDAY)
    for event in (session(t=100), alert("dead_air", start=103), alert("dead_air", start=110)):
        sink(event)
    sink(WithdrawnEvent(t=130, rule="dead_air", start=110, end=116, reason="the call was over"))
    sink.close()
    assert [(f.start, f.status) for f in History(path).findings(1)] == [(3, "raised"), (10, "withdrawn")]


def test_events_outside_a_call_are_not_stored(path: Path) -> None:
    history = stored(path, level(1), alert())
    assert history.calls() == []


def test_what_was_told_is_committed_within_the_second_without_any_further_event(path: Path) -> None:
    sink = HistorySink(path, clock=lambda: MONDAY)
    sink(session())
    sink(alert())
    end = time.monotonic() + 1.0
    while time.monotonic() < end and not History(path).findings(1):
        time.sleep(0.02)
    assert len(History(path).findings(1)) == 1
    sink.close()


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_only_its_owner_can_read_the_history(path: Path) -> None:
    before = os.umask(0)
    try:
        sink = HistorySink(path, clock=lambda: MONDAY, batch_period_s=0.01)
        sink(session())
        end = time.monotonic() + 5
        while time.monotonic() < end and not History(path).calls():
            time.sleep(0.01)
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
        sink.close()
    finally:
        os.umask(before)
    assert "history.sqlite3-wal" in modes
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made_is_a_fault_and_nothing_is_raised(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    sink = HistorySink(tmp_path / "file" / "history.sqlite3")
    sink(session())
    sink(DisputeEvent(t=2, rule="dead_air", start=1, end=2))
    sink.close()
    assert sink.fault is not None
    assert "VOICEMON_DATA_DIR" in sink.fault
    assert len(sink.fault.splitlines()) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a way to fill a disk")
def test_a_full_disk_is_a_fault_told_once_and_nothing_is_raised(path: Path) -> None:
    sink = HistorySink(path, clock=lambda: MONDAY, batch_period_s=0.01)
    sink._connection.execute("PRAGMA max_page_count = 12")  # SQLite reports it exactly as a full disk
    sink(session())
    for second in range(1, 20_000):
        sink(level(second))
        if sink.fault:
            break
        if second % 1000 == 0:
            time.sleep(0.02)
    sink.close()
    assert sink.fault is not None
    assert "full" in sink.fault
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]


def test_while_another_program_holds_the_file_rows_wait_and_then_arrive(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicemon.history.database.BUSY_TIMEOUT_S", 0.05)
    sink = HistorySink(path, clock=lambda: MONDAY, batch_period_s=0.01)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for event in (session(), alert(), phrase(HitStatus.CONFIRMED)):
        sink(event)
    time.sleep(0.4)
    other.execute("ROLLBACK")
    other.close()
    sink.close()
    assert sink.fault is None
    assert [f.number for f in History(path).findings(1)] == [1, 2]


def test_telling_never_waits_for_the_disk(path: Path) -> None:
    sink = HistorySink(path, clock=lambda: MONDAY, batch_period_s=0.01)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    worst = 0.0
    for event in (session(), *(level(second) for second in range(1, 2000))):
        began = time.perf_counter()
        sink(event)
        worst = max(worst, time.perf_counter() - began)
    other.execute("ROLLBACK")
    other.close()
    sink.close()
    assert worst < 0.25
    assert sink.fault is None


def test_a_damaged_database_is_set_aside_and_a_new_one_begun(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database" * 1000)
    sink = HistorySink(path, clock=lambda: MONDAY)
    sink(session())
    sink.close()
    assert sink.fault is None
    assert sink.notice is not None
    assert "history.sqlite3.damaged" in sink.notice
    assert Path(f"{path}.damaged").read_bytes().startswith(b"not a database")
    assert len(History(path).calls()) == 1


def test_two_monitors_can_write_at_once(path: Path) -> None:
    def write() -> None:
        sink = HistorySink(path, clock=lambda: MONDAY, batch_period_s=0.01)
        for second in one_call():
            for event in second:
                sink(event)
        sink.close()
        faults.append(sink.fault)

    faults: list[str | None] = []
    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == [None] * 4
    assert [call.known_s for call in History(path).calls()] == [150] * 4
    assert rows(path, "SELECT count(*) FROM measures") == [(600,)]


def test_the_stored_summary_is_whole_json(path: Path) -> None:
    stored(path, *(event for second in one_call() for event in second))
    ((text,),) = rows(path, "SELECT summary FROM calls")
    assert json.loads(text)["type"] == "summary"


def test_a_replay_that_tells_faster_than_a_disk_writes_loses_nothing(path: Path) -> None:
    events = [level(second) for second in range(1, 45_001)]
    stored(path, session(), *events)
    assert rows(path, "SELECT count(*) FROM measures") == [(45_000,)]
