"""``voicemon devices``: what can record, and how to choose it."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from voicemon.cli import options
from voicemon.cli.options import spoken
from voicemon.errors import DeviceError


def register(app: typer.Typer) -> None:
    app.command("devices", help="List the devices that record.")(devices)


def devices(
    check: Annotated[
        bool, typer.Option("--check", help="Also ask each device which sample rates it takes; may open it briefly.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
    lang: options.Lang = None,
) -> None:
    """List the devices that record, headsets first, and how to choose one."""
    from voicemon.audio.portaudio import PortAudioHost
    from voicemon.cli.device_rows import entries, record, table
    from voicemon.noise import quiet_native_stderr

    # A wrong --lang is told before the sound system is asked.
    language = spoken(lang)
    host = PortAudioHost()
    with quiet_native_stderr(None):
        found = entries(host.devices(), host.supported_rates if check else None)
    if as_json:
        print(json.dumps([record(entry) for entry in found], ensure_ascii=False, indent=1))
        return
    if not found:
        raise DeviceError("no device that records was found", "plug in a headset, then run voicemon devices again")
    print("\n".join(table(found, language)))
