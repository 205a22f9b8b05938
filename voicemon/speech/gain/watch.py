"""One channel's gain watched, frame by frame: all detectors behind one door.

Decisions rest on parts that are cut on the frame grid, so any block size gives the same findings.
"""

from __future__ import annotations

from typing import Final

from voicemon.speech.gain.boom import MoveDetector
from voicemon.speech.gain.findings import GainFinding, GainKind
from voicemon.speech.gain.frames import GainFrames
from voicemon.speech.gain.gate import GateDetector
from voicemon.speech.gain.limiter import LimiterDetector
from voicemon.speech.gain.parts import PartTracker, Pause, Slot, Talk
from voicemon.speech.gain.ramps import RampDetector
from voicemon.speech.gain.steps import StepDetector

AUTOMATIC: Final = frozenset({GainKind.SLOW_AGC, GainKind.FAST_AGC, GainKind.GATE})
"""Kinds under which the noise in pauses says nothing more of steps and distances."""

RETURNED_DB: Final = 1.5
"""A gain this near to where it was is back …"""

PUT_BACK_DB: Final = 4.0
"""… and a microphone this near: speech tells the distance less well than noise tells the gain."""

GRAVEST_FIRST: Final = (
    GainKind.SLOW_AGC,
    GainKind.FAST_AGC,
    GainKind.STEP,
    GainKind.MOVED,
    GainKind.LIMITER,
    GainKind.GATE,
)
"""Under automatic gain no two levels can be compared, whatever else is found; a gate leaves speech as it is."""

SPEECH_MEMORY_S: Final = 20
"""Seconds of speech that the running level looks back."""


class GainWatch:
    """Feed every frame once, in order; bounded memory.

    :attr:`suspect` says whether the level is under suspicion now.
    """

    def __init__(self) -> None:
        self._parts = PartTracker()
        self._ramps = RampDetector()
        self._gate = GateDetector()
        self._limiter = LimiterDetector()
        self._steps = StepDetector()
        self._moves = MoveDetector()
        self._automatic = False
        self._speech_db = 0.0
        """Running level of speech, dBFS."""
        self._spoken_s = 0
        self._standing: set[GainKind] = set()
        self._moved_db = 0.0
        self.shift_db = 0.0
        """Sum of all steps of the gain so far."""

    @property
    def suspect(self) -> str | None:
        """Why the level is not to be trusted now: a :class:`GainKind`'s value; ``None``: it is.

        Also while a step is likely but not certain.  Stays until :meth:`acknowledge` or until the gain is back.
        """
        for kind in GRAVEST_FIRST:
            if kind in self._standing:
                return kind.value
        return GainKind.STEP.value if self._steps.pending else None

    def acknowledge(self) -> None:
        """The level was checked anew: what was found so far is accepted."""
        self._standing.clear()
        self.shift_db = 0.0
        self._moved_db = 0.0

    def reset(self) -> None:
        """Sound was lost: what is unfinished is dropped, what was learned of floor and voice stays."""
        self._parts.reset()
        self._limiter.reset()
        self._steps.reset()

    def process(self, frames: GainFrames) -> list[GainFinding]:
        """Findings that the next frames, ``frames``, make known."""
        found: list[GainFinding] = []
        columns = (frames.speech.tolist(), frames.level_db.tolist(), frames.peak_db.tolist(), frames.bands_db.tolist())
        for frame, (speech, level, peak, bands) in enumerate(zip(*columns, strict=True), frames.first):
            parts = self._parts.step(frame, speech, level, bands)
            if speech:
                self._tell(found, self._limiter.step(frame, peak, level))
            if parts.slot is not None:
                self._slot(parts.slot)
            if parts.pause is not None:
                self._pause(found, parts.pause)
            if parts.talk is not None:
                self._talk(found, parts.talk)
        return found

    def _slot(self, slot: Slot) -> None:
        if not self._automatic:
            self._steps.slot(slot)
            self._moves.slot(slot)

    def _pause(self, found: list[GainFinding], pause: Pause) -> None:
        self._tell(found, self._ramps.pause(pause))
        if self._spoken_s:
            self._tell(found, self._gate.pause(pause, self._speech_db))
        if not self._automatic:
            self._tell(found, self._steps.pause(pause))

    def _talk(self, found: list[GainFinding], talk: Talk) -> None:
        self._spoken_s += 1
        self._speech_db += (talk.level_db - self._speech_db) / min(self._spoken_s, SPEECH_MEMORY_S)
        if self._automatic:
            return
        step = self._steps.talk(talk)
        self._tell(found, step)
        if step is None:
            self._tell(found, self._moves.talk(talk))

    def _tell(self, found: list[GainFinding], finding: GainFinding | None) -> None:
        if finding is None:
            return
        found.append(finding)
        self._standing.add(finding.kind)
        if finding.kind in AUTOMATIC:
            self._automatic = True
            self._steps.forget()
        elif finding.kind is GainKind.STEP:
            self._moves.forget()
            self._ramps.forget()
            self.shift_db += finding.size_db
            if abs(self.shift_db) <= RETURNED_DB:
                self._standing.discard(GainKind.STEP)
        elif finding.kind is GainKind.MOVED:
            self._moved_db += finding.size_db
            if abs(self._moved_db) <= PUT_BACK_DB:
                self._standing.discard(GainKind.MOVED)
