"""One call's sound, frame by frame: who speaks, what becomes of it, and what is closed where sound is lost."""

from __future__ import annotations

from typing import Final

from voicemon.absence import AbsenceLog
from voicemon.columns import Columns
from voicemon.conversation import Conversation
from voicemon.events import GapEvent
from voicemon.firstturn import FirstTurn
from voicemon.gainfeed import GainFeed
from voicemon.gauges import Gauges
from voicemon.hearing import NOTHING, Heard, Hearing
from voicemon.output import Output
from voicemon.phrases.model import Lexicon
from voicemon.rules.alerts import AlertBook
from voicemon.rules.delivery import DeliveryRules
from voicemon.rules.text import TextRules, syllables_of
from voicemon.scribe import Scribe, Submit
from voicemon.settings import Settings
from voicemon.speech.segmenter import Piece
from voicemon.strings import Language
from voicemon.types import FRAMES_PER_S, Gap, Pass, Role, SourceInfo, Transcript
from voicemon.voice import Voice

HISTORY_MARGIN_S: Final = 4.0
STRIP_FRAMES: Final = FRAMES_PER_S // 4
STRIP_LENGTH: Final = 160
"""Quarter seconds of who-speaks kept for the screen: 40 s."""


class Listening:
    """The parts of a monitor at work; :class:`~voicemon.monitor.Monitor` is what the world sees of it."""

    def __init__(
        self,
        info: SourceInfo,
        settings: Settings,
        lexicon: Lexicon,
        language: Language,
        submit: Submit | None,
        after: Listening | None,
    ) -> None:
        self.info = info
        self.settings = settings
        self.lexicon = lexicon
        self.language = language
        self.out = Output(AlertBook(language))
        if after is None:
            history_s = settings.asr.max_utterance_s + settings.asr.end_silence_s + HISTORY_MARGIN_S
            self._hearing = Hearing(info, history_s)
            self.gain = GainFeed(self._hearing)
        else:
            self._hearing, self.gain = after._hearing, after.gain
            self.out.go_on(after.out)
        numbers = {} if after is None else {r: v.segmenter.next_number for r, v in after.voices.items()}
        self.voices: dict[Role, Voice] = {role: Voice(settings.asr, numbers.get(role, 0)) for role in info.roles}
        self.gauges = Gauges(settings, self.voices, self.out)
        self.text = TextRules(lexicon, self.out.alerts) if submit is not None else None
        service = self.text.service if self.text is not None else None
        self.talk = Conversation(settings.silence, self.voices, service, self.out)
        self._delivery = DeliveryRules(settings, self.gauges.level_band, self.gauges.calibration.offset_db)
        examine = self.text.ledger.examine if self.text is not None else None
        self._scribe = Scribe(self._hearing, self.voices, self.gauges, self._delivery, self.out, submit, examine)
        self._first_turn = FirstTurn(self.voices)
        self.fast_ms: dict[Role, float] = {} if after is None else dict(after.fast_ms)
        """Fast-weighted mean square of each channel at this moment."""
        self.strips: dict[Role, list[bool]] = {role: [] for role in info.roles}
        self.absence = AbsenceLog(self.out)
        self.dropped_s = 0.0
        self._last_gap = (0.0, 0.0)
        self.asr_cpu_s = 0.0
        self.asr_passes = 0
        self.began_s = self.now
        """When the call began, on the source's clock."""
        self.spoken_since: float | None = None
        """When somebody first spoke in it; ``None``: nobody has."""

    @property
    def frame(self) -> int:
        """The next frame to be decided."""
        return self.out.frame

    @property
    def now(self) -> float:
        """The end of the last decided frame of the source, in seconds."""
        return self.out.now

    # ----------------------------------------------------------------------------------------------- frames

    def _advance(self, heard: Heard) -> None:
        if heard is NOTHING:
            return
        self.gain.load(heard.features[Role.AGENT], heard.speech[Role.AGENT])
        columns = Columns(heard, self.voices)
        index, count, events = 0, len(columns), columns.events
        while index < count:
            upto = index
            if not events[index] and not self.absence.away and not self.talk.waiting:
                # At most to the next quarter second, where readings are due.
                upto = columns.quiet_until(index, STRIP_FRAMES - self.out.frame % STRIP_FRAMES)
            if upto > index:
                self._pass_over(columns, index, upto)
            else:
                self._decide(columns, index)
                upto += 1
            index = upto
        for role, features in heard.features.items():
            if len(features):
                self.fast_ms[role] = float(features.fast_ms[-1])

    def _pass_over(self, columns: Columns, index: int, upto: int) -> None:
        """Frames ``index`` to ``upto``, in which nothing happens but that time goes on."""
        first = self.out.frame
        last = first + upto - index - 1
        for column in columns.each:
            column.voice.rest(column.floor_db[upto - 1])
        if columns.two:
            self.absence.step(first, None)
        for frame in self.talk.to_step(first, last):
            self.out.frame = frame + 1
            self.talk.step(frame)
        self.out.frame = last + 1
        if (last + 1) % STRIP_FRAMES == 0:
            self._quarter_over(last)

    def _decide(self, columns: Columns, index: int) -> None:
        frame, cause = self.out.frame, columns.absent[index]
        self.out.frame = frame + 1
        if columns.two:
            self._presence(frame, cause)
        for column in columns.each:
            role, voice, speech = column.role, column.voice, column.speech[index]
            if cause is not None and role is Role.CUSTOMER:
                continue
            if speech or voice.busy:
                self._step(role, voice, frame, speech, column.level_db[index], column.floor_db[index])
            else:
                voice.rest(column.floor_db[index])
        self.talk.step(frame)
        if (frame + 1) % STRIP_FRAMES == 0:
            self._quarter_over(frame)

    def _quarter_over(self, frame: int) -> None:
        """A quarter second ends with ``frame``."""
        self.gauges.step(frame)
        for finding in self.gain.step(frame):
            self.out.alert(finding)
        for role, strip in self.strips.items():
            strip.append(self.voices[role].speaking)
            del strip[:-STRIP_LENGTH]
        self._first_turn.look(frame)
        self._greeting()

    def _step(self, role: Role, voice: Voice, frame: int, speech: bool, level_db: float, floor_db: float) -> None:
        change, piece = voice.step(frame, speech, level_db, floor_db)
        if change.started is not None:
            self._began(role, change.started)
        if change.active is not None:
            self.talk.active(role, *change.active)
            if role is Role.AGENT:
                self.gauges.spoke(change.active[1] - change.active[0])
        if piece is not None:
            self._spoken(role, piece)

    def _presence(self, frame: int, cause: str | None) -> None:
        """Whether the customer's sound is there in ``frame``; what is open is closed where it is not."""
        was_away = self.absence.away
        self.absence.step(frame, cause)
        if cause is not None:
            voice = self.voices[Role.CUSTOMER]
            voice.absent(frame)
            if not was_away:
                self._close_voice(Role.CUSTOMER, voice)
                self.talk.lose_customer(frame)
        elif was_away:
            self.talk.regain_customer(frame)

    def _began(self, role: Role, start: int) -> None:
        if self.spoken_since is None:
            self.spoken_since = max(self.began_s, start / FRAMES_PER_S)
        self.talk.began(role, start)
        self._first_turn.began(role, start)
        if role is Role.CUSTOMER:
            self._delivery.customer_spoke(start / FRAMES_PER_S)

    def _gap(self, gap: Gap) -> None:
        self._end_of_sound()
        start, end = gap.start / self.info.sample_rate, gap.end / self.info.sample_rate
        self.dropped_s += end - start
        self._last_gap = (start, end)
        self._hearing.reset(gap.end)
        self.gain.reset()
        self.out.frame = self._hearing.first
        self.gauges.restart(self.out.frame)
        if self.text is not None:
            self.text.ledger.forget_context()
            self.text.service.unheard(end)
        self.fast_ms.clear()
        for strip in self.strips.values():
            strip.append(False)
        self.out.emit(GapEvent(t=end, start=start, end=end, cause=gap.cause))

    def _end_of_sound(self, *, trailing: bool = True, more: bool = False) -> None:
        """Nothing follows what came so far: decide the frames held back, unless ``more`` come, and close everything."""
        self._advance(self._hearing.catch_up())
        if not more:
            self._advance(self._hearing.flush())
        for role, voice in self.voices.items():
            self._close_voice(role, voice)
        self.absence.close(self.frame)
        self.talk.close(self.frame, trailing=trailing)
        self.gauges.close(self.frame, trailing=trailing, more=more)

    # ----------------------------------------------------------------------------------------------- speech

    def _last_heard_s(self) -> float:
        """When somebody last spoke, or the call began."""
        last = max(voice.tracker.last_speech for voice in self.voices.values())
        return max(self.began_s, (last + 1) / FRAMES_PER_S)

    def _close_voice(self, role: Role, voice: Voice) -> None:
        _, piece = voice.close()
        if piece is not None:
            self._spoken(role, piece)

    def _spoken(self, role: Role, piece: Piece) -> None:
        transcript = self._scribe.take(role, piece)
        if transcript is not None:
            self._hear(transcript)

    def _hear(self, transcript: Transcript) -> None:
        if self.text is None:
            raise ValueError("a monitor without a recogniser takes no transcripts")
        final = transcript.kind is Pass.FINAL
        self.asr_passes += 1
        self.asr_cpu_s += transcript.cpu_s
        self._scribe.texts_awaited -= final
        for event in self.text.hear(transcript, self.now):
            self.out.emit(event)
        if final and transcript.rejected is None and transcript.chars:
            syllables = syllables_of(transcript)
            self.gauges.heard(transcript, syllables)
            start, end = transcript.chars[0].start, transcript.chars[-1].end
            self.out.alert(self._delivery.rate(start, end, sum(syllables), "text"))

    def _greeting(self) -> None:
        if self.text is None or not self._first_turn.over or self._scribe.texts_awaited > 0:
            return
        if self.voices[Role.AGENT].segmenter.current is None:
            self.out.alert(self.text.service.ends.first_turn_over())
