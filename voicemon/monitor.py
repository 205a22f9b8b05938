"""The monitor: blocks and transcripts in, events out.  No threads, no clock, no files.

Live, replay, bench and tests drive this one object.  Every decision is made frame by frame on the source's 10 ms grid,
whatever the size of the blocks, so the same sound gives the same events.

One monitor is one call.  Where a source plays on after it, the next call's monitor takes over what it hears with
(:class:`~voicemon.hearing.Hearing`); all times stay on the source's clock.
"""

from __future__ import annotations

from typing import Final

from voicemon.events import DisputeEvent, Event, MarkEvent, TargetEvent
from voicemon.listening import Listening
from voicemon.peaks import CallPeaks, RecentSound
from voicemon.phrases.model import Lexicon
from voicemon.protocols import Protocols
from voicemon.rules.delivery import Finding
from voicemon.scribe import Submit
from voicemon.settings import Settings
from voicemon.strings import Language
from voicemon.types import FRAMES_PER_S, Block, Gap, PairedBlock, Role, SourceInfo, Transcript

PROCESS_S: Final = 1.0
"""Longer blocks are taken in pieces, so that what looks back never runs out of its ring."""

MOST_MARKS: Final = 1000
AFTER_SPEECH_S: Final = 1.0
"""A call that ends in silence that is not its own ends this long after the last speech."""


class Monitor(Listening):
    """See the module.  ``submit`` takes what is to be recognised; it may answer at once or later by :meth:`accept`."""

    def __init__(
        self,
        info: SourceInfo,
        settings: Settings,
        lexicon: Lexicon,
        language: Language,
        submit: Submit | None = None,
        *,
        after: Monitor | None = None,
    ) -> None:
        """``after``: the monitor of the same source, ended, whose call came before: this one goes on where it stands.

        Filters, noise floors, what was learned of the bleed, the sound kept for looking back and the numbers of
        utterances go on with it (the floors and filters only if it ended with ``more``); all else begins anew.  Late
        texts of the earlier call still go to its own monitor.  Raises :class:`ValueError` for one that has not ended.
        """
        if after is not None and after.ended_s is None:
            raise ValueError("the monitor before this one has not ended")
        super().__init__(info, settings, lexicon, language, submit, after)
        self._sound: RecentSound = RecentSound(info) if after is None else after._sound
        if after is not None:
            for role, voice in self.voices.items():
                voice.levels.go_on(after.voices[role].levels)
        self.peaks = self.gauges.peaks = CallPeaks(info, self._sound, self.out.frame)
        self.protocols = Protocols(self.out, self.gain)
        self._scribe.followers.append(self.protocols.spoken)
        self.marks: list[float] = []
        self.target_shift_db = 0.0
        """By how much the level target was moved for this customer."""
        self.ended_s: float | None = None
        """When the call ended."""
        self._begun = True
        self.whole = True
        """The call was heard to its end."""

    @property
    def duration_s(self) -> float:
        """Length of the call: so far, or once it has ended."""
        return max(0.0, (self.now if self.ended_s is None else self.ended_s) - self.began_s)

    @property
    def quiet_s(self) -> float:
        """How long nobody has been heard; what was lost or muted counts as time passing."""
        if any(voice.speaking for voice in self.voices.values()):
            return 0.0
        return max(0.0, self.now - self._last_heard_s())

    @property
    def customer_absent_s(self) -> float:
        """How much of the call the customer's own device gave no sound."""
        return self.absence.frames / FRAMES_PER_S

    # ------------------------------------------------------------------------------------------------ input

    def process(self, item: Block | Gap) -> list[Event]:
        """Take in the next sound, or its absence; gives the events that became known."""
        if isinstance(item, Gap):
            self._gap(item)
        else:
            for block in pieces(item, max(1, round(PROCESS_S * self.info.sample_rate))):
                self._sound.add(block)
                self._advance(self._hearing.process(block))
        return self.out.drain()

    def accept(self, transcript: Transcript) -> list[Event]:
        """Take in what the recogniser made of a job."""
        self._hear(transcript)
        return self.out.drain()

    def _hear(self, transcript: Transcript) -> None:
        super()._hear(transcript)
        self.protocols.heard(transcript)

    def begin(self, at_s: float, *, begun: bool = True) -> list[Event]:
        """The call turns out to have begun at ``at_s`` (never before this monitor did); ``begun`` as in :meth:`close`.

        Duration, silences, LAeq, alerts, marks, losses and the customer's absence do not count what lies before;
        talk and words do.
        """
        self.began_s = min(max(at_s, self.began_s), self.now)
        self._begun = begun
        if not begun and self.text is not None:
            self.text.service.ends.not_begun()
        frame = round(self.began_s * FRAMES_PER_S)
        if self.spoken_since is not None and self.spoken_since < self.began_s:
            self.spoken_since = self.began_s if self._last_heard_s() > self.began_s else None
        self.talk.forget_before(frame)
        self.gauges.forget_before(frame)
        self.absence.forget_before(frame)
        self.out.alerts.forget_before(self.began_s)
        self.marks = [at for at in self.marks if at >= self.began_s]
        start, end = self._last_gap
        self.dropped_s = min(self.dropped_s, max(0.0, end - max(start, self.began_s)))
        return self.out.drain()

    def end(self, *, trailing: bool = True, more: bool = False) -> list[Event]:
        """The call's sound has ended: close what is open and ask for the last texts.

        Without ``trailing`` the silence at its end is not the call's: no dead air is counted in it, an alert already
        raised for it is withdrawn, and the call ends a second after the last speech.  With ``more`` the source plays
        on for a monitor ``after`` this one: frames held back by a filter's latency are left to that one, as are
        the syllables of the last third of a second; without, they are decided as if silence followed.
        """
        self._end_of_sound(trailing=trailing, more=more)
        self.ended_s = self.now if trailing else min(self.now, self._last_heard_s() + AFTER_SPEECH_S)
        return self.out.drain()

    def close(self, *, whole: bool = True, begun: bool = True) -> list[Event]:
        """The last texts are in too: what can only be said of a call heard out, if ``whole``, is said now.

        Unless it was ``begun`` for certain nothing is said about its greeting.
        """
        self.whole = whole
        if self.text is not None:
            if not (begun and self._begun):
                self.text.service.ends.not_begun()
                self.out.withdraw("missing_greeting", self.began_s, self.now, "the beginning was not heard for certain")
            if whole:
                self._first_turn.over = True
                self._greeting()
                self.out.alert(self.text.service.ends.ended())
        return self.out.drain()

    # ----------------------------------------------------------------------------------------------- person

    def use_lexicon(self, lexicon: Lexicon) -> None:
        """From now on ``lexicon`` is in force; between two utterances, no text being awaited."""
        self.lexicon = lexicon
        if self.text is not None:
            self.text.use(lexicon)

    def alert(self, finding: Finding) -> list[Event]:
        """Raise an alert that the session found: on the device or the recogniser."""
        self.out.alert(finding, channel=None)
        return self.out.drain()

    def mark(self) -> list[Event]:
        """The person at the screen marks this moment."""
        if len(self.marks) < MOST_MARKS:
            self.marks.append(self.now)
        return [MarkEvent(t=self.now)]

    def dispute(self) -> list[Event]:
        """The agent objects to the newest alert on screen that names the agent's doing, if one is left."""
        line = self.out.alerts.dispute()
        if line is None:
            return []
        return [DisputeEvent(t=self.now, rule=line.rule, start=line.start, end=line.end, key=line.key)]

    def shift_target(self, delta_db: float) -> list[Event]:
        """Move the level target for this customer; band and judgement follow from now on."""
        shift_db = self.gauges.shift(self.target_shift_db + delta_db)
        if shift_db == self.target_shift_db:
            return []
        self.target_shift_db = shift_db
        self._delivery.aim(self.gauges.level_band)
        return [TargetEvent(t=self.now, channel=Role.AGENT, level_db=self.gauges.target_db, shift_db=shift_db)]


def pieces(block: Block, step: int) -> list[Block]:
    """``block`` in pieces of at most ``step`` samples, its absences with them."""
    length = block.samples.shape[1]
    if length <= step:
        return [block]
    absent = block.absent if isinstance(block, PairedBlock) else ()
    found: list[Block] = []
    for at in range(0, length, step):
        first, last = block.start + at, block.start + min(at + step, length)
        within = (Gap(max(g.start, first), min(g.end, last), g.cause) for g in absent)
        parts = tuple(gap for gap in within if gap.end > gap.start)
        samples = block.samples[:, at : at + step]
        found.append(PairedBlock(first, samples, parts) if parts else Block(first, samples))
    return found
