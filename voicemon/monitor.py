"""The monitor: blocks and transcripts in, events out.  No threads, no clock, no files.

Live, replay, bench and tests drive this one object.  Every decision is made frame by frame on the source's 10 ms grid,
whatever the size of the blocks, so the same sound gives the same events.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from voicemon.channel import Features, FrontEnd, Syllables
from voicemon.conversation import Conversation
from voicemon.dsp.pitch import f0_summary, f0_track
from voicemon.events import Event, GapEvent, MarkEvent, UtteranceEvent
from voicemon.gauges import Gauges
from voicemon.output import Output
from voicemon.phrases.model import Lexicon
from voicemon.rules.alerts import AlertBook
from voicemon.rules.delivery import DeliveryRules, Finding
from voicemon.rules.text import TextRules, syllables_of
from voicemon.settings import Settings
from voicemon.speech.bleed import BleedGate
from voicemon.speech.segmenter import Piece
from voicemon.strings import Language
from voicemon.types import (
    FRAMES_PER_S,
    SPEECH_FRAME,
    SPEECH_RATE_HZ,
    Block,
    Bool,
    Float32,
    Gap,
    Pass,
    RecognitionJob,
    Role,
    SourceInfo,
    Transcript,
)
from voicemon.voice import Voice

PROCESS_S: Final = 1.0
"""Longer blocks are taken in pieces, so that what looks back never runs out of its ring."""

PRE_ROLL_FRAMES: Final = 20
POST_ROLL_FRAMES: Final = 15
"""The recogniser hears this much around an utterance: soft onsets and releases lie under the gate."""

HISTORY_MARGIN_S: Final = 4.0
PITCH_MOST_S: Final = 8.0
"""F0 is taken from this much of an utterance: enough for its range, bounded in cost."""

STRIP_FRAMES: Final = FRAMES_PER_S // 4
FIRST_TURN_PAUSE_S: Final = 2.0
ANSWERED_PAUSE_S: Final = 1.0
"""The agent's first turn is over after a pause of this length; of the shorter one once the customer has answered."""

MOST_MARKS: Final = 1000

Submit = Callable[[RecognitionJob], Transcript | None]


class Monitor:
    """See the module.  ``submit`` takes what is to be recognised; it may answer at once or later by :meth:`accept`."""

    def __init__(
        self,
        info: SourceInfo,
        settings: Settings,
        lexicon: Lexicon,
        language: Language,
        submit: Submit | None = None,
    ) -> None:
        self.info = info
        self.settings = settings
        self.lexicon = lexicon
        self.language = language
        self._submit = submit
        history_s = settings.asr.max_utterance_s + settings.asr.end_silence_s + HISTORY_MARGIN_S
        self._front = {role: FrontEnd(info.sample_rate, history_s) for role in info.roles}
        self.voices = {role: Voice(settings.asr) for role in info.roles}
        self.out = Output(AlertBook(language))
        self.gauges = Gauges(settings, self.voices, self.out)
        self.text = TextRules(lexicon, self.out.alerts) if submit is not None else None
        service = self.text.service if self.text is not None else None
        self.talk = Conversation(settings.silence, self.voices, service, self.out)
        self._delivery = DeliveryRules(settings, self.gauges.level_band, self.gauges.calibration.offset_db)
        self.fast_ms: dict[Role, float] = {}
        """Fast-weighted mean square of each channel at this moment."""
        self.strips: dict[Role, list[bool]] = {role: [] for role in info.roles}
        self._bleed = BleedGate() if Role.CUSTOMER in info.roles else None
        self.dropped_s = 0.0
        self.asr_cpu_s = 0.0
        self.asr_passes = 0
        self.marks: list[float] = []
        self._texts_awaited = 0
        self._first_turn_over = False
        self._agent_began: int | None = None
        self._customer_began: int | None = None
        self.whole = True
        """The call was heard to its end."""

    @property
    def frame(self) -> int:
        """The next frame to be decided."""
        return self.out.frame

    @property
    def now(self) -> float:
        """The end of the last decided frame, in seconds."""
        return self.out.now

    # ------------------------------------------------------------------------------------------------ input

    def process(self, item: Block | Gap) -> list[Event]:
        """Take in the next sound, or its absence; gives the events that became known."""
        if isinstance(item, Gap):
            self._gap(item)
        else:
            step = max(1, round(PROCESS_S * self.info.sample_rate))
            for at in range(0, item.samples.shape[1], step):
                self._take(item.samples[:, at : at + step])
        return self.out.drain()

    def accept(self, transcript: Transcript) -> list[Event]:
        """Take in what the recogniser made of a job."""
        self._hear(transcript)
        return self.out.drain()

    def end(self) -> list[Event]:
        """The sound has ended: close what is open and ask for the last texts."""
        self._end_of_sound()
        return self.out.drain()

    def close(self, *, whole: bool = True) -> list[Event]:
        """The last texts are in too: what can only be said of a call heard out, if ``whole``, is said now."""
        self.whole = whole
        if self.text is not None and whole:
            self._first_turn_over = True
            self._greeting()
            self.out.alert(self.text.service.ends.ended())
        return self.out.drain()

    def alert(self, finding: Finding) -> list[Event]:
        """Raise an alert that the session found: on the device or the recogniser."""
        self.out.alert(finding, channel=None)
        return self.out.drain()

    def mark(self) -> list[Event]:
        """The person at the screen marks this moment."""
        if len(self.marks) < MOST_MARKS:
            self.marks.append(self.now)
        return [MarkEvent(t=self.now)]

    # ----------------------------------------------------------------------------------------------- frames

    def _take(self, samples: Float32) -> None:
        self._advance({role: self._front[role].process(samples[index]) for index, role in enumerate(self.info.roles)})

    def _advance(self, ready: dict[Role, tuple[Features, Syllables]]) -> None:
        columns = []
        speech = self._without_bleed({role: features for role, (features, _) in ready.items()})
        for role, (features, syllables) in ready.items():
            voice = self.voices[role]
            voice.load(features, syllables)
            lists = (speech[role].tolist(), features.level_db.tolist(), features.floor_db.tolist())
            columns.append((role, voice, features.fast_ms.tolist(), *lists))
        for index in range(len(columns[0][2])):
            frame = self.out.frame
            self.out.frame = frame + 1
            for role, voice, fast, speech, level, floor in columns:
                self.fast_ms[role] = fast[index]
                change, piece = voice.step(frame, speech[index], level[index], floor[index])
                if change.started is not None:
                    self._began(role, change.started)
                if change.active is not None:
                    self.talk.active(role, *change.active)
                    if role is Role.AGENT:
                        self.gauges.spoke(change.active[1] - change.active[0])
                if piece is not None:
                    self._spoken(role, piece)
            self.talk.step(frame)
            self.gauges.step(frame)
            if (frame + 1) % STRIP_FRAMES == 0:
                self._quarter_second()

    def _without_bleed(self, features: dict[Role, Features]) -> dict[Role, Bool]:
        """Speech decisions; the customer's voice out of the agent's earphone is not the agent."""
        speech = {role: f.speech for role, f in features.items()}
        if self._bleed is not None:
            agent, customer = features[Role.AGENT], features[Role.CUSTOMER]
            speech[Role.AGENT] = self._bleed.process(
                agent.level_db, customer.level_db, agent.speech, customer.speech
            )
        return speech

    def _quarter_second(self) -> None:
        for role, strip in self.strips.items():
            strip.append(self.voices[role].speaking)
            del strip[:-STRIP_LENGTH]
        if self.text is not None and not self._first_turn_over:
            self._first_turn_over = self._agent_done()
        self._greeting()

    def _agent_done(self) -> bool:
        """The agent has spoken and stopped: for longer, or for a moment after which the customer took over."""
        if self._agent_began is None:
            return False
        quiet_s = (self.frame - 1 - self.voices[Role.AGENT].tracker.last_speech) / FRAMES_PER_S
        answered = self._customer_began is not None and self._customer_began > self._agent_began
        return quiet_s >= (ANSWERED_PAUSE_S if answered else FIRST_TURN_PAUSE_S)

    def _began(self, role: Role, start: int) -> None:
        self.talk.began(role, start)
        if role is Role.AGENT and self._agent_began is None:
            self._agent_began = start
        if role is Role.CUSTOMER:
            self._customer_began = start
            self._delivery.customer_spoke(start / FRAMES_PER_S)

    def _gap(self, gap: Gap) -> None:
        self._end_of_sound()
        start, end = gap.start / self.info.sample_rate, gap.end / self.info.sample_rate
        self.dropped_s += end - start
        for role in self.info.roles:
            self._front[role].reset(gap.end)
        if self._bleed is not None:
            self._bleed.reset()
        self.out.frame = self._front[self.info.roles[0]].first
        self.gauges.restart(self.out.frame)
        if self.text is not None:
            self.text.ledger.forget_context()
            self.text.service.ends.unheard(end)
        self.fast_ms.clear()
        for strip in self.strips.values():
            strip.append(False)
        self.out.emit(GapEvent(t=end, start=start, end=end, cause=gap.cause))

    def _end_of_sound(self) -> None:
        """No more sound follows what came so far: decide the frames still held back, and close everything."""
        self._advance({role: front.flush() for role, front in self._front.items()})
        for role, voice in self.voices.items():
            _, piece = voice.close()
            if piece is not None:
                self._spoken(role, piece)
        self.talk.close(self.frame)
        self.gauges.close(self.frame)

    # ----------------------------------------------------------------------------------------------- speech

    def _spoken(self, role: Role, piece: Piece) -> None:
        """An utterance has ended, or is to be looked at while it goes on."""
        if piece.kind is Pass.FINAL:
            self._measure(role, piece)
        if role is not Role.AGENT or self._submit is None:
            return
        self._texts_awaited += piece.kind is Pass.FINAL
        transcript = self._submit(self._job(piece))
        if transcript is not None:
            self._hear(transcript)

    def _measure(self, role: Role, piece: Piece) -> None:
        voice = self.voices[role]
        spoken = voice.measure(piece)
        start, end = piece.start / FRAMES_PER_S, piece.end / FRAMES_PER_S
        f0_median_hz, f0_range_st = self._pitch(piece) if role is Role.AGENT else (None, None)
        voice.note_pitch(f0_range_st, spoken.active_s)
        self.out.emit(
            UtteranceEvent(
                t=self.now,
                channel=role,
                start=start,
                end=end,
                laeq_db=self.gauges.spl(spoken.laeq_db, role),
                active_db=self.gauges.spl(spoken.active_db, role),
                active_s=spoken.active_s,
                f0_median_hz=f0_median_hz,
                f0_range_st=f0_range_st,
                unit=self.gauges.unit(role),
                utterance=piece.number,
            )
        )
        if role is Role.AGENT:
            self.gauges.judge(spoken)
            self.out.alert(self._delivery.level(start, end, spoken.active_db, spoken.active_s))
            if self._submit is None:
                self.out.alert(self._delivery.rate(start, end, voice.syllables(piece.start, piece.end), "nuclei"))

    def _pitch(self, piece: Piece) -> tuple[float | None, float | None]:
        """Median F0 and its range; of the agent alone: a telephone line cuts the customer's fundamental off."""
        most = round(PITCH_MOST_S * SPEECH_RATE_HZ)
        _, samples = self._front[Role.AGENT].history.cut(piece.start * SPEECH_FRAME, piece.end * SPEECH_FRAME)
        return f0_summary(f0_track(samples[:most], SPEECH_RATE_HZ))

    def _job(self, piece: Piece) -> RecognitionJob:
        # Where a long utterance was cut, the other side of the cut is another piece's.
        first = (piece.start - (0 if piece.cut_before else PRE_ROLL_FRAMES)) * SPEECH_FRAME
        last = min(piece.end + (0 if piece.cut_after else POST_ROLL_FRAMES), self.frame) * SPEECH_FRAME
        begun, samples = self._front[Role.AGENT].history.cut(first, last)
        return RecognitionJob(
            utterance=piece.number,
            kind=piece.kind,
            samples=samples,
            start=begun / SPEECH_RATE_HZ,
            end=(begun + len(samples)) / SPEECH_RATE_HZ,
            voiced_s=piece.speech_frames / FRAMES_PER_S,
            level_over_floor_db=self.voices[Role.AGENT].over_floor_db(piece),
            voiced=tuple((start / FRAMES_PER_S, end / FRAMES_PER_S) for start, end in piece.spans),
            pausing=piece.pausing,
        )

    def _hear(self, transcript: Transcript) -> None:
        if self.text is None:
            raise ValueError("a monitor without a recogniser takes no transcripts")
        final = transcript.kind is Pass.FINAL
        self.asr_passes += 1
        self.asr_cpu_s += transcript.cpu_s
        self._texts_awaited -= final
        for event in self.text.hear(transcript, self.now):
            self.out.emit(event)
        if final and transcript.rejected is None and transcript.chars:
            syllables = syllables_of(transcript)
            self.gauges.heard(transcript, syllables)
            start, end = transcript.chars[0].start, transcript.chars[-1].end
            self.out.alert(self._delivery.rate(start, end, sum(syllables), "text"))

    def _greeting(self) -> None:
        if self.text is None or not self._first_turn_over or self._texts_awaited > 0:
            return
        if self.voices[Role.AGENT].segmenter.current is None:
            self.out.alert(self.text.service.ends.first_turn_over())


STRIP_LENGTH: Final = 160
"""Quarter seconds of who-speaks kept for the screen: 40 s."""
