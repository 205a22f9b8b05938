"""What other programs ask of a live session, answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from voicemon import __version__
from voicemon.calls import Phase
from voicemon.control import Action, Reply, Request, Status

if TYPE_CHECKING:
    from voicemon.audio.microphone import MicrophoneSource
    from voicemon.audio.pair import PairedSource
    from voicemon.recorder import Recorder
    from voicemon.sidecar import Live


def handler(
    session: Live, source: MicrophoneSource | PairedSource, tape: Recorder | None
) -> Callable[[Request], Reply]:
    """Answers requests for ``session``; returns at once."""

    def handle(request: Request) -> Reply:
        state = session.state
        in_call = state.phase is Phase.CALL
        match request.action:
            case Action.START:
                session.begin_call(request.reference)
            case Action.END if not in_call:
                return Reply(False)  # the asking side says so in its own language
            case Action.END:
                session.end_call()
            case Action.MUTE:
                source.mute()
            case Action.UNMUTE:
                source.unmute()
            case Action.STATUS:
                call, seconds = (state.number, round(state.seconds, 1)) if in_call else (None, None)
                recording = tape is not None and tape.recording
                name, program = source.info.name, f"voicemon {__version__}"
                return Reply(True, "", Status(in_call, call, seconds, name, source.muted, recording, program))
        return Reply(True)

    return handle
