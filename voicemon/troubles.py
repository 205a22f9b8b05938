"""Alerts that a live session raises itself: the device is gone, the recogniser lags.  Each once, as it begins."""

from __future__ import annotations

from typing import Final

from voicemon.asr.worker import WorkerState
from voicemon.calls import Calls
from voicemon.rules.delivery import Finding
from voicemon.strings import AlertFigures
from voicemon.types import Gap, SourceInfo
from voicemon.vitals import Vitals

LOST: Final = "device lost"
MUTED: Final = "muted"


class Troubles:
    """Watches what comes from the source and how the recogniser fares, on the thread that owns the calls."""

    def __init__(self, calls: Calls, vitals: Vitals, info: SourceInfo) -> None:
        self._calls = calls
        self._vitals = vitals
        self._info = info
        self._behind = False
        self._lost = False

    def notice(self, gap: Gap | None) -> None:
        """Sound has come, or a gap: a device that is lost raises one alert, however many gaps tell of it."""
        if gap is not None and gap.cause == MUTED:
            # A device that was lost is not back because nobody wants to hear it.
            self._calls.current.muted_s += (gap.end - gap.start) / self._info.sample_rate
            return
        lost = gap is not None and gap.cause == LOST
        if lost and not self._lost:
            name = self._info.name
            self._raise("device_lost", AlertFigures(detail=name), {"device": name})
        self._lost = lost

    def watch_recognizer(self) -> None:
        """See whether it has fallen behind since the last look."""
        health = self._vitals.recognizer(self._calls.current.monitor.now)
        behind = health is not None and health.state is WorkerState.BEHIND
        if health is not None and behind and not self._behind:
            self._raise("asr_behind", AlertFigures(seconds=health.lag_s), {"lag_s": health.lag_s})
        self._behind = behind

    def _raise(self, rule: str, figures: AlertFigures, evidence: dict[str, object]) -> None:
        monitor = self._calls.current.monitor
        self._calls.tell(monitor.alert(Finding(rule, monitor.now, monitor.now, figures, evidence)))
