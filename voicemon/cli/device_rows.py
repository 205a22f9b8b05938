"""Devices as rows of text and as records."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from voicemon.audio.devices import InputDevice, aliases, find_input_device, plain_name, preferred
from voicemon.audio.kinds import DeviceKind, follows_server, kind_of, telephone_quality
from voicemon.strings import Language
from voicemon.strings.devices import devices_text
from voicemon.ui.cells import GAP, aligned, clean

_ORDER: Final = {DeviceKind.HEADSET: 0, DeviceKind.OTHER: 1, DeviceKind.LOOPBACK: 2}
_FIGURES: Final = (4, 5)
"""Columns that stand right."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One device: the form of it that is taken, and the other host APIs it stands under.

    ``rates``: those it takes, in Hz; ``None`` where it was not asked.  ``taken``: without ``--device`` it is this one.
    """

    device: InputDevice
    also: tuple[str, ...]
    is_default: bool
    taken: bool
    kind: DeviceKind
    telephone: bool
    rates: tuple[int, ...] | None
    argument: str
    """What to give ``--device``."""


def entries(devices: list[InputDevice], rates: Callable[[InputDevice], tuple[int, ...]] | None = None) -> list[Entry]:
    """Each device once: headsets first, then the default, then the rest, what is played last."""
    taken = find_input_device(devices) if devices else None
    found: list[Entry] = []
    seen: set[InputDevice] = set()
    for device in devices:
        if device in seen:
            continue
        others = aliases(device, devices)
        chosen = preferred([device, *others], devices)[0]
        group = [device, *others]
        seen.update(group)
        found.append(
            Entry(
                chosen,
                tuple(sorted({d.host_api for d in group} - {chosen.host_api})),
                any(d.is_default for d in group),
                taken in group,
                kind_of(chosen),
                telephone_quality(chosen),
                None if rates is None else rates(chosen),
                _argument(chosen, devices),
            )
        )
    return sorted(found, key=lambda entry: (_ORDER[entry.kind], not entry.is_default))


def _argument(device: InputDevice, devices: Iterable[InputDevice]) -> str:
    """The name by which ``device`` is found: without card numbers, which change, unless only they tell it apart."""
    plain = plain_name(device.name)
    same = [d for d in devices if d.host_api == device.host_api and plain_name(d.name).lower() == plain.lower()]
    return plain if len(same) == 1 else device.name


def record(entry: Entry) -> dict[str, Any]:
    """An entry for programs; ``rates_hz`` is there only where the device was asked."""
    device = entry.device
    known = {
        "name": device.name,
        "host_api": device.host_api,
        "channels": device.channels,
        "default_rate_hz": device.default_rate,
        "default": entry.is_default,
        "taken": entry.taken,
        "kind": entry.kind.value,
        "telephone_quality": entry.telephone,
        "follows_server": follows_server(device),
        "also_under": list(entry.also),
        "device_argument": entry.argument,
    }
    return known if entry.rates is None else {**known, "rates_hz": list(entry.rates)}


def table(found: list[Entry], language: Language) -> list[str]:
    """The table, what its marks mean, and the command that chooses the first headset."""
    asked = any(entry.rates is not None for entry in found)
    heads = ["", *(devices_text(name, language) for name in ("name", "kind", "host_api", "channels", "rate"))]
    rows = [[*heads, devices_text("rates", language)] if asked else heads]
    rows += [_row(entry, language, asked=asked) for entry in found]
    lines = aligned(rows, right=_FIGURES)
    told = [lines[0]]
    for entry, line in zip(found, lines[1:], strict=True):
        told += [line, *_notes(entry, language)]
    marks = [devices_text(name, language) for name in ("default", "taken")]
    return [*told, "", GAP.join([*marks, devices_text("guessed", language)]), _command(found, language)]


def _row(entry: Entry, language: Language, *, asked: bool) -> list[str]:
    device = entry.device
    mark = ("→" if entry.taken else " ") + ("*" if entry.is_default else " ")
    kind = devices_text(entry.kind.value, language)
    row = [mark, device.name, kind, device.host_api, str(device.channels), f"{device.default_rate} Hz"]
    if asked:
        row.append(" ".join(map(str, entry.rates or ())) or devices_text("none", language))
    return row


def _notes(entry: Entry, language: Language) -> list[str]:
    notes = []
    if entry.also:
        notes.append(devices_text("aliases", language, host_apis=", ".join(entry.also)))
    if entry.telephone:
        notes.append(devices_text("telephone", language))
    if follows_server(entry.device):
        notes.append(devices_text("follows", language))
    return [f"{GAP}{GAP}  {note}" for note in notes]


def _command(found: list[Entry], language: Language) -> str:
    speakers = [entry for entry in found if entry.kind is not DeviceKind.LOOPBACK] or found
    played = [entry for entry in found if entry.kind is DeviceKind.LOOPBACK and entry is not speakers[0]]
    names = {"name": quoted(speakers[0].argument)}
    if played:
        return devices_text("choose_customer", language, **names, customer=quoted(played[0].argument))
    return devices_text("choose", language, **names)


def quoted(name: str) -> str:
    """``name`` for a command line; double quotes are what all shells know."""
    escaped = clean(name).replace('"', r"\"")
    return f'"{escaped}"'
