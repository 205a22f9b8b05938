"""For programs: a recording through the monitor in one call.

import voicemon
outcome = voicemon.replay("call.flac", sinks=[print_event])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from voicemon.asr.recognizer import Recognizer
from voicemon.audio.recording import RecordingSource
from voicemon.audio.source import Source
from voicemon.phrases import lexicon
from voicemon.session import Outcome, Replay
from voicemon.settings import Settings
from voicemon.sidecar import Live
from voicemon.sinks import Sink
from voicemon.strings import Language


def replay(
    file: str | Path,
    *,
    settings: Settings | None = None,
    recognizer: Recognizer | None = None,
    language: Language = "en",
    sinks: Sequence[Sink] = (),
) -> Outcome:
    """Play ``file`` through a monitor as fast as possible; without ``recognizer`` everything but the words.

    Raises :class:`voicemon.errors.VoicemonError` for what a person can mend.
    """
    chosen = Settings() if settings is None else settings
    source = RecordingSource(Path(file))
    try:
        return Replay(source, chosen, lexicon.chosen(chosen.phrases), language, recognizer, sinks).run()
    finally:
        source.close()


def live(
    source: Source,
    *,
    settings: Settings | None = None,
    recognizer: Callable[[], Recognizer] | None = None,
    language: Language = "en",
    sinks: Sequence[Sink] = (),
) -> Live:
    """A live session on ``source``, not yet started; ``recognizer`` makes one in the session's own thread."""
    chosen = Settings() if settings is None else settings
    return Live(source, chosen, lexicon.chosen(chosen.phrases), language, recognizer, sinks=sinks)
