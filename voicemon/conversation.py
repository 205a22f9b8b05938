"""The two speakers together: silences, dead air, overlap, interruptions, response delays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from voicemon.events import OverlapEvent, SilenceEvent
from voicemon.output import Output
from voicemon.rules.delivery import Finding
from voicemon.rules.service import ServiceRules
from voicemon.settings import SilenceSettings
from voicemon.speech.silence import Silence, SilenceKind, SilenceTracker
from voicemon.speech.turns import Overlap, OverlapKind, TurnTracker
from voicemon.strings import AlertFigures
from voicemon.types import FRAMES_PER_S, Role
from voicemon.voice import Voice

MOST_KEPT: Final = 2000
"""Dead air and response delays kept for the summary: more than any call holds."""

ENDED: Final = "the call had ended"
"""Why an alert of the silence behind a call is taken back."""


class Conversation:
    """Follows who speaks; fed by the monitor, one frame after the other."""

    def __init__(
        self, settings: SilenceSettings, voices: Mapping[Role, Voice], service: ServiceRules | None, output: Output
    ) -> None:
        self._settings = settings
        self._voices = voices
        self._service = service
        self._out = output
        self.two_channels = Role.CUSTOMER in voices
        self.customer_heard = False
        self.dead_air: list[Silence] = []
        self.interruptions = 0
        self.response_delays_s: list[float] = []
        self._silence = SilenceTracker(settings.dead_air_s, settings.pause_s)
        self._turns = TurnTracker(settings.interruption_s)
        self._broken_off = False
        self._away = False
        """The customer's sound is not there: whether nobody speaks is not known."""
        self._heard_since = 0
        """The first frame after the last gap: silence is only counted where there was sound to hear."""

    @property
    def silence_s(self) -> float:
        """How long nobody has spoken."""
        return self._silence.length_s(self._out.frame - 1)

    def began(self, role: Role, start: int) -> None:
        """``role`` began to speak at frame ``start``."""
        self._silence_over(role, start)
        if role is Role.CUSTOMER:
            self.customer_heard = True
        elif self.two_channels:
            self._response_delay(start)

    def active(self, role: Role, start: int, end: int) -> None:
        """``role`` spoke from frame ``start`` to ``end``."""
        if self.two_channels:
            self._turns.active(role, start, end)

    def step(self, frame: int) -> None:
        """Frame ``frame`` is over."""
        if self._broken_off:
            self._heard_since, self._broken_off = frame, False
        if self.two_channels:
            overlap = self._turns.step(frame)
            if overlap is not None:
                self._overlapped(overlap)
        if not self._away:
            self._quiet(frame)

    @property
    def waiting(self) -> bool:
        """An overlap waits to be settled; otherwise only :meth:`to_step` matters while nobody speaks."""
        return self._turns.waiting

    def to_step(self, first: int, last: int) -> tuple[int, ...]:
        """Which of the frames from ``first`` to ``last``, all of them quiet, :meth:`step` has to be told of."""
        since = first if self._broken_off else self._since()
        due = self._silence.due(since)
        return (first, due) if first < due <= last else (first,)

    def lose_customer(self, frame: int) -> None:
        """The customer's sound is not there from ``frame`` on: nothing of both is measured until it is back."""
        for overlap in self._turns.lose(Role.CUSTOMER):
            self._overlapped(overlap)
        self._silence_over(None, frame)
        self._silence.reset()
        self._away = True

    def regain_customer(self, frame: int) -> None:
        """It is back at ``frame``."""
        self._away, self._heard_since = False, frame

    def forget_before(self, frame: int) -> None:
        """The call began at ``frame``: silence does not count what lies before."""
        self._heard_since = max(self._heard_since, frame)
        self.dead_air = [silence for silence in self.dead_air if silence.end > frame]

    def close(self, frame: int, *, trailing: bool = True) -> None:
        """The sound ends or is broken off before ``frame``: nothing is carried across.

        Without ``trailing`` the silence at the end is not the call's, whatever it was taken for.
        """
        if self.two_channels:
            for overlap in self._turns.finish():
                self._overlapped(overlap)
        if trailing:
            self._silence_over(None, frame)
        else:
            self._drop_trailing(frame)
        self._silence.reset()
        self._broken_off = True

    def _drop_trailing(self, frame: int) -> None:
        """No dead air after the last speech, be it broken by gaps; alerts of it are taken back."""
        last = max(voice.tracker.last_speech for voice in self._voices.values())
        self.dead_air = [silence for silence in self.dead_air if silence.start <= last]
        while self._out.withdraw("dead_air", (last + 1) / FRAMES_PER_S, frame / FRAMES_PER_S, ENDED):
            pass

    def _response_delay(self, start: int) -> None:
        """How long the customer waited, when this is the agent's answer."""
        answered, asked = self._turns.turn_end(Role.AGENT), self._turns.turn_end(Role.CUSTOMER)
        if asked is None or asked > start or (answered is not None and answered >= asked):
            return
        if len(self.response_delays_s) < MOST_KEPT:
            self.response_delays_s.append((start - asked) / FRAMES_PER_S)

    def _silence_over(self, role: Role | None, start: int) -> None:
        holding = self._service is not None and self._service.holding
        length_s = 0.0 if self._silence.start is None else (start - self._silence.start) / FRAMES_PER_S
        closed = self._service is not None and self._service.closed
        judged = self.customer_heard and self.two_channels and not closed
        silence = self._silence.speech(start, customer_heard=judged, holding=holding)
        if self._service is not None and role is Role.AGENT:
            self._service.speech_began(length_s)
        if silence is None:
            return
        if silence.kind is SilenceKind.DEAD_AIR and len(self.dead_air) < MOST_KEPT:
            self.dead_air.append(silence)
        self._out.emit(
            SilenceEvent(
                t=self._out.now,
                start=silence.start / FRAMES_PER_S,
                end=silence.end / FRAMES_PER_S,
                who="both" if self.two_channels else Role.AGENT.value,
                kind=silence.kind.value,
            )
        )

    def _since(self) -> int:
        """The first frame in which nobody has spoken since, as far as there was sound to hear."""
        last = max(voice.tracker.last_speech for voice in self._voices.values())
        return max(last + 1, self._heard_since)

    def _quiet(self, frame: int) -> None:
        last = -1
        for voice in self._voices.values():
            tracker = voice.tracker
            if tracker.start is not None:
                return
            last = max(last, tracker.last_speech)
        if last < 0:
            return
        excused = self._service is not None and (self._service.holding or self._service.closed)
        judged = self.customer_heard and self.two_channels
        since = max(last + 1, self._heard_since)
        if self._silence.quiet(frame, since, customer_heard=judged, excused=excused):
            length_s = self._silence.length_s(frame)
            figures = AlertFigures(seconds=length_s, limit_s=self._settings.dead_air_s)
            start = since / FRAMES_PER_S
            finding = Finding("dead_air", start, self._out.now, figures, {"length_s": length_s})
            self._out.alert(finding, channel=None)

    def _overlapped(self, overlap: Overlap) -> None:
        start, end = overlap.start / FRAMES_PER_S, overlap.end / FRAMES_PER_S
        kind = overlap.kind.value if overlap.kind else None
        self._out.emit(OverlapEvent(t=self._out.now, start=start, end=end, by=overlap.by, kind=kind))
        if overlap.by is Role.AGENT and overlap.kind is OverlapKind.INTERRUPTION:
            self.interruptions += 1
            evidence = {"overlap_s": end - start}
            self._out.alert(Finding("interruption", start, end, AlertFigures(seconds=end - start), evidence))
