"""The command line as Typer sees it: the subcommands and what is said of a mistake in calling them."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer

from voicemon import __version__
from voicemon.cli.complaint import complain
from voicemon.errors import ExitCode

USAGE_ERROR: Final[type[Exception]] = next(
    c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException" and issubclass(c, Exception)
)
"""Typer brings Click along in some versions and depends on it in others: the class is found through its own."""

COMMANDS: Final = ("live", "replay", "demo", "history", "export", "call", "calibrate", "lexicon", "models", "devices")
"""In the order of the help; each is a file of its own, of which only the one that is called is imported."""

app = typer.Typer(
    name="voicemon",
    help="Real-time monitor of the speech quality of call-centre agents.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"voicemon {__version__}")
        raise typer.Exit()


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Real-time monitor of the speech quality of call-centre agents."""


def register(arguments: Sequence[str] = ()) -> None:
    """Bring in the command that ``arguments`` begin with, from its own file; all of them where they begin with none."""
    named = next((a for a in arguments if not a.startswith("-")), None)
    for name in (named,) if named in COMMANDS else COMMANDS:
        importlib.import_module(f"voicemon.cli.{name}").register(app)


def run(arguments: list[str] | None = None) -> int:
    """The command that ``arguments`` (``None``: the process's own) name; gives the exit code."""
    register(sys.argv[1:] if arguments is None else arguments)
    try:
        code = app(args=arguments, standalone_mode=False)
    except USAGE_ERROR as error:
        _explain(error)
        return ExitCode.USAGE
    except typer.Abort:
        return ExitCode.INTERRUPTED
    return int(code or 0)


def _explain(error: Any) -> None:
    """A usage error in one line; a command without arguments shows its help."""
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(error.format_message())
        return
    hint = f" (see: {context.command_path} --help)" if context is not None else ""
    complain(" ".join(error.format_message().split()) + hint)
