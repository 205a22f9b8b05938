"""``voicemon devices``: what can record."""

from __future__ import annotations

import typer

from voicemon.errors import DeviceError


def register(app: typer.Typer) -> None:
    app.command("devices", help="List the devices that record.")(devices)


def devices() -> None:
    """List the devices that record; the system's default is marked with a star."""
    from voicemon.audio.devices import list_input_devices

    found = list_input_devices()
    if not found:
        raise DeviceError("no device that records was found", "plug in a headset, then run voicemon devices again")
    for device in found:
        mark = "*" if device.is_default else " "
        print(f"{mark} {device.name}  [{device.host_api}]  {device.channels} ch  {device.default_rate} Hz")
