"""A live session put together from what the command line asked for, and taken apart again whatever ends it."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from voicemon.cli import common
from voicemon.cli.common import language_of
from voicemon.cli.ears import Found, Opening
from voicemon.cli.ending import ended
from voicemon.cli.interrupts import interrupts
from voicemon.settings import Settings

if TYPE_CHECKING:
    from voicemon.asr.recognizer import Recognizer, RecognizerInfo
    from voicemon.cli.ears import Ears
    from voicemon.cli.live_order import Order
    from voicemon.phrases.model import Lexicon
    from voicemon.recorder import Recorder
    from voicemon.session import Outcome
    from voicemon.sidecar import Live
    from voicemon.sinks import Sink
    from voicemon.strings import Language

POLL_S: Final = 0.5
"""How often it is looked whether the session has ended by itself; a signal is not waited for."""
MODEL_WAITS_S: Final = 1.0
"""The model is loaded behind the first meter, or after this long at the latest."""


def run(order: Order) -> int:
    """Listen; gives the exit code."""
    from voicemon.noise import quiet_native_stderr

    settings = order.settings
    language = language_of(settings)
    on_screen = common.on_screen(plain=order.plain, events=order.events)
    first_meter = threading.Event()
    with ExitStack() as stack:
        with quiet_native_stderr(None):
            opening = Opening(order)
            stack.callback(opening.close)
            # Not before: the sound system gets ready in native code while we import.
            from voicemon.cli.keeping import begin_log, plain_lines, sinks_of, tape_of
            from voicemon.instance import DeviceLock
            from voicemon.phrases.lexicon import chosen

            lexicon = chosen(settings.phrases)
            recognizer, model = _recognition(settings, lexicon, first_meter)
            for module in ("voicemon.sidecar", *(["voicemon.cli.live_screen"] if on_screen else [])):
                importlib.import_module(module)
            found = opening.ears()
            source = found.source
            settings, notice = _calibrated(settings, found, opening.gain_db)
        if notice is not None:
            print(f"voicemon: {notice}", file=sys.stderr)
        stack.enter_context(DeviceLock(found.lock_name))
        log = begin_log(source.info.name, stack, on_screen=on_screen)
        stack.enter_context(quiet_native_stderr(log.native))
        sinks = [*sinks_of(order, stack), *log.sinks]
        lines = [] if on_screen or order.events == "-" else [plain_lines(language)]
        tape = tape_of(settings, source.info, stack)
        session = _session(source, settings, lexicon, language, recognizer, [*lines, *sinks], model, tape)
        _let_control(session, source, tape, settings, language, stack)
        if not on_screen:
            first_meter.set()
        outcome = _listen(session, source, settings, language, first_meter if on_screen else None)
        source.close()
    if on_screen and outcome.summary is not None:
        plain_lines(language)(outcome.summary)
    return ended(outcome)


def _listen(
    session: Live, source: Ears, settings: Settings, language: Language, first_meter: threading.Event | None
) -> Outcome:
    """Until somebody ends it; ``first_meter``, where there is a screen, is set once that shows a level."""
    session.start()
    stop = threading.Event()
    with interrupts(stop) as hurried:
        if first_meter is None:
            interrupted = _wait(session, stop)
        else:
            from voicemon.cli.live_screen import show

            interrupted = show(session, source, language, settings, first_meter, stop)
        session.stop(interrupted=interrupted, hurried=hurried.is_set())
        # The last texts may take seconds: an impatient second Ctrl-C must not cost the summary; a third ends it.
        with interrupts(threading.Event()):
            return session.outcome()


def _session(
    source: Ears,
    settings: Settings,
    lexicon: Lexicon,
    language: Language,
    recognizer: Callable[[], Recognizer] | None,
    sinks: list[Sink],
    model: RecognizerInfo | None,
    tape: Recorder | None,
) -> Live:
    from voicemon.sidecar import Live

    return Live(source, settings, lexicon, language, recognizer, sinks, model=model, tape=tape)


def _calibrated(settings: Settings, found: Found, gain_db: Callable[[], float | None]) -> tuple[Settings, str | None]:
    """An offset that was stated holds; else what is stored of the agent's device, and why it is worth less if it is."""
    if settings.level.calibration_offset_db is not None:
        return settings, None
    # First: the thread that asks for the gain imports the same package, and two at once lock each other out.
    os_gain_db = gain_db()
    from voicemon.calibration.store import load_for
    from voicemon.types import CalibrationStatus

    device = found.device
    stored = load_for(
        device.name,
        device.host_api,
        found.source.info.sample_rate,
        reference_distance_m=settings.level.reference_distance_m,
        os_gain_db=os_gain_db,
    )
    if stored is None:
        return settings, None
    level = replace(
        settings.level,
        calibration_offset_db=stored.calibration.offset_db,
        calibration_uncertainty_db=stored.calibration.uncertainty_db,
        calibration_estimated=stored.calibration.status is CalibrationStatus.ESTIMATED,
    )
    return replace(settings, level=level), stored.notice


def _let_control(
    session: Live, source: Ears, tape: Recorder | None, settings: Settings, language: Language, stack: ExitStack
) -> None:
    """Without the setting nothing of it is even imported."""
    if not settings.calls.control:
        return
    from voicemon.cli.remote import handler
    from voicemon.control import Control

    control = Control(handler(session, source, tape), source.info.name)
    stack.callback(control.close)
    control.start()


# -------------------------------------------------------------------------------------------------- recogniser


def _recognition(
    settings: Settings, lexicon: Lexicon, first_meter: threading.Event
) -> tuple[Callable[[], Recognizer] | None, RecognizerInfo | None]:
    """What loads the recogniser, in its own thread, and which model that is; a missing model is told at once."""
    if not settings.asr.enabled:
        return None, None
    from voicemon.asr.models import locate
    from voicemon.asr.recognizer import RecognizerInfo

    model = locate(settings.asr.model)

    def load() -> Recognizer:
        # One interpreter imports for both: the model's libraries would take the time from the first meter.
        first_meter.wait(MODEL_WAITS_S)
        from voicemon.asr.whisper import WhisperRecognizer
        from voicemon.rules.text import prepare
        from voicemon.usage import with_humble_threads

        recognizer = with_humble_threads(lambda: WhisperRecognizer.from_settings(settings.asr))
        prepare(lexicon)
        return recognizer

    return load, RecognizerInfo(model.name, model.sha256)


# ------------------------------------------------------------------------------------------------------ at work


def _wait(session: Live, stop: threading.Event) -> bool:
    """Wait for the end without a screen; gives whether a signal asked for it."""
    while not stop.wait(POLL_S) and not session.finished:
        pass
    return stop.is_set()
