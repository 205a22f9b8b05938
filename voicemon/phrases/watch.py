"""Whether a lexicon's files have changed since they were last read.  No thread, no clock: whoever asks decides."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from voicemon.phrases.lexicon import chosen
from voicemon.phrases.model import Lexicon
from voicemon.settings import PhraseSettings

Stamp = tuple[int, int, int] | None
"""Time of change in ns, size, and which file it is; ``None`` where there is none."""


class LexiconWatch:
    """Watches the files that settings name; the built-in lexicon is a part of the program and does not change."""

    def __init__(self, settings: PhraseSettings) -> None:
        self._settings = settings
        self._paths = [Path(path) for path in settings.lexicons]
        self._seen: tuple[Stamp, ...] | None = None
        self._taken: tuple[Stamp, ...] | None = None

    @property
    def idle(self) -> bool:
        """There is nothing to watch."""
        return not self._paths

    def changed(self) -> bool:
        """Whether the files differ from those last taken, and have been left alone since the last look.

        An editor that empties a file before it writes is thereby not taken at its word; what stays broken is told.
        The first change is the files as they are: they may have changed between being read and being watched.
        """
        before, self._seen = self._seen, stamps(self._paths)
        return self._seen == before and self._seen != self._taken

    def take(self) -> Lexicon:
        """The lexicon as its files are now.  Raises :class:`~voicemon.errors.ConfigError`."""
        self._taken = stamps(self._paths)
        return chosen(self._settings)


def stamps(paths: Sequence[Path]) -> tuple[Stamp, ...]:
    return tuple(_stamp(path) for path in paths)


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
