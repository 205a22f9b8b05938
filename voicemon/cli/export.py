"""``voicemon export``: the history as CSV, JSON or Parquet."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from voicemon.cli.history import Since, moment
from voicemon.cli.options import Lang, spoken
from voicemon.errors import ConfigError
from voicemon.strings.history import history_text


def register(app: typer.Typer) -> None:
    app.command("export", help="Write the history as CSV, JSON or Parquet.")(export)


def export(
    csv: Annotated[str | None, typer.Option("--csv", metavar="FILE", help="CSV; - is standard output.")] = None,
    json: Annotated[
        str | None, typer.Option("--json", metavar="FILE", help="JSON, everything of each call; - is standard output.")
    ] = None,
    parquet: Annotated[str | None, typer.Option("--parquet", metavar="FILE", help="Parquet; needs pyarrow.")] = None,
    table: Annotated[
        str, typer.Option("--table", metavar="NAME", help="calls, hits, alerts or measures: what CSV and Parquet hold.")
    ] = "calls",
    since: Since = None,
    lang: Lang = None,
) -> None:
    """Write the history to a file."""
    from voicemon.history import History
    from voicemon.history.export import STANDARD_OUTPUT, Table, to_csv, to_json, to_parquet

    language, start, history = spoken(lang), moment(since), History()
    if table not in list(Table):
        raise ConfigError(f"--table {table} is not known", f"use {', '.join(Table)}")
    targets = [target for target in (csv, json, parquet) if target is not None]
    if len(targets) != 1:
        raise ConfigError("export needs one format", "give one of --csv FILE, --json FILE, --parquet FILE")
    if csv is not None:
        rows = to_csv(history, csv, Table(table), start)
    elif json is not None:
        rows = to_json(history, json, start)
    else:
        rows = to_parquet(history, targets[0], Table(table), start)
    if not history.path.exists():
        print(history_text("empty", language), file=sys.stderr)
    elif targets[0] != STANDARD_OUTPUT:
        print(history_text("exported", language, count=str(rows), file=targets[0]))
