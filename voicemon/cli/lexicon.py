"""``voicemon lexicon``: is a lexicon right, and what would a sentence set off."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voicemon.cli import options

group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


def register(app: typer.Typer) -> None:
    app.add_typer(group, name="lexicon", help="Lexicons: check files, test a sentence.")


@group.callback()
def _group() -> None:
    """Lexicons: check files, test a sentence."""


@group.command("check", help="Is a lexicon right, and how closely is each phrase held?")
def check(
    context: typer.Context,
    files: Annotated[list[Path] | None, typer.Argument(metavar="[FILE.yaml]...", help="Default: those in use.")] = None,
    no_builtin_lexicon: options.NoBuiltin = False,
    settings_file: options.SettingsFile = None,
    profile: options.Profile = None,
    lang: options.Lang = None,
    json: Json = False,
) -> int:
    """Check lexicons: all faults with their lines; then what is in them, and what to look at."""
    from voicemon.cli.lexicon_check import run

    return run(options.Common.among({**context.params, "lexicon": files}), as_json=json)


@group.command("test", help="What would a sentence set off, and how near does it come?")
def weigh(
    context: typer.Context,
    sentence: Annotated[str, typer.Argument(metavar="SENTENCE", help="What the agent says.")],
    lexicon: options.Lexicons = None,
    no_builtin_lexicon: options.NoBuiltin = False,
    settings_file: options.SettingsFile = None,
    profile: options.Profile = None,
    lang: options.Lang = None,
    json: Json = False,
) -> int:
    """Weigh a sentence up as if it had been heard."""
    from voicemon.cli.lexicon_weigh import run

    return run(options.Common.of(context), sentence, as_json=json)
