"""What Linux says of its sound cards beside PortAudio: the list that the kernel keeps up to date by itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

CARDS: Final = Path("/proc/asound/cards")
"""Two lines a card; the first ends with the name that ALSA's control interface gives."""

_HARDWARE: Final = re.compile(r"\((?:plug)?hw:(\d+)(?:,\d+)*\)\s*$")
_CARD: Final = re.compile(r"^\s*(\d+) \[[^\]]*\]: .*? - (.*)$", re.MULTILINE)


def is_hardware(name: str) -> bool:
    """Whether PortAudio's device ``name`` is a card itself and not a sound server or a plug-in."""
    return _HARDWARE.search(name) is not None


def cards(path: Path = CARDS) -> str | None:
    """The kernel's list of cards; ``None`` where there is none."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


def still_there(name: str, listing: str) -> bool:
    """Whether the card number at the end of a hardware device's ``name`` still belongs to the card that begins it.

    PortAudio's ALSA names are ``card: device (hw:card number,device number)``.
    """
    match = _HARDWARE.search(name)
    if match is None:
        return False
    names = {number: card.strip() for number, card in _CARD.findall(listing)}
    card = names.get(match.group(1))
    return card is not None and name.startswith(f"{card}:")
