"""``voicemon history``: the calls of this machine's agent, what was found in them, disputes, clearing out."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from voicemon.cli import options
from voicemon.cli.options import spoken
from voicemon.errors import ConfigError
from voicemon.strings.history import history_text

DEFAULT_LAST: Final = 20
"""A screenful."""

Since = Annotated[
    str | None, typer.Option("--since", metavar="DATE", help="From this day (YYYY-MM-DD, local time) or moment on.")
]
OfProfile = Annotated[str | None, typer.Option("--profile", metavar="NAME", help="Calls of this profile alone.")]
CallId = Annotated[int, typer.Argument(metavar="ID", help="A call's ID, as voicemon history lists it.")]

group = typer.Typer(no_args_is_help=False, invoke_without_command=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    app.add_typer(group, name="history", help="Past calls: list, show, dispute, prune.")


@group.callback()
def _list(
    context: typer.Context,
    last: Annotated[
        int | None, typer.Option("--last", metavar="N", min=1, help=f"So many of the latest calls ({DEFAULT_LAST}).")
    ] = None,
    since: Since = None,
    profile: OfProfile = None,
    lang: options.Lang = None,
) -> None:
    """Past calls, the newest last; columns that the window has no room for are left out (voicemon export)."""
    if context.invoked_subcommand is not None:
        return
    from voicemon.cli.history_table import table
    from voicemon.history import History

    language, history = spoken(lang), History()
    start = moment(since)
    most = last or (None if since else DEFAULT_LAST)
    calls = history.calls(last=None if most is None else most + 1, since=start, profile=profile)
    if not calls:
        print(history_text("none_found" if since or profile else "empty", language))
        return
    more = most is not None and len(calls) > most
    shown = calls[1:] if more else calls
    print("\n".join(table(shown, language, shutil.get_terminal_size().columns)))
    if more:
        print(history_text("more", language, count=str(len(shown))))


@group.command("show", help="One call: its figures and everything that was found, numbered.")
def show(call_id: CallId, lang: options.Lang = None) -> None:
    """One call: its figures and everything that was found, numbered."""
    from voicemon.cli.history_rows import described, finding_row
    from voicemon.history import History
    from voicemon.ui.cells import aligned

    history, language = History(), spoken(lang)
    call = history.call(call_id)
    findings = history.findings(call_id)
    print("\n".join(described(call, language)))
    rows = [finding_row(finding, language) for finding in findings]
    print("\n".join(aligned(rows, right=(0,))) if rows else history_text("no_findings", language))


@group.command("dispute", help="Say that a finding is wrong; it stays, marked as disputed.")
def dispute(
    call_id: CallId,
    number: Annotated[int, typer.Argument(metavar="N", help="The finding's number, as history show lists it.")],
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Why; numbers in it are masked.")] = "",
    lang: options.Lang = None,
) -> None:
    """Say that a finding is wrong; it stays, marked as disputed."""
    from voicemon.cli.history_rows import name_of
    from voicemon.history import History

    finding = History().dispute(call_id, number, note)
    language = spoken(lang)
    figures = {"id": str(call_id), "number": str(number), "name": name_of(finding, language)}
    print(history_text("dispute_stored", language, **figures))


@group.command("prune", help="Delete calls that are older than so many days.")
def prune(
    days: Annotated[int | None, typer.Option("--days", metavar="N", help="Keep the last N days (90).")] = None,
    lang: options.Lang = None,
) -> None:
    """Delete calls that are older than so many days."""
    from voicemon.history import RETENTION_DAYS, History

    kept = RETENTION_DAYS if days is None else days
    gone = History().prune(kept)
    print(history_text("pruned", spoken(lang), count=str(gone), days=str(kept)))


def moment(text: str | None) -> datetime | None:
    """A day or moment as typed, local time unless it names its zone.  Raises :class:`ConfigError`."""
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ConfigError(f"--since {text} is no date", "write it as 2025-03-31 or 2025-03-31T09:00") from error
