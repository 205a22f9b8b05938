"""Looking back, disputing, clearing out, handing on."""

from __future__ import annotations

import csv
import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bench.kills import one_call
from voicemon.errors import ConfigError, InputError
from voicemon.history import History, HistorySink
from voicemon.history.export import Table, to_csv, to_json, to_parquet
from voicemon.history.schema import MIGRATIONS

NOW = datetime(2025, 6, 30, 12, 0, tzinfo=UTC)


def add(path: Path, days_ago: float, *, ended: bool = True) -> None:
    moment = NOW - timedelta(days=days_ago)
    sink = HistorySink(path, clock=lambda: moment)
    for second in list(one_call())[: None if ended else -1]:
        for event in second:
            sink(event)
    sink.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.sqlite3"


@pytest.fixture
def history(path: Path) -> History:
    """Calls of 100, 91, 89 and 0 days ago; that of 91 broke off, the last one is running."""
    for days, ended in ((100, True), (91, False), (89, True), (0, False)):
        add(path, days, ended=ended)
    return History(path, clock=lambda: NOW)


def count(path: Path, table: str) -> int:
    connection = sqlite3.connect(path)
    try:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    finally:
        connection.close()


def test_looking_makes_nothing(tmp_path: Path) -> None:
    history = History(tmp_path / "none" / "history.sqlite3")
    assert history.calls() == []
    assert history.prune(0) == 0
    assert list(tmp_path.iterdir()) == []


def test_calls_are_chosen_by_number_and_date_newest_last(history: History) -> None:
    assert [call.id for call in history.calls()] == [1, 2, 3, 4]
    assert [call.id for call in history.calls(last=2)] == [3, 4]
    assert [call.id for call in history.calls(since=NOW - timedelta(days=90))] == [3, 4]
    assert history.calls(profile="nobody") == []


def test_calls_older_than_the_retention_go_with_all_that_belongs_to_them(history: History, path: Path) -> None:
    assert history.prune(90) == 2
    assert [call.id for call in history.calls()] == [3, 4]
    assert (count(path, "measures"), count(path, "alerts"), count(path, "hits")) == (300, 100, 100)
    assert history.prune(90) == 0


def test_keeping_no_days_leaves_only_the_running_call(history: History) -> None:
    assert history.prune(0) == 3
    assert [call.state.value for call in history.calls()] == ["running"]


def test_ids_are_never_given_again(history: History, path: Path) -> None:
    history.prune(0)
    add(path, 0)
    assert [call.id for call in history.calls()] == [4, 5]


def test_what_was_pruned_is_not_in_the_file_any_more_and_the_file_shrinks(path: Path) -> None:
    for _ in range(20):
        add(path, 5)
    history = History(path, clock=lambda: NOW)
    history.dispute(1, 1, "泄漏的备注")
    size = path.stat().st_size
    assert "泄漏的备注".encode() in path.read_bytes()
    assert history.prune(1) == 20
    assert "泄漏的备注".encode() not in path.read_bytes()
    assert path.stat().st_size < size / 2


@pytest.mark.parametrize("days", [-1, 40_000])
def test_a_number_of_days_that_is_none_is_refused(history: History, days: int) -> None:
    with pytest.raises(ConfigError, match="days"):
        history.prune(days)


def test_a_dispute_stays_with_its_finding_masked(history: History) -> None:
    finding = history.dispute(1, 2, " 客户念的是 138 0013 8000 ")
    assert (finding.number, finding.disputed, finding.dispute_note) == (2, True, "客户念的是 ****")
    assert [f.number for f in history.findings(1) if f.disputed] == [2]
    assert history.call(1).disputed == 1


def test_disputing_what_is_not_there_names_it(history: History) -> None:
    with pytest.raises(ConfigError, match="no call 77"):
        history.dispute(77, 1)
    with pytest.raises(ConfigError, match="no finding 999"):
        history.dispute(1, 999)


def spoil(path: Path, how: str) -> None:
    content = bytearray(path.read_bytes())
    if how == "truncated":
        content = content[: len(content) // 2 + 100]
    elif how == "overwritten":
        content[100:] = b"\xa5" * (len(content) - 100)
    else:
        content[:16] = b"some other thing"
    path.write_bytes(content)


@pytest.mark.parametrize("how", ["truncated", "overwritten", "header"])
def test_a_damaged_database_is_kept_aside_and_the_next_look_finds_a_new_one(
    history: History, path: Path, how: str
) -> None:
    spoil(path, how)
    spoiled = path.read_bytes()
    with pytest.raises(InputError, match="damaged") as caught:
        [history.findings(call.id) for call in history.calls()]
    assert "history.sqlite3.damaged" in caught.value.remedy
    assert Path(f"{path}.damaged").read_bytes() == spoiled
    assert history.calls() == []
    add(path, 1)
    spoil(path, "header")
    with pytest.raises(InputError):
        history.calls()
    assert Path(f"{path}.damaged").read_bytes() == spoiled
    assert Path(f"{path}.damaged-2").exists()


def test_a_newer_version_or_a_foreign_file_is_refused_and_left_alone(path: Path) -> None:
    add(path, 1)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(ConfigError, match="newer voicemon"):
        History(path).calls()
    sink = HistorySink(path)
    assert sink.fault is not None
    assert "newer voicemon" in sink.fault
    foreign = path.with_name("other.sqlite3")
    connection = sqlite3.connect(foreign)
    connection.execute("CREATE TABLE recipes (name)")
    connection.close()
    with pytest.raises(ConfigError, match="not a history"):
        History(foreign).calls()
    assert sorted(p.name for p in path.parent.iterdir()) == ["history.sqlite3", "other.sqlite3"]


def test_a_file_of_an_earlier_program_is_completed_and_stays_good_for_that_program(path: Path) -> None:
    """Its statements name their columns, and it looks at the version alone."""
    (tables,) = MIGRATIONS
    began = "'2025-06-01T08:00:00.000Z'"
    columns = "started_utc, seen_utc, source, program, unit"
    insert = f"INSERT INTO calls ({columns}) VALUES ({began}, {began}, 's', 'p', 'u')"
    connection = sqlite3.connect(path)
    connection.executescript(f"{tables}; PRAGMA user_version = 1; {insert};")
    connection.close()
    history = History(path, clock=lambda: NOW)
    assert [call.reference for call in history.calls()] == [None]
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    assert "reference" in [row[1] for row in connection.execute("PRAGMA table_info(calls)")]
    connection.execute(insert)
    connection.commit()
    connection.close()
    assert [call.source for call in history.calls()] == ["s", "s"]


def test_csv_opens_in_a_spreadsheet_and_cannot_run_anything_there(history: History, tmp_path: Path) -> None:
    history.dispute(1, 1, "=HYPERLINK(1)")
    target = tmp_path / "calls.csv"
    assert to_csv(history, str(target)) == 4
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")
    with target.open(encoding="utf-8-sig", newline="") as file:
        calls = list(csv.DictReader(file))
    assert [call["id"] for call in calls] == ["1", "2", "3", "4"]
    assert calls[0]["known_s"] == "150.0"
    assert "summary" not in calls[0]
    assert to_csv(history, str(target), Table.HITS, NOW - timedelta(days=90)) == 100
    findings = {table: tmp_path / f"{table}.csv" for table in (Table.HITS, Table.ALERTS)}
    text = ""
    for table, file_name in findings.items():
        to_csv(history, str(file_name), table)
        text += file_name.read_text(encoding="utf-8-sig")
    assert "'=HYPERLINK(1)" in text
    assert ",=HYPERLINK(1)" not in text


def test_json_holds_everything_of_each_call(history: History, tmp_path: Path) -> None:
    target = tmp_path / "calls.json"
    assert to_json(history, str(target), NOW - timedelta(days=90)) == 2
    calls: list[dict[str, Any]] = json.loads(target.read_text(encoding="utf-8"))
    assert [call["id"] for call in calls] == [3, 4]
    assert calls[0]["summary"]["type"] == "summary"
    assert calls[1]["summary"] is None
    assert [len(calls[0][part]) for part in ("hits", "alerts", "measures")] == [50, 50, 150]


@pytest.mark.parametrize("table", list(Table))
def test_parquet_has_typed_columns(history: History, tmp_path: Path, table: Table) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    target = tmp_path / "calls.parquet"
    rows = to_parquet(history, str(target), table)
    read = parquet.read_table(target)
    assert read.num_rows == rows == {"calls": 4, "measures": 600, "hits": 200, "alerts": 200}[table]
    types = {field.name: str(field.type) for field in read.schema}
    assert types["id" if table is Table.CALLS else "call_id"] == "int64"
    assert types[{"calls": "known_s", "measures": "laeq_db", "hits": "score", "alerts": "start"}[table]] == "double"


def test_a_failed_export_leaves_what_was_there(history: History, path: Path, tmp_path: Path) -> None:
    target = tmp_path / "calls.json"
    target.write_text("old")
    spoil(path, "overwritten")
    with pytest.raises(InputError):
        to_json(history, str(target))
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_an_export_of_nothing_still_has_its_columns(tmp_path: Path) -> None:
    target = tmp_path / "calls.csv"
    assert to_csv(History(tmp_path / "none.sqlite3"), str(target)) == 0
    assert target.read_text(encoding="utf-8-sig").startswith("id,started_utc,")
    assert not (tmp_path / "none.sqlite3").exists()
