"""Asking, telling, and the bar that moves while something is measured."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from typing import Final

import typer

from voicemon.calibration.faults import Fault, FaultKind
from voicemon.calibration.speech import Level
from voicemon.calibration.tone import STEADY_DB, ToneSecond
from voicemon.cli.calibrate_keys import TypedLines
from voicemon.cli.calibrate_order import needed
from voicemon.errors import CalibrationError, ExitCode
from voicemon.strings import Language
from voicemon.strings.calibration import calibration_text, refusal
from voicemon.ui.cells import clean, width_of

BAR_CELLS: Final = 30
BAR_FROM_DBFS: Final = -60.0
_FULL, _EMPTY = "█", "░"
_WHOLE_FIGURES: Final = frozenset({FaultKind.FREQUENCY, FaultKind.CLIPPED})


class RefusedError(CalibrationError):
    """What was measured is not fit to be a calibration: measured to the end, and not good, like a check that fails."""

    exit_code = ExitCode.DEGRADED


class Talk:
    """One dialogue, in lines.  Without ``interactive`` nothing is asked and nobody is waited for."""

    def __init__(self, language: Language, *, interactive: bool) -> None:
        self.language = language
        self.interactive = interactive
        self._bars = sys.stderr is not None and sys.stderr.isatty()
        self._drawn = 0
        self._typed = TypedLines()

    def unheard(self) -> AbstractContextManager[None]:
        """While something is measured: what is typed within counts for nothing."""
        return self._typed.unheard()

    def say(self, key: str, **figures: str) -> None:
        self.tell(calibration_text(key, self.language, **figures))

    def tell(self, line: str) -> None:
        print(clean(line), flush=True)

    def await_enter(self, key: str, **figures: str) -> None:
        """Tell what is next, and begin when Enter is pressed."""
        if self.interactive:
            self._input(calibration_text(key, self.language, **figures))

    def agreed(self, key: str, **figures: str) -> bool:
        """Whether Enter alone is pressed at the offer of ``key``; anything typed before it declines."""
        return self.interactive and not self._input(calibration_text(key, self.language, **figures)).strip()

    def number(self, key: str, option: str) -> float:
        """A number that has to be known.  Raises :class:`ConfigError` naming ``option`` where nobody can be asked."""
        while self.interactive:
            if (value := self._number(key)) is not None:
                return value
        raise needed(option, self.language)

    def number_or_none(self, key: str) -> float | None:
        """A number that may be passed over with Enter."""
        return self._number(key, optional=True) if self.interactive else None

    def refuse(self, faults: tuple[Fault, ...]) -> None:
        """Raise :class:`RefusedError` for the first of ``faults``, if there is one."""
        self.end_bar()
        if faults:
            fault = faults[0]
            digits = 0 if fault.kind in _WHOLE_FIGURES else 1 if abs(fault.limit) >= 1 else 2
            value, limit = f"{fault.value:.{digits}f}", f"{fault.limit:g}"
            raise RefusedError(*refusal(fault.kind.value, self.language, value, limit))

    def draw_tone(self, second: ToneSecond, spread_db: float) -> None:
        """The bar shows how steady the tone is: full is perfectly steady, half the limit."""
        share = 1 - min(1.0, spread_db / (2 * STEADY_DB))
        figures = {
            "level": f"{second.level_dbfs:.2f}",
            "frequency": f"{second.frequency_hz:.1f}",
            "snr": f"{second.snr_db:.0f}",
            "spread": f"{spread_db:.2f}",
        }
        self._draw(share, calibration_text("bar_tone", self.language, **figures))

    def draw_level(self, level: Level) -> None:
        share = 1 - max(level.now_dbfs, BAR_FROM_DBFS) / BAR_FROM_DBFS
        figures = {"level": f"{level.laeq_dbfs:.1f}", "seconds": f"{level.duration_s:.0f}"}
        self._draw(share, calibration_text("bar_speech", self.language, **figures))

    def end_bar(self) -> None:
        if self._drawn:
            print(file=sys.stderr, flush=True)
            self._drawn = 0

    def _draw(self, share: float, text: str) -> None:
        if not self._bars:
            return
        full = round(BAR_CELLS * min(1.0, max(0.0, share)))
        line = f"{_FULL * full}{_EMPTY * (BAR_CELLS - full)} {text}"
        print(f"\r{line}{' ' * (self._drawn - width_of(line))}", end="", file=sys.stderr, flush=True)
        self._drawn = width_of(line)

    def _number(self, key: str, *, optional: bool = False) -> float | None:
        while True:
            typed = self._input(calibration_text(key, self.language)).strip().replace(",", ".")
            if optional and not typed:
                return None
            try:
                return float(typed)
            except ValueError:
                self.say("not_a_number")

    def _input(self, prompt: str) -> str:
        try:
            return self._typed.line(f"{clean(prompt)} > ")
        except EOFError as error:
            raise typer.Abort from error
