"""``voicemon history`` and ``voicemon export`` as a person types them."""

from __future__ import annotations

import csv
import importlib.util
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from bench.kills import one_call
from voicemon.cli import export, history
from voicemon.errors import VoicemonError
from voicemon.events import SessionEvent
from voicemon.history import HistorySink
from voicemon.ui.cells import width_of

NOW = datetime.now(UTC)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in (("VOICEMON_DATA_DIR", str(tmp_path / "data")), ("LC_ALL", "C.UTF-8")):
        monkeypatch.setenv(name, value)
    return tmp_path / "data" / "history.sqlite3"


def add(path: Path, *, days_ago: float = 0.5, ended: bool = True, reference: str | None = None) -> None:
    moment = NOW - timedelta(days=days_ago)
    sink = HistorySink(path, clock=lambda: moment)
    for second in list(one_call())[: None if ended else -1]:
        for event in second:
            sink(replace(event, reference=reference) if isinstance(event, SessionEvent) else event)
    sink.close()


def run(*arguments: str) -> Any:
    """The command in this process; an error a person can mend is given as its line and code."""
    app = typer.Typer()
    history.register(app)
    export.register(app)
    done = CliRunner().invoke(app, list(arguments))
    error = done.exception
    if isinstance(error, VoicemonError):
        return SimpleNamespace(stdout=done.stdout, exit_code=int(error.exit_code), line=str(error))
    assert error is None or isinstance(error, SystemExit), error
    return SimpleNamespace(stdout=done.stdout, exit_code=done.exit_code, line="")


def test_an_empty_history_is_one_friendly_line_and_makes_nothing(data: Path) -> None:
    done = run("history")
    assert (done.exit_code, done.stdout) == (0, "No calls yet.\n")
    assert run("history", "--lang", "zh").stdout == "还没有通话记录。\n"
    assert run("history", "prune", "--days", "5").exit_code == 0
    assert not data.exists()


def test_calls_are_listed_with_what_is_known_of_those_that_broke_off(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    add(data)
    add(data, ended=False)
    lines = run("history").stdout.splitlines()
    assert len(lines) == 3
    assert lines[0].split()[:3] == ["ID", "started", "profile"]
    assert lines[1].endswith("done")
    assert lines[2].endswith("interrupted")
    assert "02:30" in lines[2]
    assert " 50 " in lines[2]
    assert "中断" in run("history", "--lang", "zh").stdout


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("columns", [60, 80, 120, 160])
def test_the_list_fits_the_window(data: Path, monkeypatch: pytest.MonkeyPatch, columns: int, lang: str) -> None:
    for number in range(10):
        add(data, ended=number % 2 == 0, reference="queue-a-17 of the second switchboard")
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = run("history", "--lang", lang).stdout.splitlines()
    assert len(lines) == 11
    assert max(width_of(line) for line in lines) <= columns
    heads = lines[0].split()
    assert (heads[0], heads[-1]) == (("编号", "状态") if lang == "zh" else ("ID", "state"))
    assert ("禁语" if lang == "zh" else "phrases") in heads
    assert columns < 80 or "queue-a-17" in lines[1]


def test_the_softphones_name_for_a_call_is_in_list_page_and_exports(data: Path) -> None:
    add(data)
    assert "call id" not in run("history").stdout
    add(data, reference="queue-a-17")
    assert "queue-a-17" in run("history").stdout.splitlines()[-1]
    assert "call id  queue-a-17" in run("history", "show", "2").stdout
    assert "call id" not in run("history", "show", "1").stdout
    assert [call["reference"] for call in json.loads(run("export", "--json", "-").stdout)] == [None, "queue-a-17"]
    rows = list(csv.DictReader(run("export", "--csv", "-").stdout.splitlines()))
    assert [row["reference"] for row in rows] == ["", "queue-a-17"]


def test_messages_are_shown_in_the_readers_language(data: Path) -> None:
    add(data)
    chinese, english = run("history", "show", "1", "--lang", "zh").stdout, run("history", "show", "1").stdout
    assert "禁语：" in chinese
    assert "禁语：" not in english
    assert "Forbidden phrase: " in english


def test_the_list_is_cut_to_the_last_ones_and_says_so(data: Path) -> None:
    for days_ago in (3, 2, 1):
        add(data, days_ago=days_ago)
    shown = run("history", "--last", "2").stdout.splitlines()
    assert [line.split()[0] for line in shown[1:3]] == ["2", "3"]
    assert "--last" in shown[3]
    since = (datetime.now() - timedelta(days=2.5)).strftime("%Y-%m-%dT%H:%M")
    assert len(run("history", "--since", since).stdout.splitlines()) == 3
    assert run("history", "--profile", "nobody").stdout == "No calls match.\n"


def test_a_finding_is_shown_disputed_and_shown_as_disputed(data: Path) -> None:
    add(data)
    before = run("history", "show", "1").stdout
    assert "f01" in before
    assert "disputed" not in before
    done = run("history", "dispute", "1", "2", "--note", "客户电话 138 0013 8000")
    assert done.exit_code == 0
    after = run("history", "show", "1").stdout
    assert "disputed: 客户电话 ****" in after
    assert "8000" not in after


def test_old_calls_are_deleted(data: Path) -> None:
    for days_ago in (100, 1):
        add(data, days_ago=days_ago)
    assert run("history", "prune").stdout == "1 calls older than 90 days deleted.\n"
    assert len(run("history").stdout.splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (("history", "show", "7"), "no call 7"),
        (("history", "dispute", "1", "999"), "no finding 999"),
        (("history", "--since", "yesterday"), "yesterday"),
        (("history", "prune", "--days", "-1"), "-1"),
        (("export",), "--csv"),
        (("export", "--csv", "a", "--json", "b"), "--csv"),
        (("export", "--csv", "a", "--table", "moods"), "moods"),
        (("export", "--csv", "no/such/folder/a.csv"), "a.csv"),
    ],
)
def test_what_a_person_can_mend_is_one_line_and_code_2(data: Path, arguments: tuple[str, ...], names: str) -> None:
    add(data)
    done = run(*arguments)
    assert done.exit_code == 2
    assert names in done.line
    assert "\n" not in done.line


def test_a_damaged_history_is_one_line_and_then_a_new_one(data: Path) -> None:
    add(data)
    data.write_bytes(b"\xa5" * 20_000)
    done = run("history")
    assert done.exit_code == 3
    assert "history.sqlite3.damaged" in done.line
    assert run("history").stdout == "No calls yet.\n"


def test_exports_go_to_files_and_to_standard_output(data: Path, tmp_path: Path) -> None:
    add(data)
    assert run("export", "--csv", "-").stdout.startswith("id,started_utc,")
    assert json.loads(run("export", "--json", "-").stdout)[0]["id"] == 1
    target = tmp_path / "measures.csv"
    assert str(target) in run("export", "--csv", str(target), "--table", "measures").stdout
    assert len(target.read_text(encoding="utf-8-sig").splitlines()) == 151


def test_parquet_without_pyarrow_is_one_line_and_code_2(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(data)
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    done = run("export", "--parquet", str(tmp_path / "x.parquet"))
    assert done.exit_code == 2
    assert "voicemon[parquet]" in done.line
    assert not (tmp_path / "x.parquet").exists()


@pytest.mark.skipif(importlib.util.find_spec("pyarrow") is None, reason="pyarrow is not installed")
def test_parquet_with_pyarrow(data: Path, tmp_path: Path) -> None:
    add(data)
    assert run("export", "--parquet", str(tmp_path / "x.parquet")).exit_code == 0
    assert (tmp_path / "x.parquet").read_bytes()[:4] == b"PAR1"
