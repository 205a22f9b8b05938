"""``voicemon call``: tell a running ``voicemon live`` where calls begin and end; for a softphone's hooks and for keys.

Exit code 4, the code of a device that is not there, where no session listens or one that was meant does not answer: the
command line was right, and the same line will do once ``voicemon live`` runs.  2 where it is the command line that has
to change.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Final

import typer

from voicemon.cli import options
from voicemon.errors import ConfigError, DeviceError
from voicemon.strings import Language
from voicemon.strings.control import control_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from voicemon.control import Action, Instance, Reply, Request, Roll, Status

Device = Annotated[
    str | None, typer.Option("--device", metavar="NAME", help="Where several run: a part of the device's name.")
]
Reference = Annotated[
    str | None,
    typer.Option("--id", metavar="TEXT", help="The softphone's name for the call (64 characters; numbers are masked)."),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]

SETTING: Final = "[calls] control = true"

group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    app.add_typer(group, name="call", help="Tell a running voicemon live: a call starts, ends; mute; status.")


@group.command("start", help="A call starts; one that runs ends with it.")
def start(reference: Reference = None, device: Device = None, lang: options.Lang = None) -> None:
    from voicemon.control import Action, Request

    _do(Request(Action.START, reference), device, lang)


@group.command("end", help="The call ends.")
def end(device: Device = None, lang: options.Lang = None) -> None:
    from voicemon.control import Action

    _plain(Action.END, device, lang)


@group.command("mute", help="Capture nothing until unmuted.")
def mute(device: Device = None, lang: options.Lang = None) -> None:
    from voicemon.control import Action

    _plain(Action.MUTE, device, lang)


@group.command("unmute", help="Capture again.")
def unmute(device: Device = None, lang: options.Lang = None) -> None:
    from voicemon.control import Action

    _plain(Action.UNMUTE, device, lang)


@group.command("status", help="What each running voicemon live is doing.")
def status(device: Device = None, as_json: AsJson = False, lang: options.Lang = None) -> None:
    from voicemon.control import Action, NoAnswerError, Request, ask, roll

    language = _language(lang)
    there = roll()
    # Told that it hangs is only who could have been meant.
    silent = list(there.silent if device is None else ())
    for instance in _matching(there, device, language):
        try:
            found = _granted(ask(instance.path, Request(Action.STATUS)), language).status
        except NoAnswerError:
            silent.append(instance.path)
            continue
        if found is None:
            raise DeviceError(f"voicemon live on {instance.name} tells no status", "bring both to the same version")
        print(json.dumps(asdict(found), ensure_ascii=False) if as_json else described(found, language))
    if silent:
        raise _hanging(silent, language)


def described(status: Status, language: Language) -> str:
    """A status in one line."""
    marks = {name: control_text(name, language) for name in ("muted", "recording") if getattr(status, name)}
    if not status.in_call:
        return control_text("status_idle", language, device=status.device, **marks)
    minutes, seconds = divmod(int(status.seconds or 0), 60)
    figures = {"call": str(status.call or 0), "length": f"{minutes}:{seconds:02d}"}
    return control_text("status_call", language, device=status.device, **figures, **marks)


def _plain(action: Action, device: str | None, lang: str | None) -> None:
    from voicemon.control import Request

    _do(Request(action), device, lang)


def _do(request: Request, device: str | None, lang: str | None) -> None:
    """Ask the one session that is meant; prints one line."""
    from voicemon.control import ask, roll

    language = _language(lang)
    found = _matching(roll(), device, language)
    if len(found) > 1:
        names = ", ".join(instance.name for instance in found)
        message = control_text("several", language, names=names)
        raise ConfigError(message, control_text("several_remedy", language))
    reply = _granted(ask(found[0].path, request), language)
    print(reply.line or control_text(request.action.value, language))


def _granted(reply: Reply, language: Language) -> Reply:
    if not reply.ok:
        line = reply.line or control_text("no_call", language)
        raise ConfigError(line, control_text("refused_remedy", language))
    return reply


def _matching(there: Roll, device: str | None, language: Language) -> tuple[Instance, ...]:
    """The sessions whose device's name has ``device`` in it, at least one.  Raises :class:`DeviceError`."""
    found = tuple(each for each in there.answering if device is None or device.casefold() in each.name.casefold())
    if found:
        return found
    if there.silent:
        raise _hanging(there.silent, language)  # it may be the one that is meant: it cannot say
    if not there.answering:
        raise DeviceError(control_text("nobody", language), control_text("nobody_remedy", language, setting=SETTING))
    names = ", ".join(each.name for each in there.answering)
    message = control_text("no_such_device", language, name=str(device))
    raise DeviceError(message, control_text("have_remedy", language, names=names))


def _hanging(entries: Sequence[Path], language: Language) -> DeviceError:
    """Sessions that are there and do not answer, named by their processes: that is all there is to know of them."""
    from voicemon.control import process_of

    processes = ", ".join(process_of(entry) for entry in entries)
    return DeviceError(control_text("hangs", language, processes=processes), control_text("hangs_remedy", language))


def _language(lang: str | None) -> Language:
    from voicemon.cli.options import spoken

    return spoken(lang)
