"""What ``voicemon live`` is asked to do, from its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from voicemon.cli.common import Common
from voicemon.settings import Settings


@dataclass(frozen=True, slots=True)
class Order:
    """What to listen to, and what to tell of it."""

    settings: Settings
    device: str | None
    host_api: str | None
    customer_device: str | None
    events: str | None
    plain: bool
    keep_text: bool


def order_of(given: Mapping[str, Any]) -> Order:
    """From the command's parameters, by name; those that are not there were not given.  Raises :class:`ConfigError`."""
    settings = Common.among(given).settings()
    if given.get("record") is not None:
        settings = replace(settings, record=replace(settings.record, folder=str(given["record"])))
    if given.get("control"):
        settings = replace(settings, calls=replace(settings.calls, control=True))
    if given.get("no_history"):
        settings = replace(settings, history=replace(settings.history, enabled=False))
    return Order(
        settings,
        given.get("device"),
        given.get("host_api"),
        given.get("customer_device"),
        given.get("events"),
        bool(given.get("plain")),
        bool(given.get("keep_text")),
    )
