"""A live session put together from what the command line asked for, and taken apart again whatever ends it."""

from __future__ import annotations

import contextlib
import importlib
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from voicemon.cli import options
from voicemon.cli.interrupts import interrupts
from voicemon.errors import ExitCode, VoicemonError
from voicemon.settings import Settings
from voicemon.sinks import JsonLines, Sink

if TYPE_CHECKING:
    from voicemon.asr.recognizer import Recognizer, RecognizerInfo
    from voicemon.audio.microphone import MicrophoneSource
    from voicemon.audio.pair import PairedSource
    from voicemon.cli.live import Order
    from voicemon.phrases.model import Lexicon
    from voicemon.recorder import Recorder
    from voicemon.session import Outcome
    from voicemon.sidecar import Live
    from voicemon.strings import Language
    from voicemon.types import Snapshot

    Ears = MicrophoneSource | PairedSource

KEYS: Final = ("q", "?", "n_live", "m", "x", "d", "c")
UNCALIBRATED_KEYS: Final = KEYS[:-1]
"""Without a calibration there is no target that could be moved."""

CUSTOMER_SHIFT_DB: Final = 3.0
"""What c puts on the level target: slightly louder for this customer, a step that is heard and not yet shouting."""

POLL_S: Final = 0.2
MODEL_WAITS_S: Final = 1.0
"""The model is loaded behind the first meter, or after this long at the latest."""

CLOSE_S: Final = 2.0
BLOCK_S: Final = 0.1
"""Sound a callback: every stage costs a fixed sum a block, and nobody sees a meter come 50 ms later."""


def run(order: Order) -> int:
    """Listen; gives the exit code."""
    from voicemon.instance import DeviceLock
    from voicemon.noise import quiet_native_stderr
    from voicemon.phrases.lexicon import load as load_lexicon

    settings = order.settings
    language = options.language_of(settings)
    # Without a console (pythonw) there is no standard output at all.
    on_screen = sys.stdout is not None and sys.stdout.isatty() and not order.plain and order.events != "-"
    first_meter = threading.Event()
    with ExitStack() as stack:
        with quiet_native_stderr(None):
            opening = _Opening(order)
            stack.callback(opening.close)
            lexicon = load_lexicon([Path(path) for path in settings.phrases.lexicons], builtin=settings.phrases.builtin)
            recognizer, model = _recognition(settings, lexicon, first_meter)
            for module in ("voicemon.sidecar", *(["voicemon.ui.dashboard"] if on_screen else [])):
                importlib.import_module(module)
            source, lock_name = opening.ears()
        stack.enter_context(DeviceLock(lock_name))
        stack.enter_context(quiet_native_stderr(_log(source.info.name, stack)))
        sinks = _sinks(order, stack)
        lines = [] if on_screen or order.events == "-" else [_plain_lines(language)]
        tape = _tape(settings, source, stack)
        session = _session(source, settings, lexicon, language, recognizer, [*lines, *sinks], model, tape)
        _let_control(session, source, tape, settings, language, stack)
        if not on_screen:
            first_meter.set()
        outcome = _listen(session, source, settings, language, first_meter if on_screen else None)
        source.close()
    if on_screen:
        _plain_lines(language)(outcome.summary)
    for fault in outcome.faults:
        print(f"voicemon: {fault}", file=sys.stderr)
    if outcome.interrupted:
        return ExitCode.INTERRUPTED
    return ExitCode.DEGRADED if outcome.degraded else ExitCode.OK


def _listen(
    session: Live, source: Ears, settings: Settings, language: Language, first_meter: threading.Event | None
) -> Outcome:
    """Until somebody ends it; ``first_meter``, where there is a screen, is set once that shows a level."""
    session.start()
    stop = threading.Event()
    with interrupts(stop):
        if first_meter is None:
            interrupted = _wait(session, stop)
        else:
            interrupted = _screen(session, source, language, settings, first_meter)
        session.stop(interrupted=interrupted)
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


# ------------------------------------------------------------------------------------------------------- devices


class _Opening:
    """The devices, found and opened in a thread of its own: the sound system takes its time, and so do our imports.

    What is wrong with them is told when they are asked for, after what was checked meanwhile.
    """

    def __init__(self, order: Order) -> None:
        self._order = order
        self._found: Future[tuple[Ears, str]] = Future()
        self._thread = threading.Thread(target=self._work, name="open-device", daemon=True)
        self._thread.start()

    def ears(self) -> tuple[Ears, str]:
        """Wait for them; with the name that the agent's device is locked by.  Raises :class:`DeviceError`."""
        return self._found.result()

    def close(self) -> None:
        """Close what was opened, whoever came to use it."""
        self._thread.join(CLOSE_S)
        if self._found.done() and self._found.exception() is None:
            self._found.result()[0].close()

    def _work(self) -> None:
        try:
            self._found.set_result(_ears(self._order))
        except BaseException as error:  # noqa: BLE001 - a thread's top: it goes to whoever waits for the device
            self._found.set_exception(error)


def _ears(order: Order) -> tuple[Ears, str]:
    """The agent's device, open, with the customer's if there is one; and what the agent's is locked by."""
    from voicemon.audio.microphone import MicrophoneSource
    from voicemon.types import Role

    agent = MicrophoneSource(order.device, host_api=order.host_api, block_s=BLOCK_S)
    if order.customer_device is None:
        agent.open()
        return agent, agent.lock_name
    customer = MicrophoneSource(order.customer_device, block_s=BLOCK_S, roles=(Role.CUSTOMER,))
    if customer.device == agent.device:
        both = (Role.AGENT, Role.CUSTOMER)
        agent = MicrophoneSource(order.device, host_api=order.host_api, block_s=BLOCK_S, roles=both)
        agent.open()
        return agent, agent.lock_name
    from voicemon.audio.pair import PairedSource

    agent.open()
    return PairedSource(agent, customer), agent.lock_name


# --------------------------------------------------------------------------------------------------- what is kept


def _log(name: str, stack: ExitStack) -> Path | None:
    """Begin the log; gives where C libraries may write."""
    from voicemon.logfile import log_to_file

    log = log_to_file(name)
    stack.callback(log.close)
    if log.notice is not None:
        print(f"voicemon: {log.notice}", file=sys.stderr)
    if log.path is None:
        return None
    # A file of its own: the log is rotated, and what C libraries have open would go with the old one.
    native = log.path.with_suffix(".native.log")
    with contextlib.suppress(OSError):
        native.unlink(missing_ok=True)
    return native


def _sinks(order: Order, stack: ExitStack) -> list[Sink]:
    """Where the session's events are kept: the file that was named, the agent's own history, the log."""
    from voicemon.discretion import Discreet
    from voicemon.logsink import LogSink

    sinks: list[Sink] = [LogSink()]
    if order.events is not None:
        target = JsonLines(None if order.events == "-" else Path(order.events))
        sinks.append(Discreet(target, keep_text=order.keep_text))
    if order.settings.history.enabled:
        from voicemon.history.sink import HistorySink

        history = HistorySink()
        if history.notice is not None:
            print(f"voicemon: {history.notice}", file=sys.stderr)
        sinks.append(history)
        # Old calls go in the background: it may take seconds, and nobody waits for it.
        threading.Thread(target=_prune, args=(order.settings.history.keep_days,), name="prune", daemon=True).start()
    for sink in sinks:
        stack.callback(sink.close)
    return sinks


def _prune(days: int) -> None:
    from voicemon.history.store import History

    with contextlib.suppress(VoicemonError):
        History().prune(days)


def _plain_lines(language: Language) -> Sink:
    from voicemon.cli.lines import PlainLines

    return PlainLines(language)


def _tape(settings: Settings, source: Ears, stack: ExitStack) -> Recorder | None:
    if settings.record.folder is None:
        return None
    from voicemon.recorder import Recorder

    folder = Path(settings.record.folder).expanduser()
    tape = Recorder(folder, source.info, keep_days=settings.record.keep_days)
    stack.callback(tape.close)
    return tape


def _let_control(
    session: Live, source: Ears, tape: Recorder | None, settings: Settings, language: Language, stack: ExitStack
) -> None:
    """Without the setting nothing of it is even imported."""
    if not settings.calls.control:
        return
    from voicemon.cli.remote import handler
    from voicemon.control import Control

    control = Control(handler(session, source, tape, language), source.info.name)
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
        from voicemon.usage import yield_to_others

        yield_to_others()
        # One interpreter imports for both: the model's libraries would take the time from the first meter.
        first_meter.wait(MODEL_WAITS_S)
        from voicemon.asr.whisper import WhisperRecognizer
        from voicemon.rules.text import prepare

        recognizer = WhisperRecognizer.from_settings(settings.asr)
        prepare(lexicon)
        return recognizer

    return load, RecognizerInfo(model.name, model.sha256)


# ------------------------------------------------------------------------------------------------------ at work


def _screen(session: Live, source: Ears, language: Language, settings: Settings, first_meter: threading.Event) -> bool:
    """Show the session until it ends or somebody ends it; gives whether it was cut short."""
    from voicemon.ui.dashboard import Dashboard, Ending

    def pressed(key: str) -> None:
        if key == "n":
            session.begin_call()
        elif key == "m":
            session.mark()
        elif key == "x":
            source.unmute() if source.muted else source.mute()
        elif key == "d":
            session.dispute()
        elif key == "c":
            session.shift_target(0.0 if session.look().level.target_shift_db else CUSTOMER_SHIFT_DB)

    seen: list[bool] = []

    def frame() -> tuple[Snapshot, None] | None:
        if session.finished:
            return None
        if seen:  # it has been drawn by now
            first_meter.set()
        now = session.look()
        if now.level.now_db is not None and not seen:
            seen.append(True)
        return now, None

    keys = UNCALIBRATED_KEYS if settings.level.calibration_offset_db is None else KEYS
    ending = Dashboard(language, keys=keys).run(frame, pressed, settings.ui.frames_per_s)
    return ending not in (Ending.QUIT, Ending.FINISHED)


def _wait(session: Live, stop: threading.Event) -> bool:
    """Wait for the end without a screen; gives whether a signal asked for it."""
    while not stop.wait(POLL_S) and not session.finished:
        pass
    return stop.is_set()
